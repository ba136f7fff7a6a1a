/**
 * Lets another pruner stop only trials that no longer get better.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import { checkNumber, refuseUnknown } from "../options.ts";
import type { Pruner } from "../pruner.ts";
import { auto } from "./auto.ts";
import { curve } from "./curve.ts";
import { type Curve, type Curves, curveOf, noCurves, tellCurve } from "./curves.ts";
import { hyperband } from "./hyperband.ts";
import { median } from "./median.ts";
import { percentile } from "./percentile.ts";
import { successiveHalving } from "./successive-halving.ts";
import { threshold } from "./threshold.ts";
import { wilcoxon } from "./wilcoxon.ts";

export interface PatientOptions {
  /** Whose verdict waits: a name with its options, or a pruner. Without one, a trial that waits in vain is stopped. */
  readonly pruner?: string | { readonly name: string; readonly options?: object } | Pruner;
  /** So many reports in a row must bring nothing better. */
  readonly patience: number;
  /** Better by less than this counts for nothing; in units of the objective. @default 0 */
  readonly least?: number;
}

interface PatientState {
  readonly curves: Curves;
  inner: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: every factory checks its own options
const wrapped: Readonly<Record<string, (options?: any) => Pruner<any>>> = {
  auto,
  curve,
  hyperband,
  median,
  percentile,
  successiveHalving,
  threshold,
  wilcoxon,
};

/** A verdict "stop" counts only once `patience` reports in a row brought nothing better in any objective. */
export function patient(options: PatientOptions): Pruner<PatientState> {
  refuseUnknown("patient", options ?? {}, ["pruner", "patience", "least"]);
  checkNumber("patient", "patience", options?.patience, { least: 1, whole: true, required: true });
  const { patience, least = 0 } = options;
  checkNumber("patient", "least", least, { least: 0 });
  const inner = innerOf(options.pruner);
  return {
    name: "patient",
    version: 1,
    options: {
      patience,
      ...(options.least !== undefined && { least }),
      ...(inner && {
        pruner: { name: inner.name, ...(inner.options !== undefined && { options: inner.options }) },
      }),
    },
    init: (problem) => ({ curves: noCurves(problem), inner: inner?.init(problem) }),
    tell(state, trial) {
      tellCurve(state.curves, trial);
      if (inner !== undefined) state.inner = inner.tell(state.inner, trial);
      return state;
    },
    judge(state, trial) {
      const told = curveOf(state.curves, trial.number);
      if (told === undefined) return "continue";
      const verdict = inner === undefined ? "stop" : inner.judge(state.inner, trial);
      if (verdict !== "stop") return verdict;
      return isStuck(told, patience, least) ? "stop" : "continue";
    },
    ...(inner?.assign && {
      assign: (state: PatientState, ...rest: [number, never]) =>
        (inner.assign as NonNullable<Pruner["assign"]>)(state.inner, ...rest),
    }),
    ...(inner?.promote && {
      promote: (state: PatientState, taken: ReadonlySet<number>) =>
        (inner.promote as NonNullable<Pruner["promote"]>)(state.inner, taken),
    }),
  };
}

/** Whether the last reports brought nothing better than those before them, in any objective. */
function isStuck({ losses }: Curve, patience: number, least: number): boolean {
  if (losses.length <= patience) return false;
  const lowest = (from: number, to: number, k: number) => {
    let low = Number.POSITIVE_INFINITY;
    for (let i = from; i < to; i++) if (losses[i][k] < low) low = losses[i][k];
    return low;
  };
  const since = losses.length - patience;
  return losses[0].every((_, k) => !(lowest(since, losses.length, k) < lowest(0, since, k) - least));
}

/** @throws {InvalidInputError} if there is no such pruner, or it cannot be wrapped */
function innerOf(pruner: PatientOptions["pruner"]): Pruner | undefined {
  if (pruner === undefined) return undefined;
  if (typeof pruner === "object" && pruner !== null && "judge" in pruner) return pruner;
  const { name, options } =
    typeof pruner === "string" ? { name: pruner, options: undefined } : (pruner ?? {});
  if (typeof name === "string" && Object.hasOwn(wrapped, name)) return wrapped[name](options);
  const names = Object.keys(wrapped);
  throw new InvalidInputError(
    `patient: there is no pruner ${JSON.stringify(name)} to wrap${didYouMean(String(name), names)}; there are ${names.join(", ")}`,
  );
}

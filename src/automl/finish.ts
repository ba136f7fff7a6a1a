/**
 * Fits the chosen models again on all rows, as far as the time allows, and puts the result together.
 */
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { deserialize } from "node:v8";
import * as clock from "../clock.ts";
import type { Job, Outcome } from "../engine.ts";
import { threads as threadEngine } from "../engines/threads.ts";
import { EngineError } from "../errors.ts";
import { rng } from "../random.ts";
import { commonOf, type RefitAssignment, type RefitPart } from "./assignment.ts";
import type { Chosen } from "./compose.ts";
import { runJobs } from "./jobs.ts";
import type { Member } from "./model.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Prepared } from "./prepare.ts";
import { FAMILY } from "./problem.ts";
import { bagSeconds } from "./reserve.ts";
import type { Fold } from "./split/split.ts";

export interface FinishOptions {
  readonly seed: number;
  readonly threads: number;
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly deadline?: number;
  /** Later than the deadline, when fits are to return what they have: what still goes on then is given up. */
  readonly latest?: number;
  /** One fit of each model on all rows, instead of one for each fold: faster predictions. */
  readonly single?: boolean;
  /** Of all rows. */
  readonly folds: readonly Fold[];
  readonly onFitted?: (fitted: number, of: number) => void;
}

/** Seconds of a single fit on all rows, as a share of one on every fold. */
const SINGLE = 1.6;

/** Members that were fitted whole are enough if they weigh so much together. */
const MOSTLY = 0.5;

/** What is fitted, and how. */
interface Plan {
  readonly chosen: readonly Chosen[];
  readonly single: boolean;
}

/**
 * @returns the members that could be fitted in time; none if there was no time for one
 * @throws {EngineError} if not one model could be fitted for other reasons
 */
export async function finish(
  prepared: Prepared,
  chosen: readonly Chosen[],
  options: FinishOptions,
): Promise<Member[]> {
  const { seed, threads, folder, deadline, latest, folds, onFitted } = options;
  // windows that grow in time leave the newest rows out: those are the ones to learn from
  const plan = planFits(chosen, prepared.folds.length, {
    ...options,
    single: options.single || prepared.timed,
  });
  const count = plan.single ? 1 : folds.length;
  const parts = plan.chosen.flatMap(({ trial }): RefitPart[] =>
    Array.from({ length: count }, (_, fold) => ({
      ...(!plan.single && { fold }),
      ...(typeof trial.notes.rounds === "number" && { rounds: trial.notes.rounds }),
      seed: rng(seed, "refit", trial.number, fold).bits(),
    })),
  );
  const data: RefitAssignment = {
    ...commonOf(prepared, folds, options, deadline ?? Number.POSITIVE_INFINITY),
    ...{ rows: prepared.rows, parts },
  };
  const engine = threadEngine({
    module: new URL(`./refit${extname(import.meta.url)}`, import.meta.url),
    parallel: threads,
    data,
  });
  try {
    const jobs = plan.chosen.flatMap(({ trial }, member) =>
      Array.from(
        { length: count },
        (_, fold): Job => ({
          ...{ study: "refit", attempt: 1, objectives: ["fitted"] },
          trial: member * count + fold,
          params: trial.params,
          seed,
        }),
      ),
    );
    let fitted = 0;
    const outcomes = await runJobs(engine, jobs, {
      ...(latest !== undefined && { latest }),
      done: () => onFitted?.(++fitted, jobs.length),
    });
    const of = (ends: Iterable<End>) => membersOf(plan.chosen, count, outcomes, new Set(ends), folder);
    const whole = await of(["whole"]);
    // what the time cut short is worse than its score says: only where too little is left without it
    const weigh = (list: readonly { readonly weight: number }[]) =>
      list.reduce((sum, { weight }) => sum + weight, 0);
    const members = weigh(whole) >= MOSTLY * weigh(plan.chosen) ? whole : await of(["whole", "cut"]);
    const failed = outcomes.find((outcome) => outcome?.kind === "failed");
    if (members.length === 0 && failed?.kind === "failed")
      throw new EngineError(`none of the chosen models could be fitted on all rows: ${failed.error.message}`);
    const total = weigh(members);
    return members.map((member) => ({ ...member, weight: member.weight / total }));
  } finally {
    await engine.close();
  }
}

/** How the fit of a part ended: done, or with what there was when the time was up. */
type End = "whole" | "cut";

function endOf(outcome: Outcome | undefined): End | undefined {
  if (outcome?.kind !== "ended") return undefined;
  return Object.values(outcome.values ?? {})[0] === 0 ? "whole" : "cut";
}

/** Of each chosen model the parts that ended so, if there are any. */
async function membersOf(
  chosen: readonly Chosen[],
  count: number,
  outcomes: readonly (Outcome | undefined)[],
  ends: ReadonlySet<End | undefined>,
  folder: string,
): Promise<Member[]> {
  const members: Member[] = [];
  for (const [index, { trial, weight }] of chosen.entries()) {
    const pipelines: Pipeline[] = [];
    for (let part = index * count; part < (index + 1) * count; part++)
      if (outcomes[part] !== undefined && ends.has(endOf(outcomes[part])))
        pipelines.push(deserialize(await readFile(join(folder, `${part}.pipeline`))));
    const family = String(trial.params[FAMILY]);
    if (pipelines.length > 0) members.push({ family, trial: trial.number, weight, pipelines });
  }
  return members;
}

/** On every fold if there is time, else once, else the most important ones only. */
function planFits(chosen: readonly Chosen[], folds: number, options: FinishOptions): Plan {
  const { deadline, threads, single = false } = options;
  const left = deadline === undefined ? Number.POSITIVE_INFINITY : (deadline - clock.now()) / 1000;
  const seconds = (list: readonly Chosen[]) =>
    list.reduce((sum, { trial }) => sum + bagSeconds(trial), 0) / threads;
  if (!single && folds > 1 && seconds(chosen) <= left) return { chosen, single: false };
  let kept = chosen;
  while (kept.length > 1 && (seconds(kept) * SINGLE) / folds > left) kept = kept.slice(0, -1);
  return { chosen: kept, single: true };
}

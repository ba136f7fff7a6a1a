/**
 * The models of all outcomes of a study: one for each objective and for each limit, independent of each other.
 */
import type { Compute } from "../../compute.ts";
import type { Trial } from "../../trial.ts";
import type { Observation, Observed } from "../observed.ts";
import { type Model, type ModelMemo, modelMemo, modelNow, modelOf, type Overlay } from "./model.ts";
import { type Schedule, scheduleNothing, takeIn } from "./schedule.ts";
import { constraintTarget, lossTarget, onlyLoss, type Target } from "./target.ts";

export interface OutcomesMemo {
  readonly schedule: Schedule;
  /** In the order of the problem's objectives. */
  readonly objectives: readonly ModelMemo[];
  /** By name: what the problem declares first, then what trials told without that. */
  readonly limits: Map<string, ModelMemo>;
  /** Global candidates that each model keeps up to date. */
  readonly pool: number;
}

/** A model of one outcome. */
export interface Outcome extends Model {
  readonly memo: ModelMemo;
  /** The place of its objective; −1 of a limit. */
  readonly objective: number;
}

export interface Outcomes {
  /** The observations that the models are made of, in the order of their rows. */
  readonly list: readonly Observation[];
  /** Those of which something can be learned. */
  readonly objectives: readonly Outcome[];
  readonly limits: readonly Outcome[];
  readonly isConstrained: boolean;
}

/**
 * Nothing modelled yet.
 *
 * @param pool     global candidates that each model keeps up to date
 * @param targets  what is sought: each objective unless said otherwise
 * @param slopeOf  the gradient of the first objective that was told with an observation, where that is to be used
 */
export function outcomesMemo(
  observed: Observed,
  pool: number,
  targets: readonly Target[] = targetsOf(observed),
  slopeOf?: ModelMemo["slopeOf"],
): OutcomesMemo {
  const { constraints = [] } = observed.problem;
  const schedule = scheduleNothing();
  const memo: OutcomesMemo = {
    schedule,
    objectives: targets.map((target, k) =>
      modelMemo(observed, pool, { target, schedule, ...(k === 0 && slopeOf && { slopeOf }) }),
    ),
    limits: new Map(),
    pool,
  };
  for (const { name } of constraints) addLimit(memo, observed, name);
  return memo;
}

function targetsOf({ problem: { objectives } }: Observed): readonly Target[] {
  return objectives.length === 1 ? [onlyLoss] : objectives.map((_, k) => lossTarget(k));
}

function addLimit({ limits, schedule, pool }: OutcomesMemo, observed: Observed, name: string): void {
  if (!limits.has(name))
    limits.set(name, modelMemo(observed, pool, { target: constraintTarget(name), schedule }));
}

/** Takes a trial in. */
export function tellOutcomes(memo: OutcomesMemo, observed: Observed, trial: Trial): void {
  for (const name of Object.keys(trial.constraints ?? {})) addLimit(memo, observed, name);
  takeIn(memo.schedule, observed, trial);
}

/** The models of all that was observed; undefined while nothing can be learned of any outcome. */
export async function outcomesOf(
  memo: OutcomesMemo,
  observed: Observed,
  compute: Compute,
  overlay?: Overlay,
): Promise<Outcomes | undefined> {
  const found: (Outcome | undefined)[] = [];
  for (const [each, objective] of parts(memo))
    found.push(outcome(each, objective, await modelOf(each, observed, compute, overlay)));
  return gathered(memo, overlay?.list ?? observed.list, found);
}

/** The same where nobody can wait. */
export function outcomesNow(memo: OutcomesMemo, observed: Observed): Outcomes | undefined {
  const found = parts(memo).map(([each, objective]) => outcome(each, objective, modelNow(each, observed)));
  return gathered(memo, observed.list, found);
}

function parts({ objectives, limits }: OutcomesMemo): (readonly [ModelMemo, number])[] {
  return [
    ...objectives.map((memo, k) => [memo, k] as const),
    ...[...limits.values()].map((memo) => [memo, -1] as const),
  ];
}

const outcome = (memo: ModelMemo, objective: number, model: Model | undefined): Outcome | undefined =>
  model && { ...model, memo, objective };

function gathered(
  { limits }: OutcomesMemo,
  list: readonly Observation[],
  found: readonly (Outcome | undefined)[],
): Outcomes | undefined {
  const known = found.filter((each) => each !== undefined);
  if (known.length === 0) return undefined;
  return {
    list,
    objectives: known.filter(({ objective }) => objective >= 0),
    limits: known.filter(({ objective }) => objective < 0),
    isConstrained: limits.size > 0,
  };
}

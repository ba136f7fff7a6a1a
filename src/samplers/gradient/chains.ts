/**
 * The chains of a study: which trials belong to which, and how far each has come.
 */
import type { Problem } from "../../problem.ts";
import type { Params } from "../../space/types.ts";
import { place } from "../../space.ts";
import { effectiveParams, type Json, type Trial } from "../../trial.ts";
import { missOf, observationOf } from "../observed.ts";
import { advanced, beginning, type Descent, type Step, stepOf, type Visit } from "./descent.ts";
import { slopeOf } from "./slope.ts";

/** Where a trial stands, as its `origin` says: a chain has the number of its first trial. */
export interface Place {
  readonly chain: number;
  /** Counts the chain's trials, from 0. */
  readonly step: number;
}

interface Member extends Visit {
  readonly trial: Trial;
  readonly params: Params;
  readonly active: Uint8Array;
}

export interface Chain {
  readonly number: number;
  /** In the order of their steps. */
  readonly members: readonly Member[];
  readonly descent: Descent;
  /** Whether the sampler has begun it; else it is a trial of somebody else's, from which one could go on. */
  readonly begun: boolean;
}

/** How a chain goes on. */
export interface Continuation extends Step {
  readonly params: Params;
}

/** The place of a trial: one that belongs to no chain is the first of its own. */
export function placeOf({
  number,
  origin,
}: Pick<Trial, "number" | "origin">): Place & { readonly begun: boolean } {
  if (typeof origin === "object" && origin !== null) {
    const { chain, step } = origin as { readonly chain?: unknown; readonly step?: unknown };
    if (typeof chain === "number" && typeof step === "number") return { chain, step, begun: true };
  }
  return { chain: number, step: 0, begun: false };
}

/** Takes a trial into its chain; undefined if it has no point in the space. One that was told before is replaced. */
export function withTrial(
  problem: Problem,
  chain: Chain | undefined,
  trial: Trial,
  rate: number,
): Chain | undefined {
  const { chain: number, begun } = placeOf(trial);
  const member = memberOf(problem, trial);
  const before = chain?.members ?? [];
  const others = before.filter((one) => one.number !== trial.number);
  if (member === undefined) return chain;
  const last = others[others.length - 1];
  const isNext = others.length === before.length && (last === undefined || isAfter(member, last));
  const members = [...others, member];
  if (!isNext) members.sort((a, b) => (isAfter(a, b) ? 1 : -1));
  const descent =
    isNext && chain !== undefined ? onward(problem, chain.descent, members) : folded(problem, members, rate);
  return { number, members, descent, begun: begun || (chain?.begun ?? false) };
}

const isAfter = (a: Visit, b: Visit) => (a.step === b.step ? a.number > b.number : a.step > b.step);

function folded(problem: Problem, members: readonly Member[], rate: number): Descent {
  let descent = beginning(members[0], rate);
  for (let n = 2; n <= members.length; n++) descent = onward(problem, descent, members.slice(0, n));
  return descent;
}

/** The chain after the last of these; one with other choices is no step on its way. */
function onward({ space }: Problem, descent: Descent, members: readonly Member[]): Descent {
  const [first, last] = [members[0], members[members.length - 1]];
  const isSame = space.parameters.every(
    (parameter) =>
      parameter.domain === "real" || first.params[parameter.path] === last.params[parameter.path],
  );
  if (isSame) return advanced(descent, last);
  const { gradient: _, ...elsewhere } = last;
  return advanced(descent, { ...elsewhere, loss: Number.NaN });
}

function memberOf(problem: Problem, trial: Trial): Member | undefined {
  const observation = observationOf(problem, trial, { clip: true });
  if (observation === undefined) return undefined;
  const { unit, active, loss } = observation;
  const slope = slopeOf(problem, observation);
  const isKnown = slope !== undefined && slope.known > 0;
  return {
    trial,
    number: trial.number,
    step: placeOf(trial).step,
    params: effectiveParams(trial),
    unit,
    active,
    loss: trial.state === "complete" && missOf(observation) === 0 ? loss : Number.NaN,
    ...(isKnown && { gradient: slope.gradient }),
    ...(slope?.note !== undefined && { note: slope.note }),
  };
}

/** The trial of a chain's best point; its first while it has none with a loss. */
export function bestMember({ members, descent }: Chain): Member {
  return members.find(({ number }) => number === descent.best.number) as Member;
}

/** Rounding on the way into the unit cube and out again. */
const ROUNDING = 1e-9;

/**
 * The next trial of a chain, or why there is none.
 *
 * @param fixed  values that are settled: only a chain that has them goes on
 */
export function continuationOf(problem: Problem, chain: Chain, fixed: Params = {}): Continuation | string {
  const { descent, members } = chain;
  const { space } = problem;
  if (descent.ended !== undefined) return descent.ended;
  const at = bestMember(chain);
  if (Object.entries(fixed).some(([path, value]) => path in at.params && !isClose(at.params[path], value)))
    return "other values are settled";
  const free = Uint8Array.from(space.parameters, ({ domain, index, path }) =>
    Number(domain === "real" && at.active[index] === 1 && !(path in fixed)),
  );
  const step = stepOf(descent, free);
  if (step === undefined) return "the loss falls no further within the ranges";
  const params = place(space, Float64Array.from(step.unit), fixed);
  const key = space.key(params);
  // constraints may move it back to where it was, or to other choices: then there is no way on
  if (members.some(({ trial }) => space.key(trial.params) === key)) return "constraints hold it where it is";
  const { note } = descent.best;
  return { ...step, params, origin: { ...step.origin, ...(note !== undefined && { note }) } };
}

function isClose(a: Json | undefined, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== "number" || typeof b !== "number") return false;
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}

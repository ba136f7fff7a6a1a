/**
 * How trials begin: which are claimed, and what is written down when one starts. Shared by the loop and by those who
 * ask for trials themselves.
 */
import type { EventBody } from "../events.ts";
import type { Claim } from "../history.ts";
import { rng } from "../random.ts";
import type { Sampler, Suggestion } from "../sampler.ts";
import type { Follower } from "./follower.ts";
import { settledParams } from "./suggest.ts";

type Started = Extract<EventBody, { kind: "started" }>;

/** Who claims, and for how long unless it is renewed. */
export interface Claimant {
  readonly worker: string;
  readonly leaseMs?: number;
}

/** Claims on paused trials that the pruner promotes, at most so many. */
export function promotions(
  { pruner, prunerState, history }: Follower,
  most: number,
  claimant: Claimant,
): EventBody[] {
  const taken = new Set(history.claims.keys());
  const claims: EventBody[] = [];
  while (claims.length < most) {
    const next = pruner?.promote?.(prunerState, taken);
    if (next === undefined || taken.has(next.trial) || history.trials[next.trial]?.state !== "paused") break;
    taken.add(next.trial);
    claims.push({ kind: "claimed", ...claimant, ...next, basis: history.position });
  }
  return claims;
}

/** The start of a claimed trial whose params need no suggestion: promoted, tried before, or enqueued whole. */
export function settledStart(follower: Follower, claim: Claim): Started | undefined {
  const { history, pruner, prunerState } = follower;
  const params = settledParams(history, claim);
  if (params === undefined) return undefined;
  const { number, attempt } = claim;
  const before = history.trials[number];
  const isNew = before?.attempt === 0;
  const assigned = isNew
    ? pruner?.assign?.(prunerState, number, rng(history.problem.seed, "assign", number))
    : {};
  const budget = claim.budget ?? assigned?.budget ?? before?.budget;
  return {
    kind: "started",
    trial: number,
    attempt,
    params,
    ...(assigned?.bracket !== undefined && { bracket: assigned.bracket }),
    ...(budget !== undefined && { budget }),
  };
}

/** The start of a trial that a sampler suggested. */
export function suggestedStart(
  { name, version, options }: Sampler,
  { number, attempt }: Pick<Claim, "number" | "attempt">,
  { params, budget, origin, fork, repeatOf, bracket }: Suggestion & { readonly bracket?: number },
  basis: number,
): Started {
  return {
    kind: "started",
    trial: number,
    attempt,
    params,
    basis,
    sampler: { name, version, ...(options !== undefined && { options }) },
    ...(origin !== undefined && { origin }),
    ...(bracket !== undefined && { bracket }),
    ...(budget !== undefined && { budget }),
    ...(fork !== undefined && { fork }),
    ...(repeatOf !== undefined && { repeatOf }),
  };
}

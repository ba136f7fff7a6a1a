/**
 * What a population did so far: each trial is one member's training over one interval.
 */
import type { Problem } from "../../problem.ts";
import type { Params } from "../../space/types.ts";
import type { Json, Trial } from "../../trial.ts";
import { reachOf } from "../brackets.ts";
import { missOf, observationOf } from "../observed.ts";

/** Where a trial stands in its population, as its `origin` says. */
export interface Place {
  readonly member: number;
  /** Counts the member's trials, from 0. */
  readonly generation: number;
}

/** One member's training over one interval, once it has ended. */
export interface Episode extends Place {
  readonly trial: number;
  readonly params: Params;
  /** The step that it began at; 0 without a checkpoint. */
  readonly from: number;
  /** The trial whose checkpoint that was. */
  readonly parent?: number;
  /** The step that it came to; that it was to come to, where it failed or was pruned. */
  readonly step: number;
  /** Losses at its end, shape (objectives); NaN if it failed or was pruned: nobody goes on from there. */
  readonly losses: Float64Array;
  /** By how much it is infeasible, 0 if it is feasible. */
  readonly violation: number;
}

/** Whether a member's checkpoint can be gone on from. */
export function isSound({ losses }: Episode): boolean {
  return !losses.some(Number.isNaN);
}

/** The place of a trial in a population; undefined if it is in none: the user's own, or another sampler's. */
export function placeOf({ origin }: { readonly origin?: Json }): Place | undefined {
  if (typeof origin !== "object" || origin === null) return undefined;
  const { member, generation } = origin as { readonly member?: unknown; readonly generation?: unknown };
  if (typeof member !== "number" || typeof generation !== "number") return undefined;
  return { member, generation };
}

/** A trial that ended, or paused, as an episode; undefined if it is in no population. */
export function episodeOf(problem: Problem, trial: Trial): Episode | undefined {
  const place = placeOf(trial);
  const observation = place && observationOf(problem, trial);
  if (place === undefined || observation === undefined) return undefined;
  const most = problem.steps?.max ?? Number.POSITIVE_INFINITY;
  const { losses } = observation;
  const isLost = trial.state === "failed" || trial.state === "pruned" || losses.some(Number.isNaN);
  const { number, params, fork, budget = most } = trial;
  return {
    ...place,
    trial: number,
    params,
    from: fork?.step ?? 0,
    ...(fork && { parent: fork.trial }),
    step: isLost ? budget : Math.min(most, reachOf(problem, trial)),
    losses: isLost ? losses.map(() => Number.NaN) : losses,
    violation: missOf(observation),
  };
}

/** The episodes of each member, in the order of their generations; members in order of their numbers. */
export function membersOf(episodes: Iterable<Episode>): readonly (readonly Episode[])[] {
  const members: Episode[][] = [];
  for (const episode of episodes) (members[episode.member] ??= []).push(episode);
  return Array.from(members, (own = []) => own.sort((a, b) => a.generation - b.generation));
}

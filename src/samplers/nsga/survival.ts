/**
 * Who lives on, and who has children: what distinguishes one evolutionary sampler from another.
 */
import type { Rng } from "../../random.ts";
import type { Observation } from "../observed.ts";

/** Chooses who goes when one more has come than may live on. */
export type Survival = (pool: Ranked) => Verdict;

/** Trials in the order of their numbers, and their fronts, 0 for the first. Shape (pool). */
export interface Ranked {
  readonly list: readonly Observation[];
  readonly ranks: Int32Array;
}

export interface Verdict {
  /** Whoever is to go, as an index of the pool: of the last front. */
  readonly goes: number;
  /** How alone each is among those of its front: the more, the better. Shape (pool). */
  readonly room: Float64Array;
}

/** One that may have children. */
export interface Parent {
  readonly observation: Observation;
  readonly rank: number;
  readonly room: number;
}

/** The better of two that are drawn by chance: by front, then by room; the first of equal ones. */
export function tournament(parents: readonly Parent[], rng: Rng): Parent {
  const [a, b] = [parents[rng.integer(parents.length)], parents[rng.integer(parents.length)]];
  if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
  return b.room > a.room ? b : a;
}

/** Indices of the members of a front. */
export function membersOf(ranks: Int32Array, front: number): number[] {
  const members: number[] = [];
  ranks.forEach((rank, i) => {
    if (rank === front) members.push(i);
  });
  return members;
}

/** The last front there is; −1 of nobody. */
export function lastFront(ranks: Int32Array): number {
  return ranks.reduce((last, rank) => Math.max(last, rank), -1);
}

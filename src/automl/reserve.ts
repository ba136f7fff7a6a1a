/**
 * When a search has to end, so that there is time to fit the chosen models again on all rows.
 */
import * as clock from "../clock.ts";
import type { Trial } from "../trial.ts";
import { ranked } from "./rank.ts";

/** Share of the whole time that finishing may take at most, and what saving takes beside fitting. */
const MOST_FINISHING = 0.35;
const SAVING_MS = 500;
/** So many of the best models are expected to be fitted again, before an ensemble was chosen. */
const EXPECTED_MEMBERS = 6;
/** An ensemble is chosen anew at most so often, as a share of the whole time. */
const RECHOSEN = 0.04;
/** Fits on all rows see more than those of the search did. */
const MORE_ROWS = 1.3;

/** Seconds that fitting a trial's models on the folds of all rows is expected to take, by what it took in the search. */
export function bagSeconds({ times: { started = 0, finished = 0 } }: Pick<Trial, "times">): number {
  return (MORE_ROWS * (finished - started)) / 1000;
}

export interface ReserveOptions {
  /** Milliseconds since the epoch: when it began, and when everything is to be done. */
  readonly began: number;
  readonly deadline: number;
  readonly threads: number;
  /** Trials that came to their end. */
  readonly complete: () => readonly Trial[];
  /** The members of the ensemble that would be chosen from them now. */
  readonly choose: (complete: readonly Trial[]) => Promise<readonly Trial[]>;
}

/**
 * Whether the search is over, to be asked again and again. What has to be kept free is first guessed by the best models; near
 * the end, an ensemble is chosen to know it better, and again when there are more models.
 */
export function searchEnd({ began, deadline, threads, complete, choose }: ReserveOptions): () => boolean {
  const whole = deadline - began;
  const msFor = (trials: readonly Trial[]) =>
    SAVING_MS +
    Math.min(
      MOST_FINISHING * whole,
      (1000 / threads) * trials.reduce((sum, trial) => sum + bagSeconds(trial), 0),
    );
  let chosen: { readonly of: number; readonly at: number; readonly ms: number } | undefined;
  let isChoosing = false;
  return () => {
    const now = clock.now();
    if (now >= deadline - SAVING_MS) return true;
    const all = complete();
    const best = ranked(all).slice(0, EXPECTED_MEMBERS);
    if (now < deadline - msFor(best)) return false;
    const isStale = chosen === undefined || (chosen.of !== all.length && now - chosen.at > RECHOSEN * whole);
    if (isStale && !isChoosing && all.length > 0) {
      isChoosing = true;
      const began = clock.elapsed(); // the ensemble is chosen once more in the end
      choose(all)
        .then((members) => {
          const choosing = clock.elapsed() - began;
          chosen = { of: all.length, at: clock.now(), ms: choosing + msFor(members) };
        })
        .catch(() => {
          chosen = { of: all.length, at: clock.now(), ms: msFor(best) };
        })
        .finally(() => {
          isChoosing = false;
        });
    }
    return chosen !== undefined && now >= deadline - chosen.ms;
  };
}

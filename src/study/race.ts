/**
 * Which configuration of a noisy objective is evaluated once more: a pure function of the history.
 */
import type { Repeats } from "../events.ts";
import { configurations, type History, isFeasible } from "../history.ts";
import type { Trial } from "../trial.ts";

/** So many configurations are known before the best of them is evaluated again. */
const FEWEST = 4;
/** At most this share of all evaluations are repeats, where only the best are repeated. */
const SHARE = 0.5;

/** One configuration, and how often its evaluation was begun, whatever came of it. */
interface Entrant {
  readonly whole: Trial;
  readonly begun: number;
}

/**
 * The first trial of the configuration that evaluation `number` repeats; undefined where it is to try a new one.
 *
 * Only complete trials are evaluated again. With `all`, each as often as was asked for. Otherwise it is a race: of the
 * configurations whose lower confidence bound lies below the best mean, the one with the least bound (Kalyanakrishnan
 * et al. 2012, "PAC subset selection", LUCB), with the spread of a single evaluation pooled over all that were
 * repeated.
 *
 * @param open  trials without an end, those among them that are about to begin
 */
export function repeated(
  history: History,
  { most, all = false }: Repeats,
  open: readonly Trial[],
  number: number,
): number | undefined {
  const begun = begunRepeats(history, open);
  const complete = entrantsOf(history, begun);
  if (all) return complete.find(({ begun }) => begun < most)?.whole.number;
  let repeats = 0;
  for (const count of begun.values()) repeats += count;
  if (repeats >= SHARE * number || complete.length < FEWEST) return undefined;
  const lossOf = ({ whole }: Entrant) => (whole.losses as readonly number[])[0];
  const best = complete.reduce((a, b) => (lossOf(b) < lossOf(a) ? b : a));
  const std = pooledSpread(complete);
  if (std === undefined) return best.begun < most ? best.whole.number : undefined;
  const bound = (entrant: Entrant) => lossOf(entrant) - std / Math.sqrt(entrant.begun);
  const racing = complete.filter((entrant) => entrant.begun < most && bound(entrant) <= lossOf(best));
  if (racing.length === 0) return undefined;
  return racing.reduce((a, b) => (bound(b) < bound(a) ? b : a)).whole.number;
}

/** Repeats that were begun, by the first trial. */
function begunRepeats(history: History, open: readonly Trial[]): Map<number, number> {
  const begun = new Map([...history.repeats].map(([first, numbers]) => [first, numbers.length]));
  for (const { number, repeatOf } of open)
    if (repeatOf !== undefined && history.trials[number] === undefined)
      begun.set(repeatOf, (begun.get(repeatOf) ?? 0) + 1);
  return begun;
}

/** The configurations that may be repeated, in the order of their numbers. */
function entrantsOf(history: History, begun: ReadonlyMap<number, number>): Entrant[] {
  return configurations(history)
    .filter((whole) => whole.losses !== undefined && isFeasible(whole))
    .filter(({ number }) => history.trials[number]?.state === "complete")
    .map((whole) => ({ whole, begun: 1 + (begun.get(whole.number) ?? 0) }));
}

/** The standard deviation of a single evaluation, over all configurations that have several; undefined without one. */
function pooledSpread(entrants: readonly Entrant[]): number | undefined {
  let squares = 0;
  let freedom = 0;
  for (const { whole } of entrants) {
    if (whole.repeats === undefined || whole.repeats.count < 2) continue;
    squares += (whole.repeats.count - 1) * whole.repeats.std[0] * whole.repeats.std[0];
    freedom += whole.repeats.count - 1;
  }
  return freedom === 0 ? undefined : Math.sqrt(squares / freedom);
}

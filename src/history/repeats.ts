/**
 * A configuration that was evaluated several times, as one trial: with means for values, and their spread.
 */
import type { Numbers, Trial } from "../trial.ts";
import type { History } from "./types.ts";

/**
 * The evaluations of one configuration as one trial: the first, with the means of those that are complete. Where none
 * is, the first as it is.
 *
 * @param first    the first evaluation
 * @param repeats  those that repeat it, whatever became of them
 */
function configurationOf(first: Trial, repeats: readonly Trial[]): Trial {
  const complete = [first, ...repeats].filter(
    ({ state, losses }) => state === "complete" && losses !== undefined,
  );
  if (repeats.length === 0 || complete.length === 0) return first;
  const losses = complete.map((trial) => trial.losses as readonly number[]);
  const means = losses[0].map((_, k) => mean(losses.map((each) => each[k])));
  const std = means.map((m, k) =>
    spread(
      losses.map((each) => each[k]),
      m,
    ),
  );
  const constraints = meansByName(complete.map((trial) => trial.constraints));
  return Object.freeze({
    ...first,
    state: "complete" as const,
    values: meansByName(complete.map(({ values }) => values)),
    losses: Object.freeze(means),
    ...(constraints && { constraints }),
    repeats: { count: complete.length, std: Object.freeze(std) },
    error: undefined,
  });
}

/** The same of a trial's number in a history; a trial that repeats another is itself alone. */
export function configurationAt(history: History, number: number): Trial | undefined {
  const first = history.trials[number];
  const repeats = history.repeats.get(number);
  if (first === undefined || repeats === undefined) return first;
  return configurationOf(
    first,
    repeats.flatMap((each) => history.trials[each] ?? []),
  );
}

/** Every configuration that was begun or waits as one trial each, by the number of its first. */
export function configurations(history: History): readonly Trial[] {
  return history.trials.flatMap((trial) =>
    trial === undefined || trial.repeatOf !== undefined
      ? []
      : (configurationAt(history, trial.number) as Trial),
  );
}

/** The best configuration, if any is complete and feasible. */
export function bestTrial(history: History): Trial | undefined {
  return history.best === undefined ? undefined : configurationAt(history, history.best);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** The standard deviation of a single evaluation; 0 of one alone. */
function spread(numbers: readonly number[], m: number): number {
  if (numbers.length < 2) return 0;
  return Math.sqrt(numbers.reduce((sum, each) => sum + (each - m) * (each - m), 0) / (numbers.length - 1));
}

/** The mean of each number that all of them have. */
function meansByName(list: readonly (Numbers | undefined)[]): Numbers | undefined {
  if (list.some((numbers) => numbers === undefined)) return undefined;
  const all = list as readonly Numbers[];
  const names = Object.keys(all[0]).filter((name) => all.every((numbers) => name in numbers));
  return Object.freeze(
    Object.fromEntries(names.map((name) => [name, mean(all.map((numbers) => numbers[name]))])),
  );
}

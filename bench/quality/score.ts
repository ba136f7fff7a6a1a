/**
 * From losses to regret, and from regret to what may be said about the difference of two contenders.
 */
import { rng } from "../../src/index.ts";
import type { Cell } from "./cell.ts";
import type { Reference } from "./references.ts";
import { type VolumeReference, volumeOf } from "./volumes.ts";

/** Worst regret that counts. */
const WORST = 2;
const DRAWS = 2000;

/**
 * (best of the first n − lowest) / (random's best of ten − lowest), within 0 and 2. Where values were noisy, what the
 * study recommends after n trials counts, not the luckiest of them.
 */
export function regret(
  { losses, recommended }: Pick<Cell<number>, "losses" | "recommended">,
  n: number,
  { best, random }: Reference,
): number {
  const looked = recommended === undefined ? losses.slice(0, n) : [recommended[n - 1]];
  let lowest = Number.POSITIVE_INFINITY;
  for (const loss of looked) if (loss !== null && loss < lowest) lowest = loss;
  if (lowest <= best) return 0; // also where nothing is to be gained on the task
  return Math.min(WORST, (lowest - best) / (random - best));
}

/**
 * (largest volume − volume of the first n) / (largest volume − volume of ten random trials), within 0 and 2: the volume
 * is what the trials that keep to the limits dominate below the reference point.
 */
export function volumeRegret(
  { losses, missed = [] }: Pick<Cell<readonly number[]>, "losses" | "missed">,
  n: number,
  { point, best, random }: VolumeReference,
): number {
  const volume = volumeOf(
    losses.slice(0, n).filter((one, at): one is readonly number[] => one !== null && !(missed[at] > 0)),
    point,
  );
  if (volume >= best) return 0; // also where nothing is to be gained on the task
  return Math.min(WORST, (best - volume) / (best - random));
}

/** Regrets of one contender: by task, by seed. */
export type Regrets = ReadonlyMap<string, ReadonlyMap<number, number>>;
/** The family of each task. */
export type Families = ReadonlyMap<string, string>;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean over seeds, then tasks, then families: each family weighs the same. */
export function meanRegret(regrets: Regrets, families: Families): number {
  return mean([...byFamily(regrets, families).values()]);
}

export function byFamily(regrets: Regrets, families: Families): ReadonlyMap<string, number> {
  const groups = new Map<string, number[]>();
  for (const [task, seeds] of regrets) {
    const family = families.get(task) as string;
    groups.set(family, [...(groups.get(family) ?? []), mean([...seeds.values()])]);
  }
  return new Map([...groups].map(([family, values]) => [family, mean(values)]));
}

/** The tasks that both ran. */
export function common(a: Regrets, b: Regrets): readonly [Regrets, Regrets] {
  const keep = (one: Regrets, other: Regrets) => new Map([...one].filter(([task]) => other.has(task)));
  return [keep(a, b), keep(b, a)];
}

/**
 * Difference of the mean regrets a − b over common tasks, with its 95 % interval: families are strata; tasks are
 * drawn again within them, then the seeds of each contender.
 */
export function difference(a: Regrets, b: Regrets, families: Families) {
  const [ours, theirs] = common(a, b);
  const strata = new Map<string, string[]>();
  for (const task of ours.keys()) {
    const family = families.get(task) as string;
    strata.set(family, [...(strata.get(family) ?? []), task]);
  }
  const stream = rng(1, "bootstrap");
  const draw = <T>(values: readonly T[]) => values[stream.integer(values.length)];
  const again = (values: readonly number[]) => mean(values.map(() => draw(values)));
  const values = (one: Regrets, task: string) => [...(one.get(task) as ReadonlyMap<number, number>).values()];
  const drawn = Array.from({ length: DRAWS }, () =>
    mean(
      [...strata.values()].map((tasks) =>
        mean(
          tasks.map(() => {
            const task = draw(tasks);
            return again(values(ours, task)) - again(values(theirs, task));
          }),
        ),
      ),
    ),
  ).sort((x, y) => x - y);
  return {
    mean: meanRegret(ours, families) - meanRegret(theirs, families),
    low: drawn[Math.floor(0.025 * DRAWS)],
    high: drawn[Math.ceil(0.975 * DRAWS) - 1],
    tasks: ours.size,
  };
}

/** The share of pairs of runs on the same task in which a ends below b; equals count half. */
export function wins(a: Regrets, b: Regrets): number {
  const [ours, theirs] = common(a, b);
  return mean(
    [...ours].map(([task, seeds]) => {
      const others = [...(theirs.get(task) as ReadonlyMap<number, number>).values()];
      const pairs = [...seeds.values()].flatMap((x) => others.map((y) => (x < y ? 1 : x === y ? 0.5 : 0)));
      return mean(pairs);
    }),
  );
}

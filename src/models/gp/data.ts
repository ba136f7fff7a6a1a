/**
 * Values at points as data of a Gaussian process.
 */

import type { Rng } from "../../random.ts";
import type { Encoded } from "../../space/types.ts";
import type { Features } from "./features.ts";
import type { Data } from "./likelihood.ts";
import type { Warp } from "./warp.ts";

/** A value at a point. */
export interface Sample extends Encoded {
  /** NaN where it was lost. */
  readonly value: number;
  /** Over how many evaluations `value` is the mean. @default 1 */
  readonly count?: number;
  /** The standard deviation of a single one, where that is known. */
  readonly std?: number;
}

/** Data, and the row of each sample in it. */
export interface Rows {
  readonly data: Data;
  readonly rowOf: readonly number[];
}

interface Group {
  readonly x: Float64Array;
  readonly samples: { readonly value: number; readonly count: number; readonly std: number }[];
}

/** Samples as data of a process; equal points are merged. */
export function rowsOf(features: Features, samples: readonly Sample[], warp: Warp): Rows {
  const width = features.numeric + features.nominal;
  const places = new Map<string, number>();
  const groups: Group[] = [];
  const rowOf = samples.map((sample) => {
    const x = new Float64Array(width);
    features.write(sample, x, 0);
    const key = x.join();
    let place = places.get(key);
    if (place === undefined) {
      place = groups.push({ x, samples: [] }) - 1;
      places.set(key, place);
    }
    const value = warp.apply(sample.value);
    groups[place].samples.push({ value, count: sample.count ?? 1, std: warpedStd(sample, warp) });
    return place;
  });
  const data = {
    n: groups.length,
    features,
    scales: features.parameters.length,
    x: new Float64Array(groups.length * width),
    y: new Float64Array(groups.length),
    repeats: new Float64Array(groups.length),
    within: 0,
    degrees: 0,
  };
  groups.forEach((group, i) => {
    data.x.set(group.x, i * width);
    for (const { count, value } of group.samples) {
      data.repeats[i] += count;
      data.y[i] += count * value;
    }
    data.y[i] /= data.repeats[i];
    data.degrees += group.samples.length - 1;
    for (const { count, value, std } of group.samples) {
      data.within += count * ((value - data.y[i]) * (value - data.y[i]));
      if (Number.isNaN(std)) continue;
      data.degrees += count - 1;
      data.within += (count - 1) * std * std;
    }
  });
  return { data, rowOf };
}

/** The standard deviation of a single evaluation as the warp has it near the mean; NaN where it is not known. */
function warpedStd({ value, count = 1, std = Number.NaN }: Sample, warp: Warp): number {
  if (count < 2 || !Number.isFinite(std) || !Number.isFinite(value)) return Number.NaN;
  return Math.abs(warp.apply(value + std) - warp.apply(value - std)) / 2;
}

/** The best third, the latest third and some of the others, in their order. */
export function subset<S extends Pick<Sample, "value">>(
  list: readonly S[],
  most: number,
  stream: Rng,
): readonly S[] {
  if (list.length <= most) return list;
  const third = Math.floor(most / 3);
  const ranked = list
    .map((_, place) => place)
    .sort((a, b) => order(list[a].value) - order(list[b].value) || a - b);
  const chosen = new Set(ranked.slice(0, third));
  for (let place = list.length - third; place < list.length; place++) chosen.add(place);
  while (chosen.size < most) chosen.add(stream.integer(list.length));
  return [...chosen].sort((a, b) => a - b).map((place) => list[place]);
}

const order = (value: number) => (Number.isNaN(value) ? Number.MAX_VALUE : value);

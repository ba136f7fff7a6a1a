/**
 * Trials as data of a Gaussian process.
 */
import type { Features } from "../models/gp/features.ts";
import type { Data } from "../models/gp/likelihood.ts";
import type { Warp } from "../models/gp/warp.ts";
import type { Encoded } from "../space/types.ts";
import type { Entry } from "./told.ts";

/** Coordinates of points, shape (points, width). */
export function coordinatesOf(features: Features, points: readonly Encoded[]): Float64Array {
  const width = features.numeric + features.nominal;
  const x = new Float64Array(points.length * width);
  points.forEach((point, c) => {
    features.write(point, x, c * width);
  });
  return x;
}

/** The best half and the latest half, in their order. */
export function subset(list: readonly Entry[], most: number): readonly Entry[] {
  if (list.length <= most) return list;
  const half = Math.floor(most / 2);
  const value = ({ loss }: Entry) => (Number.isNaN(loss) ? Number.MAX_VALUE : loss);
  const ranked = list.map((_, place) => place).sort((a, b) => value(list[a]) - value(list[b]) || a - b);
  const chosen = new Set(ranked.slice(0, half));
  for (let place = list.length - 1; chosen.size < most; place--) chosen.add(place);
  return [...chosen].sort((a, b) => a - b).map((place) => list[place]);
}

/** Trials as data of a process; equal points are merged. */
export function dataOf(features: Features, list: readonly Entry[], warp: Warp): Data {
  const width = features.numeric + features.nominal;
  const groups = new Map<string, { readonly x: Float64Array; readonly values: number[] }>();
  for (const entry of list) {
    const x = coordinatesOf(features, [entry]);
    const key = x.join();
    const group = groups.get(key) ?? { x, values: [] };
    groups.set(key, group);
    const value = warp.apply(entry.loss);
    for (let n = entry.repeats?.count ?? 1; n > 0; n--) group.values.push(value);
  }
  const rows = [...groups.values()];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const y = Float64Array.from(rows, ({ values }) => mean(values));
  const x = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    x.set(row.x, i * width);
  });
  const data = {
    n: rows.length,
    features,
    scales: features.parameters.length,
    x,
    y,
    repeats: Float64Array.from(rows, ({ values }) => values.length),
    within: rows.reduce(
      (sum, { values }, i) => sum + values.reduce((own, value) => own + (value - y[i]) ** 2, 0),
      0,
    ),
    degrees: rows.reduce((sum, { values }) => sum + values.length - 1, 0),
  };
  return data;
}

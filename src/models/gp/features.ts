/**
 * Points of a search space as coordinates of one Gaussian process, whatever is mixed or conditional in it.
 *
 * A numeric parameter is its unit coordinate; where it can be inactive it has a second coordinate, 0 while active
 * and ½ while not: inactive points lie half a unit off the axis, at its middle. That is an embedding in Euclidean
 * space, so every kernel of distances stays valid. A choice without order is nominal: points are equal in it or
 * not, and "inactive" is one more choice.
 */
import type { Encoded, Space } from "../../space/types.ts";

/** Where "inactive" lies off the axis of the active values. */
const OFF_AXIS = 0.5;

export interface Features {
  /** How many coordinates are numeric; they come first. */
  readonly numeric: number;
  readonly nominal: number;
  /** The length scale of each coordinate, shape (numeric + nominal): indices into the length scales. */
  readonly scaleOf: Int32Array;
  /** The parameter that each length scale belongs to. */
  readonly parameters: readonly number[];
  /** The unit coordinate that each numeric coordinate holds; −1 where it tells activity. */
  readonly unitOf: Int32Array;
  /** Derivative of a numeric coordinate by its unit coordinate. */
  slope(coordinate: number, unit: number): number;
  /** Writes the coordinates of a point to `out` from `place` on. */
  write(point: Encoded, out: Float64Array, place: number): void;
}

/** The features of a space; parameters that have one value are left out. */
export function featuresOf(space: Space): Features {
  const varied = space.parameters.filter((parameter) => parameter.domain === "real" || parameter.size > 1);
  const isNominal = (parameter: (typeof varied)[number]) =>
    parameter.domain === "choice" && !parameter.ordered;
  const values = varied.filter((parameter) => !isNominal(parameter));
  const optional = values.filter(({ conditions }) => conditions.length > 0);
  const choices = varied.filter(isNominal);
  const parameters = varied.map(({ index }) => index);
  const scale = ({ index }: { readonly index: number }) => parameters.indexOf(index);
  const numeric = values.length + optional.length;
  return {
    numeric,
    nominal: choices.length,
    scaleOf: Int32Array.from([...values, ...optional, ...choices], scale),
    parameters,
    unitOf: Int32Array.from([...values.map(({ index }) => index), ...optional.map(() => -1)]),
    slope: () => 1,
    write({ unit, active }, out, place) {
      let next = place;
      for (const { index } of values) out[next++] = active[index] ? unit[index] : 0.5;
      for (const { index } of optional) out[next++] = active[index] ? 0 : OFF_AXIS;
      for (const { index, ...choice } of choices) {
        const size = (choice as { readonly size: number }).size;
        out[next++] = active[index] ? Math.min(size - 1, Math.floor(unit[index] * size)) : size;
      }
    },
  };
}

/** Coordinates of points, shape (points, numeric + nominal), row-major. */
export function coordinatesOf(features: Features, points: readonly Encoded[]): Float64Array {
  const width = features.numeric + features.nominal;
  const x = new Float64Array(points.length * width);
  points.forEach((point, c) => {
    features.write(point, x, c * width);
  });
  return x;
}

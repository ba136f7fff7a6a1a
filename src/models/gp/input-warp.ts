/**
 * Input warping: each coordinate through the Kumaraswamy distribution function w(u) = 1 − (1 − u^a)^b, so that a
 * function that changes quickly near an end of a range is made even.
 *
 * @see Snoek et al. 2014, "Input warping for Bayesian optimization of non-stationary functions"
 */
import { exp, log } from "../../math/elementary.ts";
import type { Features } from "./features.ts";

/** Variance of ln a and ln b beforehand (Cowen-Rivers et al. 2022, "HEBO"). */
const VARIANCE = 0.75;
/** Coordinates keep so far from the ends, where the derivatives have no bounds. */
const EDGE = 1e-6;

/** Cells of the table of a warp. */
const CELLS = 1024;

/** ln a and ln b by warped coordinate: (ln a₀, ln b₀, ln a₁, …). */
export type WarpParameters = ArrayLike<number>;

/** The coordinates that may be warped: of numbers with enough values to tell. Shape (warped), indices of coordinates. */
export function warpable({ unitOf }: Features, fewValues: (unit: number) => boolean): Int32Array {
  const found: number[] = [];
  unitOf.forEach((unit, f) => {
    if (unit >= 0 && !fewValues(unit)) found.push(f);
  });
  return Int32Array.from(found);
}

const inside = (u: number) => Math.min(1 - EDGE, Math.max(EDGE, u));

/** The nearest coordinate within [0, 1]: what lies outside, of a range that was wider, goes on with slope 1. */
export const clamp = (u: number) => Math.min(1, Math.max(0, u));

/** w(u). */
export function warp(u: number, lnA: number, lnB: number): number {
  if (lnA === 0 && lnB === 0) return u;
  const power = exp(exp(lnA) * log(inside(u)));
  return 1 - exp(exp(lnB) * log(1 - power));
}

/** Warped coordinates of many points, and their derivatives by ln a and ln b; each of shape (n). */
export interface Warped {
  readonly value: Float64Array;
  readonly byLnA: Float64Array;
  readonly byLnB: Float64Array;
}

/** Logarithms of coordinates, computed once for many warps. */
export function logsOf(u: Float64Array): Float64Array {
  return u.map((one) => log(inside(one)));
}

/** w(u) and its derivatives, given ln u, written to `out`. */
export function warpInto(out: Warped, logs: Float64Array, lnA: number, lnB: number): void {
  const [a, b] = [exp(lnA), exp(lnB)];
  for (let i = 0; i < logs.length; i++) {
    const power = exp(a * logs[i]);
    const rest = log(1 - power);
    const left = exp(b * rest);
    out.value[i] = 1 - left;
    out.byLnA[i] = (a * b * left * power * logs[i]) / (1 - power);
    out.byLnB[i] = -b * rest * left;
  }
}

/** −ln p(ln a) or −ln p(ln b) up to a constant, and its derivative. */
export function warpPrior(value: number): readonly [number, number] {
  return [(value * value) / (2 * VARIANCE), value / VARIANCE];
}

/**
 * Features whose coordinates are warped. The warp is looked up in a table and interpolated linearly, which keeps it
 * monotone: a search writes thousands of points.
 */
export function warpedFeatures(features: Features, warped: Int32Array, parameters: WarpParameters): Features {
  const tables = new Map(
    Array.from(warped, (f, w) => {
      const [lnA, lnB] = [parameters[2 * w], parameters[2 * w + 1]];
      return [f, Float64Array.from({ length: CELLS + 1 }, (_, k) => warp(k / CELLS, lnA, lnB))];
    }),
  );
  const cellOf = (u: number) => Math.min(CELLS - 1, Math.max(0, Math.floor(u * CELLS)));
  const list = [...tables];
  return {
    ...features,
    write(point, out, place) {
      features.write(point, out, place);
      for (const [f, table] of list) {
        const u = out[place + f];
        const within = clamp(u);
        const k = cellOf(within);
        out[place + f] = table[k] + (within * CELLS - k) * (table[k + 1] - table[k]) + (u - within);
      }
    },
    slope(f, u) {
      const table = tables.get(f);
      if (table === undefined) return 1;
      const k = cellOf(u);
      return (table[k + 1] - table[k]) * CELLS;
    },
  };
}

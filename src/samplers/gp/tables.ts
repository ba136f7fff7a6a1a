/**
 * Functions of the normal distribution by cubic interpolation: a search looks at thousands of points, each of which
 * takes dozens of them.
 */
import { exp } from "../../math/elementary.ts";
import { logH, normalCdf, normalLogCdf } from "../../math/special.ts";

const STEPS = 64;
const END = 8;
const LOG_SQRT_2PI = 0.9189385332046728;

/** Values and slopes at multiples of 1/64 between ±8. */
function tabulate(value: (z: number) => number, slope: (z: number) => number): Float64Array {
  const entries = new Float64Array(2 * (2 * END * STEPS + 2));
  for (let k = 0; k < entries.length / 2; k++) {
    const z = k / STEPS - END;
    entries[2 * k] = value(z);
    entries[2 * k + 1] = slope(z) / STEPS;
  }
  return entries;
}

/** Hermite's polynomial between two entries. */
function lookUp(table: Float64Array, z: number): number {
  const place = (z + END) * STEPS;
  const k = Math.trunc(place);
  const t = place - k;
  const [y0, d0, y1, d1] = [table[2 * k], table[2 * k + 1], table[2 * k + 2], table[2 * k + 3]];
  const rise = y1 - y0;
  return y0 + t * (d0 + t * (3 * rise - 2 * d0 - d1 + t * (d0 + d1 - 2 * rise)));
}

// made when they are first asked for
let ofH: Float64Array | undefined;
let ofLogCdf: Float64Array | undefined;

/** h(z) = φ(z) + z Φ(z), to 1e-6 of its value. */
export function quickH(z: number): number {
  if (z >= END) return z;
  if (z <= -END) return exp(logH(z));
  ofH ??= tabulate((at) => exp(logH(at)), normalCdf);
  return lookUp(ofH, z);
}

/** ln Φ(z), to 1e-8. */
export function quickLogCdf(z: number): number {
  if (z >= END) return 0;
  if (z <= -END) return normalLogCdf(z);
  ofLogCdf ??= tabulate(normalLogCdf, hazard);
  return lookUp(ofLogCdf, z);
}

/** φ/Φ, the derivative of ln Φ. */
export function hazard(z: number): number {
  return exp(-0.5 * z * z - LOG_SQRT_2PI - normalLogCdf(z));
}

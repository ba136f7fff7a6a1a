/**
 * Steps of the outer loop, on the scale of change.
 */
import type { Layout } from "./layout.ts";

export interface Descent {
  /** Where to go from `u`, given the gradient there; within bounds and trust region. */
  next(u: Float64Array, gradient: Float64Array): Float64Array;
}

/** Shorter memory than usual: an outer loop takes tens of steps, not thousands. */
const BETA1 = 0.8;
const BETA2 = 0.95;
const EPSILON = 1e-12;

export interface AdamDescentOptions {
  readonly rate: number;
  readonly trustRegion: number;
}

/** Adam, its steps in units of each hyperparameter's scale. */
export function adamDescent(layout: Layout, { rate, trustRegion }: AdamDescentOptions): Descent {
  const m = new Float64Array(layout.size);
  const v = new Float64Array(layout.size);
  let [left1, left2] = [1, 1];
  return {
    next(u, gradient) {
      left1 *= BETA1;
      left2 *= BETA2;
      return step(layout, u, (i) => {
        const g = gradient[i] * layout.unit[i];
        m[i] = BETA1 * m[i] + (1 - BETA1) * g;
        v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
        const change = (rate * (m[i] / (1 - left1))) / (Math.sqrt(v[i] / (1 - left2)) + EPSILON);
        return limited(-change, trustRegion) * layout.unit[i];
      });
    },
  };
}

/** Gradient descent with momentum: v ← μ v + g, u ← u − rate · v. */
export function sgdDescent(
  layout: Layout,
  { rate, trustRegion, momentum = 0 }: { rate: number; trustRegion: number; momentum?: number },
): Descent {
  const v = new Float64Array(layout.size);
  return {
    next: (u, gradient) =>
      step(layout, u, (i) => {
        v[i] = momentum * v[i] + gradient[i];
        return limited(-rate * v[i], trustRegion * layout.unit[i]);
      }),
  };
}

/** Scales a gradient down to a largest norm. */
export function clipped(gradient: Float64Array, clip: number): Float64Array {
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  return norm > clip ? gradient.map((g) => (g * clip) / norm) : gradient;
}

function step({ lower, upper }: Layout, u: Float64Array, change: (i: number) => number): Float64Array {
  return u.map((v, i) => Math.min(upper[i], Math.max(lower[i], v + change(i))));
}

function limited(change: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, change));
}

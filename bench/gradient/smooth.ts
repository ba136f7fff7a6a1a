/**
 * Smooth functions of ten numbers with their analytic gradients, in natural units.
 */
import { minimise } from "../../src/math/lbfgs.ts";
import { rng } from "../../src/random.ts";
import type { Params, Space } from "../../src/space/types.ts";
import { float, space } from "../../src/space.ts";

export const DIMENSIONS = 10;

export interface SmoothTask {
  readonly name: string;
  readonly space: Space;
  /** The smallest value there is, as far as is known. */
  readonly optimum: number;
  at(params: Params): { readonly value: number; readonly gradient: Readonly<Record<string, number>> };
}

interface Valued {
  readonly value: number;
  /** By each number, shape (10). */
  readonly gradient: ArrayLike<number>;
}

const names = Array.from({ length: DIMENSIONS }, (_, j) => `x${j}`);

function task(
  name: string,
  [low, high]: readonly [number, number],
  f: (x: Float64Array) => Valued,
  { log = false, optimum }: { readonly log?: boolean; readonly optimum?: number } = {},
): SmoothTask {
  const own = space(Object.fromEntries(names.map((path) => [path, float(low, high, { log })])));
  return {
    name,
    space: own,
    optimum: optimum ?? lowest(f, [low, high], log),
    at(params) {
      const { value, gradient } = f(Float64Array.from(names, (path) => params[path] as number));
      return { value, gradient: Object.fromEntries(names.map((path, j) => [path, gradient[j]])) };
    },
  };
}

/** The lowest minimum that descents from drawn points find. */
function lowest(
  f: (x: Float64Array) => Valued,
  [low, high]: readonly [number, number],
  log: boolean,
): number {
  const [from, to] = log ? [Math.log(low), Math.log(high)] : [low, high];
  const stream = rng(1, "optimum");
  let best = Number.POSITIVE_INFINITY;
  for (let start = 0; start < 30; start++) {
    const found = minimise(
      (u) => {
        const x = log ? u.map(Math.exp) : u;
        const { value, gradient } = f(x);
        return { value, gradient: Float64Array.from(gradient, (g, j) => (log ? g * x[j] : g)) };
      },
      names.map(() => from + (to - from) * stream.uniform()),
      { lower: names.map(() => from), upper: names.map(() => to), tolerance: 1e-10, evaluations: 2000 },
    );
    best = Math.min(best, found.value);
  }
  return best;
}

/** A rotation drawn: the product of reflections. */
function rotation(seed: number): Float64Array[] {
  const stream = rng(seed, "rotation");
  const rows = names.map((_, j) => Float64Array.from(names, (_other, k) => Number(j === k)));
  for (let times = 0; times < DIMENSIONS; times++) {
    const normal = names.map(() => stream.normal());
    const size = normal.reduce((sum, v) => sum + v * v, 0);
    for (const row of rows) {
      const along = row.reduce((sum, v, k) => sum + v * normal[k], 0);
      for (let k = 0; k < DIMENSIONS; k++) row[k] -= (2 * along * normal[k]) / size;
    }
  }
  return rows;
}

/** Rotated and shifted, condition 100. */
function ellipsoid(): SmoothTask {
  const rows = rotation(3);
  const stream = rng(3, "centre");
  const centre = names.map(() => -3 + 6 * stream.uniform());
  return task(
    "ellipsoid",
    [-5, 5],
    (x) => {
      let value = 0;
      const gradient = new Float64Array(DIMENSIONS);
      rows.forEach((row, j) => {
        const along = row.reduce((sum, r, k) => sum + r * (x[k] - centre[k]), 0);
        const weight = 100 ** (j / (DIMENSIONS - 1));
        value += weight * along * along;
        row.forEach((r, k) => {
          gradient[k] += 2 * weight * along * r;
        });
      });
      return { value, gradient };
    },
    { optimum: 0 },
  );
}

const rosenbrock = () =>
  task(
    "rosenbrock",
    [-2, 2],
    (x) => {
      let value = 0;
      const gradient = new Float64Array(DIMENSIONS);
      for (let j = 0; j + 1 < DIMENSIONS; j++) {
        const [off, left] = [x[j + 1] - x[j] * x[j], 1 - x[j]];
        value += 100 * off * off + left * left;
        gradient[j] += -400 * off * x[j] - 2 * left;
        gradient[j + 1] += 200 * off;
      }
      return { value, gradient };
    },
    { optimum: 0 },
  );

/** 1,024 local minima. */
const styblinski = () =>
  task(
    "styblinski-tang",
    [-5, 5],
    (x) => ({
      value: x.reduce((sum, v) => sum + (v ** 4 - 16 * v * v + 5 * v) / 2, 0),
      gradient: x.map((v) => (4 * v ** 3 - 32 * v + 5) / 2),
    }),
    { optimum: -39.16616570377142 * DIMENSIONS },
  );

/** Many local minima along each axis. */
const levy = () =>
  task(
    "levy",
    [-10, 10],
    (x) => {
      const w = x.map((v) => 1 + (v - 1) / 4);
      const last = DIMENSIONS - 1;
      const { PI, sin, cos } = Math;
      let value = sin(PI * w[0]) ** 2;
      const gradient = new Float64Array(DIMENSIONS);
      gradient[0] = 2 * PI * sin(PI * w[0]) * cos(PI * w[0]);
      for (let j = 0; j < DIMENSIONS; j++) {
        const [frequency, shift, factor] = j < last ? [PI, 1, 10] : [2 * PI, 0, 1];
        const wave = sin(frequency * w[j] + shift);
        const height = 1 + factor * wave * wave;
        value += (w[j] - 1) ** 2 * height;
        gradient[j] +=
          2 * (w[j] - 1) * height +
          (w[j] - 1) ** 2 * 2 * factor * wave * frequency * cos(frequency * w[j] + shift);
      }
      return { value, gradient: gradient.map((g) => g / 4) };
    },
    { optimum: 0 },
  );

/** Data of a linear model: features of unequal size, so that penalties matter. */
function examples(count: number, seed: number) {
  const stream = rng(seed, "examples");
  const truth = names.map((_, j) => (j < 5 ? 2 * stream.normal() : 0));
  const x = Array.from({ length: count }, () => names.map(() => stream.normal()));
  const z = x.map((row) => row.reduce((sum, v, j) => sum + v * truth[j], 0));
  return { x, z, stream };
}

/** Cross-entropy of logistic regression by its ten weights, 100 examples: convex. */
function logistic(): SmoothTask {
  const { x, z, stream } = examples(100, 5);
  const labels = z.map((one) => (one + stream.normal() > 0 ? 1 : -1));
  return task("logistic regression", [-6, 6], (w) => {
    let value = 0;
    const gradient = new Float64Array(DIMENSIONS);
    x.forEach((row, i) => {
      const margin = labels[i] * row.reduce((sum, v, j) => sum + v * w[j], 0);
      value += Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)));
      for (let j = 0; j < DIMENSIONS; j++) gradient[j] -= (labels[i] * row[j]) / (1 + Math.exp(margin)) / 100;
    });
    return { value: value / 100, gradient };
  });
}

/** Validation loss of ridge regression by ten penalties, one per feature, from 1e-3 to 1e3 on a logarithmic scale. */
function ridge(): SmoothTask {
  const { x, z, stream } = examples(60, 7);
  const y = z.map((one) => one + 3 * stream.normal());
  const [train, validation] = [
    { x: x.slice(0, 20), y: y.slice(0, 20) },
    { x: x.slice(20), y: y.slice(20) },
  ];
  return task(
    "ridge, 10 penalties",
    [1e-3, 1e3],
    (penalties) => {
      const matrix = names.map((_, j) =>
        names.map((_other, k) =>
          train.x.reduce((sum, row) => sum + row[j] * row[k], j === k ? penalties[j] : 0),
        ),
      );
      const right = names.map((_, j) => train.x.reduce((sum, row, i) => sum + row[j] * train.y[i], 0));
      const w = solve(matrix, right);
      let value = 0;
      const byWeight = new Array<number>(DIMENSIONS).fill(0);
      validation.x.forEach((row, i) => {
        const off = row.reduce((sum, v, j) => sum + v * w[j], 0) - validation.y[i];
        value += (off * off) / validation.x.length;
        for (let j = 0; j < DIMENSIONS; j++) byWeight[j] += (2 * off * row[j]) / validation.x.length;
      });
      const adjoint = solve(matrix, byWeight);
      return { value, gradient: adjoint.map((a, j) => -a * w[j]) };
    },
    { log: true },
  );
}

/** Gaussian elimination without pivots: the matrix is positive definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, j) => [...row, right[j]]);
  for (let j = 0; j < rows.length; j++)
    for (let k = 0; k < rows.length; k++) {
      if (k === j) continue;
      const factor = rows[k][j] / rows[j][j];
      for (let c = j; c <= rows.length; c++) rows[k][c] -= factor * rows[j][c];
    }
  return rows.map((row, j) => row[rows.length] / row[j]);
}

export const smoothTasks = (): readonly SmoothTask[] => [
  ellipsoid(),
  rosenbrock(),
  styblinski(),
  levy(),
  logistic(),
  ridge(),
];

/**
 * A typed objective: ridge regression on polynomial features, tuned in this process.
 *
 *     node examples/typescript/ridge.ts
 */
import { categorical, float, int, space, tune } from "fettle";

const ridgeSpace = space({
  degree: int(1, 9),
  l2: float(1e-8, 10, { log: true }),
  centre: categorical([true, false]),
});

const target = (x: number) => Math.sin(3 * x) + 0.3 * x;
/** Twenty noisy points; the noise is a fixed function of the index, so that every run sees the same. */
const points = Array.from({ length: 20 }, (_, i) => {
  const x = (i / 19) * 4 - 2;
  return { x, y: target(x) + 0.25 * Math.sin(97.3 * i) };
});
const fit = points.filter((_, i) => i % 2 === 0);
const validation = points.filter((_, i) => i % 2 === 1);

const { best, end } = await tune(
  ridgeSpace,
  ({ degree, l2, centre }) => {
    const shift = centre ? fit.reduce((sum, { y }) => sum + y, 0) / fit.length : 0;
    const weights = ridge(fit, degree, l2, shift);
    const errors = validation.map(({ x, y }) => (predict(weights, x) + shift - y) ** 2);
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  },
  { trials: 200, seed: 1 },
);

console.log(`${end.reason}; best of them #${best?.number}: error ${best?.values?.value.toFixed(4)}`);
console.log(best?.params); // typed: { degree: number; l2: number; centre: boolean }

function features(x: number, degree: number): number[] {
  return Array.from({ length: degree + 1 }, (_, power) => (x / 2) ** power);
}

function predict(weights: readonly number[], x: number): number {
  return features(x, weights.length - 1).reduce((sum, feature, i) => sum + feature * weights[i], 0);
}

/** Solves (XᵀX + λI) w = Xᵀy by Gaussian elimination; the matrix is positive definite, so no pivoting. */
function ridge(
  data: readonly { x: number; y: number }[],
  degree: number,
  l2: number,
  shift: number,
): number[] {
  const size = degree + 1;
  const rows = Array.from({ length: size }, (_, i) => {
    const row = Array.from({ length: size + 1 }, () => 0);
    row[i] = l2;
    return row;
  });
  for (const { x, y } of data) {
    const f = features(x, degree);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) rows[i][j] += f[i] * f[j];
      rows[i][size] += f[i] * (y - shift);
    }
  }
  for (let k = 0; k < size; k++)
    for (let i = k + 1; i < size; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= size; j++) rows[i][j] -= factor * rows[k][j];
    }
  const weights = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    let rest = rows[i][size];
    for (let j = i + 1; j < size; j++) rest -= rows[i][j] * weights[j];
    weights[i] = rest / rows[i][i];
  }
  return weights;
}

/**
 * A small sample, and what scikit-learn 1.9.1 predicts for its first rows where not said otherwise. `x`: 60 × 4, uniform;
 * models of `standardised` are told columns of mean 0 and variance 1.
 */
import type { DesignMatrix } from "./design-matrix.ts";

export const ROWS = 60;
export const COLUMNS = 4;

const uniforms = (() => {
  let state = 12345; // a linear congruential generator, so that it is the same sample in other languages
  return Array.from({ length: ROWS * (COLUMNS + 1) }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  });
})();
const noise = uniforms.slice(ROWS * COLUMNS);

/** Rows `from` … `to` − 1 of the sample. */
export function sample(from = 0, to = ROWS): DesignMatrix {
  const rows = to - from;
  const values = Float32Array.from(
    { length: rows * COLUMNS },
    (_, i) => uniforms[(from + (i % rows)) * COLUMNS + Math.floor(i / rows)],
  );
  return { rows, columns: COLUMNS, values, levels: new Int32Array(COLUMNS) };
}

const rowsOf = (target: (at: (column: number) => number, noise: number) => number) =>
  Float64Array.from({ length: ROWS }, (_, r) =>
    target((c) => Math.fround(uniforms[r * COLUMNS + c]), noise[r]),
  );

/** 3 x₀ − 2 x₁ + x₂²/2 and noise. */
export const numbers = rowsOf((x, e) => 3 * x(0) - 2 * x(1) + 0.5 * x(2) * x(2) + e - 0.5);
/** Two classes. */
export const classes = rowsOf((x, e) => (x(0) - x(1) + e - 0.5 > 0 ? 1 : 0));
/** Three classes. */
export const classes3 = rowsOf((x, e) => {
  const value = x(0) + 0.6 * e;
  return value < 0.5 ? 0 : value < 0.9 ? 1 : 2;
});

/** Ridge(alpha=0.01 · 60), standardised. */
export const RIDGE = [1.5366445, 0.72769826, 0.2966499, -0.045870698, 1.6370262];
/** ElasticNet(alpha=0.1, l1_ratio=0.7), standardised. */
export const ELASTIC_NET = [1.4765435, 0.735445, 0.3050989, -0.1039264, 1.5346219];
/** LogisticRegression(C=1 / (0.01 · 60)), standardised: class 1. */
export const LOGISTIC = [0.83526825, 0.47678964, 0.40859297, 0.17387998, 0.7937312];
/** The same of three classes. */
export const SOFTMAX = [
  [0.056041155, 0.55872211, 0.38523673],
  [0.12208716, 0.68188135, 0.19603149],
  [0.51640239, 0.4759613, 0.0076363182],
].flat();
/** LogisticRegression(C=1 / (0.05 · 60), penalty="l1", solver="saga"), standardised; the last two coefficients are 0. */
export const LASSO = [0.74108692, 0.48144996, 0.43964863, 0.21899371, 0.67854828];
/** QuantileRegressor(alpha=0) at .1, .5 and .9. */
export const QUANTILES = [
  [1.1695966, 1.5296193, 2.0479273],
  [0.39203555, 0.69251628, 1.1647149],
  [-0.090804234, 0.27347528, 0.81767409],
].flat();
/** KNeighborsClassifier(5), fitted to the first 50 rows: rows 50 … 53. */
export const NEIGHBOURS = [
  [0.2, 0.6, 0.2],
  [0.2, 0.2, 0.6],
  [0, 0.2, 0.8],
  [0.2, 0.4, 0.4],
].flat();
/** KNeighborsRegressor(5, weights="distance", p=1), fitted to the first 50 rows: rows 50 … 54. */
export const NEIGHBOURS_L1 = [-0.0872243, 0.69822636, 1.3546913, -0.2821769, 0.34964182];
/** KNeighborsRegressor(7), the same. */
export const NEIGHBOURS_7 = [0.11745718, 0.9925716, 1.6617819, 0.30958673, 0.36796705];
/** GaussianNB() of three classes. */
export const BAYES = [
  [4.2472138e-5, 0.38001396, 0.61994357],
  [0.0053176253, 0.73148657, 0.26319581],
  [0.51756335, 0.48212099, 0.00031565747],
].flat();

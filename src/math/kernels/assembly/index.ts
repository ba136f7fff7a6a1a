/**
 * What the compiled module offers: ../kernels.ts says what each does. Places and strides are in doubles.
 */
import { dot } from "./dot";
import * as factors from "./factor";
import * as matern from "./matern";
import * as parzen from "./parzen";

@inline
function bytes(doubles: i32): usize {
  return <usize>doubles << 3;
}

export function cholesky(n: i32, a: i32, stride: i32): i32 {
  return factors.factor(n, bytes(a), bytes(stride));
}

export function solveRows(m: i32, n: i32, l: i32, lStride: i32, b: i32, bStride: i32): void {
  factors.solveRows(m, n, 0, bytes(l), bytes(lStride), bytes(b), bytes(bStride));
}

export function solveRowsTransposed(m: i32, n: i32, l: i32, lStride: i32, b: i32, bStride: i32): void {
  factors.solveRowsTransposed(m, n, bytes(l), bytes(lStride), bytes(b), bytes(bStride));
}

export function invert(n: i32, l: i32, work: i32, out: i32, stride: i32): void {
  factors.invert(n, bytes(l), bytes(stride), bytes(work), bytes(stride), bytes(out), bytes(stride));
}

export function maternRow(
  numeric: i32,
  nominal: i32,
  n: i32,
  amplitude: f64,
  x: i32,
  weights: i32,
  points: i32,
  stride: i32,
  out: i32,
  slopes: i32,
): void {
  matern.maternRow(numeric, nominal, n, amplitude, bytes(x), bytes(weights), bytes(points), bytes(stride), bytes(out), bytes(slopes));
}

/** Rows of the lower triangle; x of row i stands at rows + i · (numeric + nominal). */
export function maternMatrix(
  numeric: i32,
  nominal: i32,
  n: i32,
  amplitude: f64,
  rows: i32,
  weights: i32,
  points: i32,
  pointStride: i32,
  out: i32,
  slopes: i32,
  stride: i32,
): void {
  const width = numeric + nominal;
  for (let i = 0; i < n; i++)
    maternRow(
      numeric,
      nominal,
      i + 1,
      amplitude,
      rows + i * width,
      weights,
      points,
      pointStride,
      out + i * stride,
      slopes === 0 ? 0 : slopes + i * stride,
    );
}

export function gradientSums(
  numeric: i32,
  nominal: i32,
  n: i32,
  points: i32,
  pointStride: i32,
  alpha: i32,
  inverse: i32,
  slopes: i32,
  stride: i32,
  row: i32,
  out: i32,
): void {
  matern.gradientSums(
    numeric,
    nominal,
    n,
    bytes(points),
    bytes(pointStride),
    bytes(alpha),
    bytes(inverse),
    bytes(slopes),
    bytes(stride),
    bytes(row),
    bytes(out),
  );
}

export function appendToPool(
  count: i32,
  n: i32,
  v: i32,
  stride: i32,
  row: i32,
  pivot: f64,
  covariances: i32,
  z: f64,
  mean: i32,
  variance: i32,
): void {
  const inverse = 1 / pivot;
  for (let c = 0; c < count; c++) {
    const own = bytes(v + c * stride);
    const value = (load<f64>(bytes(covariances + c)) - dot(own, bytes(row), n)) * inverse;
    store<f64>(own + bytes(n), value);
    const m = bytes(mean + c);
    store<f64>(m, load<f64>(m) + value * z);
    const s = bytes(variance + c);
    store<f64>(s, load<f64>(s) - value * value);
  }
}

export function dots(count: i32, n: i32, v: i32, stride: i32, z: i32, out: i32): void {
  for (let c = 0; c < count; c++) store<f64>(bytes(out + c), dot(bytes(v + c * stride), bytes(z), n));
}

export function squares(count: i32, n: i32, v: i32, stride: i32, out: i32): void {
  for (let c = 0; c < count; c++) {
    const own = bytes(v + c * stride);
    store<f64>(bytes(out + c), dot(own, own, n));
  }
}

export function addRow(n: i32, row: i32, exponents: i32): void {
  for (let k: usize = 0; k < bytes(n); k += 16) {
    const place = bytes(exponents) + k;
    v128.store(place, f64x2.add(v128.load(place), v128.load(bytes(row) + k)));
  }
}

export function parzenNumbers(
  size: i32,
  having: i32,
  places: i32,
  values: i32,
  component: i32,
  narrowest: f64,
  priorCentre: f64,
  priorSigma: f64,
  cells: i32,
  cellCount: i32,
  table: i32,
  at: i32,
  products: i32,
  norms: i32,
): void {
  parzen.numbers(
    size,
    having,
    bytes(places),
    bytes(values),
    bytes(component),
    narrowest,
    priorCentre,
    priorSigma,
    bytes(cells),
    cellCount,
    bytes(table),
    bytes(at),
    bytes(products),
    bytes(norms),
  );
}

export function parzenCodes(
  size: i32,
  having: i32,
  places: i32,
  values: i32,
  component: i32,
  choices: i32,
  at: i32,
): void {
  parzen.codes(size, having, bytes(places), bytes(values), bytes(component), choices, bytes(at));
}

export function parzenMembers(having: i32, places: i32, component: i32, norms: i32): i32 {
  return parzen.mark(having, bytes(places), bytes(component), bytes(norms));
}

export function parzenExponents(n: i32, base: i32, at: i32, dimensions: i32, query: i32, out: i32): void {
  parzen.exponents(n, bytes(base), bytes(at), dimensions, bytes(query), bytes(out));
}

export function parzenLogDensities(
  count: i32,
  n: i32,
  base: i32,
  at: i32,
  dimensions: i32,
  queries: i32,
  work: i32,
  out: i32,
): void {
  for (let c = 0; c < count; c++) {
    const query = bytes(queries + 6 * dimensions * c);
    store<f64>(bytes(out + c), parzen.logDensity(n, bytes(base), bytes(at), dimensions, query, bytes(work)));
  }
}

export function parzenLent(n: i32, own: i32, logWeights: i32): f64 {
  return parzen.lend(n, bytes(own), bytes(logWeights));
}

export function addOwnOrLent(n: i32, norms: i32, own: i32, lent: f64, values: i32): void {
  parzen.addOwnOrLent(n, bytes(norms), bytes(own), lent, bytes(values));
}

export function logs(n: i32, values: i32): void {
  parzen.logs(n, bytes(values));
}

export function subtractLogs(n: i32, products: i32, values: i32): void {
  parzen.subtractLogs(n, bytes(products), bytes(values));
}

export function logSumExp(n: i32, values: i32): f64 {
  return parzen.logSumExp(n, bytes(values));
}

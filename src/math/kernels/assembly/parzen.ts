/**
 * The kernels of a Parzen estimator. They lie in blocks of two components and two dimensions, those of the same
 * dimensions one after the other: most components are given up after the first two dimensions, so that a candidate
 * walks through one stretch of memory. Block p of dimensions 2g and 2g + 1 stands at 8 (g · pairs + p); in it, for
 * each dimension, two centres (or codes of choices), then two 1/(√2 σ). All places here are in bytes.
 */
import { exp2, log, log2 } from "./elementary";

/** Beyond so many standard deviations the ends of the range cut nothing off. */
const NO_TAIL: f64 = 6;
/** A product of masses of at least a hundredth each is taken down before it could vanish. */
const SMALL: f64 = 1e-200;
/** Stands for a kernel that is not there, where a norm is below it. */
const ABSENT: f64 = -500000;
/** Terms that are this much below the largest, in logarithms, are left out: e^−64 is far below the last bit. */
const NEGLIGIBLE: f64 = 64;
/** Bytes of a block, and of one dimension's half. */
const BLOCK: usize = 64;
const HALF: usize = 32;
/** Doubles of a candidate's coordinate, and bytes: x, whether it is a choice, ln of hit, miss, unseen, prior's. */
const QUERY: usize = 48;
/** Code of a component without this choice, and of the prior's. */
const PRIOR: f64 = -2;

const TABLE_END: f64 = 8;
const TABLE_STEPS: f64 = 64;

/** Φ(x) from the table of `quickNormalCdf`, by the same operations. */
function normalCdf(x: f64, table: usize): f64 {
  if (x <= -TABLE_END) return 0;
  if (x >= TABLE_END) return 1;
  const place = (x + TABLE_END) * TABLE_STEPS;
  const k = <i32>place;
  const t = place - <f64>k;
  const entry = table + (<usize>k << 4);
  const y0 = load<f64>(entry);
  const d0 = load<f64>(entry, 8);
  const d1 = load<f64>(entry, 24);
  const rise = load<f64>(entry, 16) - y0;
  return y0 + t * (d0 + t * (3 * rise - 2 * d0 - d1 + t * (d0 + d1 - 2 * rise)));
}

/** A kernel's integral over the range, or its sum over the cells; √(2π) and the cells' width left out. */
function massOf(centre: f64, sigma: f64, cells: usize, cellCount: i32, table: usize): f64 {
  if (cellCount === 0) {
    // most are far from both ends: a margin of 1 % saves the divisions
    const clear = 1.01 * NO_TAIL * sigma;
    if (centre > clear && 1 - centre > clear) return sigma;
    const left = centre / sigma;
    const right = (1 - centre) / sigma;
    if (left > NO_TAIL && right > NO_TAIL) return sigma;
    return sigma * (normalCdf(right, table) - normalCdf(-left, table));
  }
  const half = f64x2.splat(-0.5);
  const centres = f64x2.splat(centre);
  const sigmas = f64x2.splat(sigma);
  let sum: f64 = 0;
  for (let k: i32 = 0; k < cellCount; k += 2) {
    const z = f64x2.div(f64x2.sub(v128.load(cells + (<usize>k << 3)), centres), sigmas);
    const terms = exp2(f64x2.pmax(f64x2.mul(f64x2.mul(half, z), z), f64x2.splat(-600)));
    sum += f64x2.extract_lane(terms, 0);
    if (k + 1 < cellCount) sum += f64x2.extract_lane(terms, 1);
  }
  return sum;
}

// what `write` leaves for its next call: cells hold many of the same
let lastCentre: f64 = NaN;
let lastSigma: f64 = NaN;
let lastMass: f64 = 1;
let lastScale: f64 = 1;

/** Where component i stands, in blocks that begin at `at`. */
@inline
function blockOf(i: usize, at: usize): usize {
  return at + (i >> 1) * BLOCK + ((i & 1) << 3);
}

function write(
  i: usize,
  centre: f64,
  width: f64,
  narrowest: f64,
  cells: usize,
  cellCount: i32,
  table: usize,
  at: usize,
  products: usize,
  norms: usize,
): void {
  const sigma = width > narrowest ? (width < 1 ? width : 1) : narrowest;
  const block = blockOf(i, at);
  store<f64>(block, centre);
  if (sigma !== lastSigma) lastScale = 0.7071067811865476 / sigma;
  store<f64>(block, lastScale, 16);
  if (centre !== lastCentre || sigma !== lastSigma) lastMass = massOf(centre, sigma, cells, cellCount, table);
  lastCentre = centre;
  lastSigma = sigma;
  const place = products + (i << 3);
  const product = load<f64>(place) * lastMass;
  if (product > SMALL) {
    store<f64>(place, product);
    return;
  }
  const norm = norms + (i << 3);
  store<f64>(norm, load<f64>(norm) - log(product));
  store<f64>(place, 1);
}

export function numbers(
  size: i32,
  having: i32,
  places: usize,
  values: usize,
  component: usize,
  narrowest: f64,
  priorCentre: f64,
  priorSigma: f64,
  cells: usize,
  cellCount: i32,
  table: usize,
  at: usize,
  products: usize,
  norms: usize,
): void {
  lastCentre = NaN;
  lastSigma = NaN;
  let before: f64 = NaN;
  let own: f64 = NaN;
  let member: i32 = -1;
  for (let k: usize = 0; k < <usize>having; k++) {
    const next = load<i32>(component + (<usize>load<i32>(places + (k << 2)) << 2));
    if (next < 0) continue;
    const value = load<f64>(values + (k << 3));
    if (member >= 0) {
      const right = value - own;
      const left = own - before;
      const width = left > right ? left : right; // there is no left one before the first: NaN
      write(member, own, width, narrowest, cells, cellCount, table, at, products, norms);
    }
    before = own;
    own = value;
    member = next;
  }
  if (member >= 0) {
    const width = isNaN(before) ? max<f64>(own, 1 - own) : own - before;
    write(member, own, width, narrowest, cells, cellCount, table, at, products, norms);
  }
  write(size - 1, priorCentre, priorSigma, narrowest, cells, cellCount, table, at, products, norms);
}

export function codes(
  size: i32,
  having: i32,
  places: usize,
  values: usize,
  component: usize,
  choices: f64,
  at: usize,
): void {
  const none = f64x2.splat(-1);
  for (let i: i32 = 0; i < size; i += 2) v128.store(blockOf(i, at), none);
  for (let k: usize = 0; k < <usize>having; k++) {
    const i = load<i32>(component + (<usize>load<i32>(places + (k << 2)) << 2));
    if (i < 0) continue;
    store<f64>(blockOf(i, at), min<f64>(choices - 1, floor<f64>(load<f64>(values + (k << 3)) * choices)));
  }
  store<f64>(blockOf(size - 1, at), PRIOR);
}

/** Marks the components that have a branch: their norm becomes 0. Returns how many do. */
export function mark(having: i32, places: usize, component: usize, norms: usize): i32 {
  let present = 0;
  for (let k: usize = 0; k < <usize>having; k++) {
    const i = load<i32>(component + (<usize>load<i32>(places + (k << 2)) << 2));
    if (i < 0) continue;
    store<f64>(norms + (<usize>i << 3), 0);
    present++;
  }
  return present;
}

/** norms[i] −= ln products[i] */
export function subtractLogs(n: i32, products: usize, norms: usize): void {
  for (let k: usize = 0; k < <usize>n << 3; k += 16)
    v128.store(norms + k, f64x2.sub(v128.load(norms + k), log2(v128.load(products + k))));
}

/** e + ln of two components' kernels in one dimension, of which the block and the candidate's coordinate are given. */
@inline
function addKernels(e: v128, block: usize, query: usize): v128 {
  const c = v128.load(block);
  const x = v128.load64_splat(query);
  if (load<i64>(query, 8) === 0) {
    const u = f64x2.mul(f64x2.sub(x, c), v128.load(block, 16));
    return f64x2.sub(e, f64x2.mul(u, u));
  }
  let r = v128.bitselect(v128.load64_splat(query, 16), v128.load64_splat(query, 24), f64x2.eq(c, x));
  r = v128.bitselect(v128.load64_splat(query, 32), r, f64x2.lt(c, f64x2.splat(0)));
  r = v128.bitselect(v128.load64_splat(query, 40), r, f64x2.eq(c, f64x2.splat(PRIOR)));
  return f64x2.add(e, r);
}

/** e of pair p and the dimensions from `d` on, an even number; given up where both are below `least`. */
function along(
  e: v128,
  p: usize,
  d: i32,
  at: usize,
  groups: usize,
  dimensions: i32,
  query: usize,
  least: v128,
): v128 {
  let value = e;
  let block = at + p * BLOCK + <usize>(d >> 1) * groups;
  let q = query + <usize>d * QUERY;
  for (; d < dimensions; d += 2) {
    value = addKernels(value, block, q);
    if (d + 1 < dimensions) value = addKernels(value, block + HALF, q + QUERY);
    if (!v128.any_true(f64x2.gt(value, least))) break;
    block += groups;
    q += 2 * QUERY;
  }
  return value;
}

export function exponents(n: i32, base: usize, at: usize, dimensions: i32, query: usize, out: usize): void {
  const count = <usize>(n + 1) >> 1;
  const least = f64x2.splat(-Infinity);
  for (let p: usize = 0; p < count; p++) {
    const e = v128.load(base + (p << 4));
    v128.store(out + (p << 4), along(e, p, 0, at, count * BLOCK, dimensions, query, least));
  }
}

/** ln Σ e^exponents: what is negligible beside the last component is given up. `work` is room for n. */
export function logDensity(n: i32, base: usize, at: usize, dimensions: i32, query: usize, work: usize): f64 {
  const count = <usize>(n + 1) >> 1;
  const groups = count * BLOCK;
  const end = <usize>n >> 1;
  const none = f64x2.splat(-Infinity);
  const last = along(v128.load(base + ((count - 1) << 4)), count - 1, 0, at, groups, dimensions, query, none);
  const prior = n & 1 ? f64x2.extract_lane(last, 0) : f64x2.extract_lane(last, 1);
  const least = f64x2.splat(prior - NEGLIGIBLE);
  let kept = work;
  if (dimensions > 1 && load<i64>(query, 8) === 0 && load<i64>(query + QUERY, 8) === 0) {
    const x = v128.load64_splat(query);
    const y = v128.load64_splat(query + QUERY);
    for (let p: usize = 0; p < end; p++) {
      const block = at + p * BLOCK;
      const u = f64x2.mul(f64x2.sub(x, v128.load(block)), v128.load(block, 16));
      const v = f64x2.mul(f64x2.sub(y, v128.load(block, 32)), v128.load(block, 48));
      let e = f64x2.sub(f64x2.sub(v128.load(base + (p << 4)), f64x2.mul(u, u)), f64x2.mul(v, v));
      if (!v128.any_true(f64x2.gt(e, least))) continue;
      e = along(e, p, 2, at, groups, dimensions, query, least);
      if (!v128.any_true(f64x2.gt(e, least))) continue;
      v128.store(kept, e);
      kept += 16;
    }
  } else {
    for (let p: usize = 0; p < end; p++) {
      const e = along(v128.load(base + (p << 4)), p, 0, at, groups, dimensions, query, least);
      if (!v128.any_true(f64x2.gt(e, least))) continue;
      v128.store(kept, e);
      kept += 16;
    }
  }
  if (n & 1) store<f64>(kept, prior);
  return logSumExp(<i32>((kept - work) >> 3) + (n & 1), work);
}

/** ln Σ e^values[k], even and odd terms apart. */
export function logSumExp(n: i32, values: usize): f64 {
  const pairs = <usize>(n & ~1) << 3;
  let most = f64x2.splat(-Infinity);
  for (let k: usize = 0; k < pairs; k += 16) most = f64x2.pmax(most, v128.load(values + k));
  let shift = max<f64>(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  if (n & 1) shift = max<f64>(shift, load<f64>(values + pairs));
  const shifts = f64x2.splat(shift);
  const least = f64x2.splat(-NEGLIGIBLE);
  let sum = f64x2.splat(0);
  for (let k: usize = 0; k < pairs; k += 16) {
    const terms = f64x2.sub(v128.load(values + k), shifts);
    if (v128.any_true(f64x2.gt(terms, least))) sum = f64x2.add(sum, exp2(f64x2.pmax(terms, f64x2.splat(-600))));
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  if (n & 1) {
    const last = f64x2.splat(load<f64>(values + pairs) - shift);
    total += f64x2.extract_lane(exp2(f64x2.pmax(last, f64x2.splat(-600))), 0);
  }
  return shift + log(total);
}

/** ln Σ w e^own, one term after the other; those that are not there vanish. */
export function lend(n: i32, own: usize, logWeights: usize): f64 {
  const end = <usize>n << 3;
  let most: f64 = -Infinity;
  for (let k: usize = 0; k < end; k += 8) most = max<f64>(most, load<f64>(own + k) + load<f64>(logWeights + k));
  const least = f64x2.splat(-NEGLIGIBLE);
  const shifts = f64x2.splat(most);
  let sum: f64 = 0;
  for (let k: usize = 0; k < end; k += 16) {
    let terms = f64x2.sub(f64x2.add(v128.load(own + k), v128.load(logWeights + k)), shifts);
    if (k + 8 >= end) terms = f64x2.replace_lane(terms, 1, -Infinity); // past the end stands anything
    if (!v128.any_true(f64x2.gt(terms, least))) continue;
    const powers = exp2(f64x2.pmax(terms, f64x2.splat(-600)));
    sum += f64x2.extract_lane(powers, 0);
    if (k + 8 < end) sum += f64x2.extract_lane(powers, 1);
  }
  return most + log(sum);
}

/** values[k] ← ln values[k] */
export function logs(n: i32, values: usize): void {
  for (let k: usize = 0; k < <usize>n << 3; k += 16) v128.store(values + k, log2(v128.load(values + k)));
}

/** values += own where the component is there, `lent` elsewhere. */
export function addOwnOrLent(n: i32, norms: usize, own: usize, lent: f64, values: usize): void {
  const other = f64x2.splat(lent);
  const limit = f64x2.splat(ABSENT);
  for (let k: usize = 0; k < <usize>n << 3; k += 16) {
    const term = v128.bitselect(other, v128.load(own + k), f64x2.le(v128.load(norms + k), limit));
    v128.store(values + k, f64x2.add(v128.load(values + k), term));
  }
}

/**
 * The kernels of Parzen estimators in plain TypeScript; see reference.ts.
 */
import { exp, log } from "../elementary.ts";
import type { Kernels } from "./kernels.ts";

const NO_TAIL = 6;
const SMALL = 1e-200;
const ABSENT = -500_000;
const NEGLIGIBLE = 64;
const FARTHEST = 600;
const BLOCK = 8;
const HALF = 4;
const QUERY = 6;
const PRIOR = -2;
const TABLE_END = 8;
const TABLE_STEPS = 64;

type ParzenKernels = Pick<
  Kernels,
  | "logs"
  | "subtractLogs"
  | "logSumExp"
  | "parzenNumbers"
  | "parzenCodes"
  | "parzenMembers"
  | "parzenExponents"
  | "parzenLogDensities"
  | "parzenLent"
  | "addOwnOrLent"
>;

/** The kernels on a memory that may be replaced by a larger one. */
export function parzenReference(read: () => Float64Array): ParzenKernels {
  const power = (x: number) => exp(Math.max(x, -FARTHEST));

  const normalCdf = (x: number, table: number): number => {
    if (x <= -TABLE_END) return 0;
    if (x >= TABLE_END) return 1;
    const memory = read();
    const place = (x + TABLE_END) * TABLE_STEPS;
    const k = Math.trunc(place);
    const t = place - k;
    const [y0, d0, y1, d1] = memory.subarray(table + 2 * k, table + 2 * k + 4);
    const rise = y1 - y0;
    return y0 + t * (d0 + t * (3 * rise - 2 * d0 - d1 + t * (d0 + d1 - 2 * rise)));
  };

  const massOf = (centre: number, sigma: number, cells: number, cellCount: number, table: number): number => {
    if (cellCount === 0) {
      const left = centre / sigma;
      const right = (1 - centre) / sigma;
      if (left > NO_TAIL && right > NO_TAIL) return sigma;
      return sigma * (normalCdf(right, table) - normalCdf(-left, table));
    }
    const memory = read();
    let sum = 0;
    for (let k = 0; k < cellCount; k++) {
      const z = (memory[cells + k] - centre) / sigma;
      sum += power(-0.5 * z * z);
    }
    return sum;
  };

  const blockOf = (i: number, at: number) => at + (i >> 1) * BLOCK + (i & 1);

  const componentAt = (integers: Int32Array, places: number, component: number, k: number) =>
    integers[2 * component + integers[2 * places + k]];

  /** The exponents of a pair of components, as far as they are worth it. */
  const pair = (
    p: number,
    pairs: number,
    base: number,
    at: number,
    dimensions: number,
    query: number,
    least: number,
  ) => {
    const memory = read();
    const e = [memory[base + 2 * p], memory[base + 2 * p + 1]];
    for (let d = 0; d < dimensions; d++) {
      if (d > 0 && d % 2 === 0 && !(e[0] > least || e[1] > least)) break;
      const block = at + BLOCK * ((d >> 1) * pairs + p) + HALF * (d & 1);
      const [x, isChoice, hit, miss, unseen, prior] = memory.subarray(
        query + QUERY * d,
        query + QUERY * (d + 1),
      );
      for (let lane = 0; lane < 2; lane++) {
        const c = memory[block + lane];
        const u = (x - c) * memory[block + 2 + lane];
        if (isChoice === 0) e[lane] -= u * u;
        else e[lane] += c === PRIOR ? prior : c < 0 ? unseen : c === x ? hit : miss;
      }
    }
    return e;
  };

  const logSumExp = (n: number, values: number): number => {
    const memory = read();
    let shift = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < n; k++) shift = Math.max(shift, memory[values + k]);
    const lanes = [0, 0];
    for (let k = 0; k < (n & ~1); k += 2) {
      const terms = [memory[values + k] - shift, memory[values + k + 1] - shift];
      if (!(terms[0] > -NEGLIGIBLE || terms[1] > -NEGLIGIBLE)) continue;
      lanes[0] += power(terms[0]);
      lanes[1] += power(terms[1]);
    }
    const total = lanes[0] + lanes[1];
    return shift + log(n & 1 ? total + power(memory[values + n - 1] - shift) : total);
  };

  const logDensity = (
    n: number,
    base: number,
    at: number,
    dimensions: number,
    query: number,
    work: number,
  ): number => {
    const memory = read();
    const pairs = (n + 1) >> 1;
    const last = pair(pairs - 1, pairs, base, at, dimensions, query, Number.NEGATIVE_INFINITY);
    const prior = last[(n - 1) & 1];
    const least = prior - NEGLIGIBLE;
    let kept = 0;
    for (let p = 0; p < n >> 1; p++) {
      const e = pair(p, pairs, base, at, dimensions, query, least);
      if (!(e[0] > least || e[1] > least)) continue;
      memory.set(e, work + kept);
      kept += 2;
    }
    if (n & 1) memory[work + kept++] = prior;
    return logSumExp(kept, work);
  };

  return {
    logs(n, values) {
      const memory = read();
      for (let k = 0; k < n; k++) memory[values + k] = log(memory[values + k]);
    },
    subtractLogs(n, products, values) {
      const memory = read();
      for (let k = 0; k < n; k++) memory[values + k] -= log(memory[products + k]);
    },
    logSumExp,

    parzenNumbers(
      size,
      having,
      places,
      values,
      component,
      narrowest,
      priorCentre,
      priorSigma,
      cells,
      cellCount,
      table,
      at,
      products,
      norms,
    ) {
      const memory = read();
      const integers = new Int32Array(memory.buffer);
      const write = (i: number, centre: number, width: number) => {
        const sigma = Math.min(1, Math.max(narrowest, width));
        const block = blockOf(i, at);
        memory[block] = centre;
        memory[block + 2] = Math.SQRT1_2 / sigma;
        const product = memory[products + i] * massOf(centre, sigma, cells, cellCount, table);
        memory[products + i] = product > SMALL ? product : 1;
        if (!(product > SMALL)) memory[norms + i] -= log(product);
      };
      let before = Number.NaN;
      let own = Number.NaN;
      let member = -1;
      for (let k = 0; k < having; k++) {
        const next = componentAt(integers, places, component, k);
        if (next < 0) continue;
        const value = memory[values + k];
        const right = value - own;
        if (member >= 0) write(member, own, Number.isNaN(before) ? right : Math.max(own - before, right));
        [before, own, member] = [own, value, next];
      }
      if (member >= 0) write(member, own, Number.isNaN(before) ? Math.max(own, 1 - own) : own - before);
      write(size - 1, priorCentre, priorSigma);
    },
    parzenCodes(size, having, places, values, component, choices, at) {
      const memory = read();
      const integers = new Int32Array(memory.buffer);
      for (let i = 0; i < ((size + 1) & ~1); i++) memory[blockOf(i, at)] = -1;
      for (let k = 0; k < having; k++) {
        const i = componentAt(integers, places, component, k);
        if (i < 0) continue;
        memory[blockOf(i, at)] = Math.min(choices - 1, Math.floor(memory[values + k] * choices));
      }
      memory[blockOf(size - 1, at)] = PRIOR;
    },
    parzenMembers(having, places, component, norms) {
      const memory = read();
      const integers = new Int32Array(memory.buffer);
      let present = 0;
      for (let k = 0; k < having; k++) {
        const i = componentAt(integers, places, component, k);
        if (i < 0) continue;
        memory[norms + i] = 0;
        present++;
      }
      return present;
    },
    parzenExponents(n, base, at, dimensions, query, out) {
      const memory = read();
      const pairs = (n + 1) >> 1;
      for (let p = 0; p < pairs; p++)
        memory.set(pair(p, pairs, base, at, dimensions, query, Number.NEGATIVE_INFINITY), out + 2 * p);
    },
    parzenLogDensities(count, n, base, at, dimensions, queries, work, out) {
      for (let c = 0; c < count; c++)
        read()[out + c] = logDensity(n, base, at, dimensions, queries + QUERY * dimensions * c, work);
    },
    parzenLent(n, own, logWeights) {
      const memory = read();
      const termOf = (k: number) => memory[own + k] + memory[logWeights + k];
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < n; k++) most = Math.max(most, termOf(k));
      let sum = 0;
      for (let k = 0; k < n; k++) {
        const other = k ^ 1; // left out two by two
        if (termOf(k) - most > -NEGLIGIBLE || (other < n && termOf(other) - most > -NEGLIGIBLE))
          sum += power(termOf(k) - most);
      }
      return most + log(sum);
    },
    addOwnOrLent(n, norms, own, lent, values) {
      const memory = read();
      for (let k = 0; k < n; k++) memory[values + k] += memory[norms + k] <= ABSENT ? lent : memory[own + k];
    },
  };
}

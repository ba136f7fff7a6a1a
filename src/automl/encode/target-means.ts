/**
 * Categories of many levels as means of the target, shrunk towards the overall mean; in training each row's mean leaves
 * out its own part of the rows, so that it does not know its own target.
 *
 * @see Micci-Barreca 2001, "A preprocessing scheme for high-cardinality categorical attributes"
 */
import { log1p } from "../../math/special.ts";
import type { Rng } from "../../random.ts";
import type { View } from "../family.ts";
import { levelCounts } from "../schema/columns.ts";
import { shuffled } from "../split/assign.ts";
import type { StringColumn } from "../table.ts";
import type { Task } from "../task.ts";
import type { LookupStep } from "./step.ts";

/** Levels that are kept, the most frequent first; and how often one must occur to be. */
const MOST_LEVELS = 20_000;
const FEWEST_ROWS = 2;
/** Of more classes, only the most frequent have a column. */
const MOST_CLASSES = 10;
/** Parts of the rows, each of which is encoded with what the others say of the target. */
export const PARTS = 5;
/** Rows that the overall mean weighs, at least and at most. */
const LEAST_WEIGHT = 1;
const MOST_WEIGHT = 1000;

/** One thing that means are taken of. */
export interface Target {
  readonly name: string;
  /** Shape (rows of the table). */
  readonly values: Float64Array;
}

/** A column for the second of two classes, for each of many (at most ten), or for the number without its outermost tails. */
export function targetsOf(y: Float64Array, rows: Int32Array, task: Task): readonly Target[] {
  if (task.kind !== "classification") return [{ name: "mean target", values: withoutTails(y, rows) }];
  const { classes } = task;
  const counts = new Int32Array(classes.length);
  for (let i = 0; i < rows.length; i++) counts[y[rows[i]]]++;
  const wanted =
    classes.length === 2
      ? [1]
      : classes
          .map((_, c) => c)
          .sort((a, b) => counts[b] - counts[a] || a - b)
          .slice(0, MOST_CLASSES)
          .sort((a, b) => a - b);
  return wanted.map((c) => ({
    name: `share of ${classes[c]}`,
    values: y.map((value) => (value === c ? 1 : 0)),
  }));
}

/**
 * Learns the means, and how often each level occurs.
 *
 * @returns the step for new rows; and for these rows, each without its own part: shape (outputs, n), column-major
 */
export function fitTargetMeans(options: {
  readonly column: StringColumn;
  readonly at: number;
  readonly rows: Int32Array;
  readonly targets: readonly Target[];
  readonly view: View;
  readonly rng: Rng;
}): { readonly step: LookupStep; readonly training: Float32Array } {
  const { column, at, rows, targets, view, rng } = options;
  const { codes, levels } = column;
  const counts = levelCounts(column, rows);
  const kept = [...levels.keys()]
    .filter((code) => counts[code] >= FEWEST_ROWS)
    .sort((a, b) => counts[b] - counts[a] || (levels[a] < levels[b] ? -1 : 1))
    .slice(0, MOST_LEVELS);
  const outputs = targets.length + 1;
  const values = new Float64Array(kept.length * outputs);
  const missing = new Float64Array(outputs);
  const unseen = new Float64Array(outputs);
  const training = new Float32Array(rows.length * outputs);
  const slots = levels.length + 1; // the last is that of missing cells
  const slot = Int32Array.from(rows, (row) => (codes[row] < 0 ? levels.length : codes[row]));
  const part = dealtParts(rows.length, rng);
  for (let t = 0; t < targets.length; t++) {
    const { sums, sizes } = sumsByPart(targets[t].values, slot, slots, rows, part);
    const { mean, weight, spread } = shrinkage(sums, sizes, slots, targets[t].values, rows);
    const shrunk = (sum: number, size: number) => {
      const value = (sum + weight * mean) / (size + weight);
      return view === "dense" ? (value - mean) / spread : value;
    };
    const total = (one: number) => {
      let [sum, size] = [0, 0];
      for (let p = 0; p < PARTS; p++) {
        sum += sums[p * slots + one];
        size += sizes[p * slots + one];
      }
      return [sum, size] as const;
    };
    for (let k = 0; k < kept.length; k++) values[k * outputs + t] = shrunk(...total(kept[k]));
    missing[t] = shrunk(...total(levels.length));
    unseen[t] = shrunk(0, 0);
    const totals = Array.from({ length: slots }, (_, one) => total(one));
    for (let i = 0; i < rows.length; i++) {
      const own = part[i] * slots + slot[i];
      const [sum, size] = totals[slot[i]];
      training[t * rows.length + i] = shrunk(sum - sums[own], size - sizes[own]);
    }
  }
  const none = rows.length - counts.reduce((sum, count) => sum + count, 0);
  const often = frequencies(counts, none, rows.length, view);
  for (let k = 0; k < kept.length; k++) values[k * outputs + targets.length] = often(counts[kept[k]]);
  missing[targets.length] = often(none);
  unseen[targets.length] = often(1);
  for (let i = 0; i < rows.length; i++)
    training[targets.length * rows.length + i] = often(codes[rows[i]] < 0 ? none : counts[codes[rows[i]]]);
  const step: LookupStep = {
    kind: "lookup",
    column: at,
    outputs: [...targets.map(({ name }) => name), "count"],
    levels: kept.map((code) => levels[code]),
    values: Array.from(values, single),
    missing: Array.from(missing, single),
    unseen: Array.from(unseen, single),
    categories: 0,
  };
  return { step, training };
}

/**
 * Deals rows to parts by chance. Were the parts made alike, the others would have the mean of all, and so know of a row's own
 * target.
 *
 * @returns shape (n), 0 … 4
 */
export function dealtParts(n: number, rng: Rng): Uint8Array {
  return Uint8Array.from(shuffled(n, rng), (place) => place % PARTS);
}

/** Nine digits are all that single precision, in which a matrix is, can tell; more make a model's file large. */
function single(value: number): number {
  return Number(value.toPrecision(9));
}

/** Sums and counts of each part and slot, shape (parts, slots). */
function sumsByPart(
  target: Float64Array,
  slot: Int32Array,
  slots: number,
  rows: Int32Array,
  part: Uint8Array,
) {
  const sums = new Float64Array(PARTS * slots);
  const sizes = new Int32Array(PARTS * slots);
  for (let i = 0; i < rows.length; i++) {
    const place = part[i] * slots + slot[i];
    sums[place] += target[rows[i]];
    sizes[place]++;
  }
  return { sums, sizes };
}

/**
 * How many rows the overall mean weighs: the variance within levels over that between them, by the analysis of variance
 * (Searle, Casella and McCulloch 1992, "Variance components", chapter 3).
 */
function shrinkage(
  sums: Float64Array,
  sizes: Int32Array,
  slots: number,
  target: Float64Array,
  rows: Int32Array,
) {
  const n = rows.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += target[rows[i]] / n;
  let total = 0;
  for (let i = 0; i < n; i++) total += (target[rows[i]] - mean) * (target[rows[i]] - mean);
  let between = 0;
  let squares = 0;
  let levels = 0;
  for (let slot = 0; slot < slots; slot++) {
    let [sum, size] = [0, 0];
    for (let p = 0; p < PARTS; p++) {
      sum += sums[p * slots + slot];
      size += sizes[p * slots + slot];
    }
    if (size === 0) continue;
    levels++;
    squares += size * size;
    between += size * (sum / size - mean) * (sum / size - mean);
  }
  const spread = Math.sqrt(total / n) || 1;
  if (levels < 2 || levels >= n) return { mean, spread, weight: MOST_WEIGHT };
  const within = Math.max(0, total - between) / (n - levels);
  const typical = (n - squares / n) / (levels - 1);
  const apart = (between / (levels - 1) - within) / typical;
  const weight = apart > 0 ? within / apart : MOST_WEIGHT;
  return { mean, spread, weight: Math.min(MOST_WEIGHT, Math.max(LEAST_WEIGHT, weight)) };
}

/** Counts as they are for trees; else ln(1 + count) with mean 0 and variance 1 over the rows. */
function frequencies(counts: Int32Array, none: number, rows: number, view: View): (count: number) => number {
  if (view === "trees") return (count) => count;
  let mean = (none * log1p(none)) / rows;
  for (const count of counts) mean += (count * log1p(count)) / rows;
  let variance = (none * (log1p(none) - mean) * (log1p(none) - mean)) / rows;
  for (const count of counts) variance += (count * (log1p(count) - mean) * (log1p(count) - mean)) / rows;
  const scale = variance > 1e-12 ? Math.sqrt(variance) : 1;
  return (count) => (log1p(count) - mean) / scale;
}

/** Clipped to the half per cent at each end, so that a few extremes do not make the means. */
function withoutTails(y: Float64Array, rows: Int32Array): Float64Array {
  const sorted = Float64Array.from(rows, (row) => y[row]).sort();
  const low = sorted[Math.floor(0.005 * (sorted.length - 1))];
  const high = sorted[Math.ceil(0.995 * (sorted.length - 1))];
  return y.map((value) => (value < low ? low : Math.min(value, high)));
}

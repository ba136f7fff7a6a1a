/**
 * What all terms of a text together say of the target: each is the mean of the target over the texts that have it, shrunk
 * towards the overall mean. There are too many of them for a column each, and together they say more than the strongest.
 */
import type { Rng } from "../../random.ts";
import type { StringColumn } from "../table.ts";
import { termReader } from "./reading.ts";
import type { TermScoreStep } from "./step.ts";
import { dealtParts, PARTS, type Target } from "./target-means.ts";
import { standardised, type Terms } from "./words.ts";

/** The most frequent are kept: choosing by the target would let it be known in training. */
const MOST_TERMS = 5_000;
/** Texts that the overall mean weighs, in the mean of a term. */
const WEIGHT = 30;

/**
 * Learns the terms' means.
 *
 * @returns the step for new rows; and for these rows, each without the part of the texts that its own is in: shape
 *          (outputs, n), column-major
 */
export function fitTermScores(options: {
  readonly column: StringColumn;
  readonly at: number;
  readonly rows: Int32Array;
  readonly collected: Terms;
  readonly targets: readonly Target[];
  readonly rng: Rng;
}): { readonly step: TermScoreStep; readonly training: Float32Array } {
  const { column, at, rows, collected, targets, rng } = options;
  const { counts, texts } = collected;
  const kept = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, MOST_TERMS);
  const place = new Int32Array(counts.length).fill(-1);
  for (let k = 0; k < kept.length; k++) place[kept[k]] = k;
  const terms = kept.map((k) => collected.terms[k]);
  const known = texts.map((text) => text.map((k) => place[k]).filter((k) => k >= 0));
  const part = dealtParts(texts.length, rng);
  const learned = targets.map(({ values }) =>
    learn(known, standardised(values, collected.rows), part, kept.length),
  );
  const weights = new Float64Array(kept.length * targets.length);
  for (let k = 0; k < kept.length; k++)
    for (let t = 0; t < targets.length; t++) weights[k * targets.length + t] = learned[t].all[k];
  const step: TermScoreStep = {
    ...{ kind: "term-score", column: at, terms, weights: Array.from(weights, brief) },
    outputs: targets.map(({ name }) => `terms' ${name}`),
    scale: targets.map((_, t) => spreadOf(known, part, learned[t])),
  };
  const sampled = new Int32Array(rows.length).fill(-1);
  for (let i = 0; i < texts.length; i++) sampled[collected.places[i]] = i;
  const read = termReader(column, terms);
  const training = new Float32Array(rows.length * targets.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (column.codes[row] < 0) continue;
    const own = sampled[i];
    const has = own < 0 ? read(column.codes[row]) : known[own];
    for (let t = 0; t < targets.length; t++) {
      const from = own < 0 ? learned[t].all : learned[t].without[part[own]];
      training[t * rows.length + i] = score(has, from, 0, 1) / step.scale[t];
    }
  }
  return { step, training };
}

/** Sum of the weights of a text's terms, over the root of their number; 0 without any. Weights have shape (terms, outputs). */
export function score(
  terms: Int32Array,
  weights: ArrayLike<number>,
  output: number,
  outputs: number,
): number {
  let sum = 0;
  for (const term of terms) sum += weights[term * outputs + output];
  return terms.length === 0 ? 0 : sum / Math.sqrt(terms.length);
}

/** Six digits are enough of a weight, and keep a model's file small. */
function brief(weight: number): number {
  return Number(weight.toPrecision(6));
}

interface Learned {
  /** Shape (terms). */
  readonly all: Float64Array;
  /** Without each part of the texts. */
  readonly without: readonly Float64Array[];
}

function learn(known: readonly Int32Array[], target: Float64Array, part: Uint8Array, terms: number): Learned {
  const sums = new Float64Array(PARTS * terms);
  const counts = new Int32Array(PARTS * terms);
  const totals = new Float64Array(PARTS);
  const sizes = new Int32Array(PARTS);
  for (let i = 0; i < known.length; i++) {
    totals[part[i]] += target[i];
    sizes[part[i]]++;
    for (const term of known[i]) {
      sums[part[i] * terms + term] += target[i];
      counts[part[i] * terms + term]++;
    }
  }
  const means = (left?: number) => {
    const parts = Array.from({ length: PARTS }, (_, p) => p).filter((p) => p !== left);
    const add = (of: ArrayLike<number>, width: number, at: number) =>
      parts.reduce((sum, p) => sum + of[p * width + at], 0);
    // of the same parts: the mean of all would know a little of the part left out
    const overall = add(totals, 1, 0) / Math.max(1, add(sizes, 1, 0));
    return Float64Array.from({ length: terms }, (_, term) => {
      const count = add(counts, terms, term);
      return (add(sums, terms, term) - count * overall) / (count + WEIGHT);
    });
  };
  return { all: means(), without: Array.from({ length: PARTS }, (_, p) => means(p)) };
}

/** Standard deviation of the scores in training; 1 where they are all the same. */
function spreadOf(known: readonly Int32Array[], part: Uint8Array, { without }: Learned): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < known.length; i++) {
    const value = score(known[i], without[part[i]], 0, 1);
    sum += value;
    squares += value * value;
  }
  const variance = squares / known.length - (sum / known.length) ** 2;
  return variance > 1e-12 ? Math.sqrt(variance) : 1;
}

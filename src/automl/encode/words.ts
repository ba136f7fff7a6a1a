/**
 * Words of texts, and which of them are worth a column.
 */
import { log } from "../../math/elementary.ts";
import type { StringColumn } from "../table.ts";

const WORD = /[\p{L}\p{N}]+/gu;
/** Of one text, so many letters are read. */
const MOST_LETTERS = 20_000;
/** Texts that terms are looked for in. */
const MOST_TEXTS = 10_000;
/** A term that fewer texts have teaches nothing. */
const FEWEST_TEXTS = 4;
const FEWEST_SHARE = 0.002;
/** Terms that more of the texts have say nothing. */
const MOST_SHARE = 0.98;

/** Words in lower case, in order. */
export function wordsOf(text: string): readonly string[] {
  return text.slice(0, MOST_LETTERS).toLowerCase().match(WORD) ?? [];
}

/** The words of a text and the pairs of words in a row; some may repeat. */
export function termsOf(text: string): readonly string[] {
  const words = wordsOf(text);
  const terms = words.slice();
  for (let i = 1; i < words.length; i++) terms.push(`${words[i - 1]} ${words[i]}`);
  return terms;
}

/**
 * The terms that go furthest with the targets, and how rare they are.
 *
 * @param rows     rows of the table, shape (n)
 * @param targets  each of shape (rows of the table): numbers that the terms are to say something of
 * @param most     how many terms at most
 * @returns        terms in alphabetic order, and ln((1 + texts) / (1 + texts with the term)) + 1, as tf-idf has it
 */
export function chooseTerms(
  column: StringColumn,
  rows: Int32Array,
  targets: readonly Float64Array[],
  most: number,
): { readonly terms: readonly string[]; readonly rarity: readonly number[] } {
  const step = Math.max(1, rows.length / MOST_TEXTS);
  const sample: number[] = [];
  for (let i = 0; i < rows.length; i += step) {
    const row = rows[Math.floor(i)];
    if (column.codes[row] >= 0) sample.push(row);
  }
  const texts = sample.length;
  const fewest = Math.max(FEWEST_TEXTS, FEWEST_SHARE * texts);
  const counts = new Map<string, number>();
  for (const row of sample)
    for (const term of new Set(termsOf(column.levels[column.codes[row]])))
      counts.set(term, (counts.get(term) ?? 0) + 1);
  for (const [term, count] of counts) if (count < fewest || count > MOST_SHARE * texts) counts.delete(term);
  const known = [...counts.keys()].sort();
  const index = new Map(known.map((term, i) => [term, i]));
  const standard = targets.map((target) => standardised(target, sample));
  const sums = targets.map(() => new Float64Array(known.length));
  for (let s = 0; s < texts; s++)
    for (const term of new Set(termsOf(column.levels[column.codes[sample[s]]]))) {
      const place = index.get(term);
      if (place !== undefined) for (let t = 0; t < targets.length; t++) sums[t][place] += standard[t][s];
    }
  // A term that has nothing to do with the target has a sum of about √count
  const strength = known.map((term, i) =>
    sums.reduce((best, sum) => Math.max(best, Math.abs(sum[i]) / Math.sqrt(counts.get(term)!)), 0),
  );
  const chosen = known
    .map((_, i) => i)
    .sort((a, b) => strength[b] - strength[a] || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
  return {
    terms: chosen.map((i) => known[i]),
    rarity: chosen.map((i) => log((1 + texts) / (1 + counts.get(known[i])!)) + 1),
  };
}

/** With mean 0 and variance 1 over these rows. */
function standardised(target: Float64Array, rows: readonly number[]): Float64Array {
  let mean = 0;
  for (const row of rows) mean += target[row] / rows.length;
  let variance = 0;
  for (const row of rows) variance += ((target[row] - mean) * (target[row] - mean)) / rows.length;
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  return Float64Array.from(rows, (row) => (target[row] - mean) * scale);
}

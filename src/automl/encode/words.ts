/**
 * Which words of texts, and pairs of words, are worth a column.
 */
import { log } from "../../math/elementary.ts";
import type { StringColumn } from "../table.ts";
import { termReader, termsOf } from "./reading.ts";

/** Texts that terms are looked for in. */
const MOST_TEXTS = 10_000;
/** A term that fewer texts have teaches nothing. */
const FEWEST_TEXTS = 4;
const FEWEST_SHARE = 0.002;
/** Terms that more of the texts have say nothing. */
const MOST_SHARE = 0.98;

/** Texts of some rows as the terms that they have. */
export interface Terms {
  /** Rows of the table whose texts were read, and their places among the rows that were given. */
  readonly rows: Int32Array;
  readonly places: Int32Array;
  /** Those that neither too few nor nearly all of the texts have, in alphabetic order. */
  readonly terms: readonly string[];
  /** In how many of the texts each is, shape (terms). */
  readonly counts: Int32Array;
  /** Of each row, the terms that it has, ascending. */
  readonly texts: readonly Int32Array[];
}

/** Reads the texts of these rows, or of ten thousand of them. */
export function collectTerms(column: StringColumn, rows: Int32Array): Terms {
  const step = Math.max(1, rows.length / MOST_TEXTS);
  const places: number[] = [];
  for (let i = 0; i < rows.length; i += step)
    if (column.codes[rows[Math.floor(i)]] >= 0) places.push(Math.floor(i));
  const sample = places.map((place) => rows[place]);
  const fewest = Math.max(FEWEST_TEXTS, FEWEST_SHARE * sample.length);
  const found = new Map<string, number>();
  for (const row of sample)
    for (const term of termsOf(column.levels[column.codes[row]])) found.set(term, (found.get(term) ?? 0) + 1);
  for (const [term, count] of found)
    if (count < fewest || count > MOST_SHARE * sample.length) found.delete(term);
  const terms = [...found.keys()].sort();
  const read = termReader(column, terms);
  return {
    rows: Int32Array.from(sample),
    places: Int32Array.from(places),
    terms,
    counts: Int32Array.from(terms, (term) => found.get(term)!),
    texts: sample.map((row) => read(column.codes[row])),
  };
}

/**
 * The terms that go furthest with the targets, and how rare they are.
 *
 * @param targets  each of shape (rows of the table): numbers that the terms are to say something of
 * @param most     how many terms at most
 * @returns        terms in alphabetic order, and ln((1 + texts) / (1 + texts with the term)) + 1, as tf-idf has it
 */
export function chooseTerms(
  { rows, terms, counts, texts }: Terms,
  targets: readonly Float64Array[],
  most: number,
): { readonly terms: readonly string[]; readonly rarity: readonly number[] } {
  const strength = new Float64Array(terms.length);
  for (const target of targets) {
    const standard = standardised(target, rows);
    const sums = new Float64Array(terms.length);
    for (let i = 0; i < texts.length; i++) for (const place of texts[i]) sums[place] += standard[i];
    // A term that has nothing to do with the target has a sum of about √count
    for (let k = 0; k < terms.length; k++)
      strength[k] = Math.max(strength[k], Math.abs(sums[k]) / Math.sqrt(counts[k]));
  }
  const chosen = [...terms.keys()]
    .sort((a, b) => strength[b] - strength[a] || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
  return {
    terms: chosen.map((k) => terms[k]),
    rarity: chosen.map((k) => log((1 + texts.length) / (1 + counts[k])) + 1),
  };
}

/** With mean 0 and variance 1 over these rows: shape (rows). */
export function standardised(target: Float64Array, rows: Int32Array): Float64Array {
  let mean = 0;
  for (const row of rows) mean += target[row] / rows.length;
  let variance = 0;
  for (const row of rows) variance += ((target[row] - mean) * (target[row] - mean)) / rows.length;
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  return Float64Array.from(rows, (row) => (target[row] - mean) * scale);
}

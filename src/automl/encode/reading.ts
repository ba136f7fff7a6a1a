/**
 * Reading the texts of a column: once for all folds, views and steps where memory allows it.
 */
import type { StringColumn } from "../table.ts";

const WORD = /[\p{L}\p{N}]+/gu;
/** Of one text, so many letters are read. */
const MOST_LETTERS = 20_000;
/** Columns of more letters are read anew each time: their terms would take more memory than their texts. */
const MOST_KEPT = 20_000_000;

/** A column as it was read: numbers of terms in the order of their first appearance. */
interface Reading {
  readonly vocabulary: Map<string, number>;
  /** Of each level, its terms, each once. */
  readonly terms: readonly Int32Array[];
  /** Of each level, how many words it has. */
  readonly words: Int32Array;
}

const readings = new WeakMap<StringColumn, Reading>();

/** Words in lower case, in order. */
export function wordsOf(text: string): readonly string[] {
  return text.slice(0, MOST_LETTERS).toLowerCase().match(WORD) ?? [];
}

/** The words of a text and the pairs of words in a row, each once. */
export function termsOf(text: string): ReadonlySet<string> {
  return termsOfWords(wordsOf(text));
}

/** How many words each level has, by its code. */
export function wordCounter(column: StringColumn): (code: number) => number {
  const reading = readingOf(column);
  if (reading === undefined) return (code) => wordsOf(column.levels[code]).length;
  return (code) => reading.words[code];
}

/** Which of these terms each level has, by its code: their places, ascending. */
export function termReader(column: StringColumn, terms: readonly string[]): (code: number) => Int32Array {
  const reading = readingOf(column);
  if (reading === undefined) {
    const index = new Map(terms.map((term, place) => [term, place]));
    return (code) => Int32Array.from(places(termsOf(column.levels[code]), (term) => index.get(term))).sort();
  }
  const place = new Int32Array(reading.vocabulary.size).fill(-1);
  for (let k = 0; k < terms.length; k++) {
    const number = reading.vocabulary.get(terms[k]);
    if (number !== undefined) place[number] = k;
  }
  return (code) =>
    reading.terms[code]
      .map((number) => place[number])
      .filter((at) => at >= 0)
      .sort();
}

function places<T>(terms: Iterable<T>, of: (term: T) => number | undefined): number[] {
  const found: number[] = [];
  for (const term of terms) {
    const place = of(term);
    if (place !== undefined) found.push(place);
  }
  return found;
}

function termsOfWords(words: readonly string[]): ReadonlySet<string> {
  const terms = new Set(words);
  for (let i = 1; i < words.length; i++) terms.add(`${words[i - 1]} ${words[i]}`);
  return terms;
}

function readingOf(column: StringColumn): Reading | undefined {
  const known = readings.get(column);
  if (known !== undefined) return known;
  const { levels } = column;
  let letters = 0;
  for (let i = 0; i < levels.length; i++) letters += Math.min(levels[i].length, MOST_LETTERS);
  if (letters > MOST_KEPT) return undefined;
  const vocabulary = new Map<string, number>();
  const words = new Int32Array(levels.length);
  const terms = levels.map((text, code) => {
    const list = wordsOf(text);
    words[code] = list.length;
    return Int32Array.from(termsOfWords(list), (term) => {
      const number = vocabulary.get(term) ?? vocabulary.size;
      if (number === vocabulary.size) vocabulary.set(term, number);
      return number;
    });
  });
  const reading = { vocabulary, terms, words };
  readings.set(column, reading);
  return reading;
}

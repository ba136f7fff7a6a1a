/**
 * The steps that an encoder consists of: each makes one or more columns of the matrix from one column of the table. They
 * are plain JSON, few and simple, so that a file, a program or a graph in another format can say the same.
 */
import type { DatePart } from "../schema/dates.ts";

/** What is common to all. */
interface Of {
  /** Index of the column in the conformed table. */
  readonly column: number;
}

/** value − centre; missing stays missing. The centre keeps large numbers exact in single precision. */
export interface NumberStep extends Of {
  readonly kind: "number";
  readonly centre: number;
}

/**
 * z = (clip(curve(value or fill), low, high) − centre) / scale, where the curve is sign(v) · ln(1 + |v| / unit) if there is
 * a unit, and otherwise v itself; then z / √(1 + (z / bend)²), which stays within ± bend.
 */
export interface ScaleStep extends Of {
  readonly kind: "scale";
  readonly fill: number;
  readonly unit?: number;
  readonly low: number;
  readonly high: number;
  readonly centre: number;
  readonly scale: number;
  readonly bend: number;
}

/** 1 where the cell is missing, otherwise 0. */
export interface MissingStep extends Of {
  readonly kind: "missing";
}

/** A part of a date, as a whole number. */
export interface PartStep extends Of {
  readonly kind: "part";
  readonly part: DatePart;
}

/**
 * Two triangle waves, a quarter of a period apart, of a part of a date: 4 |t − round(t)| − 1 for t = part / period, and for
 * t + ¼. What is near in the cycle is near in them. 0 where missing.
 */
export interface CycleStep extends Of {
  readonly kind: "cycle";
  readonly part: DatePart;
  readonly period: number;
}

/** One or more numbers for each level of a category: codes, counts, means of the target. */
export interface LookupStep extends Of {
  readonly kind: "lookup";
  /** What the numbers are, each a column: shape (outputs). "" is the code itself. */
  readonly outputs: readonly string[];
  readonly levels: readonly string[];
  /** Shape (levels, outputs). */
  readonly values: readonly number[];
  /** For a missing cell, and for a level that is not listed; null is a missing value. Shape (outputs). */
  readonly missing: readonly (number | null)[];
  readonly unseen: readonly (number | null)[];
  /** Of codes: how many there are; 0 for numbers. */
  readonly categories: number;
}

/** A column for each level: 1 where the cell is it, otherwise 0. */
export interface OneHotStep extends Of {
  readonly kind: "one-hot";
  readonly levels: readonly string[];
  /** Whether a last column says that the cell is missing. */
  readonly missing: boolean;
}

/** A column for each term (a word, or two in a row): its weight where it occurs, otherwise 0. */
export interface WordsStep extends Of {
  readonly kind: "words";
  readonly terms: readonly string[];
  /** Shape (terms). */
  readonly weights: readonly number[];
  /** Whether a row is divided by its Euclidean length. */
  readonly normalised: boolean;
}

/**
 * Sum of the weights of the terms that a text has, each once, over the root of their number, by the scale: a column for
 * each output. 0 where it has none.
 */
export interface TermScoreStep extends Of {
  readonly kind: "term-score";
  /** What the scores are of, shape (outputs). */
  readonly outputs: readonly string[];
  readonly terms: readonly string[];
  /** Shape (terms, outputs). */
  readonly weights: readonly number[];
  /** Shape (outputs). */
  readonly scale: readonly number[];
}

/** ln(1 + length) of a text in letters and in words, less the centre, by the scale; two columns. 0 letters where missing. */
export interface LengthStep extends Of {
  readonly kind: "length";
  /** Shape (2). */
  readonly centre: readonly number[];
  readonly scale: readonly number[];
}

export type Step =
  | NumberStep
  | ScaleStep
  | MissingStep
  | PartStep
  | CycleStep
  | LookupStep
  | OneHotStep
  | WordsStep
  | TermScoreStep
  | LengthStep;

/** Names of the columns that a step makes, in order. */
export function outputsOfStep(step: Step, feature: string): readonly string[] {
  switch (step.kind) {
    case "number":
    case "scale":
      return [feature];
    case "missing":
      return [`${feature} is missing`];
    case "part":
      return [`${feature} ${step.part}`];
    case "cycle":
      return [`${feature} ${step.part} wave 1`, `${feature} ${step.part} wave 2`];
    case "lookup":
      return step.outputs.map((output) => (output === "" ? feature : `${feature} ${output}`));
    case "one-hot":
      return [
        ...step.levels.map((level) => `${feature} = ${level}`),
        ...(step.missing ? [`${feature} is missing`] : []),
      ];
    case "words":
      return step.terms.map((term) => `${feature} has ${JSON.stringify(term)}`);
    case "term-score":
      return step.outputs.map((output) => `${feature} ${output}`);
    case "length":
      return [`${feature} letters`, `${feature} words`];
  }
}

/** How many columns a step makes. */
export function widthOfStep(step: Step): number {
  switch (step.kind) {
    case "lookup":
    case "term-score":
      return step.outputs.length;
    case "one-hot":
      return step.levels.length + (step.missing ? 1 : 0);
    case "words":
      return step.terms.length;
    case "cycle":
    case "length":
      return 2;
    default:
      return 1;
  }
}

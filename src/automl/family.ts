/**
 * The contract of a family of models: a space, a way to fit, and a way to predict. A fitted model is plain data, so that it
 * goes between threads, into files and into the browser; what predicts from it is found by the family's name.
 */
import type { DesignMatrix } from "../models/design-matrix.ts";
import type { Rng } from "../random.ts";
import type { Group } from "../space/parameter.ts";
import type { Params } from "../space/types.ts";
import type { Json } from "../trial.ts";
import type { Task } from "./task.ts";

/**
 * How a table becomes the matrix of a family:
 * - trees: numbers as they are, missing as NaN; categories of few levels as codes, others target-encoded
 * - dense: no NaN; numbers filled, scaled, with an indicator where any was missing; categories of few levels one-hot,
 *   others target-encoded
 */
export type View = "trees" | "dense";

/** What a family knows of a problem before it sees data. */
export interface Shape {
  readonly task: Task;
  /** Rows that one fit sees, and columns of the table that are used. */
  readonly rows: number;
  readonly columns: number;
  /** How many of the columns are categories, and how many levels the widest of them has. */
  readonly categories: number;
  readonly widest: number;
}

/** Rows to learn from. `y`: shape (rows), the class's index or the number (scaled as the pipeline scales it). */
export interface Rows {
  readonly x: DesignMatrix;
  readonly y: Float64Array;
  /** Weights of the rows, mean 1, shape (rows); absent: all equal. */
  readonly weights?: Float64Array;
}

export interface Training extends Rows {
  readonly task: Task;
  /** Flat, by the names of the family's own space. */
  readonly params: Params;
  /** An inner slice, held back for early stopping; absent: train as long as `params` (or `rounds`) say. */
  readonly valid?: Rows;
  /** By column of `x`: 1 where predictions may not fall as it grows, −1 where they may not rise, 0: either. */
  readonly monotone?: Int8Array;
  /** Rounds (trees, epochs) to train where there is no slice: what an earlier fit with one has found. */
  readonly rounds?: number;
  readonly rng: Rng;
  /** Asked between rounds: once true, `fit` returns what it has. */
  readonly stop: () => boolean;
}

/** A fitted model: plain data, no functions. */
export interface FittedModel {
  readonly family: string;
  /** Rounds (trees, epochs) that it keeps, where it has such. */
  readonly rounds?: number;
  /** Work that was done, in rows × columns × rounds of a boosted tree: the same on every machine. */
  readonly work: number;
  readonly json: Json;
  readonly arrays: Readonly<Record<string, Float32Array | Float64Array | Int32Array | Uint8Array>>;
}

export interface Family {
  readonly name: string;
  readonly view: View;
  /** Whether it trains in rounds and takes an inner slice to know when to stop. */
  readonly early?: true;
  /** Whether its predictions keep `Training.monotone`. */
  readonly monotone?: true;
  /** Why it is not for such a problem, or cannot run here; undefined: it is. */
  unfit?(shape: Shape): string | undefined;
  /** What has to be installed first, and how; undefined: nothing. */
  missing?(): string | undefined;
  /** Its hyperparameters, their ranges by the shape; defaults are a good and cheap start. */
  space(shape: Shape): Group;
  /** Work that a fit is expected to take, in the unit of `FittedModel.work`. */
  work(shape: Shape, params: Params): number;
  /** @throws {NumericalError} if nothing can be learned from these rows */
  fit(training: Training): FittedModel | Promise<FittedModel>;
}

/**
 * Predictions of a fitted model.
 *
 * @returns shape (rows, outputs of the task), row-major: probabilities that sum to 1, expectations, or quantiles
 */
export type Predict = (model: FittedModel, x: DesignMatrix, task: Task) => Float64Array;

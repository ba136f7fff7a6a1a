/**
 * A pipeline: how a table becomes a matrix, what was learned from it, and how predictions become what people read. Plain data.
 */
import type { DesignMatrix } from "../models/design-matrix.ts";
import type { Rng } from "../random.ts";
import type { Params } from "../space/types.ts";
import type { Encoder } from "./encode/encoder.ts";
import { widthOfStep } from "./encode/step.ts";
import type { Encodings } from "./encodings.ts";
import type { Family, FittedModel, Rows } from "./family.ts";
import { predictModel } from "./predictors.ts";
import { fitScale, fromModel, type TargetScale, toModel } from "./scale.ts";
import type { Schema } from "./schema/schema.ts";
import type { Task } from "./task.ts";

export interface Pipeline {
  readonly encoder: Encoder;
  /** Absent for classes. */
  readonly scale?: TargetScale;
  readonly model: FittedModel;
}

/** By a column's name: predictions may not fall ("rising") or may not rise ("falling") as it grows. */
export type Monotone = Readonly<Record<string, "rising" | "falling">>;

/** What a pipeline learns from. */
export interface Lesson {
  readonly schema: Schema;
  readonly y: Float64Array;
  readonly encodings: Encodings;
  /** Rows to fit on, and the key that tells them from others of the same data. */
  readonly rows: Int32Array;
  readonly key: string;
  /** Rows that say when a family that trains in rounds has trained enough, if it is to know. */
  readonly slice?: Int32Array;
  readonly family: Family;
  /** The family's own parameters by their own names. */
  readonly params: Params;
  /** Whether the target's logarithm is learned. */
  readonly log: boolean;
  /** Whether rows of rare classes weigh more, so that every class weighs the same. */
  readonly balanced: boolean;
  /** Which way predictions may go as a column of the table grows, by its name. */
  readonly monotone?: Monotone;
  readonly rounds?: number;
  readonly rng: Rng;
  readonly stop: () => boolean;
}

export async function fitPipeline(lesson: Lesson): Promise<Pipeline> {
  const { schema, y, encodings, rows, key, slice, family, params, rounds, rng, stop } = lesson;
  const { task } = schema;
  const { encoder, matrix } = encodings.fitted(key, rows, family.view);
  const scale = task.kind === "classification" ? undefined : fitScale(y, rows, lesson.log);
  const learned = (x: DesignMatrix, of: Int32Array): Rows => ({
    x,
    y: scale ? toModel(scale, y, of) : Float64Array.from(of, (row) => y[row]),
    ...(lesson.balanced && task.kind === "classification" && { weights: balancing(y, of, task) }),
  });
  const model = await family.fit({
    ...{ task, params, rng, stop },
    ...learned(matrix, rows),
    ...(slice && { valid: learned(encodings.of(`${key}/slice`, encoder, slice), slice) }),
    ...(rounds !== undefined && { rounds }),
    ...(lesson.monotone && { monotone: directions(encoder, lesson.monotone) }),
  });
  return { encoder, model, ...(scale && { scale }) };
}

/** For each column of the matrix, which way predictions may go: 1, −1, or 0 for either. */
function directions({ steps, features }: Encoder, monotone: Monotone): Int8Array {
  return Int8Array.from(
    steps.flatMap((step) => {
      const wanted = step.kind === "number" ? monotone[features[step.column]] : undefined;
      const direction = wanted === undefined ? 0 : wanted === "rising" ? 1 : -1;
      return Array.from({ length: widthOfStep(step) }, () => direction);
    }),
  );
}

/** Predictions from the matrix that the pipeline's encoder made: shape (rows, outputs), as people read them. */
export function predictPipeline({ model, scale }: Pipeline, x: DesignMatrix, task: Task): Float64Array {
  const predictions = predictModel(model, x, task);
  return scale ? fromModel(scale, predictions) : predictions;
}

/** Weights of mean 1 with which every class that occurs weighs the same: shape (rows). */
function balancing(y: Float64Array, rows: Int32Array, task: Task & { kind: "classification" }): Float64Array {
  const counts = new Float64Array(task.classes.length);
  for (const row of rows) counts[y[row]]++;
  const present = counts.filter((count) => count > 0).length;
  return Float64Array.from(rows, (row) => rows.length / (present * counts[y[row]]));
}

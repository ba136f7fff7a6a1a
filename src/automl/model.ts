/**
 * What automated tuning results in: an ensemble of pipelines, which predicts for new rows. Plain data, and runs anywhere.
 */
import { InvalidInputError } from "../errors.ts";
import type { DesignMatrix } from "../models/design-matrix.ts";
import { type Encoder, encode } from "./encode/encoder.ts";
import { type Pipeline, predictPipeline } from "./pipeline.ts";
import { conform } from "./schema/conform.ts";
import type { Schema } from "./schema/schema.ts";
import type { Table } from "./table.ts";
import { outputsOf } from "./task.ts";

/** One member of the ensemble. Of several pipelines (one a fold) the mean prediction counts. */
export interface Member {
  readonly family: string;
  /** The trial of the study that it comes from. */
  readonly trial: number;
  readonly weight: number;
  readonly pipelines: readonly Pipeline[];
}

export interface Model {
  readonly schema: Schema;
  readonly metric: string;
  /** The score on rows that nothing was chosen by, with its standard error where it is known. */
  readonly score?: { readonly value: number; readonly error?: number; readonly rows: number };
  /** Of two classes: the second is predicted from this probability on. */
  readonly threshold?: number;
  readonly members: readonly Member[];
  /** Names of the external programs that members of it need: how they are started is said by whoever predicts. */
  readonly programs?: readonly string[];
}

export interface Predictions {
  /** Shape (rows, outputs), row-major: a probability for each class, the expectation, or a value for each quantile. */
  readonly values: Float64Array;
  readonly outputs: number;
  /** Of classes: the predicted one of each row, an index. */
  readonly classes?: Int32Array;
  /** What was unusual about the table: columns that are missing, cells that could not be read. */
  readonly notes: readonly string[];
}

/**
 * Predictions for every row of a table that has the columns that the model was trained on.
 *
 * @throws {InvalidInputError} if none of the columns is there
 */
export function predict(model: Model, table: Table): Predictions {
  const { parts, notes } = partsOf(model, table);
  const { task } = model.schema;
  const predictions = parts.map(({ pipeline, matrix }) => predictPipeline(pipeline, matrix, task));
  return combined(model, table, parts, predictions, notes);
}

/** A pipeline of the ensemble, its share, and the matrix that it predicts from. */
export interface Part {
  readonly pipeline: Pipeline;
  readonly weight: number;
  readonly matrix: DesignMatrix;
}

/** What every pipeline of the ensemble predicts from. */
export function partsOf(
  { schema, members }: Model,
  table: Table,
): { readonly parts: readonly Part[]; readonly notes: readonly string[] } {
  requireSome(table, schema);
  const { table: conformed, notes } = conform(table, schema);
  return { parts: conformedParts(members, conformed), notes: [...(table.notes ?? []), ...notes] };
}

/** One absent column is a missing value; all of them are another table. */
function requireSome({ columns }: Table, { features }: Schema): void {
  const wanted = features.filter(({ used }) => used).map(({ name }) => name);
  if (columns.some(({ name }) => wanted.includes(name))) return;
  const shown = (names: readonly string[]) =>
    names
      .slice(0, 5)
      .map((name) => JSON.stringify(name.slice(0, 30)))
      .join(", ") + (names.length > 5 ? ", …" : "");
  throw new InvalidInputError(
    `the table has none of the columns that the model learned from (${shown(wanted)}), but ${shown(columns.map(({ name }) => name))}: give it the table that belongs to the model`,
  );
}

function conformedParts(members: readonly Member[], conformed: Table): readonly Part[] {
  const matrices = new Map<Encoder, DesignMatrix>();
  return members.flatMap(({ weight, pipelines }) =>
    pipelines.map((pipeline): Part => {
      const { encoder } = pipeline;
      const matrix = matrices.get(encoder) ?? encode(encoder, conformed);
      matrices.set(encoder, matrix);
      return { pipeline, weight: weight / pipelines.length, matrix };
    }),
  );
}

/** Predictions for a table that was conformed already: shape (rows, outputs), row-major. */
export function predictConformed(
  model: Pick<Model, "members"> & { readonly schema: Pick<Schema, "task"> },
  conformed: Table,
): Float64Array {
  const parts = conformedParts(model.members, conformed);
  const { task } = model.schema;
  return weighted(
    parts,
    parts.map(({ pipeline, matrix }) => predictPipeline(pipeline, matrix, task)),
    conformed.rows * outputsOf(task),
  );
}

function weighted(parts: readonly Part[], predictions: readonly Float64Array[], size: number): Float64Array {
  const values = new Float64Array(size);
  for (const [index, { weight }] of parts.entries())
    for (let i = 0; i < size; i++) values[i] += weight * predictions[index][i];
  return values;
}

/** The weighted mean of the parts' predictions, each of shape (rows, outputs). */
export function combined(
  { schema: { task }, threshold }: Model,
  table: Table,
  parts: readonly Part[],
  predictions: readonly Float64Array[],
  notes: readonly string[],
): Predictions {
  const outputs = outputsOf(task);
  const values = weighted(parts, predictions, table.rows * outputs);
  const classes = task.kind === "classification" ? decide(values, outputs, threshold) : undefined;
  return { values, outputs, ...(classes && { classes }), notes };
}

/**
 * The class of each row: the most probable one, or of two the second from a probability on.
 *
 * @param probabilities  shape (rows, classes)
 */
export function decide(probabilities: Float64Array, classes: number, threshold?: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    if (classes === 2 && threshold !== undefined) return probabilities[2 * row + 1] >= threshold ? 1 : 0;
    let best = 0;
    for (let k = 1; k < classes; k++)
      if (probabilities[row * classes + k] > probabilities[row * classes + best]) best = k;
    return best;
  });
}

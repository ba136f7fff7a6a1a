/**
 * From a table to the matrix of a family of models: learned from the rows of a fold, then the same for every table.
 */
import type { DesignMatrix } from "../../models/design-matrix.ts";
import type { View } from "../family.ts";
import type { Table } from "../table.ts";
import { applyStep } from "./apply.ts";
import { fitSteps, type Ground } from "./fit.ts";
import { outputsOfStep, type Step, widthOfStep } from "./step.ts";

/** Plain JSON. */
export interface Encoder {
  readonly view: View;
  /** Names of the columns of the conformed table, which the steps count. */
  readonly features: readonly string[];
  /** Their columns follow each other in the matrix. */
  readonly steps: readonly Step[];
}

/**
 * Learns an encoder from some rows.
 *
 * @param options.table  conformed to the schema
 * @param options.rows   those to learn from, shape (n)
 * @param options.y      the class's index or the number, shape (rows of the table)
 * @returns              the encoder, and the matrix of `rows`, in which what was learned from targets does not know the
 *                       row's own; for all other rows use {@link encode}
 */
export function fitEncoder(options: Ground): { readonly encoder: Encoder; readonly matrix: DesignMatrix } {
  const { table, rows, view } = options;
  const fitted = fitSteps(options);
  const encoder = {
    view,
    features: table.columns.map(({ name }) => name),
    steps: fitted.map(({ step }) => step),
  };
  const matrix = blank(encoder, rows.length);
  let at = 0;
  for (const { step, training } of fitted) {
    if (training === undefined) applyStep(step, table.columns[step.column], rows, matrix.values, at);
    else matrix.values.set(training, at);
    at += widthOfStep(step) * rows.length;
  }
  return { encoder, matrix };
}

/**
 * The matrix of these rows, or of all.
 *
 * @param table  conformed to the schema that the encoder was learned with
 */
export function encode(encoder: Encoder, table: Table, rows?: Int32Array): DesignMatrix {
  const which = rows ?? Int32Array.from({ length: table.rows }, (_, i) => i);
  const matrix = blank(encoder, which.length);
  let at = 0;
  for (const step of encoder.steps) {
    applyStep(step, table.columns[step.column], which, matrix.values, at);
    at += widthOfStep(step) * which.length;
  }
  return matrix;
}

/** Names of the matrix's columns. */
export function names({ steps, features }: Encoder): string[] {
  return steps.flatMap((step) => outputsOfStep(step, features[step.column]));
}

/** For each of the matrix's columns, the column of the conformed table that it comes from. */
export function sources({ steps }: Encoder): Int32Array {
  return Int32Array.from(
    steps.flatMap((step) => Array.from({ length: widthOfStep(step) }, () => step.column)),
  );
}

function blank({ steps }: Encoder, rows: number): DesignMatrix {
  const levels = Int32Array.from(
    steps.flatMap((step) =>
      Array.from({ length: widthOfStep(step) }, () => (step.kind === "lookup" ? step.categories : 0)),
    ),
  );
  return { rows, columns: levels.length, values: new Float32Array(rows * levels.length), levels };
}

/**
 * Families that are external programs, beside those that are ours; and predictions of models that need their program.
 */
import { InvalidInputError, NotFoundError } from "../errors.ts";
import type { DesignMatrix } from "../models/design-matrix.ts";
import { type ExternalDescription, type ExternalFamily, external } from "./families/external.ts";
import { families as own } from "./families.ts";
import type { Family } from "./family.ts";
import { combined, type Model, type Predictions, partsOf } from "./model.ts";
import { type Pipeline, predictPipeline } from "./pipeline.ts";
import { fromModel } from "./scale.ts";
import type { Table } from "./table.ts";
import type { Task } from "./task.ts";

/** All families by name; a program that has the name of one of ours takes its place. */
export function familiesWith(
  programs: readonly ExternalDescription[] = [],
): Readonly<Record<string, Family>> {
  return {
    ...own,
    ...Object.fromEntries(programs.map((description) => [description.name, external(description)])),
  };
}

/**
 * Predictions of one pipeline, of whatever family.
 *
 * @returns shape (rows, outputs), as people read them
 */
export async function predictOf(
  families: Readonly<Record<string, Family>>,
  pipeline: Pipeline,
  x: DesignMatrix,
  task: Task,
): Promise<Float64Array> {
  const family = families[pipeline.model.family] as Partial<ExternalFamily> | undefined;
  if (family?.predict === undefined) return predictPipeline(pipeline, x, task);
  const predictions = await family.predict(pipeline.model, x, task);
  return pipeline.scale ? fromModel(pipeline.scale, predictions) : predictions;
}

/**
 * Predictions of a model, of which some members may need their program. A model's folder names them only: nothing that
 * comes with a model is ever run.
 *
 * @param descriptions  the programs that may be started
 * @throws {InvalidInputError} if a program that the model needs is not among them
 * @throws {NotFoundError} if it cannot run here
 */
export async function predictWithPrograms(
  model: Model,
  table: Table,
  descriptions: readonly ExternalDescription[] = [],
): Promise<Predictions> {
  const { task } = model.schema;
  const needed = (model.programs ?? []).map((name) => {
    const description = descriptions.find((one) => one.name === name);
    if (description === undefined)
      throw new InvalidInputError(
        `the model has members that only the program ${JSON.stringify(name)} can use: name the file that describes it, --external ${name}.yaml`,
      );
    return external(description);
  });
  try {
    for (const { unfit, name } of needed) {
      const why = unfit?.({ task, rows: 0, columns: 0, categories: 0, widest: 0 });
      if (why !== undefined) throw new NotFoundError(`the model has members of the family ${name}: ${why}`);
    }
    const programs = Object.fromEntries(needed.map((family) => [family.name, family]));
    const { parts, notes } = partsOf(model, table);
    const predictions: Float64Array[] = [];
    for (const { pipeline, matrix } of parts)
      predictions.push(await predictOf(programs, pipeline, matrix, task));
    return combined(model, table, parts, predictions, notes);
  } finally {
    for (const family of needed) family.close();
  }
}

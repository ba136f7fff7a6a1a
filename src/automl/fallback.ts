/**
 * The model that there always is: the constant prediction, made at once of whatever table.
 */
import { rng } from "../random.ts";
import { fitEncoder } from "./encode/encoder.ts";
import { constant } from "./families/constant.ts";
import type { FittedModel } from "./family.ts";
import type { Member } from "./model.ts";
import { predictPipeline } from "./pipeline.ts";
import type { Prepared } from "./prepare.ts";
import { fitScale, toModel } from "./scale.ts";

/** The constant needs no column: an encoder that any table can be put through is learned from these few. */
const ENCODED_ROWS = 200;

/** The constant as the only member of an ensemble, learned from these rows. It stands for no trial: its number is −1. */
export function constantMember(prepared: Prepared, rows: Int32Array, seed: number): Member {
  const { schema, table, y } = prepared;
  const { task } = schema;
  const few = rows.slice(0, ENCODED_ROWS);
  const stream = rng(seed, "constant");
  const { encoder } = fitEncoder({ table, schema, rows: few, y, view: "trees", rng: stream });
  const scale = task.kind === "classification" ? undefined : fitScale(y, rows, false);
  const model = constant.fit({
    x: noColumns(rows.length),
    y: scale ? toModel(scale, y, rows) : Float64Array.from(rows, (row) => y[row]),
    ...{ task, params: {}, rng: stream, stop: () => false },
  }) as FittedModel;
  return {
    ...{ family: constant.name, trial: -1, weight: 1 },
    pipelines: [{ encoder, model, ...(scale && { scale }) }],
  };
}

/** What it predicts for so many rows, shape (rows, outputs). */
export function constantPredictions({ pipelines: [pipeline] }: Member, { schema }: Prepared, rows: number) {
  return predictPipeline(pipeline, noColumns(rows), schema.task);
}

function noColumns(rows: number) {
  return { rows, columns: 0, values: new Float32Array(), levels: new Int32Array() };
}

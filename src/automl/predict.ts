/**
 * Predicting with a model that `fettle automl` saved: `fettle/automl/predict`, for browsers and for Node.
 */
export { decide, type Member, type Model, type Predictions, predict } from "./model.ts";
export { unpackModel as readModel } from "./packed.ts";
export { tableOf } from "./read/values.ts";
export type { Schema } from "./schema/schema.ts";
export type { Column, NumberColumn, StringColumn, Table } from "./table.ts";
export { outputsOf, type Task } from "./task.ts";

/**
 * `fettle/automl`: automated tuning of models of a table, in Node.
 */
export {
  type AutomlOptions,
  type AutomlResult,
  automl,
  type Progress,
  type Standing,
} from "./automl.ts";
export { toOnnx } from "./export/onnx/onnx.ts";
export type * from "./family.ts";
export { loadModel, saveModel } from "./folder.ts";
export * from "./predict.ts";
export { parseCsv } from "./read/csv.ts";
export { readTable } from "./read/file.ts";

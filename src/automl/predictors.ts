/**
 * What predicts, by the name of the family. Nothing here fits, and all of it runs in a browser.
 */
import { UnsupportedError } from "../errors.ts";
import { predictBayes } from "../models/bayes/predict.ts";
import type { DesignMatrix } from "../models/design-matrix.ts";
import { predictLinear } from "../models/linear/predict.ts";
import { predictNeighbours } from "../models/neighbours/predict.ts";
import { predictNetwork } from "../models/network/predict.ts";
import { predictTrees } from "../models/trees/predict.ts";
import { predictVectors } from "../models/vectors/predict.ts";
import { predictConstant } from "./families/constant.ts";
import type { FittedModel, Predict } from "./family.ts";
import type { Task } from "./task.ts";

const predictors: Readonly<Record<string, Predict>> = {
  bayes: predictBayes,
  boosting: predictTrees,
  constant: predictConstant,
  "extra-trees": predictTrees,
  forest: predictTrees,
  linear: predictLinear,
  neighbours: predictNeighbours,
  network: predictNetwork,
  vectors: predictVectors,
};

/** The families whose models need nothing but this code. */
export const ownPredictors: readonly string[] = Object.keys(predictors);

/**
 * @returns shape (rows, outputs), in the scale that the model learned
 * @throws {UnsupportedError} if the family is not known here
 */
export function predictModel(model: FittedModel, x: DesignMatrix, task: Task): Float64Array {
  if (!Object.hasOwn(predictors, model.family))
    throw new UnsupportedError(`models of the family ${JSON.stringify(model.family)} cannot be used here`);
  return predictors[model.family](model, x, task);
}

/**
 * The constant: shares of the classes, the mean, or the quantiles. There is always this model.
 */
import type { DesignMatrix } from "../../models/design-matrix.ts";
import type { Stored } from "../../models/stored.ts";
import { classShares, weightedMean, weightedQuantile } from "../../models/weighted.ts";
import type { Family, Training } from "../family.ts";

export const constant: Family = {
  name: "constant",
  view: "trees",
  monotone: true,
  space: () => ({}),
  work: ({ rows }) => rows,
  fit(training) {
    const { x } = training;
    return { family: "constant", work: x.rows, json: null, arrays: { outputs: outputs(training) } };
  },
};

/** @returns shape (rows, outputs), row-major */
export function predictConstant({ arrays }: Stored, { rows }: DesignMatrix): Float64Array {
  const { outputs } = arrays;
  const out = new Float64Array(rows * outputs.length);
  for (let r = 0; r < rows; r++) out.set(outputs, r * outputs.length);
  return out;
}

function outputs({ task, x, y, weights = new Float64Array(x.rows).fill(1) }: Training): Float64Array {
  if (task.kind === "classification") return classShares(y, weights, task.classes.length);
  if (task.kind === "regression") return Float64Array.of(weightedMean(y, weights));
  return Float64Array.from(task.levels, (level) => weightedQuantile(y, weights, level));
}

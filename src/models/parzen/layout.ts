/**
 * A search space as the Parzen estimator sees it: branches of parameters that exist together.
 */
import type { Parameter, Space } from "../../space/types.ts";
import { toUnit, valuesOf } from "../../space.ts";

export interface Dimension {
  /** Index of the parameter. */
  readonly index: number;
  /** How many choices, where it is one without order; 0 for numbers. */
  readonly choices: number;
  /** Unit coordinates of a number's cells, where there are few of them. */
  readonly cells?: Float64Array;
}

/** Parameters that are active under the same conditions: they have one joint kernel. */
export interface Branch {
  readonly dimensions: readonly Dimension[];
  /** Whether they depend on nothing. */
  readonly always: boolean;
}

/** So many cells are summed over; of more, the sum is taken as an integral. */
const FEW_CELLS = 32;

/** The branches of a space, parents before children. Parameters of one value are left out. */
export function branchesOf({ parameters }: Space): readonly Branch[] {
  const branches = new Map<string, Dimension[]>();
  for (const parameter of parameters) {
    if (parameter.domain !== "real" && parameter.size === 1) continue;
    const key = JSON.stringify(parameter.conditions);
    const dimensions = branches.get(key) ?? [];
    dimensions.push(dimensionOf(parameter));
    branches.set(key, dimensions);
  }
  return [...branches.values()].map((dimensions) => ({
    dimensions,
    always: parameters[dimensions[0].index].conditions.length === 0,
  }));
}

function dimensionOf(parameter: Parameter): Dimension {
  const { index } = parameter;
  if (parameter.domain === "choice" && !parameter.ordered) return { index, choices: parameter.size };
  if (parameter.domain === "real" || parameter.size > FEW_CELLS) return { index, choices: 0 };
  return {
    index,
    choices: 0,
    cells: Float64Array.from(valuesOf(parameter), (value) => toUnit(parameter, value)),
  };
}

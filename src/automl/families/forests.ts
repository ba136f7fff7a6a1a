/**
 * What random forests and extremely randomised trees have in common.
 */
import { log } from "../../math/elementary.ts";
import { type Aim, growForest } from "../../models/trees/forest.ts";
import { storeTrees } from "../../models/trees/format.ts";
import { float, int } from "../../space/parameter.ts";
import type { Params } from "../../space/types.ts";
import type { Family, Shape } from "../family.ts";
import type { Task } from "../task.ts";

/** Leaves of a tree that many rows are worth; more would make models of gigabytes. */
const MOST_LEAVES = 50_000;
/** Rows of a leaf whose quantiles are asked for. */
const QUANTILE_ROWS = 5;

/**
 * A family of forests.
 *
 * @param random   whether cuts are drawn at random, from all rows; otherwise the best are taken, from a bootstrap sample
 * @param perCell  work of one row, column and level of a tree
 */
export function forests(name: string, random: boolean, perCell: number): Family {
  const workOf = (rows: number, columns: number, params: Params) => {
    const levels = Math.max(1, log(rows / Number(params.minRows)) / Math.LN2);
    return perCell * rows * levels * (1 + columns * Number(params.columns)) * Number(params.trees);
  };
  return {
    name,
    view: "trees",
    space: (shape) => ({
      trees: int(32, 512, { log: true, default: 100 }),
      columns: float(Math.min(0.5, Math.max(0.02, 1 / Math.max(1, shape.columns))), 1, {
        log: true,
        default: defaultShare(shape),
      }),
      minRows: int(leastRows(shape), Math.max(leastRows(shape) + 1, Math.min(64, shape.rows >> 3)), {
        log: true,
        default: leastRows(shape),
      }),
    }),
    work: ({ rows, columns }, params) => workOf(rows, columns, params),
    fit({ x, y, weights, task, params, rng, stop }) {
      const trees = growForest(
        { x, y, ...(weights && { weights }) },
        aimOf(task),
        {
          trees: Number(params.trees),
          columns: Number(params.columns),
          minRows: Number(params.minRows),
          depth: Number.POSITIVE_INFINITY,
          bootstrap: !random,
          random,
        },
        rng,
        stop,
      );
      const grown = trees.arrays.roots.length - 1;
      return {
        family: name,
        rounds: grown,
        work: workOf(x.rows, x.columns, { ...params, trees: grown }),
        ...storeTrees(trees),
      };
    },
  };
}

/** The least that a leaf may be asked to hold. */
function leastRows({ task, rows }: Shape): number {
  const enough = task.kind === "quantiles" ? QUANTILE_ROWS : 1;
  return Math.max(enough, Math.ceil(rows / MOST_LEAVES));
}

/** More than the √columns of Breiman 2001 for classes: some columns say nothing. Half for numbers. */
function defaultShare({ task, columns }: Shape): number {
  return task.kind === "classification" ? Math.min(1, 1.5 / Math.sqrt(Math.max(1, columns))) : 0.5;
}

function aimOf(task: Task): Aim {
  if (task.kind === "regression") return { kind: "mean" };
  if (task.kind === "quantiles") return { kind: "quantiles", levels: task.levels };
  return { kind: "classes", classes: task.classes.length };
}

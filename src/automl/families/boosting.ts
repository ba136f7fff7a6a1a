/**
 * Gradient-boosted trees on histograms.
 */
import { log } from "../../math/elementary.ts";
import { type BoostOptions, boost } from "../../models/trees/boost.ts";
import { storeTrees } from "../../models/trees/format.ts";
import type { Loss } from "../../models/trees/loss.ts";
import { float, int, oneOf } from "../../space/parameter.ts";
import type { Params } from "../../space/types.ts";
import type { Family } from "../family.ts";
import { outputsOf, type Task } from "../task.ts";

/** Rounds at most, whatever the held-back rows say. */
const MOST_ROUNDS = 4000;
/** Rounds without held-back rows: so many divided by the learning rate. */
const RATE_TIMES_ROUNDS = 10;

export const boosting: Family = {
  name: "boosting",
  view: "trees",
  early: true,
  monotone: true,
  space: ({ rows, categories }) => ({
    rate: float(0.005, 0.3, { log: true, default: 0.06 }),
    growth: oneOf(
      "type",
      {
        leaves: { leaves: int(4, 256, { log: true, default: 31 }) },
        depth: { depth: int(2, 12, { default: 6 }) },
      },
      { default: "leaves" },
    ),
    minRows: int(1, Math.max(2, Math.min(128, rows >> 3)), {
      log: true,
      default: Math.max(1, Math.min(20, rows >> 5)),
    }),
    minHessian: float(0.001, 32, { log: true, default: 0.001 }),
    rows: float(0.5, 1, { default: 1 }),
    columns: float(0.3, 1, { default: 0.9 }),
    nodeColumns: float(0.3, 1, { default: 1 }),
    l1: float(0.001, 100, { log: true, default: 0.001 }),
    l2: float(0.001, 100, { log: true, default: 1 }),
    ...(categories > 0 && {
      smoothing: float(1, 100, { log: true, default: 10 }),
      categoryL2: float(0.1, 100, { log: true, default: 10 }),
    }),
  }),
  work({ task, rows, columns }, params) {
    const rounds = Math.min(MOST_ROUNDS, RATE_TIMES_ROUNDS / Number(params.rate));
    return workOf(params, rows, columns, rounds * treesARound(task));
  },
  fit({ x, y, weights, task, params, valid, rounds, monotone, rng, stop }) {
    const rate = Number(params.rate);
    const { trees, ...fitted } = boost(
      { x, y, ...(weights && { weights }) },
      valid,
      lossOf(task),
      {
        ...growthOf(params),
        ...(monotone && { monotone }),
        rounds: rounds ?? (valid ? MOST_ROUNDS : Math.round(RATE_TIMES_ROUNDS / rate)),
        learningRate: rate,
        rows: Number(params.rows),
        // small steps go sideways for longer
        patience: 20 + Math.round(1 / rate),
      },
      rng,
      stop,
    );
    return {
      family: "boosting",
      rounds: fitted.rounds,
      work: workOf(params, x.rows, x.columns, fitted.trained * treesARound(task)),
      ...storeTrees(trees),
    };
  },
};

function growthOf(params: Params): Omit<BoostOptions, "rounds" | "learningRate" | "rows" | "patience"> {
  const byLeaf = params.growth === "leaves";
  return {
    growth: byLeaf ? "leaves" : "depth",
    leaves: byLeaf ? Number(params["growth.leaves.leaves"]) : 4096,
    depth: byLeaf ? 64 : Number(params["growth.depth.depth"]),
    minRows: Number(params.minRows),
    minHessian: Number(params.minHessian),
    l1: Number(params.l1),
    l2: Number(params.l2),
    minGain: 0,
    columns: Number(params.columns),
    nodeColumns: Number(params.nodeColumns),
    categories: { smoothing: Number(params.smoothing ?? 10), l2: Number(params.categoryL2 ?? 10) },
  };
}

function lossOf(task: Task): Loss {
  if (task.kind === "regression") return { kind: "squared" };
  if (task.kind === "quantiles") return { kind: "quantile", levels: task.levels };
  const classes = task.classes.length;
  return classes > 2 ? { kind: "softmax", classes } : { kind: "logistic" };
}

function treesARound(task: Task): number {
  return task.kind === "classification" && task.classes.length === 2 ? 1 : outputsOf(task);
}

/**
 * Of so many trees, in units of about 6 ns: rows are counted and moved level by level, and the bins of a leaf are gone through whatever
 * its rows (fitted to CPU times at 1,000 to 100,000 rows, 5 to 100 columns, 7 to 127 leaves).
 */
function workOf(params: Params, rows: number, columns: number, trees: number): number {
  const own = columns * Number(params.columns);
  const asked =
    params.growth === "leaves"
      ? Number(params["growth.leaves.leaves"])
      : 2 ** Number(params["growth.depth.depth"]);
  const leaves = Math.max(2, Math.min(asked, rows / Number(params.minRows)));
  return trees * (0.075 * rows * (own + 6) * (log(leaves) / Math.LN2) + 260 * leaves * own);
}

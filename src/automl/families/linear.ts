/**
 * Linear and logistic models with an elastic net, of numbers as they are or bent at knots.
 */
import { fitLinear, type LinearTask } from "../../models/linear/fit.ts";
import { float, int } from "../../space/parameter.ts";
import type { Params } from "../../space/types.ts";
import type { Family } from "../family.ts";
import { outputsOf, type Task } from "../task.ts";
import { cappedRows, denseColumns } from "./dense.ts";

/** Rows are left out where rows × columns × outputs would be more. */
const MOST = 1e8;
/** Numbers are bent no more than that there are so many columns. */
const MOST_COLUMNS = 1000;
/** Multiplications in the time of one unit of work, measured: of columns with columns, and of descent. */
const PER_UNIT = { products: 16, descent: 4 };
/** Gradients that a fit by descent takes, as a rule. */
const GRADIENTS = 60;

export const linear: Family = {
  name: "linear",
  view: "dense",
  space: ({ rows }) => ({
    strength: float(1e-6, 10, { log: true, default: Math.min(0.1, Math.max(1e-5, 1 / rows)) }),
    l1: float(0, 1, { default: 0 }),
    knots: int(0, 15, { default: 6 }),
  }),
  work(shape, params) {
    const plain = denseColumns(shape);
    const columns = plain + (shape.columns - shape.categories) * knotsOf(params, plain);
    const heads = headsOf(shape.task);
    const rows = Math.min(shape.rows, MOST / (columns * heads));
    if (byProducts(shape.task, columns)) return (rows * columns * columns) / 2 / PER_UNIT.products;
    return (rows * columns * 2 * heads * GRADIENTS) / PER_UNIT.descent;
  },
  fit({ task, params, rng, stop, ...given }) {
    const knots = knotsOf(params, given.x.columns);
    const most = Math.floor(MOST / (given.x.columns * (1 + knots) * headsOf(task)));
    const { multiplications, ...stored } = fitLinear({
      ...cappedRows(given, Math.max(1, most), rng),
      task: linearTask(task),
      strength: Number(params.strength),
      l1: Number(params.l1),
      knots,
      stop,
    });
    return {
      family: "linear",
      work: multiplications / PER_UNIT[byProducts(task, given.x.columns) ? "products" : "descent"],
      ...stored,
    };
  },
};

function knotsOf({ knots }: Params, columns: number): number {
  return Math.max(0, Math.min(Number(knots), Math.floor(MOST_COLUMNS / columns) - 1));
}

/** Whether a fit goes by products of columns; what is bent makes no more than so many. */
function byProducts(task: Task, columns: number): boolean {
  return task.kind === "regression" && columns <= MOST_COLUMNS;
}

function headsOf(task: Task): number {
  const outputs = outputsOf(task);
  return task.kind === "classification" && outputs === 2 ? 1 : outputs;
}

function linearTask(task: Task): LinearTask {
  if (task.kind === "classification") return { kind: "classes", classes: task.classes.length };
  return task.kind === "quantiles" ? task : { kind: "number" };
}

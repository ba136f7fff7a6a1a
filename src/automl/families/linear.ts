/**
 * Linear and logistic models with an elastic net, of numbers as they are or bent at knots.
 */
import { fitLinear, type LinearTask } from "../../models/linear/fit.ts";
import { float, int } from "../../space/parameter.ts";
import type { Family } from "../family.ts";
import { outputsOf, type Task } from "../task.ts";
import { cappedRows, denseColumns } from "./dense.ts";

/** Rows are left out where rows × columns × outputs would be more. */
const MOST = 1e8;
/** Multiplications in the time of one unit of work, measured: of columns with columns, and of descent. */
const PER_UNIT = { products: 16, descent: 4 };
/** Gradients that a fit by descent takes, as a rule. */
const GRADIENTS = 30;

export const linear: Family = {
  name: "linear",
  view: "dense",
  space: ({ rows }) => ({
    strength: float(1e-6, 10, { log: true, default: Math.min(0.1, Math.max(1e-5, 1 / rows)) }),
    l1: float(0, 1, { default: 0 }),
    knots: int(0, 15, { default: 3 }),
  }),
  work(shape, params) {
    const numbers = shape.columns - shape.categories;
    const columns = denseColumns(shape) + numbers * Number(params.knots);
    const heads = headsOf(shape.task);
    const rows = Math.min(shape.rows, MOST / (columns * heads));
    if (shape.task.kind === "regression") return (rows * columns * columns) / 2 / PER_UNIT.products;
    return (rows * columns * 2 * heads * GRADIENTS) / PER_UNIT.descent;
  },
  fit({ task, params, rng, stop, ...given }) {
    const most = Math.floor(MOST / (given.x.columns * (1 + Number(params.knots)) * headsOf(task)));
    const { multiplications, ...stored } = fitLinear({
      ...cappedRows(given, Math.max(1, most), rng),
      task: linearTask(task),
      strength: Number(params.strength),
      l1: Number(params.l1),
      knots: Number(params.knots),
      stop,
    });
    return {
      family: "linear",
      work: multiplications / PER_UNIT[task.kind === "regression" ? "products" : "descent"],
      ...stored,
    };
  },
};

function headsOf(task: Task): number {
  const outputs = outputsOf(task);
  return task.kind === "classification" && outputs === 2 ? 1 : outputs;
}

function linearTask(task: Task): LinearTask {
  if (task.kind === "classification") return { kind: "classes", classes: task.classes.length };
  return task.kind === "quantiles" ? task : { kind: "number" };
}

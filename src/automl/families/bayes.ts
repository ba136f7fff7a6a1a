/**
 * Naive Bayes.
 */
import { fitBayes } from "../../models/bayes/fit.ts";
import { float } from "../../space/parameter.ts";
import type { Family } from "../family.ts";
import { cappedRows, denseColumns } from "./dense.ts";

/** Units of work of one number. */
const PER_NUMBER = 8;

export const bayes: Family = {
  name: "bayes",
  view: "dense",
  unfit: ({ task }) => (task.kind === "classification" ? undefined : "naive Bayes knows classes only"),
  space: () => ({
    smoothing: float(1e-9, 1, { log: true, default: 1e-3 }),
    pseudocount: float(0.01, 100, { log: true, default: 1 }),
    power: float(0.02, 1, { log: true, default: 0.3 }),
  }),
  work: (shape) => shape.rows * denseColumns(shape) * PER_NUMBER,
  fit({ task, params, rng, ...given }) {
    const stored = fitBayes({
      ...cappedRows(given, Number.POSITIVE_INFINITY, rng),
      classes: task.kind === "classification" ? task.classes.length : 0,
      smoothing: Number(params.smoothing),
      pseudocount: Number(params.pseudocount),
      power: Number(params.power),
    });
    return { family: "bayes", work: given.x.rows * given.x.columns * PER_NUMBER, ...stored };
  },
};

/**
 * Nearest neighbours.
 */
import { fitNeighbours } from "../../models/neighbours/fit.ts";
import { type DistanceMetric, TREE_COLUMNS } from "../../models/neighbours/nearest.ts";
import type { NeighboursJson } from "../../models/neighbours/predict.ts";
import { categorical, float, int } from "../../space/parameter.ts";
import type { Family } from "../family.ts";
import { cappedRows, denseColumns } from "./dense.ts";

/** Rows that are kept, at most: predictions take as long as there are rows. */
const MOST_ROWS = 20_000;
/** Numbers that a prediction may look at, where a tree does not help; it takes five times as long for "l1". */
const MOST_NUMBERS = { l2: 5e5, l1: 1e5 };
/** Units of work of a kept number (its place in the tree) and of a number that is looked at, measured. */
const PER_KEPT = 6;
const PER_COMPARED = { l2: 0.04, l1: 0.2 };
/** Share of the points that a tree looks at, about. */
const IN_TREE = 0.05;
/** A model is asked about a quarter as many rows as it has learned from, and costs most by this. */
const ASKED = 0.25;

export const neighbours: Family = {
  name: "neighbours",
  view: "dense",
  space({ rows }) {
    const most = Math.max(2, Math.min(512, Math.floor(rows / 2)));
    return {
      k: int(1, most, { log: true, default: Math.min(most, 10) }),
      weighting: categorical(["uniform", "distance"], { default: "distance" }),
      metric: categorical(["l2", "l1"], { default: "l2" }),
      focus: float(0, 1, { default: 0 }),
    };
  },
  work(shape, params) {
    return workOf(shape.rows, denseColumns(shape), params.metric as DistanceMetric);
  },
  fit({ task, params, rng, ...given }) {
    const metric = params.metric as DistanceMetric;
    const { rows: learned, columns } = given.x;
    const rows = cappedRows(given, mostRows(columns, metric), rng);
    const stored = fitNeighbours({
      ...rows,
      classes: task.kind === "classification" ? task.classes.length : 0,
      ...(task.kind === "quantiles" && { levels: task.levels }),
      k: Number(params.k),
      metric,
      weighting: params.weighting as NeighboursJson["weighting"],
      focus: Number(params.focus),
    });
    return { family: "neighbours", work: workOf(learned, columns, metric), ...stored };
  },
};

function mostRows(columns: number, metric: DistanceMetric): number {
  if (columns <= TREE_COLUMNS) return MOST_ROWS;
  return Math.min(MOST_ROWS, Math.max(300, Math.floor(MOST_NUMBERS[metric] / columns)));
}

function workOf(rows: number, columns: number, metric: DistanceMetric): number {
  const kept = Math.min(rows, mostRows(columns, metric)) * columns;
  const looked = columns <= TREE_COLUMNS ? IN_TREE : 1;
  return kept * PER_KEPT + ASKED * rows * kept * looked * PER_COMPARED[metric];
}

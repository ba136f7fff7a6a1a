/**
 * Everything that is settled before the first model: what the columns are, which rows are for what, which families can be
 * tried, and how each evaluation goes.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import { rng } from "../random.ts";
import type { Space } from "../space.ts";
import type { ExternalDescription } from "./external/description.ts";
import type { Family, Shape } from "./family.ts";
import { defaultMetric, type Metric, metricNamed } from "./metrics/metrics.ts";
import type { Monotone } from "./pipeline.ts";
import { usualWork } from "./portfolio.ts";
import { type Stage, spaceOf, stagesOf } from "./problem.ts";
import { familiesWith } from "./programs.ts";
import { prefersLog } from "./scale.ts";
import { conform } from "./schema/conform.ts";
import { inferSchema, type Schema } from "./schema/schema.ts";
import { type Fold, planSplit } from "./split/split.ts";
import type { Table } from "./table.ts";

/** What is to be predicted of a table, and how. */
export interface TableOptions {
  /** The column that is to be predicted. */
  readonly target: string;
  /** @default what the target's values suggest */
  readonly task?: "classification" | "regression";
  /** Predict quantiles at these levels, each between 0 and 1. */
  readonly quantiles?: readonly number[];
  /** @default auc of two classes, logloss of more, rmse, pinball of quantiles */
  readonly metric?: string;
  /** A column whose equal values are kept together when rows are split. It is not learned from. */
  readonly group?: string;
  /** A column by which rows are in order: models are scored on rows later than those that they learned from. */
  readonly splitByTime?: string;
  /** Columns not to learn from. */
  readonly ignore?: readonly string[];
  /** Columns with which predictions may only rise, or only fall: then only families that keep to it are tried. */
  readonly monotone?: Monotone;
  /** Only these families of models. @default all that suit */
  readonly families?: readonly string[];
  /** External programs that are families too: what `readExternal` read. A model with members of theirs needs them. */
  readonly programs?: readonly ExternalDescription[];
}

export interface PrepareOptions extends TableOptions {
  readonly seed: number;
  /** So many folds, instead of as many as are afforded: what an earlier run of the study had. */
  readonly folds?: number;
  /** Seconds of all threads together that the search has; absent: no limit. */
  readonly budget?: number;
}

export interface Prepared {
  readonly schema: Schema;
  /** The table conformed to the schema. */
  readonly table: Table;
  readonly y: Float64Array;
  /** Rows that have a target. */
  readonly rows: Int32Array;
  readonly metric: Metric;
  readonly outer: { readonly train: Int32Array; readonly test: Int32Array };
  readonly folds: readonly Fold[];
  readonly stages: readonly Stage[];
  readonly families: readonly Family[];
  readonly shape: Shape;
  readonly space: Space;
  readonly programs: readonly ExternalDescription[];
  /** Whether rare classes are to weigh as much as others. */
  readonly balanced: boolean;
  readonly monotone?: Monotone;
  /** Whether models are scored on rows later than those that they learned from. */
  readonly timed: boolean;
  readonly warnings: readonly string[];
}

/** Work is reckoned in units of so many seconds: a row, a column, a round of boosting. */
export const SECONDS_PER_WORK = 6e-9;
/** So many evaluations of a booster have to fit into the budget for its folds to be afforded. */
const AFFORDED = 20;
/** Without a time limit: seconds that one evaluation of a booster may be expected to take. */
const PATIENCE = 30;
const FOLDS = 5;
/** Measures that look at the predicted class, where rare classes are worth more than their share. */
const OF_CLASSES = new Set(["balanced-accuracy", "f1", "mcc"]);

/** @throws {InvalidInputError} saying what is wrong with the table or an option */
export function prepare(raw: Table, options: PrepareOptions): Prepared {
  const { target, task, quantiles, group, splitByTime, ignore = [], seed } = options;
  const dropped = [...ignore, ...(group !== undefined && group !== target ? [group] : [])];
  const { schema, rows, y, warnings: found } = inferSchema(raw, { target, task, quantiles, ignore: dropped });
  const warnings = [...(raw.notes ?? []), ...found];
  const metric =
    options.metric === undefined ? defaultMetric(schema.task) : metricNamed(options.metric, schema.task);
  const { table } = conform(raw, schema);
  if (options.monotone !== undefined) checkMonotone(options.monotone, schema);
  const shape = shapeOf(table, schema, rows.length);
  const families = chosenFamilies(options, shape, warnings);
  const folds = options.folds ?? foldsFor(families, shape, options.budget);
  const split = planSplit({
    ...{ table: raw, schema, rows, y, folds, rng: rng(seed, "split") },
    ...(group !== undefined && { group }),
    ...(splitByTime !== undefined && { time: splitByTime }),
  });
  const { outer } = split;
  const isNumber = schema.task.kind !== "classification";
  return {
    ...{ schema, table, y, rows, metric, outer, folds: split.folds, families, shape, warnings },
    stages: stagesOf(split.folds.length, split.folds[0].train.length),
    space: spaceOf(families, shape, isNumber && prefersLog(y, outer.train)),
    programs: options.programs ?? [],
    balanced: OF_CLASSES.has(metric.name),
    ...(options.monotone && { monotone: options.monotone }),
    timed: splitByTime !== undefined,
  };
}

function shapeOf(table: Table, { task, features }: Schema, rows: number): Shape {
  const used = features.filter((feature) => feature.used);
  const levels = table.columns.map((column, index) =>
    column.type === "string" && used[index]?.kind === "category" ? column.levels.length : 0,
  );
  return {
    ...{ task, rows, columns: table.columns.length },
    categories: levels.filter((count) => count > 0).length,
    widest: Math.max(0, ...levels),
  };
}

/** @throws {InvalidInputError} for a column that is not there or has no order, and for more than two classes */
function checkMonotone(monotone: Monotone, { features, task, target }: Schema): void {
  const numbers = features.filter(({ used, kind }) => used && (kind === "number" || kind === "boolean"));
  const names = numbers.map(({ name }) => name);
  for (const [name, direction] of Object.entries(monotone)) {
    if (!names.includes(name))
      throw new InvalidInputError(
        `monotone: ${JSON.stringify(name)} is no column of numbers that is learned from${didYouMean(name, names)}`,
      );
    if (direction !== "rising" && direction !== "falling")
      throw new InvalidInputError(
        `monotone: ${name} is ${JSON.stringify(direction)}; it is rising or falling`,
      );
  }
  if (task.kind === "quantiles")
    throw new InvalidInputError("monotone: quantiles keep no direction; leave out one of the two");
  if (task.kind === "classification" && task.classes.length > 2)
    throw new InvalidInputError(
      `monotone: ${JSON.stringify(target)} has ${task.classes.length} classes, of which none is above another`,
    );
}

function chosenFamilies(
  { families: names, programs, monotone }: Pick<PrepareOptions, "families" | "programs" | "monotone">,
  shape: Shape,
  warnings: string[],
): Family[] {
  const all = familiesWith(programs);
  for (const name of names ?? [])
    if (!Object.hasOwn(all, name))
      throw new InvalidInputError(
        `there is no family ${JSON.stringify(name)}${didYouMean(name, Object.keys(all))}; there are ${Object.keys(all).join(", ")}`,
      );
  const wanted = Object.values(all).filter(({ name }) => names === undefined || names.includes(name));
  const reasons: string[] = [];
  const suiting = wanted.filter((family) => {
    const unfit = monotone && !family.monotone ? "it keeps no direction" : family.unfit?.(shape);
    const why = unfit ?? family.missing?.();
    const isWanted = names !== undefined || programs?.some(({ name }) => name === family.name);
    if (why !== undefined && (isWanted || unfit === undefined))
      warnings.push(`${family.name} is left out: ${why}`);
    if (why !== undefined) reasons.push(`${family.name}: ${why}`);
    return why === undefined;
  });
  if (suiting.length === 0) throw new InvalidInputError(`no family of models is left: ${reasons.join("; ")}`);
  return suiting;
}

/** Five folds where they are afforded, else three, else one part held out. */
function foldsFor(families: readonly Family[], shape: Shape, budget = PATIENCE * AFFORDED): number {
  const booster = families.find(({ name }) => name === "boosting");
  if (booster === undefined) return shape.rows < 100_000 ? FOLDS : 1;
  const seconds = usualWork(booster, shape) * SECONDS_PER_WORK;
  if (shape.rows >= 100_000) return 1;
  return [FOLDS, 3].find((folds) => folds * seconds * AFFORDED <= budget) ?? 1;
}

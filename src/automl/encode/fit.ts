/**
 * Which steps each kind of column gets, and what they learn.
 */
import type { Rng } from "../../random.ts";
import type { View } from "../family.ts";
import { levelCounts } from "../schema/columns.ts";
import { type DatePart, datePart } from "../schema/dates.ts";
import type { Feature, Schema } from "../schema/schema.ts";
import type { NumberColumn, StringColumn, Table } from "../table.ts";
import { measureOf } from "./apply.ts";
import { numberStep, scaleSteps } from "./numbers.ts";
import type { LookupStep, OneHotStep, Step } from "./step.ts";
import { fitTargetMeans, type Target, targetsOf } from "./target-means.ts";
import { fitTermScores } from "./term-scores.ts";
import { chooseTerms, collectTerms } from "./words.ts";

/** A step, and the columns of the rows that it was learned from if they differ from those of others. */
export interface Fitted {
  readonly step: Step;
  /** Shape (outputs, n), column-major. */
  readonly training?: Float32Array;
}

/** What an encoder is learned from. */
export interface Ground {
  readonly table: Table;
  readonly schema: Schema;
  readonly rows: Int32Array;
  readonly y: Float64Array;
  readonly view: View;
  readonly rng: Rng;
}

/** Up to so many levels a category is codes for trees; more become means of the target. */
const MOST_CODES = 64;
/** The same for a column a level in the dense view, and for all such columns together. */
const MOST_ONE_HOT = 10;
const MOST_ONE_HOT_COLUMNS = 2_000;
/** Columns of terms: by rows, and for all texts together. */
const MOST_TERM_COLUMNS = 512;

const PARTS: readonly DatePart[] = ["year", "month", "day", "yearday", "weekday", "hour"];
const PERIODS: readonly (readonly [DatePart, number])[] = [
  ["yearday", 365.25],
  ["day", 30.44],
  ["weekday", 7],
  ["hour", 24],
];

export function fitSteps(ground: Ground): readonly Fitted[] {
  const { table, schema, rows, y } = ground;
  const used = schema.features.filter((feature) => feature.used);
  const targets = targetsOf(y, rows, schema.task);
  const texts = used.filter(({ kind }) => kind === "text").length;
  let oneHot = 0;
  const fitted = used.flatMap((feature, at): readonly Fitted[] => {
    const column = table.columns[at];
    if (column.type === "number") return numeric(feature, column, at, ground).map((step) => ({ step }));
    if (feature.kind === "text") return text(column, at, ground, targets, texts);
    const steps = category(column, at, ground, targets, MOST_ONE_HOT_COLUMNS - oneHot);
    for (const { step } of steps) if (step.kind === "one-hot") oneHot += step.levels.length;
    return steps;
  });
  // A matrix has a column, whatever the fold's rows are like
  return fitted.length > 0 ? fitted : [{ step: { kind: "missing", column: 0 } }];
}

function numeric(
  { kind }: Feature,
  column: NumberColumn,
  at: number,
  { rows, view }: Ground,
): readonly Step[] {
  if (view === "dense")
    return [...scaleSteps(column, at, rows), ...(kind === "date" ? cycleSteps(column, at, rows) : [])];
  const step = numberStep(column, at, rows);
  if (step === undefined) return [];
  return kind === "date" ? [step, ...partSteps(column, at, rows)] : [step];
}

function partSteps(column: NumberColumn, at: number, rows: Int32Array): readonly Step[] {
  return PARTS.filter((part) => varies(column, rows, part)).map((part) => ({
    kind: "part",
    column: at,
    part,
  }));
}

function cycleSteps(column: NumberColumn, at: number, rows: Int32Array): readonly Step[] {
  return PERIODS.filter(([part]) => varies(column, rows, part)).map(([part, period]) => ({
    ...{ kind: "cycle", column: at, part, period },
  }));
}

function varies({ values }: NumberColumn, rows: Int32Array, part: DatePart): boolean {
  let first: number | undefined;
  for (let i = 0; i < rows.length; i++) {
    if (Number.isNaN(values[rows[i]])) continue;
    const value = datePart(values[rows[i]], part);
    first ??= value;
    if (value !== first) return true;
  }
  return false;
}

function category(
  column: StringColumn,
  at: number,
  { rows, view, rng }: Ground,
  targets: readonly Target[],
  room: number,
): readonly Fitted[] {
  const counts = levelCounts(column, rows);
  const seen = [...counts.keys()].filter((code) => counts[code] > 0);
  const none = rows.length - counts.reduce((sum, count) => sum + count, 0);
  if (seen.length === 0 || (seen.length === 1 && none === 0)) return [];
  seen.sort((a, b) => counts[b] - counts[a] || (column.levels[a] < column.levels[b] ? -1 : 1));
  const fewest = rows.length >= 1000 ? 5 : 2;
  const frequent = seen.filter((code) => counts[code] >= fewest).map((code) => column.levels[code]);
  if (view === "trees" && seen.length <= MOST_CODES) return [{ step: codes(at, frequent, seen.length) }];
  if (view === "dense" && seen.length <= MOST_ONE_HOT && frequent.length <= room) {
    const step = oneHot(at, frequent, seen.length, none >= fewest);
    return step === undefined ? [] : [{ step }];
  }
  return [fitTargetMeans({ column, at, rows, targets, view, rng: rng.stream("target-means", at) })];
}

/** Codes by falling frequency; what is rare or was never seen shares the last, if anything was rare. */
function codes(column: number, frequent: readonly string[], seen: number): LookupStep {
  const rare = seen > frequent.length;
  return {
    ...{ kind: "lookup", column, outputs: [""], levels: frequent },
    values: frequent.map((_, code) => code),
    missing: [null],
    unseen: [rare ? frequent.length : null],
    categories: frequent.length + (rare ? 1 : 0),
  };
}

/** A column a level; of two that are all there is, only the rarer one. */
function oneHot(
  column: number,
  frequent: readonly string[],
  seen: number,
  missing: boolean,
): OneHotStep | undefined {
  const levels = frequent.length === 2 && seen === 2 && !missing ? frequent.slice(1) : frequent;
  if (levels.length === 0 && !missing) return undefined;
  return { kind: "one-hot", column, levels, missing };
}

function text(
  column: StringColumn,
  at: number,
  { rows, view, rng }: Ground,
  targets: readonly Target[],
  texts: number,
): readonly Fitted[] {
  const wanted = rows.length < 2_000 ? 64 : rows.length < 20_000 ? 128 : 256;
  const most = Math.max(8, Math.min(wanted, Math.floor(MOST_TERM_COLUMNS / texts)));
  const collected = collectTerms(column, rows);
  const values = targets.map((target) => target.values);
  const { terms, rarity } = chooseTerms(collected, values, most);
  const dense = view === "dense";
  const fitted: Fitted[] = [{ step: lengthStep(column, at, rows, dense) }];
  if (terms.length > 0)
    fitted.push({
      step: {
        ...{ kind: "words", column: at, terms },
        weights: dense ? rarity : terms.map(() => 1),
        normalised: dense,
      },
    });
  if (terms.length < collected.terms.length)
    fitted.push(fitTermScores({ column, at, rows, collected, targets, rng: rng.stream("term-scores", at) }));
  return fitted;
}

function lengthStep(column: StringColumn, at: number, rows: Int32Array, dense: boolean): Step {
  if (!dense) return { kind: "length", column: at, centre: [0, 0], scale: [1, 1] };
  const measure = measureOf(column);
  const sums = [0, 0];
  const squares = [0, 0];
  for (const row of rows) {
    const both = measure(column.codes[row]);
    for (let k = 0; k < 2; k++) {
      sums[k] += both[k];
      squares[k] += both[k] * both[k];
    }
  }
  const centre = sums.map((sum) => sum / rows.length);
  const scale = squares.map((sum, k) => Math.sqrt(Math.max(0, sum / rows.length - centre[k] * centre[k])));
  return { kind: "length", column: at, centre, scale: scale.map((one) => (one > 1e-6 ? one : 1)) };
}

/**
 * Carrying out the steps of an encoder.
 */
import { log1p } from "../../math/special.ts";
import { type DatePart, datePart } from "../schema/dates.ts";
import type { Column, NumberColumn, StringColumn } from "../table.ts";
import { termReader, wordCounter } from "./reading.ts";
import type {
  CycleStep,
  LengthStep,
  LookupStep,
  OneHotStep,
  ScaleStep,
  Step,
  TermScoreStep,
  WordsStep,
} from "./step.ts";
import { score } from "./term-scores.ts";

/** What single precision holds, with room for a difference: larger numbers are taken for it. */
const LARGEST = 1e38;

const NONE = new Int32Array(0);

/**
 * Fills the columns of one step.
 *
 * @param rows  rows of the table, shape (n)
 * @param out   of the matrix, column-major; the step's first column begins at `at`
 */
export function applyStep(step: Step, column: Column, rows: Int32Array, out: Float32Array, at: number): void {
  if (step.kind === "missing") missing(column, rows, out, at);
  else if (step.kind === "lookup") lookUp(step, strings(column), rows, out, at);
  else if (step.kind === "one-hot") oneHot(step, strings(column), rows, out, at);
  else if (step.kind === "words") words(step, strings(column), rows, out, at);
  else if (step.kind === "term-score") termScores(step, strings(column), rows, out, at);
  else if (step.kind === "length") lengths(step, strings(column), rows, out, at);
  else {
    const { values } = numbers(column);
    if (step.kind === "number") centred(values, step.centre, rows, out, at);
    else if (step.kind === "scale") scaled(step, values, rows, out, at);
    else if (step.kind === "part") parts(step.part, values, rows, out, at);
    else cycles(step, values, rows, out, at);
  }
}

/** The step's curve before clipping: see {@link ScaleStep}. */
export function curve(value: number, unit: number | undefined): number {
  const v = within(value);
  if (unit === undefined) return v;
  return v < 0 ? -log1p(-v / unit) : log1p(v / unit);
}

function within(value: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, value)); // NaN stays
}

function centred(
  values: Float64Array,
  centre: number,
  rows: Int32Array,
  out: Float32Array,
  at: number,
): void {
  for (let i = 0; i < rows.length; i++) {
    out[at + i] = within(values[rows[i]] - centre);
  }
}

function scaled(
  step: ScaleStep,
  values: Float64Array,
  rows: Int32Array,
  out: Float32Array,
  at: number,
): void {
  const { fill, unit, low, high, centre, scale, bend } = step;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    const curved = curve(Number.isNaN(value) ? fill : value, unit);
    const z = ((curved < low ? low : Math.min(curved, high)) - centre) / scale;
    out[at + i] = z / Math.sqrt(1 + (z / bend) * (z / bend));
  }
}

function missing(column: Column, rows: Int32Array, out: Float32Array, at: number): void {
  for (let i = 0; i < rows.length; i++) {
    const none = column.type === "string" ? column.codes[rows[i]] < 0 : Number.isNaN(column.values[rows[i]]);
    out[at + i] = none ? 1 : 0;
  }
}

function parts(part: DatePart, values: Float64Array, rows: Int32Array, out: Float32Array, at: number): void {
  for (let i = 0; i < rows.length; i++) out[at + i] = datePart(values[rows[i]], part);
}

function cycles(
  step: CycleStep,
  values: Float64Array,
  rows: Int32Array,
  out: Float32Array,
  at: number,
): void {
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    const turn = datePart(value, step.part) / step.period;
    out[at + i] = Number.isNaN(value) ? 0 : wave(turn);
    out[at + rows.length + i] = Number.isNaN(value) ? 0 : wave(turn + 0.25);
  }
}

function wave(turn: number): number {
  return 4 * Math.abs(turn - Math.round(turn)) - 1;
}

function lookUp(
  step: LookupStep,
  column: StringColumn,
  rows: Int32Array,
  out: Float32Array,
  at: number,
): void {
  const width = step.outputs.length;
  const places = placesOf(step.levels, column);
  for (let k = 0; k < width; k++) {
    const none = step.missing[k] ?? Number.NaN;
    const unseen = step.unseen[k] ?? Number.NaN;
    const byLevel = Float64Array.from(places, (place) =>
      place < 0 ? unseen : step.values[place * width + k],
    );
    const start = at + k * rows.length;
    for (let i = 0; i < rows.length; i++) {
      const code = column.codes[rows[i]];
      out[start + i] = code < 0 ? none : byLevel[code];
    }
  }
}

function oneHot(
  step: OneHotStep,
  column: StringColumn,
  rows: Int32Array,
  out: Float32Array,
  at: number,
): void {
  const places = placesOf(step.levels, column);
  out.fill(0, at, at + (step.levels.length + (step.missing ? 1 : 0)) * rows.length);
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]];
    const place = code < 0 ? (step.missing ? step.levels.length : -1) : places[code];
    if (place >= 0) out[at + place * rows.length + i] = 1;
  }
}

/** Where each level of the table stands among a step's; −1 if it does not. */
function placesOf(known: readonly string[], { levels }: StringColumn): Int32Array {
  const index = new Map(known.map((level, i) => [level, i]));
  return Int32Array.from(levels, (level) => index.get(level) ?? -1);
}

function words(step: WordsStep, column: StringColumn, rows: Int32Array, out: Float32Array, at: number): void {
  const read = termReader(column, step.terms);
  out.fill(0, at, at + step.terms.length * rows.length);
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]];
    if (code < 0) continue;
    const present = read(code);
    let squares = 0;
    for (const place of present) squares += step.weights[place] * step.weights[place];
    const length = step.normalised && squares > 0 ? Math.sqrt(squares) : 1;
    for (const place of present) out[at + place * rows.length + i] = step.weights[place] / length;
  }
}

function termScores(
  { terms, weights, scale }: TermScoreStep,
  column: StringColumn,
  rows: Int32Array,
  out: Float32Array,
  at: number,
): void {
  const read = termReader(column, terms);
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]];
    const known = code < 0 ? NONE : read(code);
    for (let k = 0; k < scale.length; k++)
      out[at + k * rows.length + i] = score(known, weights, k, scale.length) / scale[k];
  }
}

function lengths(
  step: LengthStep,
  column: StringColumn,
  rows: Int32Array,
  out: Float32Array,
  at: number,
): void {
  const { centre, scale } = step;
  const measure = measureOf(column);
  for (let i = 0; i < rows.length; i++) {
    const [letters, words] = measure(column.codes[rows[i]]);
    out[at + i] = (letters - centre[0]) / scale[0];
    out[at + rows.length + i] = (words - centre[1]) / scale[1];
  }
}

/** ln(1 + length) of each level in letters, and in words, by its code; 0 of a missing cell. */
export function measureOf(column: StringColumn): (code: number) => readonly [number, number] {
  const words = wordCounter(column);
  return (code) => (code < 0 ? [0, 0] : [log1p(column.levels[code].length), log1p(words(code))]);
}

function numbers(column: Column): NumberColumn {
  if (column.type === "number") return column;
  throw new TypeError(`column ${column.name} was not conformed: numbers were expected`);
}

function strings(column: Column): StringColumn {
  if (column.type === "string") return column;
  throw new TypeError(`column ${column.name} was not conformed: strings were expected`);
}

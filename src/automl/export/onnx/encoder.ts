/**
 * The steps of an encoder as nodes: raw columns in, the matrix of a family out.
 */
import { UnsupportedError } from "../../../errors.ts";
import type { Encoder } from "../../encode/encoder.ts";
import type { CycleStep, LookupStep, OneHotStep, ScaleStep, Step } from "../../encode/step.ts";
import type { DatePart } from "../../schema/dates.ts";
import type { GraphBuilder } from "./builder.ts";

/** A column of the conformed table in the graph: doubles with NaN where missing, or strings with "" there. */
export interface Input {
  readonly name: string;
  readonly feature: string;
  readonly type: "double" | "string";
}

/**
 * @returns the matrix in single precision, shape (rows, columns)
 * @throws {UnsupportedError} naming the column, if it is text of many words
 */
export function encoderNodes(
  graph: GraphBuilder,
  { steps, features }: Encoder,
  inputs: readonly Input[],
): string {
  const columns = steps.flatMap((step) => stepNodes(graph, step, inputs[step.column], features[step.column]));
  return graph.concat(columns.map((column) => graph.cast(column, "float")));
}

function stepNodes(graph: GraphBuilder, step: Step, input: Input, feature: string): string[] {
  switch (step.kind) {
    case "number":
      return [graph.sub(input.name, graph.double(step.centre))];
    case "scale":
      return [scaled(graph, step, input.name)];
    case "missing":
      return [isMissing(graph, input)];
    case "part":
      return [part(graph, input.name, step.part)];
    case "cycle":
      return cycle(graph, step, input.name);
    case "lookup":
      return lookup(graph, step, input.name);
    case "one-hot":
      return oneHot(graph, step, input);
    case "words":
    case "term-score":
    case "length":
      throw new UnsupportedError(
        `column ${JSON.stringify(feature)} is text of many words, which ONNX cannot take apart; train with --ignore ${feature}, or use the JavaScript file`,
      );
  }
}

function isAbsent(graph: GraphBuilder, value: string): string {
  return graph.node("IsNaN", [value]);
}

function isMissing(graph: GraphBuilder, { name, type }: Input): string {
  if (type === "double") return graph.cast(isAbsent(graph, name), "double");
  return graph.cast(labels(graph, name, [""], [1], 0), "double");
}

function scaled(graph: GraphBuilder, step: ScaleStep, input: string): string {
  const { fill, unit, low, high, centre, scale, bend } = step;
  let value = graph.where(isAbsent(graph, input), graph.double(fill), input);
  if (unit !== undefined) {
    const size = graph.div(graph.node("Abs", [value]), graph.double(unit));
    const curve = graph.node("Log", [graph.add(size, graph.double(1))]);
    value = graph.mul(graph.node("Sign", [value]), curve);
  }
  const clipped = graph.min(graph.max(value, graph.double(low)), graph.double(high));
  const z = graph.div(graph.sub(clipped, graph.double(centre)), graph.double(scale));
  const bent = graph.div(z, graph.double(bend));
  return graph.div(z, graph.node("Sqrt", [graph.add(graph.mul(bent, bent), graph.double(1))]));
}

/** A float for each of these strings, another for all others. */
function labels(
  graph: GraphBuilder,
  input: string,
  keys: readonly string[],
  values: readonly number[],
  otherwise: number,
): string {
  return graph.node(
    "LabelEncoder",
    [input],
    {
      keys_strings: { strings: keys },
      values_floats: { floats: values },
      default_float: { float: otherwise },
    },
    "ai.onnx.ml",
  );
}

function lookup(graph: GraphBuilder, step: LookupStep, input: string): string[] {
  const width = step.outputs.length;
  return step.outputs.map((_, k) => {
    const values = step.levels.map((_level, place) => step.values[place * width + k]);
    const missing = step.missing[k] ?? Number.NaN;
    return labels(graph, input, ["", ...step.levels], [missing, ...values], step.unseen[k] ?? Number.NaN);
  });
}

function oneHot(graph: GraphBuilder, step: OneHotStep, input: Input): string[] {
  const columns = step.levels.map((level) => labels(graph, input.name, [level], [1], 0));
  return step.missing ? [...columns, labels(graph, input.name, [""], [1], 0)] : columns;
}

function cycle(graph: GraphBuilder, step: CycleStep, input: string): string[] {
  const turn = graph.div(part(graph, input, step.part), graph.double(step.period));
  const none = isAbsent(graph, input);
  return [0, 0.25].map((ahead) => {
    const at = graph.add(turn, graph.double(ahead));
    // halves go up, as in JavaScript; ONNX's own Round would take them to the even number
    const nearest = graph.floor(graph.add(at, graph.double(0.5)));
    const wave = graph.mul(graph.node("Abs", [graph.sub(at, nearest)]), graph.double(4));
    return graph.where(none, graph.double(0), graph.sub(wave, graph.double(1)));
  });
}

/** A part of a date, from days since 1970-01-01: the same arithmetic as in `schema/dates.ts`. */
function part(graph: GraphBuilder, day: string, name: DatePart): string {
  const number = (value: number) => graph.double(value);
  const { add, sub, mul, div, floor } = {
    add: graph.add.bind(graph),
    sub: graph.sub.bind(graph),
    mul: graph.mul.bind(graph),
    div: graph.div.bind(graph),
    floor: graph.floor.bind(graph),
  };
  const whole = floor(day);
  const quotient = (a: string, b: number) => floor(div(a, number(b)));
  if (name === "hour")
    return graph.min(number(23), floor(add(mul(sub(day, whole), number(24)), number(1e-7))));
  if (name === "weekday") {
    const shifted = add(whole, number(3));
    return sub(shifted, mul(quotient(shifted, 7), number(7)));
  }
  const shifted = add(whole, number(719_468));
  const era = quotient(shifted, 146_097);
  const ofEra = sub(shifted, mul(era, number(146_097)));
  const inYears = sub(
    add(sub(ofEra, quotient(ofEra, 1460)), quotient(ofEra, 36_524)),
    quotient(ofEra, 146_096),
  );
  const yearOfEra = quotient(inYears, 365);
  const before = sub(add(mul(yearOfEra, number(365)), quotient(yearOfEra, 4)), quotient(yearOfEra, 100));
  const ofYear = sub(ofEra, before);
  const marched = quotient(add(mul(ofYear, number(5)), number(2)), 153);
  const isLate = graph.node("Less", [marched, number(10)]);
  const month = graph.where(isLate, add(marched, number(3)), sub(marched, number(9)));
  if (name === "month") return month;
  if (name === "day")
    return add(sub(ofYear, quotient(add(mul(marched, number(153)), number(2)), 5)), number(1));
  const isEarly = graph.node("Less", [month, number(2.5)]);
  const year = add(add(yearOfEra, mul(era, number(400))), graph.where(isEarly, number(1), number(0)));
  if (name === "year") return year;
  const divides = (by: number) =>
    graph.node("Equal", [sub(year, mul(quotient(year, by), number(by))), number(0)]);
  const isCommon = graph.node("And", [divides(100), graph.node("Not", [divides(400)])]);
  const isLeap = graph.node("And", [divides(4), graph.node("Not", [isCommon])]);
  const leap = graph.where(isLeap, number(1), number(0));
  return graph.where(isEarly, sub(ofYear, number(305)), add(add(ofYear, number(60)), leap));
}

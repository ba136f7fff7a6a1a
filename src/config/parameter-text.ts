/**
 * The short form of a parameter: `1e-5..0.1:log`, `1..6`, `sgd,adam`, `0..1:step=0.1`, `3`.
 */
import { InvalidInputError } from "../errors.ts";
import type { Scalar } from "../space/parameter.ts";
import type { ParameterJson } from "../space/types.ts";
import { type Piece, readPieces, type Suffix } from "./pieces.ts";
import { suggest } from "./suggest.ts";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Numbers whose other digits would not be lost: "007" stays text. */
const PLAIN_NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const RANGE = /^(.*?)\s*\.\.\s*(.*)$/;

/** What may stand behind a colon: whether it has a value, what it applies to, and a correct example. */
const SUFFIXES: Readonly<
  Record<string, { readonly value: boolean; readonly on: readonly Form[]; readonly example: string }>
> = {
  log: { value: false, on: ["range"], example: "1e-5..0.1:log" },
  int: { value: false, on: ["range"], example: "1..6:int" },
  float: { value: false, on: ["range"], example: "0..1:float" },
  step: { value: true, on: ["range"], example: "0..1:step=0.1" },
  ordinal: { value: false, on: ["list"], example: "small,medium,large:ordinal" },
  permutation: { value: false, on: ["list", "single value"], example: "relu,norm,drop:permutation" },
  simplex: { value: false, on: ["list", "single value"], example: "web,books,code:simplex" },
  default: { value: true, on: ["range", "list"], example: "1..6:default=2" },
  prior: { value: true, on: ["range", "list"], example: "1e-5..0.1:log:prior=1e-3" },
  confidence: {
    value: true,
    on: ["range", "list"],
    example: "1e-5..0.1:log:prior=1e-3:confidence=high",
  },
  length: { value: true, on: ["range", "list", "single value", "group"], example: "16..512:length=layers" },
};

type Form = "range" | "list" | "single value" | "group";
type Options = { -readonly [Name in keyof typeof SUFFIXES]?: Piece };

/**
 * Reads the short form.
 *
 * - `a..b`: a range; of whole numbers when neither bound nor the step has a point or an exponent, unless `:int` or
 *   `:float` says otherwise
 * - `a,b,c`: choices; `true,false` is a boolean; with `:ordinal` in their order; with `:permutation` in an order that
 *   is to be found; with `:simplex` the names of shares that add up to 1
 * - `a`: a constant
 * - nothing but `:length=n`: an array of groups, whose entries are `path.*.…`
 *
 * Numbers, `true`, `false` and `null` are what they look like, unless they are quoted.
 *
 * @param show  writes a correct example the way the user would: `-p lr=1..6`
 * @throws {InvalidInputError} without saying where the text stood: callers put that before it
 */
export function parseParameterText(text: string, show: (example: string) => string): ParameterJson {
  const { values, suffixes } = readPieces(text);
  const single = values.length === 1 ? values[0] : undefined;
  const range = single?.quoted === false ? RANGE.exec(single.text) : null;
  const group =
    single?.quoted === false && single.text === "" && suffixes.some(({ name }) => name === "length");
  const form: Form = range ? "range" : group ? "group" : single ? "single value" : "list";
  const options = readSuffixes(suffixes, form, show);
  const length = options.length === undefined ? {} : { length: readLength(options.length) };
  if (range) return { ...readRange(range[1], range[2], options, show), ...length };
  if (group) return { type: "array", length: readLength(options.length as Piece) };
  const choices = values.map((piece) => readChoice(piece, show));
  if (options.permutation) return readPermutation(choices, suffixes, options);
  if (options.simplex) return { type: "simplex", items: itemsAlone(choices, suffixes).map(String) };
  if (single) return { type: "constant", value: choices[0], ...length };
  return { ...readChoices(choices, options, show), ...length };
}

function readSuffixes(suffixes: readonly Suffix[], form: Form, show: (example: string) => string): Options {
  const options: Options = {};
  for (const { name, value } of suffixes) {
    const quoted = JSON.stringify(`:${name}`);
    const known = Object.hasOwn(SUFFIXES, name) ? SUFFIXES[name] : undefined;
    if (known === undefined)
      throw new InvalidInputError(
        `unknown suffix ${quoted}${suggest(name, Object.keys(SUFFIXES))}; there are ${Object.keys(SUFFIXES)
          .map((each) => `:${each}`)
          .join(", ")}, and a value with a colon is quoted, such as ${show("'a:b',c")}`,
      );
    if (Object.hasOwn(options, name)) throw new InvalidInputError(`${quoted} is given twice; leave one out`);
    if (!known.on.includes(form))
      throw new InvalidInputError(`${quoted} does not apply to a ${form}, but as in ${show(known.example)}`);
    if (known.value ? value === undefined || (value.text === "" && !value.quoted) : value !== undefined)
      throw new InvalidInputError(
        `${quoted} ${known.value ? "needs a" : "takes no"} value; write it as in ${show(known.example)}`,
      );
    options[name] = value ?? { text: "", quoted: false };
  }
  return options;
}

function readRange(
  lowText: string,
  highText: string,
  options: Options,
  show: (example: string) => string,
): ParameterJson {
  const low = readBound("lower", lowText, highText, show);
  const high = readBound("upper", highText, lowText, show);
  if (low > high)
    throw new InvalidInputError(
      `${lowText} is above ${highText}; the lower bound comes first, such as ${show(`${highText}..${lowText}`)}`,
    );
  if (options.int && options.float)
    throw new InvalidInputError(`":int" and ":float" contradict each other; leave one out`);
  const step = options.step && readNumber(":step", options.step);
  const fallback = options.default && readNumber(":default", options.default);
  const expected = options.prior && readNumber(":prior", options.prior);
  const whole = [lowText, highText, options.step?.text ?? "1"].every((bound) => !/[.e]/i.test(bound));
  const type = options.int ? "int" : options.float || !whole ? "float" : "int";
  for (const [what, value] of [
    ["the bound", low],
    ["the bound", high],
    [":step", step],
    [":default", fallback],
    [":prior", expected],
  ] as const)
    if (type === "int" && value !== undefined && !Number.isInteger(value))
      throw new InvalidInputError(
        `${what} ${value} is no whole number; write ":float" for a range of reals, such as ${show("0..1:float")}`,
      );
  return {
    type,
    low,
    high,
    ...(options.log && { log: true }),
    ...(step !== undefined && { step }),
    ...(fallback !== undefined && { default: fallback }),
    ...readPrior(expected, options, show),
  } as ParameterJson;
}

function readPrior(value: Scalar | undefined, { confidence }: Options, show: (example: string) => string) {
  if (value !== undefined) return { prior: { value, ...(confidence && { confidence: confidence.text }) } };
  if (confidence !== undefined)
    throw new InvalidInputError(
      `":confidence" is that of a prior; write both, such as ${show(SUFFIXES.confidence.example)}`,
    );
  return {};
}

function readBound(
  which: "lower" | "upper",
  text: string,
  other: string,
  show: (example: string) => string,
): number {
  if (text === "" && NUMBER.test(other)) {
    const example =
      which === "lower" ? `${Math.min(0, Number(other) - 1)}..${other}` : `${other}..${Number(other) + 1}`;
    throw new InvalidInputError(`the ${which} bound is missing; write both, such as ${show(example)}`);
  }
  if (which === "upper" && text.startsWith(".") && NUMBER.test(text))
    throw new InvalidInputError(
      `${JSON.stringify(`${other}..${text}`)} has three points; write ${show("0..0.5")} or ${show("0.0..5")}`,
    );
  if (!NUMBER.test(text)) {
    const remedy = text.includes("..")
      ? `a step is written ${show("0..1:step=0.1")}`
      : `a range is written ${show("0.0..1.0")}, and text with two points is quoted, such as ${show("'a..b'")}`;
    throw new InvalidInputError(`the ${which} bound ${JSON.stringify(text)} is no number; ${remedy}`);
  }
  return finite(text);
}

function readNumber(what: string, { text, quoted }: Piece): number {
  if (quoted || !NUMBER.test(text))
    throw new InvalidInputError(`${what}=${text} is no number; a range needs one, such as ${what}=2`);
  return finite(text);
}

function finite(text: string): number {
  const value = Number(text) + 0; // no negative zero
  if (!Number.isFinite(value)) throw new InvalidInputError(`${text} is too large for a number`);
  return value;
}

function readLength({ text, quoted }: Piece): number | string {
  return !quoted && PLAIN_NUMBER.test(text) ? Number(text) : text;
}

function readChoice(piece: Piece, show: (example: string) => string): Scalar {
  const { text, quoted } = piece;
  if (!quoted && text === "")
    throw new InvalidInputError(
      `a value is missing; write values between commas, such as ${show("sgd,adam")}, and empty text as ''`,
    );
  const range = quoted ? null : RANGE.exec(text);
  if (range && NUMBER.test(range[1]) && NUMBER.test(range[2]))
    throw new InvalidInputError(
      `${JSON.stringify(text)} is a range within a list; write a range alone, such as ${show(text)}, or each value, such as ${show("1,2,5")}`,
    );
  return parseScalar(piece);
}

/** Text as the value that it looks like; quoted, it is text. */
export function parseScalar({ text, quoted }: Piece): Scalar {
  if (quoted) return text;
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  return PLAIN_NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) + 0 : text;
}

/** The default is the items in another order, with commas too. */
function readPermutation(
  choices: readonly Scalar[],
  suffixes: readonly Suffix[],
  { default: initial }: Options,
): ParameterJson {
  const items = itemsAlone(
    choices,
    suffixes.filter(({ name }) => name !== "default"),
  );
  const order =
    initial &&
    readPieces(initial.text).values.map(({ text }) => items.find((item) => String(item) === text) ?? text);
  return { type: "permutation", items, ...(order && { default: order }) };
}

/** Items of a permutation or a simplex. @throws {InvalidInputError} if another suffix stands there too */
function itemsAlone(items: readonly Scalar[], suffixes: readonly Suffix[]): readonly Scalar[] {
  if (suffixes.length === 1) return items;
  const names = suffixes.map(({ name }) => JSON.stringify(`:${name}`));
  throw new InvalidInputError(`${names.join(" and ")} do not go together; leave one out`);
}

function readChoices(
  choices: readonly Scalar[],
  options: Options,
  show: (example: string) => string,
): ParameterJson {
  const fallback = options.default && parseScalar(options.default);
  const prior = readPrior(options.prior && parseScalar(options.prior), options, show);
  const isBoolean = choices.length === 2 && choices.includes(true) && choices.includes(false);
  if (isBoolean && !options.ordinal && (fallback === undefined || typeof fallback === "boolean"))
    return {
      type: "boolean",
      ...(fallback !== undefined && { default: fallback }),
      ...prior,
    } as ParameterJson;
  return {
    type: options.ordinal ? "ordinal" : "categorical",
    choices,
    ...(fallback !== undefined && { default: fallback }),
    ...prior,
  } as ParameterJson;
}

/**
 * A configuration from what a program's help text says: ranges for the hyperparameters that are known by their names, around
 * the program's own defaults.
 */
import { shellQuote } from "../../engines/process/command.ts";
import { InvalidInputError } from "../../errors.ts";
import type { ParameterJson } from "../../space/types.ts";
import { showParameter } from "../parameter-show.ts";
import { type HelpOption, readHelp } from "./help.ts";
import { CHOICES, KNOWN, type KnownRange, LESS, MEASURE, METRIC, RUNNING, SWITCHES } from "./known.ts";

interface Proposed {
  readonly name: string;
  readonly json: ParameterJson;
  readonly why: string;
  /** The words of the command. */
  readonly words: readonly string[];
}

/** What is proposed of a help text. */
export interface Proposal {
  readonly parameters: readonly Proposed[];
  /** Numbers of which nothing is known but their default: ranges around it, to be looked at. */
  readonly doubtful: readonly Proposed[];
  /** Flags that may matter, but that a placeholder cannot turn on and off. */
  readonly switches: readonly string[];
  readonly metric?: { readonly name: string; readonly goal: "minimize" | "maximize" };
}

const MOST_CHOICES = 12;
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** @throws {InvalidInputError} if there is no option in the text */
export function propose(help: string): Proposal {
  const options = readHelp(help);
  if (options.length === 0)
    throw new InvalidInputError(
      "it printed no options; give the command that prints its help, such as … --help",
    );
  const parameters: Proposed[] = [];
  const doubtful: Proposed[] = [];
  const switches: string[] = [];
  for (const option of options) {
    const name = nameOf(option.flag);
    if ([...parameters, ...doubtful].some((other) => other.name === name)) continue;
    const known = KNOWN.find(({ names }) => names.test(name));
    const words = [option.flag, `{${name}}`];
    if (option.negation !== undefined) {
      if (SWITCHES.test(name)) parameters.push(pairOf(name, option, option.negation));
    } else if (known !== undefined && option.takesValue && option.choices === undefined)
      parameters.push({ name, json: rangeOf(known, option), why: known.why, words });
    else if (RUNNING.test(name)) continue;
    else if (option.choices !== undefined && option.choices.length <= MOST_CHOICES) {
      const list = CHOICES.test(name) || known !== undefined ? parameters : doubtful;
      list.push({
        name,
        json: choiceOf(option.choices, option.default),
        why: "as its help lists them",
        words,
      });
    } else if (!option.takesValue && SWITCHES.test(name)) switches.push(option.flag);
    else if (option.takesValue || option.default !== undefined) {
      const json = aroundDefault(option);
      if (json !== undefined) doubtful.push({ name, json, why: "a guess by its default", words });
    }
  }
  const metric = metricOf(help, options);
  return { parameters, doubtful, switches, ...(metric && { metric }) };
}

/** `--batch-size` is batch_size. */
function nameOf(flag: string): string {
  return flag
    .replace(/^--?/, "")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
}

/** The known range, as wide as the default needs, and no wider than the program allows. */
function rangeOf({ type, low, high, log }: KnownRange, option: HelpOption): ParameterJson {
  const initial = numberOf(option.default);
  const whole = type === "int" && (initial === undefined || Number.isInteger(initial));
  const usable = initial !== undefined && (!log || initial > 0);
  const wide = usable ? widened({ low, high, ...(log && { log }) }, initial) : { low, high };
  const bounds = {
    low: Math.max(wide.low, option.low ?? Number.NEGATIVE_INFINITY),
    high: Math.min(wide.high, option.high ?? Number.POSITIVE_INFINITY),
  };
  const inside = usable && initial >= bounds.low && initial <= bounds.high;
  return {
    type: whole ? "int" : "float",
    ...(bounds.low < bounds.high ? bounds : { low, high }),
    ...(log && { log }),
    ...(inside && bounds.low < bounds.high && { default: initial }),
  };
}

function widened(
  { low, high, log }: { readonly low: number; readonly high: number; readonly log?: true },
  initial: number,
): { readonly low: number; readonly high: number } {
  const room = log ? 4 : 1;
  return {
    low: initial < low ? initial / room : low,
    high: initial > high ? initial * room : high,
  };
}

/** A factor of four either way; shares stay shares. */
function aroundDefault(option: HelpOption): ParameterJson | undefined {
  const initial = numberOf(option.default);
  if (initial === undefined || initial <= 0) return undefined;
  const whole = option.kind !== "float" && /^\d+$/.test(option.default ?? "");
  const share = !whole && initial < 1;
  const round = (value: number) => (whole ? Math.max(1, Math.round(value)) : Number(value.toPrecision(3)));
  const low = Math.max(round(initial / 4), option.low ?? 0);
  const high = Math.min(
    round(initial * 4),
    option.high ?? (share ? Math.max(1, initial) : Number.POSITIVE_INFINITY),
  );
  if (!(low < initial && initial < high) && !(whole && low < high)) return undefined;
  return { type: whole ? "int" : "float", low, high, log: true, default: initial };
}

function choiceOf(choices: readonly string[], initial: string | undefined): ParameterJson {
  const isNumeric = choices.every((choice) => NUMBER.test(choice));
  const values = isNumeric ? choices.map(Number) : choices;
  const known = initial !== undefined && choices.includes(initial);
  return {
    type: isNumeric ? "ordinal" : "categorical",
    choices: values,
    ...(known && { default: values[choices.indexOf(initial)] }),
  } as ParameterJson;
}

/** A switch whose both sides are flags: the values are the flags themselves. */
function pairOf(name: string, { flag, default: initial }: HelpOption, negation: string): Proposed {
  const isOn =
    initial === undefined ? undefined : /^(true|yes|on)$/i.test(initial) || `--${initial}` === flag;
  return {
    ...{ name, why: "on or off", words: [`{${name}}`] },
    json: {
      ...{ type: "categorical", choices: [flag, negation] },
      ...(isOn !== undefined && { default: isOn ? flag : negation }),
    } as ParameterJson,
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && NUMBER.test(text) ? Number(text) : undefined;
}

/** What an option that chooses the measure has as its default, else the first name of one that the text has. */
function metricOf(help: string, options: readonly HelpOption[]): Proposal["metric"] {
  const chooses = options.filter(({ flag }) => /^-*(?:.*[_-])?(metric|monitor|objective)$/.test(flag));
  const named = chooses.flatMap(({ default: initial, choices = [] }) => [initial ?? "", ...choices]);
  const name = named.find((each) => MEASURE.test(each)) ?? help.match(METRIC)?.[0];
  return name === undefined ? undefined : { name, goal: LESS.test(name) ? "minimize" : "maximize" };
}

/**
 * The text of a fettle.yaml.
 *
 * @param words  the command that printed the help; what asks for the help is left out
 */
export function proposalText(words: readonly string[], proposal: Proposal): string {
  const { parameters, doubtful, switches, metric } = proposal;
  const base = words
    .filter((word) => !/^(--?help|-h|help)$/.test(word))
    .map((word) => word.replace(/[{}]/g, "$&$&"));
  const command = [...base, ...parameters.flatMap((parameter) => parameter.words)];
  const width = Math.max(0, ...parameters.map((parameter) => lineOf(parameter).length));
  return [
    `# Proposed from: ${words.map(shellQuote).join(" ")}`,
    "# Look at it, change what you know better, and start with: fettle run",
    `command: ${JSON.stringify(command.map((word) => (/^\{\w+\}$/.test(word) ? word : shellQuote(word))).join(" "))}`,
    ...(metric
      ? [
          `metric: { name: ${JSON.stringify(metric.name)}, goal: ${metric.goal} } # printed by the program, as ${metric.name}=0.41`,
        ]
      : ["# metric: { name: val_loss, goal: minimize } # fill in what the program prints, as val_loss=0.41"]),
    parameters.length > 0 ? "params:" : "params: {} # none of its options is known by its name",
    ...parameters.map((parameter) => `  ${lineOf(parameter).padEnd(width)} # ${parameter.why}`),
    ...doubtful.map(
      (parameter) =>
        `  # ${lineOf(parameter)} # ${parameter.why}; also put ${parameter.words.join(" ")} into the command`,
    ),
    ...switches.map(
      (flag) => `  # ${flag} is a switch: no placeholder turns it on and off; let it take a value`,
    ),
    "trials: 60",
    "",
  ].join("\n");
}

function lineOf({ name, json }: Proposed): string {
  const text = showParameter(json) ?? "";
  return `${name}: ${/^[\w.+-]+(?:[.:,=][\w.+-]+)*$/.test(text) && !text.startsWith("-") ? text : JSON.stringify(text)}`;
}

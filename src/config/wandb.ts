/**
 * W&B sweep files as configurations: what they say in our words, and a line for whatever has no word here.
 *
 * @see https://docs.wandb.ai/guides/sweeps/sweep-config-keys
 */
import type { Direction } from "../trial.ts";
import type { Config, MetricConfig, ParameterConfig } from "./config.ts";
import type { Path, Problem } from "./explain.ts";
import { oneOfText, suggest } from "./suggest.ts";
import { sweepCommand } from "./wandb/command.ts";
import { type Reader, readSweepParameter } from "./wandb/parameter.ts";

/** A line that is worth knowing and stops nothing. */
interface Remark {
  readonly path: Path;
  readonly message: string;
}

interface Sweep {
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly remarks: readonly Remark[];
  /** Where in the sweep file something of `config` comes from. */
  source(path: Path): Path;
}

type Mapping = Readonly<Record<string, unknown>>;

const METHODS: Readonly<Record<string, string>> = { grid: "grid", random: "random", bayes: "auto" };
/** What it may say at the top; those without a word here are only of use to W&B's service. */
const KEYS = [
  "program",
  "command",
  "method",
  "metric",
  "parameters",
  "early_terminate",
  "run_cap",
  "name",
  "description",
];
const SERVICE = ["project", "entity"];

/** Unbuffered, or metrics come when the program ends, too late to stop it; and what `wandb.config` is read from. */
const VARIABLES = { PYTHONUNBUFFERED: "1", WANDB_SWEEP_PARAM_PATH: "{wandb.config_file}" };

/** Whether a file's content has the shape of a sweep. */
export function isSweep(input: unknown): input is Mapping {
  return isMapping(input) && "parameters" in input && "method" in input && !("params" in input);
}

/**
 * What a sweep file says. Mistakes are in `problems`, all of them.
 *
 * @param isFloat  whether the number at a path is written with a point or an exponent: 1.0 is no whole number to W&B
 */
export function readSweep(input: Mapping, isFloat: (path: Path) => boolean): Sweep {
  const problems: Problem[] = [];
  const remarks: Remark[] = [];
  const wrong = (path: Path, message: string, atKey = false) => {
    problems.push({ path, message, atKey });
  };
  const remark = (path: Path, message: string) => {
    remarks.push({ path, message });
  };
  const text = (key: string): string | undefined => {
    const value = input[key];
    if (value === undefined || (typeof value === "string" && value !== "")) return value;
    wrong([key], "expected text");
    return undefined;
  };
  const ignored = Object.keys(input).filter((key) => !KEYS.includes(key));
  for (const key of ignored.filter((each) => !SERVICE.includes(each)).slice(0, 1))
    remark([key], `${ignored.join(", ")}: nothing here makes use of ${ignored.length > 1 ? "them" : "it"}`);

  const params = new Map<string, { readonly path: Path; readonly parameter: ParameterConfig }>();
  readParameters(input.parameters, ["parameters"], "", params, { wrong, remark, isFloat });
  const name = text("name");
  const metric = readMetric(input.metric, wrong, remark);
  const stopping = readEarlyTerminate(input.early_terminate, wrong, remark);
  const command = sweepCommand(input.command, text("program"), wrong);
  const cap = input.run_cap;
  if (cap !== undefined && !(Number.isInteger(cap) && (cap as number) >= 1))
    wrong(["run_cap"], "expected a whole number of at least 1");
  return {
    config: {
      ...(name && { study: name }),
      ...(command && { command, env: VARIABLES }),
      ...(metric && { metric }),
      params: Object.fromEntries([...params].map(([path, { parameter }]) => [path, parameter])),
      sampler: readMethod(input.method, wrong),
      pruner: "none", // a sweep that says nothing of it trains every run to its end
      ...stopping,
      ...(typeof cap === "number" && { trials: cap }),
    },
    problems,
    remarks,
    source([key, ...rest]) {
      if (key === "params") return params.get(String(rest[0]))?.path ?? ["parameters"];
      return [OTHER_NAMES[String(key)] ?? key, ...rest];
    },
  };
}

const OTHER_NAMES: Readonly<Record<string, string>> = {
  study: "name",
  sampler: "method",
  pruner: "early_terminate",
  max_steps: "early_terminate",
  trials: "run_cap",
};

type Say = (path: Path, message: string, atKey?: boolean) => void;

function readMethod(method: unknown, wrong: Say): string {
  if (typeof method === "string" && Object.hasOwn(METHODS, method)) return METHODS[method];
  const names = Object.keys(METHODS);
  const hint = typeof method === "string" ? suggest(method, names) : "";
  wrong(["method"], `expected ${oneOfText(names)}, got ${JSON.stringify(method)}${hint}`);
  return "auto";
}

function readMetric(given: unknown, wrong: Say, remark: Say): MetricConfig | undefined {
  if (given === undefined) return undefined;
  if (!isMapping(given) || typeof given.name !== "string" || given.name === "") {
    wrong(["metric"], "expected a mapping with the metric's name");
    return undefined;
  }
  const { name, goal = "minimize", target, ...rest } = given;
  if (goal !== "minimize" && goal !== "maximize")
    wrong(["metric", "goal"], `expected "minimize" or "maximize", got ${JSON.stringify(goal)}`);
  if (target !== undefined && typeof target !== "number") wrong(["metric", "target"], "expected a number");
  unused(["metric"], rest, remark);
  return {
    name: name as string,
    goal: goal as Direction,
    ...(typeof target === "number" && { target }),
  };
}

function readParameters(
  given: unknown,
  path: Path,
  prefix: string,
  found: Map<string, { readonly path: Path; readonly parameter: ParameterConfig }>,
  reader: Reader,
): void {
  const { wrong, remark } = reader;
  if (!isMapping(given)) return wrong(path, "expected a mapping of parameters by their names");
  for (const [name, entry] of Object.entries(given)) {
    const here = [...path, name];
    if (!isMapping(entry)) {
      wrong(here, `expected a mapping, such as { value: ${JSON.stringify(entry)} }`);
    } else if ("parameters" in entry) {
      const { parameters, ...rest } = entry;
      unused(here, rest, remark);
      readParameters(parameters, [...here, "parameters"], `${prefix}${name}.`, found, reader);
    } else {
      const parameter = readSweepParameter(entry, here, reader);
      if (parameter !== undefined) found.set(`${prefix}${name}`, { path: here, parameter });
    }
  }
}

/**
 * What W&B calls hyperband compares every trial at each of its brackets, as successive halving does here: `min_iter` is
 * the first; `max_iter` is the full training, and `s` brackets are counted back from it.
 */
function readEarlyTerminate(
  given: unknown,
  wrong: Say,
  remark: Say,
): Pick<Config, "pruner" | "max_steps"> | undefined {
  if (given === undefined) return undefined;
  const here = ["early_terminate"];
  if (!isMapping(given)) {
    wrong(here, "expected a mapping, such as { type: hyperband, min_iter: 3 }");
    return undefined;
  }
  const { type, min_iter, max_iter, s, eta, strict, ...rest } = given;
  if (type !== "hyperband") {
    wrong([...here, "type"], `expected "hyperband", got ${JSON.stringify(type)}`);
    return undefined;
  }
  for (const [key, value] of Object.entries({ min_iter, max_iter, s, eta }))
    if (value !== undefined && !(typeof value === "number" && value >= (key === "eta" ? 2 : 1)))
      wrong([...here, key], `expected a number of at least ${key === "eta" ? 2 : 1}`);
  if ((min_iter === undefined) === (max_iter === undefined))
    wrong(here, "expected either min_iter, or max_iter with s");
  const ratio = typeof eta === "number" ? eta : undefined;
  const first = firstBracket(min_iter, max_iter, s, ratio ?? 3);
  if (strict !== undefined && strict !== false)
    remark([...here, "strict"], "strict is left out; each rung keeps the best of those that reached it");
  unused(here, rest, remark);
  const options = {
    ...(first !== undefined && { minResource: first }),
    ...(ratio !== undefined && { reductionFactor: ratio }),
  };
  return {
    pruner: { name: "successiveHalving", ...(Object.keys(options).length > 0 && { options }) },
    ...(typeof max_iter === "number" && { max_steps: Math.round(max_iter) }),
  };
}

function firstBracket(min: unknown, max: unknown, brackets: unknown, eta: number): number | undefined {
  if (typeof min === "number") return Math.max(1, Math.round(min));
  if (typeof max !== "number" || typeof brackets !== "number") return undefined;
  return Math.max(1, Math.floor(max / eta ** brackets));
}

/** One line about keys that nothing reads. */
export function unused(path: Path, rest: Mapping, remark: Say): void {
  const keys = Object.keys(rest);
  if (keys.length > 0)
    remark(
      [...path, keys[0]],
      `${keys.join(", ")}: nothing here makes use of ${keys.length > 1 ? "them" : "it"}`,
    );
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

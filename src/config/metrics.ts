/**
 * What a study is tuned for: the metrics of the file and of the flags.
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import type { ConstraintSpec, Direction, ObjectiveSpec } from "../trial.ts";
import type { ConfigFile } from "./file.ts";
import { type Flags, nameAndText } from "./flags.ts";
import { suggest } from "./suggest.ts";

/** Words that mean something else where metrics are written and asked for. */
const RESERVED = ["step", "params", "gradient", "constraints", "number", "state"];

export interface Metrics {
  readonly objectives: readonly ObjectiveSpec[];
  /** Values at which the study has what it wants, by metric. */
  readonly target: Readonly<Record<string, number>>;
  /** Regular expressions by metric. */
  readonly patterns: Readonly<Record<string, string>>;
}

interface Metric extends ObjectiveSpec {
  readonly target?: number;
  readonly pattern?: string;
  /** Where it was given. */
  readonly place: string;
}

/**
 * The metrics of the flags, those to minimise first, else of the file; what the file says of a metric's pattern
 * and target holds for a metric of the flags too.
 *
 * @param paths  the parameters' names, which metrics must not have
 * @throws {InvalidInputError} if there are none, or one is given twice, or has a name that it cannot have
 */
export function readMetrics(file: ConfigFile | undefined, flags: Flags, paths: readonly string[]): Metrics {
  const inFile = file === undefined ? [] : metricsOf(file);
  const inFlags = [...metricFlags("min", flags, inFile), ...metricFlags("max", flags, inFile)];
  const metrics = inFlags.length > 0 ? inFlags : inFile;
  if (metrics.length === 0)
    throw new InvalidInputError(
      `no metric: name what is tuned for with --min val_loss or --max accuracy, or as "metric" in ${file?.file ?? "fettle.yaml"}`,
    );
  for (const [index, metric] of metrics.entries()) {
    checkName(metric, paths);
    checkPattern(metric);
    const earlier = metrics.slice(0, index).find(({ name }) => name === metric.name);
    if (earlier !== undefined)
      throw new InvalidInputError(
        `${metric.place}: ${metric.name} is ${earlier.direction === metric.direction ? "given twice" : `${earlier.direction}d already, by ${earlier.place}`}; give each metric once`,
      );
  }
  return {
    objectives: metrics.map(({ name, direction }) => ({ name, direction })),
    target: { ...pick(metrics, "target"), ...targetFlags(flags, metrics) },
    patterns: pick(metrics, "pattern"),
  };
}

/** Names of constraints. @throws {InvalidInputError} if one cannot have its name */
export function readConstraints(
  file: ConfigFile,
  { objectives }: Metrics,
  paths: readonly string[],
): readonly ConstraintSpec[] {
  const names = file.config.constraints ?? [];
  for (const [index, name] of names.entries()) {
    const place = file.where(["constraints", index]);
    checkName({ name, place }, paths);
    if (objectives.some((objective) => objective.name === name))
      throw new InvalidInputError(`${place}: ${name} is a metric too; rename one`);
    if (names.indexOf(name) < index)
      throw new InvalidInputError(`${place}: ${name} is given twice; leave one out`);
  }
  return names.map((name) => ({ name }));
}

function metricsOf({ config, where }: ConfigFile): readonly Metric[] {
  const { metric, metrics } = config;
  if (metric !== undefined && metrics !== undefined)
    throw new InvalidInputError(
      `${where(["metrics"])}: metric is given too; write all of them under metrics`,
    );
  if (metric !== undefined) return [{ ...metric, direction: metric.goal, place: where(["metric", "name"]) }];
  return (metrics ?? []).map((each, index) => ({
    ...each,
    direction: each.goal,
    place: where(["metrics", index, "name"]),
  }));
}

function metricFlags(flag: "min" | "max", flags: Flags, inFile: readonly Metric[]): readonly Metric[] {
  const direction: Direction = flag === "min" ? "minimize" : "maximize";
  return (flags[flag] ?? []).map((text) => {
    const place = `--${flag} ${text}`;
    const [name, value] = text.split("=");
    if (value !== undefined)
      throw new InvalidInputError(
        `${place}: expected a metric's name; a value to reach is given by --target ${name}=${value || "0.05"}`,
      );
    const names = text.split(",");
    if (names.length > 1)
      throw new InvalidInputError(
        `${place}: write each metric for itself: ${names.map((each) => `--${flag} ${each}`).join(" ")}`,
      );
    const known = inFile.find((each) => each.name === text);
    const target = known?.direction === direction ? known.target : undefined; // the other way round it says nothing
    return { name: text, direction, target, pattern: known?.pattern, place };
  });
}

function checkName({ name, place }: Pick<Metric, "name" | "place">, paths: readonly string[]): void {
  if (name.trim() === "") throw new InvalidInputError(`${place}: a metric needs a name, such as val_loss`);
  if (RESERVED.includes(name))
    throw new InvalidInputError(
      `${place}: ${name} is a reserved word; let the program call it something else, such as ${name}_value`,
    );
  if (paths.includes(name))
    throw new InvalidInputError(
      `${place}: ${name} is a parameter too; rename one, or a condition on ${name} would mean either`,
    );
}

function checkPattern({ pattern, place }: Metric): void {
  if (pattern === undefined) return;
  try {
    new RegExp(pattern);
  } catch (cause) {
    throw new InvalidInputError(`${place}: its pattern cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function targetFlags(flags: Flags, metrics: readonly Metric[]): Readonly<Record<string, number>> {
  const names = metrics.map(({ name }) => name);
  const targets: Record<string, number> = {};
  for (const text of flags.target ?? []) {
    const [name, value] = nameAndText("--target", text, `${names[0]}=0.05`);
    if (!names.includes(name))
      throw new InvalidInputError(
        `--target ${text}: there is no metric ${name}${suggest(name, names) || `; there is ${names.join(", ")}`}`,
      );
    if (Object.hasOwn(targets, name))
      throw new InvalidInputError(`--target ${text}: ${name} has a target already; give one`);
    if (value.trim() === "" || !Number.isFinite(Number(value)))
      throw new InvalidInputError(
        `--target ${text}: ${JSON.stringify(value)} is no number; write it like --target ${name}=0.05`,
      );
    targets[name] = Number(value);
  }
  return targets;
}

function pick<K extends "target" | "pattern">(
  metrics: readonly Metric[],
  key: K,
): Record<string, NonNullable<Metric[K]>> {
  const given = metrics.flatMap((metric) =>
    metric[key] === undefined ? [] : [[metric.name, metric[key]] as const],
  );
  return Object.fromEntries(given) as Record<string, NonNullable<Metric[K]>>;
}

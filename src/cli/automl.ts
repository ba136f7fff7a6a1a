/**
 * `fettle automl`: from a table and the name of a column to a tuned model.
 */
import { basename, join, resolve } from "node:path";
import { type AutomlOptions, type AutomlResult, automl, type Progress } from "../automl/automl.ts";
import { scoreOf as scoreBy } from "../automl/explain/explain.ts";
import { readExternal } from "../automl/families/external.ts";
import { checkFolder } from "../automl/folder.ts";
import { metricNamed } from "../automl/metrics/metrics.ts";
import { REPORT, saveResult } from "../automl/outputs.ts";
import { predictWithPrograms } from "../automl/programs.ts";
import { readTable } from "../automl/read/file.ts";
import { conform } from "../automl/schema/conform.ts";
import { driftOf } from "../automl/schema/drift.ts";
import { readTarget } from "../automl/schema/schema.ts";
import type { Table } from "../automl/table.ts";
import { outputsOf } from "../automl/task.ts";
import * as clock from "../clock.ts";
import { parseDuration } from "../config/duration.ts";
import { studyFolder } from "../engines/process.ts";
import { InvalidInputError } from "../errors.ts";
import { randomId } from "../random.ts";
import { chooseMode, type Live, showLive } from "../terminal/live.ts";
import { short } from "../terminal/text.ts";
import { callDirectory, filesDirectory, openStorage } from "./context.ts";
import { EXIT } from "./exit.ts";
import { table as columns, write } from "./output.ts";

interface AutomlFlags {
  readonly target?: string;
  readonly time?: string;
  readonly models?: string;
  readonly metric?: string;
  readonly test?: string;
  readonly group?: string;
  readonly splitByTime?: string;
  readonly task?: string;
  readonly quantiles?: string;
  readonly ignore?: readonly string[];
  readonly families?: string;
  readonly monotone?: readonly string[];
  readonly external?: readonly string[];
  readonly maxLatency?: string;
  readonly refit?: boolean;
  readonly threads?: string;
  readonly seed?: string;
  readonly output?: string;
  readonly storage: string;
  readonly study?: string;
  readonly files?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function action(source: string, flags: AutomlFlags): Promise<number> {
  const began = clock.now() - 1000 * process.uptime(); // reading the table counts too
  const settings = optionsOf(flags);
  const path = source === "-" ? source : resolve(callDirectory(), source);
  const name = source === "-" ? "table" : basename(source).replace(/\.(csv|tsv|txt|parquet)?(\.gz)?$/i, "");
  const folder = resolve(callDirectory(), flags.output ?? `${name}-model`);
  const raw = await readTable(path);
  const test = flags.test === undefined ? undefined : await readTable(resolve(callDirectory(), flags.test));
  if (test !== undefined && !test.columns.some((column) => column.name === settings.target))
    throw new InvalidInputError(
      `--test ${flags.test}: it has no column ${JSON.stringify(settings.target)} to measure by`,
    );
  await checkFolder(folder);
  const study = flags.study ?? `${name}-${randomId(4)}`;
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted); // asked twice: without a model
    stop.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const storage = await openStorage(flags.storage, { create: true });
  const shown = progressShown(flags, settings.threads);
  try {
    const result = await automl(raw, {
      ...settings,
      ...{ began, storage, study, signal: stop.signal, onProgress: shown.take },
      files: join(studyFolder(filesDirectory(flags.storage, flags.files), study), "automl"),
    });
    shown.close();
    for (const line of result.warnings.slice(result.prepared.warnings.length))
      process.stderr.write(`fettle: warning: ${line}\n`);
    const missing = await saveResult(folder, result, { times: settings.models === undefined });
    if (!flags.quiet) for (const line of missing) process.stderr.write(`fettle: ${line}\n`);
    const measured = test === undefined ? undefined : await scoreOf(result, test);
    if (flags.json) write(JSON.stringify(jsonOf(result, folder, measured)));
    else for (const line of summary(result, folder, study)) write(line);
    if (measured !== undefined && !flags.json) write(`test ${measured.metric} ${measured.value}`);
    return stop.signal.aborted ? EXIT.interrupted : EXIT.done;
  } finally {
    shown.close();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    await storage.close();
  }
}

function optionsOf(flags: AutomlFlags): AutomlOptions {
  const { target, metric, group, splitByTime, ignore, refit } = flags;
  const task = flags.task as AutomlOptions["task"];
  if (flags.output?.trim() === "")
    throw new InvalidInputError("--output is empty: name the folder of the model");
  if (target === undefined)
    throw new InvalidInputError("--target <column> is missing: say which column is to be predicted");
  const roles = { "--group": [group], "--split-by-time": [splitByTime], "--ignore": ignore ?? [] };
  for (const [flag, names] of Object.entries(roles))
    if (names.includes(target))
      throw new InvalidInputError(`${flag} ${target}: that is the target, which cannot be both`);
  if (task !== undefined && task !== "classification" && task !== "regression")
    throw new InvalidInputError(`--task ${task}: it is classification or regression`);
  const given = <K extends string, V>(key: K, value: V | undefined) =>
    (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
  return {
    target,
    ...given("seconds", flags.time === undefined ? undefined : parseDuration(flags.time) / 1000),
    ...given("models", numberOf("--models", flags.models)),
    ...given("threads", numberOf("--threads", flags.threads)),
    ...given("seed", numberOf("--seed", flags.seed)),
    ...given("maxLatencyMs", flags.maxLatency === undefined ? undefined : parseDuration(flags.maxLatency)),
    ...given("quantiles", flags.quantiles?.split(",").map(Number)),
    ...given(
      "families",
      flags.families?.split(",").map((family) => family.trim()),
    ),
    ...given(
      "programs",
      flags.external?.map((file) => readExternal(resolve(callDirectory(), file))),
    ),
    ...given("monotone", flags.monotone && monotoneOf(flags.monotone)),
    ...given("task", task),
    ...given("metric", metric),
    ...given("group", group),
    ...given("splitByTime", splitByTime),
    ...given("ignore", ignore),
    ...given("refit", refit),
  };
}

/** `income=rising`: what stands before the last sign is the column's name. */
function monotoneOf(flags: readonly string[]): NonNullable<AutomlOptions["monotone"]> {
  return Object.fromEntries(
    flags.map((flag) => {
      const cut = flag.lastIndexOf("=");
      const direction = flag.slice(cut + 1);
      if (cut < 1 || (direction !== "rising" && direction !== "falling"))
        throw new InvalidInputError(`--monotone ${flag}: write column=rising or column=falling`);
      return [flag.slice(0, cut), direction] as const;
    }),
  );
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value))
    throw new InvalidInputError(`${flag} ${text}: it is a whole number`);
  return value;
}

/** What is shown while it works: what the table is, the trials as every study shows them, and the last fits. */
function progressShown(flags: AutomlFlags, threads: number | undefined) {
  let live: Live | undefined;
  const say = (line: string) => {
    if (!flags.quiet) process.stderr.write(`fettle: ${line}\n`);
  };
  const take = (progress: Progress) => {
    if (progress.kind === "prepared") {
      const { schema, rows, metric, folds, shape, warnings } = progress.prepared;
      const { task } = schema;
      const what = task.kind === "classification" ? `${task.classes.length} classes` : task.kind;
      const checked = folds.length > 1 ? `${folds.length} folds` : "rows held out";
      say(
        `${rows.length} rows × ${shape.columns} columns, ${schema.target}: ${what}, ${metric.name} on ${checked}`,
      );
      for (const warning of warnings) say(`warning: ${warning}`);
    } else if (progress.kind === "searching")
      live = showLive(progress.study, {
        ...(threads && { workers: threads }),
        mode: chooseMode({ quiet: flags.quiet || flags.json }),
      });
    else if (progress.kind === "finishing" && progress.fitted === 0) {
      live?.close();
      live = undefined;
      say(`fitting the ${progress.of === 1 ? "chosen model" : "chosen models"} on all rows`);
    }
  };
  return { take, close: () => live?.close() };
}

async function scoreOf({ model, prepared }: AutomlResult, test: Table) {
  const { schema } = model;
  const metric = metricNamed(model.metric, schema.task);
  const truth = readTarget(test, schema);
  const { values, outputs } = await predictWithPrograms(model, test, prepared.programs);
  if (test.rows > 0)
    for (const line of driftOf(prepared.table, conform(test, schema).table))
      process.stderr.write(`fettle: warning: in the test table, ${line}\n`);
  const known = Array.from(truth.keys()).filter((row) => !Number.isNaN(truth[row]));
  const predictions = new Float64Array(known.length * outputs);
  for (const [at, row] of known.entries())
    for (let k = 0; k < outputs; k++) predictions[at * outputs + k] = values[row * outputs + k];
  const value = scoreBy(
    metric,
    Float64Array.from(known, (row) => truth[row]),
    predictions,
    schema.task,
    model.threshold,
  );
  return { metric: metric.name, value };
}

const SHOWN = 10;

function summary(result: AutomlResult, folder: string, study: string): string[] {
  const { model, leaderboard, baseline } = result;
  const { value, error = 0, rows } = model.score as NonNullable<typeof model.score>;
  const rest = leaderboard.length - SHOWN;
  return [
    columns(
      ["trial", "family", model.metric, "±", "weight", "fit s"],
      leaderboard
        .slice(0, SHOWN)
        .map(({ trial, family, value: score, spread, weight, fitSeconds }) => [
          `#${trial}`,
          family,
          short(score),
          short(spread, 2),
          weight > 0 ? weight.toFixed(2) : "",
          fitSeconds.toFixed(1),
        ]),
    ),
    ...(rest > 0 ? [`… and ${rest} more: fettle trials ${study}`] : []),
    "",
    `${model.metric} ${short(value)} ± ${short(error, 2)} on ${rows} rows that nothing was chosen by (constant: ${short(baseline)})`,
    `report in ${join(folder, REPORT)}`,
    `saved in ${folder}: fettle predict ${folder} new.csv`,
  ];
}

function jsonOf(result: AutomlResult, folder: string, test: { metric: string; value: number } | undefined) {
  const { model, leaderboard, baseline, warnings } = result;
  const { metric, score, schema } = model;
  return {
    folder,
    metric,
    score,
    baseline,
    outputs: outputsOf(schema.task),
    leaderboard,
    warnings,
    ...(test && { test }),
  };
}

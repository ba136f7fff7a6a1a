/**
 * The schema of `fettle.yaml`: it checks files, and is the source of the editor's JSON Schema.
 */
import { z } from "zod";
import type { Config } from "./config.ts";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]).meta({ id: "scalar" });
const name = z.string().min(1);
const count = z.int().min(1);
const duration = z.union([z.string(), z.number()]);
const length = z
  .union([count, name])
  .optional()
  .describe("makes it an array: a number of items, or the name of an int");
const when = z
  .record(z.string(), z.union([scalar, z.array(scalar)]))
  .optional()
  .describe("other parameters, and the values with which this one exists");

const confidence = z.enum(["low", "medium", "high"]).optional().describe("how sure; medium unless given");
const prior = <T extends z.ZodType>(value: T) =>
  z.strictObject({ value, confidence }).optional().describe("where good values are expected");

const range = {
  min: z.number().optional().describe("the smallest value"),
  max: z.number().optional().describe("the largest value"),
  low: z.number().optional().describe("another name of min"),
  high: z.number().optional().describe("another name of max"),
  log: z.boolean().optional().describe("search on a logarithmic scale"),
  step: z.number().optional().describe("only min, min + step, min + 2 step, …"),
  default: z.number().optional().describe("the value that the program uses today"),
  prior: prior(z.number()),
  length,
  when,
};
const choice = {
  values: z.array(scalar).optional().describe("what it may be"),
  choices: z.array(scalar).optional().describe("another name of values"),
  tag: name.optional().describe("the property that holds the choice in the nested value"),
  default: scalar.optional(),
  prior: prior(scalar),
  length,
  when,
};
const parameters = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("float"), ...range }),
  z.strictObject({ type: z.literal("int"), ...range }),
  z.strictObject({ type: z.literal("categorical"), ...choice }),
  z.strictObject({ type: z.literal("ordinal"), ...choice }),
  z.strictObject({
    type: z.literal("boolean"),
    default: z.boolean().optional(),
    prior: prior(z.boolean()),
    length,
    when,
  }),
  z.strictObject({ type: z.literal("constant"), value: scalar, length, when }),
  z.strictObject({
    type: z.literal("permutation"),
    items: z.array(scalar).min(1).describe("what is to be put in order"),
    default: z.array(scalar).optional().describe("the order that the program uses today"),
    when,
  }),
  z.strictObject({
    type: z.literal("simplex"),
    items: z.array(name).min(1).describe("names of shares, which add up to 1"),
    when,
  }),
  z.strictObject({ type: z.literal("array"), length: length.unwrap(), when }),
]);
const parameter = z.union([
  z.string().describe('as -p writes it: "1e-5..0.1:log", "1..6", "sgd,adam"'),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(scalar).describe("choices"),
  parameters,
]);

const metric = z
  .strictObject({
    name: name.describe("as the program prints it"),
    goal: z.enum(["minimize", "maximize"]),
    target: z.number().optional().describe("the study ends once a trial reaches it"),
    pattern: name
      .optional()
      .describe("a regular expression for the output; its group `value`, else its first, is the number"),
  })
  .meta({ id: "metric" });
const withOptions = z.strictObject({ name, options: z.record(z.string(), z.json()).optional() });
const chosen = z.union([name, withOptions]);

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  study: name.optional().describe("the study's name; made up unless given"),
  storage: name.optional().describe("the study file, relative to this one"),
  command: z
    .union([name, z.array(z.string()).min(1)])
    .optional()
    .describe("the program and its arguments, with {name} for parameters; runs without a shell"),
  module: name.optional().describe("instead of a command: a module whose default export is the objective"),
  metric: metric.optional().describe("what is tuned for"),
  metrics: z.array(metric).min(1).optional().describe("what is tuned for, where that is several metrics"),
  subject_to: z
    .union([name, z.array(name)])
    .optional()
    .describe('limits on outcomes, such as "latency_ms <= 20"'),
  constraints: z.array(name).optional().describe("names of constraints that trials report; feasible at ≤ 0"),
  params: z
    .record(z.string(), parameter)
    .optional()
    .describe("parameters by dotted path; optimizer.sgd.momentum exists where optimizer is sgd"),
  where: z
    .union([name, z.array(name)])
    .optional()
    .describe("what the parameters of every trial satisfy: layers * units <= 4096, a + b + c = 1"),
  fixed: z.record(z.string(), scalar).optional().describe("parameters that are settled"),
  enqueue: z.array(z.record(z.string(), scalar)).optional().describe("points to try first, maybe in part"),
  warm_start: z
    .union([name, z.array(name)])
    .optional()
    .describe("other studies to learn from: other.db:study, or a study of the same file"),
  sampler: chosen.optional().describe("auto unless given"),
  pruner: chosen.optional().describe("which trials are stopped early; auto unless given"),
  stop_when: chosen.optional().describe("when the study has learned enough; never of itself unless given"),
  repeats: z
    .union([count, z.strictObject({ most: count, all: z.boolean().optional() })])
    .optional()
    .describe("how often the best configurations are evaluated; with all, every one"),
  trials: count.optional().describe("how many trials the study has in all"),
  parallel: count.optional().describe("how many trials run at a time; 1 unless given"),
  gpus: z
    .union([count, name, z.array(z.union([z.int().min(0), name])).min(1)])
    .optional()
    .describe("GPUs that trials share evenly: how many, or a list of which ones"),
  gpus_per_trial: count.optional().describe("how many GPUs each trial gets; 1 unless given"),
  seed: z.int().optional().describe("makes suggestions repeatable"),
  time: duration.optional().describe("how long the study may run in all: 90s, 30m, 2h, or seconds"),
  grace: duration
    .optional()
    .describe("how long a program may take to end when it is asked to; 10s unless given"),
  trial_timeout: duration.optional().describe("how long one trial may run: 90s, 30m, 2h, or seconds"),
  max_steps: count.optional().describe("the last step of a full training, for {budget}"),
  value: z.enum(["last", "best"]).optional().describe("which report is a trial's value; last unless given"),
  deterministic: z.boolean().optional().describe("whether the same parameters always give the same values"),
  failures: count.optional().describe("stop when so many trials failed"),
  retries: z.int().min(0).optional().describe("how often a failed trial is tried again; 0 unless given"),
  files: name.optional().describe("where logs and checkpoints are kept; beside the study file unless given"),
  env: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe("variables for the program's environment"),
  cwd: name.optional().describe("the directory that the program runs in; this file's unless given"),
}) satisfies z.ZodType<Config>;

/** The keys that may stand at that path of a configuration; for a parameter, with that type. */
export function keysAt(path: readonly PropertyKey[], type: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(configSchema.shape);
  if (path[0] === "metric" || path[0] === "metrics") return Object.keys(metric.shape);
  if (path[0] === "sampler" || path[0] === "pruner" || path[0] === "stop_when")
    return Object.keys(withOptions.shape);
  const shape = parameters.options.find((option) => option.shape.type.value === type)?.shape;
  return Object.keys(shape ?? {});
}

/** The JSON Schema of `fettle.yaml`, published as `schema/config.schema.json`. */
export function configJsonSchema(): object {
  return {
    title: "Fettle configuration",
    ...z.toJSONSchema(configSchema, { target: "draft-7", io: "input" }),
  };
}

/**
 * Surrogates of the YAHPO gym (Pfisterer et al. 2022): what a network predicts of a learner's run.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Params, readSpace, type SpaceJson } from "../../../src/index.ts";
import { onnx } from "../onnx.ts";
import type { SeveralTask, Task } from "../task.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

interface Hyperparameter {
  readonly name: string;
  readonly type: "categorical" | "uniform_int" | "uniform_float" | "constant" | "ordinal";
  readonly choices?: readonly string[];
  readonly log?: boolean;
  readonly lower?: number;
  readonly upper?: number;
}

type Condition =
  | {
      readonly child: string;
      readonly parent: string;
      readonly value?: string;
      readonly values?: readonly string[];
    }
  | { readonly child: string; readonly type: "AND"; readonly conditions: readonly Condition[] };

interface ConfigSpace {
  readonly hyperparameters: readonly Hyperparameter[];
  readonly conditions: readonly Condition[];
}

export function yahpo(folder: string): Task[] {
  return SCENARIOS.flatMap((scenario) => {
    const { name, space, predict } = surrogate(folder, scenario);
    return scenario.instances.map(
      (instance): Task => ({
        name: `${name}-${instance}`,
        family: scenario.family,
        space,
        best: Number.NEGATIVE_INFINITY,
        loss: (params) => scenario.sign * predict(instance, params)[scenario.target],
        seconds: (params) => Math.max(1e-3, predict(instance, params)[scenario.seconds]),
      }),
    );
  });
}

/** Those with several objectives. They are named by what they add to the first. */
export function yahpoSeveral(folder: string): SeveralTask[] {
  return SCENARIOS.flatMap((scenario) => {
    const { several } = scenario;
    if (several === undefined) return [];
    const { name, space, predict } = surrogate(folder, scenario);
    const [first, ...others] = Object.keys(several.goals);
    const goals = Object.values(several.goals);
    return several.instances.map(
      (instance): SeveralTask => ({
        name: [name, instance, ...others].join("-"),
        family: "surrogates",
        space,
        objectives: [first, ...others],
        losses(params) {
          const outputs = predict(instance, params);
          return goals.map(({ target, sign }) => sign * outputs[target]);
        },
      }),
    );
  });
}

/** A scenario's space, and what its network says of a configuration on one of its data sets. */
function surrogate(data: string, scenario: Scenario) {
  const folder = join(data, "yahpo", scenario.folder);
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const config: ConfigSpace = read("config_space.json");
  const codes: Readonly<Record<string, Readonly<Record<string, number>>>> = read("encoding.json");
  let run: ReturnType<typeof onnx> | undefined; // some megabytes: read when first needed
  const tensor = (values: readonly number[], integer: boolean) => {
    return { shape: [1, values.length], data: Float64Array.from(values), integer };
  };
  const { paths, space } = spaceOf(config, scenario);
  const predict = (instance: string, params: Params) => {
    run ??= onnx(readFileSync(join(folder, "model.onnx")));
    const values: Params = {
      ...Object.fromEntries(
        Object.entries(params).map(([path, value]) => [paths.get(path) as string, value]),
      ),
      ...scenario.settled,
      [scenario.instance]: instance,
    };
    const category = (name: string) => codes[name][name in values ? String(values[name]) : "#na#"];
    return run({
      x_cat: tensor(scenario.categories.map(category), true),
      x_cont: tensor(
        scenario.numbers.map((name) => Number(values[name] ?? 0)),
        false,
      ),
    }).data;
  };
  return { name: scenario.folder.split("/")[1], space, predict };
}

/** The space without what is settled. A dot of theirs is no branch of ours: names are written with underscores. */
function spaceOf({ hyperparameters, conditions }: ConfigSpace, scenario: Scenario) {
  const path = (name: string) => name.replaceAll(".", "_");
  const when = new Map<string, Record<string, string | readonly string[]>>();
  const add = (condition: Condition): void => {
    if ("conditions" in condition) {
      condition.conditions.forEach(add);
      return;
    }
    const { child, parent, value, values } = condition;
    when.set(child, { ...when.get(child), [path(parent)]: values ?? (value as string) });
  };
  conditions.forEach(add);
  const searched = hyperparameters.filter(
    ({ name }) => name !== scenario.instance && !(name in scenario.settled),
  );
  const json = searched.map(({ name, type, choices, log, lower, upper }) => {
    const condition = when.has(name) ? { when: when.get(name) } : {};
    if (choices !== undefined) return [path(name), { type: "categorical", choices, ...condition }];
    const range = { low: lower, high: upper, ...(log && { log }) };
    return [path(name), { type: type === "uniform_int" ? "int" : "float", ...range, ...condition }];
  });
  return {
    paths: new Map(searched.map(({ name }) => [path(name), name])),
    space: readSpace(Object.fromEntries(json) as SpaceJson),
  };
}

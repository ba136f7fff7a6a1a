/**
 * Tasks in other clothes: with what a user knows, or with noise.
 */
import { type Params, readSpace, rng, type SpaceJson } from "../../src/index.ts";
import type { Task } from "./task.ts";

/** Random configurations of which the prior is the best or the worst. */
const PRIOR_DRAWS = 50;
/** What the user's memory of it is off by, in units of the cube. */
const PRIOR_SPREAD = 0.05;
const SOURCES = 5;
const SOURCE_TRIALS = 50;

/** A prior at the best (or worst) of some random configurations, slightly moved. */
export function withPrior(which: "best" | "worst") {
  return (task: Task, seed: number): Task => {
    const { space } = task;
    const stream = rng(seed, "prior", task.name);
    const drawn = Array.from({ length: PRIOR_DRAWS }, () => {
      const unit = Float64Array.from(space.parameters, () => stream.uniform());
      const loss = task.loss(space.decode(unit));
      return { unit, loss: Number.isNaN(loss) ? Number.MAX_VALUE : loss };
    }).sort((a, b) => a.loss - b.loss);
    const { unit } = which === "best" ? drawn[0] : drawn[PRIOR_DRAWS - 1];
    const near = unit.map((u) => Math.min(1, Math.max(0, u + PRIOR_SPREAD * stream.normal())));
    const values = space.decode(near);
    const json = Object.entries(space.toJSON()).map(([path, entry]) => [
      path,
      path in values && "type" in entry && entry.type !== "constant"
        ? { ...entry, prior: { value: values[path] } }
        : entry,
    ]);
    return { ...task, space: readSpace(Object.fromEntries(json) as SpaceJson) };
  };
}

/** With random trials of other tasks of its family. */
export function withSources(task: Task, seed: number, all: readonly Task[]): Task {
  const others = all.filter(({ family, name }) => family === task.family && name !== task.name);
  const warmStart = others.slice(0, SOURCES).map(({ name, space, loss }) => {
    const stream = rng(seed, "source", name);
    const trials = Array.from({ length: SOURCE_TRIALS }, () => {
      const params = space.decode(Float64Array.from(space.parameters, () => stream.uniform()));
      return { params, values: { value: loss(params) } };
    });
    return { study: name, space, trials };
  });
  return { ...task, warmStart };
}

/** Each trial is told one of the trainings of its configuration, instead of their mean. */
export function noisy(task: Task, seed: number): Task {
  const { repeat } = task;
  if (repeat === undefined) throw new Error(`${task.name} has no repeats`);
  const observe = (params: Params, number: number) =>
    repeat(params, rng(seed, "repeat", task.name, number).uniform());
  return { ...task, observe };
}

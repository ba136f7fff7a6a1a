/**
 * What regret is measured by: the lowest loss known, and what random search finds in ten trials.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rng } from "../../src/index.ts";
import { lowestSeen } from "./curves.ts";
import type { Task } from "./task.ts";

const TRIALS = 10;
const SEEDS = 100;
/** Points of the search for the lowest loss, where it is not known: random ones, then neighbours of the best. */
const DRAWS = 3000;
const STEPS = 6000;

export interface Reference {
  readonly best: number;
  /** The median over seeds of the best of ten random trials. */
  readonly random: number;
}

const file = fileURLToPath(new URL("references.json", import.meta.url));

/** The references of a task, lowered where a curve went lower. */
export function referenceOf(task: Task): Reference {
  const { best, random } = frozenReferenceOf(task);
  return { best: Math.min(best, lowestSeen(task.name)), random };
}

/** The references of a task as they are kept; computed once. */
export function frozenReferenceOf(task: Task): Reference {
  const known: Record<string, Reference> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  if (!(task.name in known)) {
    known[task.name] = {
      best: Number.isFinite(task.best) ? task.best : searchBest(task),
      random: bestOfTen(task),
    };
    writeFileSync(file, `${JSON.stringify(known, null, 2)}\n`);
  }
  return known[task.name];
}

function bestOfTen({ name, space, loss }: Task): number {
  const bests = Array.from({ length: SEEDS }, (_, seed) => {
    const stream = rng(seed, "best of ten", name);
    const losses = Array.from({ length: TRIALS }, () =>
      loss(space.decode(space.parameters.map(() => stream.uniform()))),
    );
    return Math.min(...losses.filter((value) => !Number.isNaN(value)));
  }).sort((a, b) => a - b);
  return (bests[SEEDS / 2 - 1] + bests[SEEDS / 2]) / 2;
}

function searchBest({ name, space, loss }: Task): number {
  const stream = rng(1, "lowest", name);
  const draw = () => Float64Array.from(space.parameters, () => stream.uniform());
  const at = (unit: Float64Array) => {
    const value = loss(space.decode(unit));
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  let points = Array.from({ length: DRAWS }, draw).map((unit) => ({ unit, value: at(unit) }));
  points = points.sort((a, b) => a.value - b.value).slice(0, 10);
  for (let step = 0; step < STEPS; step++) {
    const place = step % points.length;
    const width = 0.2 * (1 - step / STEPS) + 0.005;
    const unit = points[place].unit.map((u) =>
      stream.uniform() < 0.3 ? Math.min(1, Math.max(0, u + width * stream.normal())) : u,
    );
    const value = at(unit);
    if (value < points[place].value) points[place] = { unit, value };
  }
  return Math.min(...points.map(({ value }) => value));
}

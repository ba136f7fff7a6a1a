/**
 * A quick look at whether `auto` still finds good points in few trials: run by tests/bench-smoke.test.ts against a
 * bound. `node bench/quality/smoke.ts` makes the bound anew, from what the present version does.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeSampler, rng } from "../../src/index.ts";
import { runCell } from "./cell.ts";
import { ours } from "./contenders.ts";
import { frozenReferenceOf } from "./references.ts";
import { regret } from "./score.ts";
import { formulas } from "./tasks/formulas.ts";

const SAMPLER = "auto";
const TASKS = [
  ...["branin", "hartmann3", "hartmann6", "levy-6"],
  ...["rosenbrock-5", "styblinski-5", "jenatton", "ackley-mixed"],
];
export const SEEDS = 3;
const TRIALS = 30;
/** What the bound is made from: seeds of its own, drawn again so many times; and this quantile of the means. */
const BOUND_SEEDS = Array.from({ length: 40 }, (_, index) => 101 + index);
const DRAWS = 10_000;
const QUANTILE = 0.99;

export interface Bound {
  /** Mean regret that 99 of 100 sets of three seeds stay below. */
  readonly bound: number;
  /** The mean over all seeds. */
  readonly mean: number;
  readonly sampler: string;
  readonly version: number;
  readonly date: string;
  readonly how: string;
}

const file = fileURLToPath(new URL("smoke.json", import.meta.url));

export const storedBound = (): Bound => JSON.parse(readFileSync(file, "utf8"));

/** Normalised regrets after thirty trials: by task, by seed. */
export async function smokeRegrets(seeds: readonly number[]): Promise<number[][]> {
  const contender = ours(SAMPLER);
  const regrets: number[][] = [];
  for (const task of formulas().filter(({ name }) => TASKS.includes(name))) {
    const own: number[] = [];
    for (const seed of seeds) {
      const cell = await runCell(contender, task, { seed, trials: TRIALS, workers: 1 });
      own.push(regret(cell, TRIALS, frozenReferenceOf(task)));
    }
    regrets.push(own);
  }
  return regrets;
}

export const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The quantile of the mean over tasks of the mean over so many seeds, drawn from those that were run. */
export function boundOf(regrets: readonly (readonly number[])[]): number {
  const stream = rng(1, "smoke");
  const means = Array.from({ length: DRAWS }, () =>
    meanOf(
      regrets.map((own) => meanOf(Array.from({ length: SEEDS }, () => own[stream.integer(own.length)]))),
    ),
  );
  return means.sort((a, b) => a - b)[Math.ceil(QUANTILE * DRAWS) - 1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const regrets = await smokeRegrets(BOUND_SEEDS);
  const made: Bound = {
    bound: Number(boundOf(regrets).toPrecision(4)),
    mean: Number(meanOf(regrets.map(meanOf)).toPrecision(4)),
    sampler: SAMPLER,
    version: makeSampler(SAMPLER).version,
    date: new Date().toISOString().slice(0, 10),
    how: `node bench/quality/smoke.ts: ${TASKS.length} tasks, ${BOUND_SEEDS.length} seeds, ${TRIALS} trials; ${SEEDS} seeds a task drawn ${DRAWS} times, ${QUANTILE} quantile`,
  };
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`);
  console.log(JSON.stringify(made, null, 2));
}

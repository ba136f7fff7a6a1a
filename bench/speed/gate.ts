/**
 * How good the acquisition search of the Gaussian process is: log expected improvement at what it suggests, against
 * the best that a search a hundred times as long finds on the same model.
 */
import { inlineCompute } from "../../src/compute.ts";
import { type Problem, rng, type Trial } from "../../src/index.ts";
import { sobolSequence } from "../../src/math/sobol.ts";
import { improvement, logExpectedImprovement } from "../../src/samplers/gp/acquisition.ts";
import { modelOf } from "../../src/samplers/gp/model.ts";
import { type Search, search } from "../../src/samplers/gp/search.ts";
import { acquisitionOf } from "../../src/samplers/gp/surface.ts";
import { type GpState, gp } from "../../src/samplers/gp.ts";
import { settler } from "../../src/samplers/settler.ts";
import { slotOf } from "../../src/testing/simulate.ts";
import type { Task } from "../quality/task.ts";
import { formulas } from "../quality/tasks/formulas.ts";

const TASKS = ["hartmann6", "ackley-10", "ackley-mixed", "rosenbrock-5"];
const COUNTS = [20, 50, 100];
/** Sobol points, the best of which are climbed from, … */
const POINTS = 20_000;
/** … in so many searches, each with climbers and polish of its own from five of those points, or from the elite. */
const SEARCHES = 50;
const STARTS = 5;
/** Mutations of each of them, as an ask makes. */
const MUTATIONS = 60;
/** Then as many again from the best that were found. */
const AGAIN = 10;

export interface GateRow {
  readonly task: string;
  readonly count: number;
  readonly seed: number;
  /** Nats by which the suggestion's log expected improvement is below the best that was found. */
  readonly short: number;
}

export async function measureGate(runs: number, say: (text: string) => void): Promise<GateRow[]> {
  const rows: GateRow[] = [];
  const tasks = formulas().filter(({ name }) => TASKS.includes(name));
  for (let seed = 1; seed <= runs; seed++)
    for (const task of tasks) {
      say(`gate: seed ${seed}, ${task.name}`);
      rows.push(...(await oneRun(task, seed)));
    }
  return rows;
}

/** A study of its own; at some counts the suggestion is looked at. */
async function oneRun(task: Task, seed: number): Promise<GateRow[]> {
  const { space, loss } = task;
  const sampler = gp();
  const objectives = [{ name: "loss", direction: "minimize" }] as const;
  const problem: Problem = { space, objectives, seed, limits: { trials: COUNTS[COUNTS.length - 1] + 1 } };
  const state = sampler.init(problem);
  const rows: GateRow[] = [];
  for (let number = 0; number <= COUNTS[COUNTS.length - 1]; number++) {
    const answer = await sampler.ask(state, slotOf(problem, number, [], problem.limits));
    if (typeof answer === "string") throw new Error(`${task.name}: ${answer}`);
    if (COUNTS.includes(number)) {
      const short = await natsShort(state, space.encode(answer.params).unit, seed);
      rows.push({ task: task.name, count: number, seed, short });
    }
    const value = loss(answer.params);
    const trial: Trial = {
      ...{ number, state: "complete", attempt: 1, space: 0, params: answer.params, reports: [], notes: {} },
      ...{ values: { loss: value }, losses: [value], times: { created: number } },
    };
    sampler.tell(state, trial);
  }
  return rows;
}

async function natsShort({ memo, observed }: GpState, suggested: Float64Array, seed: number) {
  const model = await modelOf(memo, observed, inlineCompute);
  if (model === undefined) throw new Error("there is no model");
  const { features, posterior } = model;
  const { space } = observed.problem;
  const best = posterior.incumbent();
  const width = features.numeric + features.nominal;
  const at = (unit: Float64Array) => {
    const own = Float64Array.from(unit);
    const active = new Uint8Array(unit.length);
    memo.snap(own, active);
    const x = new Float64Array(width);
    features.write({ unit: own, active }, x, 0);
    return { unit: own, acquisition: logExpectedImprovement(posterior.predict(x, 1), best)[0] };
  };
  const stream = rng(seed, "gate", observed.list.length);
  const sequence = sobolSequence(space.parameters.length, stream.stream("points"));
  const order = (a: { acquisition: number }, b: { acquisition: number }) => b.acquisition - a.acquisition;
  const ranked = Array.from({ length: POINTS }, (_, n) => at(sequence.point(n))).sort(order);
  const tried = new Set(observed.list.map(({ trial }) => space.key(trial.params)));
  const elite = [...observed.list].sort((a, b) => a.loss - b.loss).slice(0, STARTS);
  const searchFrom = (starts: readonly Float64Array[], n: number) => {
    const whole: Search = {
      ...{ parameters: space.parameters, features, snap: memo.snap, mutations: MUTATIONS },
      acquisition: acquisitionOf([{ surrogate: posterior, features }], improvement(best)),
      settle: settler(space, undefined),
      elite: starts,
      pool: [],
      rng: stream.stream("search", n),
    };
    // what was tried already is no suggestion
    return search(whole).find(({ unit }) => !tried.has(space.key(space.decode(unit)))) ?? ranked[0];
  };
  const found = Array.from({ length: SEARCHES }, (_, n) =>
    searchFrom(
      n % 2 === 0
        ? ranked.slice((n / 2) * STARTS, (n / 2 + 1) * STARTS).map(({ unit }) => unit)
        : elite.map(({ unit }) => unit),
      n,
    ),
  ).sort(order);
  const again = Array.from({ length: AGAIN }, (_, n) =>
    searchFrom(
      found.slice(0, STARTS).map(({ unit }) => Float64Array.from(unit)),
      SEARCHES + n,
    ),
  );
  const most = Math.max(ranked[0].acquisition, found[0].acquisition, ...again.map((one) => one.acquisition));
  return Math.max(0, most - at(suggested).acquisition);
}

const quantile = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];

export function gateTable(rows: readonly GateRow[]): string {
  const cell = (some: readonly GateRow[]) => {
    const shorts = some.map(({ short }) => short);
    return `${quantile(shorts, 0.5).toFixed(2)}, ${quantile(shorts, 0.9).toFixed(2)}`;
  };
  const at = (count: number) => rows.filter((row) => row.count === count);
  return [
    "Nats by which the log expected improvement of a suggestion of `gp` is short of a thorough search's, median and 90 % quantile over runs (bar: median at most 0.5):",
    "",
    `| task | ${COUNTS.map((count) => `n=${count}`).join(" | ")} |`,
    `|---|${COUNTS.map(() => "--:|").join("")}`,
    ...TASKS.map(
      (task) =>
        `| ${task} | ${COUNTS.map((count) => cell(at(count).filter((row) => row.task === task))).join(" | ")} |`,
    ),
    `| all | ${COUNTS.map((count) => cell(at(count))).join(" | ")} |`,
  ].join("\n");
}

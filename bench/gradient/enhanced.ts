/**
 * What gradients bring the Gaussian process: on smooth functions of ten numbers, after how many trials
 * `gp({ gradients: true })`, and the sampler `gradient`, are as near to the optimum as `gp` after 60; and what wrong
 * gradients cost the former.
 */
import { inlineCompute } from "../../src/compute.ts";
import type { Problem } from "../../src/problem.ts";
import { type Rng, rng } from "../../src/random.ts";
import type { Sampler } from "../../src/sampler.ts";
import { gp } from "../../src/samplers/gp.ts";
import { gradient } from "../../src/samplers/gradient.ts";
import type { Trial } from "../../src/trial.ts";
import { cpuSeconds, type Line } from "./measure.ts";
import { type SmoothTask, smoothTasks } from "./smooth.ts";

const TRIALS = 60;
/** Trials at which regrets and costs are compared. */
const COMPARED = 30;
/** Seeds of the comparison with wrong gradients, at most. */
const FEW = 3;

/** What a program reports of its gradient. */
type Told = (gradient: Readonly<Record<string, number>>, stream: Rng) => Readonly<Record<string, number>>;

const changed = (change: (derivative: number) => number) => (gradient: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(gradient).map(([path, one]) => [path, change(one)]));

const ways: Readonly<Record<string, Told>> = {
  right: (gradient) => gradient,
  "with half of each trial's missing": (gradient, stream) =>
    Object.fromEntries(Object.entries(gradient).filter(() => stream.uniform() < 0.5)),
  "with noise as large as they are": (gradient, stream) => {
    const all = Object.values(gradient);
    const size = Math.sqrt(all.reduce((sum, one) => sum + one * one, 0) / all.length);
    return changed((one) => one + size * stream.normal())(gradient);
  },
  "with their sign turned": changed((one) => -one),
  "of nothing but noise": (gradient, stream) => changed(() => 100 * stream.normal())(gradient),
};

interface Run {
  /** The smallest regret after each trial, shape (trials). */
  readonly best: readonly number[];
  /** CPU seconds of the asks and tells of the trials that are compared. */
  readonly cpu: number;
}

interface How {
  readonly sampler: Sampler;
  readonly seed: number;
  readonly trials: number;
  readonly told?: Told;
  /** No more trials than are compared once the regret is this. */
  readonly enough?: number;
}

async function run(task: SmoothTask, { sampler, seed, trials, told, enough = 0 }: How): Promise<Run> {
  const problem: Problem = {
    ...{ space: task.space, seed, limits: { trials: TRIALS } },
    objectives: [{ name: "loss", direction: "minimize" }],
  };
  let state = sampler.init(problem);
  const best: number[] = [];
  let cpu = 0;
  for (let number = 0; number < trials; number++) {
    if (number >= COMPARED && best[number - 1] <= enough) break;
    const before = cpuSeconds();
    const answer = await sampler.ask(state, {
      ...{ number, open: [], left: { trials: TRIALS - number }, workers: 1 },
      ...{ rng: rng(seed, "ask", number), compute: inlineCompute },
    });
    if (typeof answer === "string") throw new Error(`${task.name}: params were expected, not ${answer}`);
    const { value, gradient: slope } = task.at(answer.params);
    best.push(Math.min(best.at(-1) ?? Number.POSITIVE_INFINITY, value - task.optimum));
    const trial: Trial = {
      ...{ number, state: "complete", attempt: 1, space: 0, params: answer.params, reports: [], notes: {} },
      ...{ values: { loss: value }, losses: [value], times: { created: 0 } },
      ...(answer.origin !== undefined && { origin: answer.origin }),
      ...(told && { gradient: told(slope, rng(seed, "told", number)) }),
    };
    state = sampler.tell(state, trial);
    if (number < COMPARED) cpu += cpuSeconds() - before;
  }
  return { best, cpu };
}

const median = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
/** The first trial, from 1, with at most this regret; Infinity if none has. */
const reached = ({ best }: Run, regret: number) =>
  best.findIndex((one) => one <= regret) + 1 || Number.POSITIVE_INFINITY;
const list = (values: readonly number[]) =>
  values.map((v) => (Number.isFinite(v) ? v : `>${TRIALS}`)).join(" ");
const short = (value: number) => value.toPrecision(2);

export async function enhanced({ seeds = 5 } = {}): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const task of smoothTasks()) lines.push(...(await compared(task, seeds)));
  return [...lines, ...(await robustness(Math.min(FEW, seeds)))];
}

/** How many trials it takes with gradients to come as far as without them. */
export async function compared(task: SmoothTask, seeds: number): Promise<readonly Line[]> {
  const plain: Run[] = [];
  const learning: Run[] = [];
  const descending: Run[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const own = await run(task, { sampler: gp() as Sampler, seed, trials: TRIALS });
    const sampler = gp({ gradients: true }) as Sampler;
    const enough = own.best[TRIALS - 1];
    plain.push(own);
    const downhill = gradient() as Sampler;
    descending.push(await run(task, { sampler: downhill, seed, trials: TRIALS, told: ways.right, enough }));
    learning.push(await run(task, { sampler, seed, trials: TRIALS, told: ways.right, enough }));
    console.log(
      `  ${task.name}, seed ${seed}: gp ${short(enough)} at trial ${reached(own, enough)}, with gradients at ${reached(learning[seed - 1], enough)}`,
    );
  }
  const last = plain.map(({ best }) => best[TRIALS - 1]);
  const first = plain.map((one, s) => reached(one, last[s]));
  const reachedBy = (runs: readonly Run[]) => runs.map((one, s) => reached(one, last[s]));
  const needed = reachedBy(learning);
  const ratio = median(needed.map((trials, s) => trials / first[s]));
  const cost = (runs: readonly Run[]) =>
    ((1000 * runs.reduce((sum, { cpu }) => sum + cpu, 0)) / (seeds * COMPARED)).toFixed(0);
  return [
    {
      what: `${task.name}: trials, median of ratios`,
      found: ratio.toFixed(2),
      wanted: "≤ 0.5",
      met: ratio <= 0.5,
    },
    { what: "  the trial at which gp had its regret of 60", found: list(first) },
    { what: "  the trial at which it did with gradients", found: list(needed) },
    { what: "  the trial at which the sampler gradient did", found: list(reachedBy(descending)) },
    {
      what: "  median regret: gp at 60, at 30, with gradients at 30",
      found: [last, ...[plain, learning].map((runs) => runs.map(({ best }) => best[COMPARED - 1]))]
        .map((regrets) => short(median(regrets)))
        .join(" "),
    },
    { what: "  CPU ms a trial, of 30: gp, with gradients", found: `${cost(plain)} ${cost(learning)}` },
  ];
}

/** Regrets with gradients that are wrong over those of `gp`, geometric means over tasks and seeds. */
export async function robustness(seeds: number): Promise<readonly Line[]> {
  const tasks = smoothTasks().filter(({ name }) => ["ellipsoid", "logistic regression"].includes(name));
  const lines: Line[] = [];
  const plain = new Map<string, number>();
  for (const task of tasks)
    for (let seed = 1; seed <= seeds; seed++) {
      const { best } = await run(task, { sampler: gp() as Sampler, seed, trials: COMPARED });
      plain.set(`${task.name} ${seed}`, best[COMPARED - 1]);
    }
  for (const [name, told] of Object.entries(ways)) {
    let sum = 0;
    for (const task of tasks)
      for (let seed = 1; seed <= seeds; seed++) {
        const sampler = gp({ gradients: true }) as Sampler;
        const { best } = await run(task, { sampler, seed, trials: COMPARED, told });
        sum += Math.log(best[COMPARED - 1] / (plain.get(`${task.name} ${seed}`) as number));
      }
    const ratio = short(Math.exp(sum / (tasks.length * seeds)));
    lines.push({ what: `gradients ${name}: regret at 30 over that of gp`, found: ratio });
    console.log(`  gradients ${name}: ${ratio}`);
  }
  return lines;
}

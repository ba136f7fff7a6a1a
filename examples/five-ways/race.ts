/**
 * One way to search, with so many seconds of processor time: what it found, and when.
 */
import { createStudy, type Trial } from "fettle";
import { showLive, threads } from "fettle/node";
import type { Digits } from "../digits/data.ts";
import { digitsSpace, type Params } from "../digits/space.ts";
import type { Technique } from "./techniques.ts";

/** The validation error of a whole training, and the processor seconds that the study had used by then. */
export interface Found {
  readonly cpu: number;
  readonly error: number;
  readonly params: Params;
}

export interface Course {
  readonly technique: Technique;
  /** Each that was better than all before. */
  readonly best: readonly Found[];
  readonly trials: number;
  /** Networks that were trained to their end. */
  readonly trainings: number;
  /** Processor seconds. Beyond the budget only what was under way at its end, which counts for nothing. */
  readonly cpu: number;
}

export interface RaceOptions {
  readonly digits: Digits;
  /** Processor seconds. */
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly signal: AbortSignal;
}

const LOOK_MS = 50;
/** What is under way at the end of the budget is not waited for. */
const GRACE_MS = 200;
/** The time on the clock is guessed generously … */
const CLOCK_ROOM = 1.3;
/** … and looked at again when so much of it has passed. */
const NEARLY = 0.85;

/** Processor seconds of this process, user and system, all its threads included. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Runs a study until its budget is used. Counted is everything from the first thread to the last suggestion: training,
 * compilation, the models of samplers.
 */
export async function race(technique: Technique, options: RaceOptions): Promise<Course> {
  const { digits, seconds, seed, workers, signal } = options;
  const begun = cpuSeconds();
  const spent = () => cpuSeconds() - begun;
  const clock = clockFor(seconds, workers);
  const study = await createStudy(digitsSpace, {
    ...technique.options,
    objectives: { error: "minimize" },
    study: technique.name,
    seconds: clock.seconds, // what is cheap is preferred by samplers that know how much time they have
    seed,
  });
  const best: Found[] = [];
  let trainings = 0;
  const budget = new AbortController();
  const look = setInterval(() => {
    if (spent() >= seconds) budget.abort();
    else if (clock.isNearlyOver()) void study.extend({ seconds: clock.extended(spent()) });
  }, LOOK_MS);
  study.observe((event, { ended = [], rejected }) => {
    const cpu = spent();
    if (cpu > seconds || rejected !== undefined) return;
    const numbers = technique.everyReport ? (event.kind === "reported" ? [event.trial] : []) : ended;
    for (const number of numbers) {
      const trained = trainingOf(study.history.trials[number], technique);
      if (trained === undefined) continue;
      trainings++;
      if (!(trained.error < (best.at(-1)?.error ?? Number.POSITIVE_INFINITY))) continue;
      best.push({ cpu, error: trained.error, params: digitsSpace.nest(trained.params) });
    }
  });
  const engine = threads({
    module: technique.module,
    parallel: workers,
    data: digits,
    nest: digitsSpace.nest,
  });
  const live = showLive(study, { workers });
  try {
    await study.run(engine, { signal: AbortSignal.any([budget.signal, signal]), graceMs: GRACE_MS });
  } finally {
    live.close();
    clearInterval(look);
  }
  const cpu = spent();
  const trials = study.trials.length;
  await study.close();
  return { technique, best, trials, trainings, cpu };
}

/**
 * The time on the clock that so much processor time takes: guessed from the threads, and set anew where the machine is
 * busy with other things, so that a study ends with its processor time and not before.
 */
function clockFor(cpu: number, workers: number) {
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  const clock = {
    seconds: (CLOCK_ROOM * cpu) / workers,
    isNearlyOver: () => elapsed() > NEARLY * clock.seconds,
    extended: (spent: number) => {
      clock.seconds = CLOCK_ROOM * elapsed() * (cpu / spent);
      return clock.seconds;
    },
  };
  return clock;
}

/** The whole training that a trial just did: a part of one is no error that could be had again. */
function trainingOf(trial: Trial | undefined, { everyReport }: Technique) {
  if (trial === undefined) return undefined;
  const { values, params } = everyReport ? (trial.reports.at(-1) ?? {}) : { values: trial.values };
  if (values === undefined || (!everyReport && trial.state !== "complete")) return undefined;
  return { error: values.error, params: { ...trial.params, ...params } };
}

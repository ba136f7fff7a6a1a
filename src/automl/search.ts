/**
 * The search: a study whose trials are evaluated in threads, until its models, its time or its caller says so.
 */
import { extname } from "node:path";
import * as clock from "../clock.ts";
import { threads as threadEngine } from "../engines/threads.ts";
import { startedTrials } from "../history.ts";
import { median } from "../pruners/median.ts";
import { makeSampler } from "../registry.ts";
import type { Storage } from "../storage.ts";
import type { RunEnd, Study } from "../study.ts";
import type { Json, Trial } from "../trial.ts";
import { createStudy, openStudy } from "../tune.ts";
import { type Assignment, commonOf } from "./assignment.ts";
import { compose } from "./compose.ts";
import { type Begun, NOTE } from "./continued.ts";
import { portfolio } from "./portfolio.ts";
import type { Prepared } from "./prepare.ts";
import { pointOf } from "./problem.ts";
import { searchEnd } from "./reserve.ts";

/** With a number of models the study comes out the same with any number of threads: as if so many ran side by side. */
const ORDERED = 4;
/** No model may take more than this share of the time, so that there are others. */
const TRIAL_SHARE = 0.3;
/** How often the deadline is looked at. */
const TICK_MS = 100;

export interface SearchOptions {
  readonly storage: Storage;
  readonly study: string;
  readonly seed: number;
  /** What the study keeps so that it can be gone on with. */
  readonly begun: Begun;
  readonly models?: number;
  /** How long the study may run from now on; the deadline comes earlier, because there is more to do. */
  readonly seconds?: number;
  /** Milliseconds since the epoch at which everything is to be done. */
  readonly deadline?: number;
  /** When it began, on the same clock. */
  readonly began?: number;
  readonly threads: number;
  readonly folder: string;
  readonly maxLatencyMs?: number;
  readonly signal?: AbortSignal;
  readonly onStudy?: (study: Study) => void;
  readonly onTrial?: (trial: Trial, study: Study) => void;
}

export interface Found {
  readonly study: Study;
  readonly end: RunEnd;
  /** Trials that came to their end. */
  readonly complete: readonly Trial[];
}

/** Creates or continues the study, and runs it. */
export async function search(prepared: Prepared, options: SearchOptions): Promise<Found> {
  const { threads, deadline, signal, onStudy, onTrial } = options;
  const study = await studyOf(prepared, options);
  onStudy?.(study);
  const data = assignment(prepared, options);
  const engine = threadEngine({
    module: new URL(`./objective${extname(import.meta.url)}`, import.meta.url),
    parallel: threads,
    data,
  });
  const timeUp = new AbortController();
  const hurry = () => {
    data.until[0] = 0; // fits look at it between rounds
  };
  signal?.addEventListener("abort", hurry);
  if (signal?.aborted) hurry();
  const isOver = searchEnd({
    ...{ began: options.began ?? clock.now(), deadline: deadline ?? Number.POSITIVE_INFINITY, threads },
    complete: () => completeTrials(study),
    choose: async (complete) => {
      const { folder, maxLatencyMs } = options;
      const { chosen } = await compose(prepared, complete, {
        folder,
        ...(maxLatencyMs !== undefined && { maxLatencyMs }),
      });
      return chosen.map(({ trial }) => trial);
    },
  });
  const tick = setInterval(() => {
    if (deadline === undefined || !isOver()) return;
    hurry();
    timeUp.abort();
  }, TICK_MS);
  const stop = study.observe((_event, { ended }) => {
    for (const number of ended ?? []) onTrial?.(study.history.trials[number] as Trial, study);
  });
  try {
    const end = await study.run(engine, {
      signal: signal === undefined ? timeUp.signal : AbortSignal.any([signal, timeUp.signal]),
      graceMs: 500,
    });
    return { study, end, complete: completeTrials(study) };
  } finally {
    stop();
    clearInterval(tick);
    signal?.removeEventListener("abort", hurry);
    await engine.close();
  }
}

async function studyOf(prepared: Prepared, options: SearchOptions): Promise<Study> {
  const { storage, study: name, models, seconds, seed, begun } = options;
  const { metric, space, stages } = prepared;
  const cost = models === undefined ? "seconds" : "work";
  const sampler = makeSampler("eci", { cost, ...(models !== undefined && { ordered: ORDERED }) });
  // what is stopped early depends on what was known by then: an ordered study stops nothing
  // and the first of each family are spared, so that an ensemble has all kinds to choose from
  const pruner = models === undefined ? median({ enqueued: false }) : "none";
  if ((await storage.list()).includes(name)) {
    const study = (await openStudy(space, { storage, study: name })) as unknown as Study;
    await study.resume();
    await enqueueMissing(study, prepared);
    if (models !== undefined && study.history.limits.trials !== models)
      await study.extend({ trials: models });
    if (seconds !== undefined) {
      await study.note("continued", Number(study.history.notes.continued ?? 0) + 1); // what passed before counts as used
      await study.extend({ seconds: study.history.activeMs / 1000 + seconds });
    }
    return study;
  }
  const study = (await createStudy(space, {
    ...{ storage, study: name, seed, sampler, pruner },
    objectives: { [metric.name]: metric.direction },
    steps: { min: 1, max: stages.length },
    ...(models === undefined ? { seconds } : { trials: models }),
  })) as unknown as Study;
  await study.note(NOTE, begun as unknown as Json);
  await enqueueMissing(study, prepared);
  return study;
}

/** The portfolio's points get the first numbers; those that a study which was cut off has already are not repeated. */
async function enqueueMissing(study: Study, { families, shape, space }: Prepared): Promise<void> {
  const points = portfolio(families, shape)
    .map(({ family, params }) => pointOf(space, family, params))
    .filter((point) => point !== undefined);
  for (const point of points.slice(study.history.trials.length)) await study.enqueue(point);
}

function assignment(prepared: Prepared, options: SearchOptions): Assignment {
  const { outer, folds, stages, metric } = prepared;
  const { seconds } = options;
  return {
    ...commonOf(prepared, folds, options, Number.POSITIVE_INFINITY),
    ...{ outer, stages, metric: metric.name },
    ...(seconds !== undefined && { trialSeconds: TRIAL_SHARE * seconds }),
  };
}

/** Trials that came to their end. */
function completeTrials(study: Study): Trial[] {
  return startedTrials(study.history).filter(({ state }) => state === "complete");
}

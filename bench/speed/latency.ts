/**
 * How long a worker that becomes free waits for its next trial, where a suggestion was prepared ahead. Wall time: from
 * the end of an objective to the begin of the next, everything between them included.
 */
import { createStudy, inline, memory, type Objective } from "../../src/index.ts";
import { history, SPACES } from "./spaces.ts";

const WORKERS = 2;
/** Trials before, and trials that are looked at. */
const BEFORE = 100;
const TRIALS = 100;
/** Shorter than an ask: only then suggestions lag behind, and are ready. It sleeps, and leaves the thread to the loop. */
const TRIAL_MS = 2;
/** Every fourth is longer, so that ends do not coincide: where two do, both are asked for afresh. */
const LONG_MS = 60;

export interface Latency {
  /** Trials whose suggestion was there, and all. */
  readonly ready: number;
  readonly trials: number;
  /** Milliseconds of wall time, of those that were ready. */
  readonly median: number;
  readonly most90: number;
}

export async function measureLatency(): Promise<Latency> {
  const task = SPACES.mixed;
  const { space } = task;
  const storage = memory();
  const study = await createStudy(space, { sampler: "gp", seed: 1, trials: BEFORE + TRIALS, storage });
  for (const { params, loss } of history(task, BEFORE))
    await study.add({ params: space.nest(params), values: loss });
  const waits = new Map<number, number>();
  let lastEnd = Number.NaN;
  const objective: Objective = async (params, { number }) => {
    waits.set(number, performance.now() - lastEnd);
    await new Promise((resolve) => setTimeout(resolve, number % 4 === 0 ? LONG_MS : TRIAL_MS));
    lastEnd = performance.now();
    return task.loss(space.flatten(params));
  };
  const engine = inline(objective, { parallel: WORKERS, nest: (params) => space.nest(params) });
  await study.run({ ...engine, blocking: false });
  // ready: computed from a position before the end that made room for it
  const ready: number[] = [];
  let ended = 0;
  for (const event of await storage.read(study.name, 0)) {
    if (event.kind === "finished") ended = event.position;
    if (event.kind !== "started" || (event.basis ?? 0) >= ended) continue;
    const wait = waits.get(event.trial);
    if (wait !== undefined && Number.isFinite(wait)) ready.push(wait);
  }
  await study.close();
  ready.sort((a, b) => a - b);
  const at = (q: number) => ready[Math.floor(q * (ready.length - 1))] ?? Number.NaN;
  return { ready: ready.length, trials: waits.size, median: at(0.5), most90: at(0.9) };
}

export function latencyText({ ready, trials, median, most90 }: Latency): string {
  if (ready === 0) return "No suggestion of `gp` was ready when a worker became free.";
  return `Ready suggestions of \`gp\` (${ready} of ${trials} trials of ${TRIAL_MS} ms, ${WORKERS} workers, after ${BEFORE} trials): begun ${median.toFixed(2)} ms after the worker was free (median), ${most90.toFixed(2)} ms (90 % quantile); bar: under 1 ms.`;
}

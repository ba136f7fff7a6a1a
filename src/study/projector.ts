/**
 * Keeps a storage's table of trials near the log: what changed is written now and then, and at the end.
 */

import { numbersToWire } from "../events.ts";
import { bestTrial, type History } from "../history.ts";
import type { Projection, Summary } from "../storage.ts";
import type { Trial } from "../trial.ts";
import type { Log } from "./log.ts";

const PAUSE_MS = 500;

export class Projector {
  readonly #projection: Projection;
  readonly #study: string;
  readonly #log: Log;
  readonly #unsubscribe: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The position that is known to be projected; unknown until the storage was asked. */
  #position: number | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(projection: Projection, study: string, log: Log) {
    this.#projection = projection;
    this.#study = study;
    this.#log = log;
    const observer = () => this.#schedule();
    log.observers.add(observer);
    this.#unsubscribe = () => log.observers.delete(observer);
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch(() => {}); // the table is a copy: the next write, or the next process, makes it whole
    }, PAUSE_MS);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Writes what changed since the last time. */
  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { history } = this.#log.follower;
    const since = (this.#position ??= await this.#projection.position(this.#study));
    const { position } = history;
    if (position <= since) return;
    const changed: { trial: Trial; position: number }[] = [];
    history.trials.forEach((trial, number) => {
      if (trial !== undefined && history.changedAt[number] > since)
        changed.push({ trial, position: history.changedAt[number] });
    });
    await this.#projection.save(this.#study, position, changed, summarise(this.#study, history));
    this.#position = position;
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#log.follower.history.position > (this.#position ?? -1) && this.#position !== undefined)
      await this.flush();
  }
}

/** One line about a study. */
export function summarise(study: string, history: History): Summary {
  const best = bestTrial(history);
  return {
    study,
    state: history.stopped ? "stopped" : history.claims.size > 0 ? "running" : "idle",
    counts: { ...history.counts },
    ...(best?.values && { best: { number: best.number, values: numbersToWire(best.values) } }),
    objectives: history.problem.objectives,
    ...(history.limits.trials !== undefined && { limit: history.limits.trials }),
    created: history.created,
    updated: history.time,
  };
}

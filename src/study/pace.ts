/**
 * Whether trials are shorter than the time that it takes to suggest one: only then a suggestion may lag behind. What
 * is measured here changes which log position a suggestion is computed from, and the log says which it was.
 */

/** How much the past counts against a new measurement. */
const MEMORY = 0.8;

export class Pace {
  #askMs = 0;
  #idleMs = 0;
  #idlePerTrialMs = Number.POSITIVE_INFINITY;

  /** So long a suggestion took. */
  asked(ms: number): void {
    this.#askMs = mix(this.#askMs, ms);
  }

  /** So long nobody had anything for the loop to do: all workers were busy. */
  idled(ms: number): void {
    this.#idleMs += ms;
  }

  /** A trial ended. */
  ended(): void {
    this.#idlePerTrialMs = mix(this.#idlePerTrialMs, this.#idleMs);
    this.#idleMs = 0;
  }

  /**
   * How many trials may have ended since: as many as there are workers, or none. One of several workers is waited
   * for only that part of a trial's length. One worker alone never lags: then a seed means the same trials always.
   */
  lag(workers: number): number {
    return workers > 1 && workers * this.#idlePerTrialMs < this.#askMs ? workers : 0;
  }
}

const mix = (before: number, now: number) =>
  Number.isFinite(before) ? MEMORY * before + (1 - MEMORY) * now : now;

/**
 * A history with the states of sampler and pruner, all folded to the same position: what a suggestion is a
 * function of.
 */
import type { Event } from "../events.ts";
import { apply, begin, type History } from "../history.ts";
import type { Pruner } from "../pruner.ts";
import type { Sampler } from "../sampler.ts";
import type { Trial } from "../trial.ts";

export class Follower {
  readonly sampler: Sampler;
  readonly pruner: Pruner | undefined;
  history!: History;
  samplerState: unknown;
  prunerState: unknown;
  /** Counts what changes suggestions: trials that ended, and reports where the sampler looks at them. */
  ends = 0;
  /** What sampler and pruner were told, in order: told again when the problem changes. */
  readonly #told: { readonly trial: Trial; readonly ended: boolean }[] = [];
  #initialised = false;

  constructor(sampler: Sampler, pruner?: Pruner) {
    this.sampler = sampler;
    this.pruner = pruner;
  }

  /** Takes the next event of the log. @throws as `begin` and `apply` do */
  apply(event: Event): void {
    if (this.history === undefined) {
      this.history = begin(event);
      return;
    }
    const { history } = this;
    const problem = history.problem;
    apply(history, event);
    if (history.problem !== problem) this.#initialised = false;
    const { ended, reported, number } = history.last;
    if (ended !== undefined) this.ends += ended.length;
    else if (reported && this.sampler.reports) this.ends++;
    if (ended !== undefined) for (const one of ended) this.#tell(history.trials[one] as Trial, true);
    else if (reported) this.#tell(history.trials[number as number] as Trial, false);
  }

  /**
   * Initialises sampler and pruner where the problem is new, and tells them everything again.
   *
   * @throws {UnsupportedError} if the sampler or the pruner cannot do this problem
   */
  prepare(): void {
    if (this.#initialised) return;
    this.samplerState = this.sampler.init(this.history.problem);
    this.prunerState = this.pruner?.init(this.history.problem);
    this.#initialised = true;
    for (const { trial, ended } of this.#told) this.#pass(trial, ended);
  }

  #tell(trial: Trial, ended: boolean): void {
    if (!ended && this.pruner === undefined && this.sampler.reports !== true) return;
    this.#told.push({ trial, ended });
    if (this.#initialised) this.#pass(trial, ended);
  }

  #pass(trial: Trial, ended: boolean): void {
    if (ended || this.sampler.reports === true)
      this.samplerState = this.sampler.tell(this.samplerState, trial);
    if (this.pruner !== undefined) this.prunerState = this.pruner.tell(this.prunerState, trial);
  }
}

/**
 * A history with the states of sampler, pruner and terminator, all folded to the same position: what a suggestion, a
 * verdict and an end are functions of.
 */
import type { Event } from "../events.ts";
import { apply, begin, configurationAt, type History } from "../history.ts";
import type { Pruner } from "../pruner.ts";
import type { Sampler } from "../sampler.ts";
import type { Space } from "../space/types.ts";
import type { Terminator } from "../terminator.ts";
import type { Trial } from "../trial.ts";
import { type Telling, Tellings } from "./tellings.ts";

/** Who follows a study's log. */
export interface Followers {
  readonly sampler: Sampler;
  readonly pruner?: Pruner;
  readonly terminator?: Terminator;
  /** A space that this process has: where the log's is equal, the functions of its constraints are taken from it. */
  readonly known?: Space;
}

export class Follower {
  readonly sampler: Sampler;
  readonly pruner: Pruner | undefined;
  readonly terminator: Terminator | undefined;
  history!: History;
  samplerState: unknown;
  prunerState: unknown;
  terminatorState: unknown;
  /** Counts what changes suggestions: trials that ended, and reports where the sampler looks at them. */
  ends = 0;
  /** How many ends there were when the terminator was asked last, or when the study was resumed in spite of it. */
  judged = 0;
  /** What sampler and pruner were told, in order: told again when the problem changes. */
  readonly #told = new Tellings();
  readonly #known: Space[] = [];
  #initialised = false;

  constructor({ sampler, pruner, terminator, known }: Followers) {
    this.sampler = sampler;
    this.pruner = pruner;
    this.terminator = terminator;
    if (known !== undefined) this.#known.push(known);
  }

  /** Takes from a space the functions of constraints, of which the log has the names only. */
  know(space: Space): void {
    this.#known.push(space);
    if (this.history !== undefined) this.#recognise();
  }

  #recognise(): void {
    const { history } = this;
    const { space } = history.problem;
    if (space.constraints.every(({ known }) => known)) return;
    const found = this.#known.findLast((one) => one.equals(space));
    if (found === undefined) return;
    history.problem = { ...history.problem, space: found };
    history.spaces[history.spaces.length - 1] = found;
    this.#initialised = false;
  }

  /** Takes the next event of the log. @throws as `begin` and `apply` do */
  apply(event: Event): void {
    if (this.history === undefined) {
      this.history = begin(event);
      this.#recognise();
      return;
    }
    const { history } = this;
    const problem = history.problem;
    apply(history, event);
    if (event.kind === "spaceChanged") this.#recognise();
    if (history.problem !== problem) this.#initialised = false;
    const { ended, reported, number } = history.last;
    if (ended !== undefined) this.ends += ended.length;
    else if (reported && this.sampler.reports) this.ends++;
    if (event.kind === "resumed") this.judged = this.ends;
    if (ended !== undefined) for (const one of ended) this.#tellEnd(history.trials[one] as Trial);
    else if (reported && event.kind === "reported")
      this.#tellReport(history.trials[number as number] as Trial, event.step);
  }

  /**
   * Initialises sampler, pruner and terminator where the problem is new, and tells them everything again.
   *
   * @throws {UnsupportedError} if one of them cannot do this problem
   */
  prepare(): void {
    if (this.#initialised) return;
    const { problem } = this.history;
    this.samplerState = this.sampler.init(problem);
    this.prunerState = this.pruner?.init(problem);
    this.terminatorState = this.terminator?.init(problem);
    this.#initialised = true;
    for (const told of this.#told) this.#pass(told);
  }

  #tellEnd(trial: Trial): void {
    const telling = { trial, whole: this.#whole(trial), ended: true };
    this.#told.ended(telling);
    if (this.#initialised) this.#pass(telling);
  }

  #tellReport(trial: Trial, step: number): void {
    if (this.pruner === undefined && this.sampler.reports !== true) return;
    this.#told.reported(trial, step);
    if (this.#initialised) this.#pass({ trial, whole: trial, ended: false });
  }

  /** Of a configuration that is evaluated several times, samplers see one trial: the first, with the means so far. */
  #whole(trial: Trial): Trial {
    return configurationAt(this.history, trial.repeatOf ?? trial.number) ?? trial;
  }

  #pass({ trial, whole, ended }: Telling): void {
    const isOpen = whole.state === "running" || whole.state === "waiting"; // a repeat failed before the first ended
    if (ended ? !isOpen : this.sampler.reports === true)
      this.samplerState = this.sampler.tell(this.samplerState, whole);
    if (this.pruner !== undefined) this.prunerState = this.pruner.tell(this.prunerState, trial);
    if (ended && !isOpen && this.terminator !== undefined)
      this.terminatorState = this.terminator.tell(this.terminatorState, whole);
  }
}

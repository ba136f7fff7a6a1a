/**
 * A trial that the caller runs itself.
 */
import type { Verdict } from "../events.ts";
import type { ReportExtra, Values } from "../objective.ts";
import type { Params } from "../space/types.ts";
import { written } from "../space.ts";
import type { Study, StudyTrial } from "../study.ts";
import type { Json, Trial } from "../trial.ts";
import { isDetailed, type Told } from "./told.ts";

export class AskedTrial<P = unknown, Names extends string = string> {
  readonly number: number;
  readonly attempt: number;
  /** The nested, typed values to try. */
  readonly params: P;
  /** The same by dotted path; a permutation as its items with commas between. */
  readonly flat: Params;
  /** The step up to which it is to run. */
  readonly budget?: number;
  /** The trial and step whose state it is to begin from. */
  readonly fork?: { readonly trial: number; readonly step: number };
  /** The first trial of the configuration that it repeats. */
  readonly repeatOf?: number;
  readonly #study: Study<P, Names>;

  /** @internal */
  constructor(study: Study<P, Names>, trial: Trial) {
    this.#study = study;
    this.number = trial.number;
    this.attempt = trial.attempt;
    this.params = study.typed(trial).params;
    this.flat = written(study.history.spaces[trial.space], trial.params);
    this.budget = trial.budget;
    this.fork = trial.fork;
    this.repeatOf = trial.repeatOf;
  }

  /** Ends the trial with its values; see `Study.tell`. */
  tell(told: Values<Names> | Omit<Told<Names>, "attempt">): Promise<StudyTrial<P, Names>> {
    const { objectives } = this.#study.history.problem;
    const whole = isDetailed<Names, Omit<Told<Names>, "attempt">>(told, objectives) ? told : { values: told };
    return this.#study.tell(this.number, { ...whole, attempt: this.attempt });
  }

  /** Ends the trial as failed. */
  fail(reason: string): Promise<StudyTrial<P, Names>> {
    return this.#study.tell(this.number, { state: "failed", error: reason, attempt: this.attempt });
  }

  /** Says how far the trial is; resolves to whether it is to go on. */
  report(step: number, values: Values<Names>, extra: ReportExtra = {}): Promise<Verdict> {
    return this.#study.report(this.number, step, values, { ...extra, attempt: this.attempt });
  }

  /** Keeps a remark with the trial. */
  note(key: string, value: Json): Promise<void> {
    return this.#study.note(key, value, this.number);
  }
}

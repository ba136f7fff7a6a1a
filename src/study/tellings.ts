/**
 * What sampler, pruner and terminator were told, in order, so that it can be told again when the problem changes. Each
 * report is kept once, not each version of its trial: a trial of ten thousand reports has as many versions.
 */
import { withReport } from "../history/reported.ts";
import type { Report, Trial } from "../trial.ts";

/** A trial as it was told; `whole` is its configuration with all repeats. */
export interface Telling {
  readonly trial: Trial;
  readonly whole: Trial;
  readonly ended: boolean;
}

/** A report, and its trial without any. */
interface Reported {
  readonly base: Trial;
  readonly report: Report;
}

const NO_REPORTS: readonly Report[] = Object.freeze([]);

export class Tellings {
  readonly #list: (Telling | Reported)[] = [];
  /** The trials without their reports, by number: one for each attempt. */
  readonly #bases = new Map<number, Trial>();

  ended(telling: Telling): void {
    this.#list.push(telling);
    this.#bases.delete(telling.trial.number);
  }

  reported(trial: Trial, step: number): void {
    const known = this.#bases.get(trial.number);
    const base = known?.attempt === trial.attempt ? known : Object.freeze({ ...trial, reports: NO_REPORTS });
    this.#bases.set(trial.number, base);
    const report = trial.reports.findLast((one) => one.step === step) as Report;
    this.#list.push({ base, report });
  }

  /** All of them, in the order in which they were told. */
  *[Symbol.iterator](): Iterator<Telling> {
    const reports = new Map<number, readonly Report[]>();
    for (const one of this.#list) {
      if ("trial" in one) {
        reports.set(one.trial.number, one.trial.reports);
        yield one;
        continue;
      }
      const { number } = one.base;
      const all = withReport(reports.get(number) ?? NO_REPORTS, one.report);
      reports.set(number, all);
      const trial = Object.freeze({ ...one.base, reports: all });
      yield { trial, whole: trial, ended: false };
    }
  }
}

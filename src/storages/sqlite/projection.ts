/**
 * The table `trials` and the summaries: copies for people, made from the fold.
 */

import { NotFoundError } from "../../errors.ts";
import { numbersToWire } from "../../events.ts";
import type { Projection, Storage, Summary } from "../../storage.ts";
import type { Trial } from "../../trial.ts";
import { type Database, prepare } from "./driver.ts";
import { queries } from "./queries.ts";

type Wrap = <T>(work: () => T) => T;

export function projectionOf(
  path: string,
  database: Database,
  transaction: Wrap,
  guard: Wrap,
): Pick<Storage, "projection" | "summaries"> {
  const statement = {
    projected: prepare(database, queries.projected),
    setProjected: prepare(database, queries.setProjected),
    summaries: prepare(database, queries.summaries),
    trialPosition: prepare(database, queries.trialPosition),
    setTrial: prepare(database, queries.setTrial),
  };
  const projection: Projection = {
    async position(study) {
      const row = guard(() => statement.projected.get(study) as { projected: number } | undefined);
      if (row === undefined) throw new NotFoundError(`${path} has no study ${study}`);
      return row.projected;
    },
    async save(study, position, trials, summary) {
      const save = () => {
        for (const { trial, position: changed } of trials) {
          const known = statement.trialPosition.get(study, trial.number) as { position: number } | undefined;
          if (known === undefined || known.position < changed)
            statement.setTrial.run(...row(study, trial, changed));
        }
        statement.setProjected.run(position, JSON.stringify(summary), study, position);
      };
      guard(() => transaction(save));
    },
  };
  return {
    projection,
    async summaries() {
      const rows = guard(() => statement.summaries.all()) as unknown as {
        name: string;
        summary: string | null;
        time: number;
      }[];
      return rows.map(({ name, summary, time }): Summary => {
        if (summary !== null) return { ...(JSON.parse(summary) as Summary), updated: time };
        return { study: name, state: "idle", counts: {}, objectives: [], created: time, updated: time };
      });
    },
  };
}

function row(study: string, trial: Trial, position: number) {
  const values = trial.values && numbersToWire(trial.values);
  const first = Object.values(trial.values ?? {})[0];
  return [
    study,
    trial.number,
    trial.state,
    trial.attempt,
    first !== undefined && !Number.isNaN(first) ? first : null,
    values ? JSON.stringify(values) : null,
    JSON.stringify(trial.params),
    JSON.stringify(trial.notes),
    trial.reports.length,
    trial.error?.message ?? null,
    trial.times.started ?? null,
    trial.times.finished ?? null,
    position,
  ];
}

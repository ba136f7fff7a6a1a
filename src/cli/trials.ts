/**
 * `fettle trials`: a study's trials as a table, CSV or JSON.
 */
import { startedTrials } from "../history.ts";
import { writtenPaths } from "../space/written.ts";
import { written } from "../space.ts";
import { withStudy } from "./context.ts";
import { csvLines } from "./csv.ts";
import { cell, duration, table, write } from "./output.ts";
import { trialJson } from "./trial-json.ts";
import { parseWhere } from "./where.ts";

interface TrialsFlags {
  readonly storage: string;
  readonly study?: string;
  readonly where?: readonly string[];
  readonly csv?: boolean;
  readonly json?: boolean;
}

export async function action(name: string | undefined, flags: TrialsFlags): Promise<undefined> {
  await withStudy({ ...flags, study: name ?? flags.study }, async ({ history }) => {
    const { problem } = history;
    const tests = (flags.where ?? []).map((text) => parseWhere(text, problem));
    const trials = startedTrials(history).filter((trial) => tests.every((test) => test(trial)));
    if (flags.json) return write(JSON.stringify(trials.map(trialJson), null, 2));
    if (flags.csv) {
      for (const line of csvLines(problem, trials)) write(line);
      return;
    }
    const metrics = problem.objectives.map((one) => one.name);
    const params = writtenPaths(problem.space);
    const rows = trials.map((trial) => [
      `${trial.number}`,
      trial.state,
      ...metrics.map((metric) => cell(trial.values?.[metric])),
      ...params.map((path) => cell(written(history.spaces[trial.space], trial.params)[path])),
      duration(trial),
      trial.error?.message ?? "",
    ]);
    write(table(["number", "state", ...metrics, ...params, "seconds", "error"], rows));
  });
}

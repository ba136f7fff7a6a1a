/**
 * `fettle export`: a study's trials, or its whole log, for other programs.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { finished } from "node:stream/promises";
import { startedTrials } from "../history.ts";
import type { Storage } from "../storage.ts";
import type { Study } from "../study.ts";
import { callDirectory, withStudy } from "./context.ts";
import { csvLines } from "./csv.ts";
import { trialJson } from "./trial-json.ts";

interface ExportFlags {
  readonly storage: string;
  readonly study?: string;
  readonly format: "jsonl" | "csv" | "log";
  readonly output?: string;
}

const PAGE = 1000;

export async function action(name: string | undefined, flags: ExportFlags): Promise<undefined> {
  await withStudy({ ...flags, study: name ?? flags.study }, async (study, storage) => {
    const out =
      flags.output === undefined ? process.stdout : createWriteStream(resolve(callDirectory(), flags.output));
    for await (const line of lines(study, storage, flags.format))
      if (!out.write(`${line}\n`)) await once(out, "drain");
    if (out !== process.stdout) {
      out.end();
      await finished(out);
    }
  });
}

async function* lines(study: Study, storage: Storage, format: ExportFlags["format"]): AsyncGenerator<string> {
  const trials = startedTrials(study.history);
  if (format === "csv") yield* csvLines(study.history.problem, trials);
  else if (format === "jsonl") for (const trial of trials) yield JSON.stringify(trialJson(trial));
  else
    for (let after = 0; ; after += PAGE) {
      const events = await storage.read(study.name, after, PAGE);
      for (const event of events) yield JSON.stringify(event);
      if (events.length < PAGE) return;
    }
}

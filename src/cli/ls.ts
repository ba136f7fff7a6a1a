/**
 * `fettle ls`: the studies in a file.
 */
import { now } from "../clock.ts";
import { openStorage } from "./context.ts";
import { ago, cell, table, write } from "./output.ts";

export async function action(flags: { storage: string; json?: boolean }): Promise<undefined> {
  const storage = await openStorage(flags.storage);
  try {
    const summaries = (await storage.summaries?.()) ?? [];
    if (flags.json) return void write(JSON.stringify(summaries, null, 2));
    if (summaries.length === 0)
      return void process.stderr.write(`${storage.location} has no study yet; fettle run begins one\n`);
    const rows = [...summaries]
      .sort((a, b) => b.updated - a.updated)
      .map(({ study, state, counts, limit, best, objectives, updated }) => {
        const { complete = 0, pruned = 0, failed = 0 } = counts;
        const done = complete + pruned + failed;
        const value = best && objectives[0] && Number(best.values[objectives[0].name]);
        return [
          study,
          state,
          limit === undefined ? `${done}` : `${done}/${limit}`,
          failed === 0 ? "" : `${failed}`,
          cell(value),
          ago(updated, now()),
        ];
      });
    write(table(["study", "state", "trials", "failed", "best", "last event"], rows));
  } finally {
    await storage.close();
  }
}

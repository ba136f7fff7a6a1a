/**
 * `fettle replay`: derives every suggestion again, and compares.
 */
import { makePruner, makeSampler, pruners, samplers } from "../registry.ts";
import { replay } from "../study/replay.ts";
import { chooseStudy, openStorage } from "./context.ts";
import { EXIT } from "./exit.ts";
import { write } from "./output.ts";

const SHOWN = 10;

export async function action(
  name: string | undefined,
  flags: { storage: string; study?: string; json?: boolean },
): Promise<number> {
  const storage = await openStorage(flags.storage);
  try {
    const study = await chooseStudy(storage, name ?? flags.study);
    const resolve = (sampler: string, options: never) =>
      Object.hasOwn(samplers, sampler) ? makeSampler(sampler, options) : undefined;
    const resolvePruner = (pruner: string, options: never) =>
      Object.hasOwn(pruners, pruner) ? makePruner(pruner, options) : undefined;
    const found = await replay(storage, study, resolve as never, resolvePruner as never);
    const { same, different, incomparable, judged } = found;
    if (flags.json) write(JSON.stringify(found, null, 2));
    else {
      write(
        `${same + different.length} suggestions replayed, ${different.length === 0 ? "no difference" : `${different.length} different`}`,
      );
      for (const { trial, logged, replayed } of different.slice(0, SHOWN))
        write(
          `  trial ${trial}: the log has ${JSON.stringify(logged)}, replayed was ${JSON.stringify(replayed)}`,
        );
      if (judged.same + judged.different.length > 0)
        write(
          `${judged.same + judged.different.length} verdicts and promotions replayed, ${judged.different.length === 0 ? "no difference" : `${judged.different.length} different`}`,
        );
      for (const line of judged.different.slice(0, SHOWN)) write(`  ${line}`);
      if (incomparable.length > 0)
        write(
          `${incomparable.length} not comparable: made by ${[...new Set(incomparable.map(({ sampler }) => sampler))].join(", ")}`,
        );
    }
    if (different.length + judged.different.length > 0) return EXIT.failed;
    return incomparable.length > 0 ? EXIT.incomparable : EXIT.done;
  } finally {
    await storage.close();
  }
}

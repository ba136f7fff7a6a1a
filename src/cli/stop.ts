/**
 * `fettle stop`: lets running workers finish and take nothing new.
 */
import { withStudy } from "./context.ts";

export async function action(
  name: string | undefined,
  flags: { storage: string; study?: string; now?: boolean; reason: string },
): Promise<undefined> {
  await withStudy({ ...flags, study: name ?? flags.study }, async (study) => {
    await study.stop(flags.reason, { now: flags.now === true });
    const { running } = study.history.counts;
    const rest =
      running === 0 ? "" : `; ${running} running trials ${flags.now ? "are ended and wait" : "finish"}`;
    process.stderr.write(
      `fettle: study ${study.name} is stopped${rest}; fettle resume ${study.name} goes on\n`,
    );
  });
}

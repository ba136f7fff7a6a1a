/**
 * `fettle rm`: deletes a study with its logs and checkpoints.
 */
import { rmSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { studyFolder } from "../engines/process.ts";
import { ConflictError, InvalidInputError } from "../errors.ts";
import { openStudy } from "../tune.ts";
import { chooseStudy, filesDirectory, openStorage } from "./context.ts";
import { EXIT } from "./exit.ts";

export async function action(
  name: string,
  flags: { storage: string; files?: string; force?: boolean },
): Promise<number> {
  const storage = await openStorage(flags.storage);
  try {
    const study = await openStudy(undefined, { storage, study: await chooseStudy(storage, name) });
    const { counts, configuration } = study.history;
    const { now, leases } = await storage.leases(name);
    await study.close();
    if (!flags.force) {
      if (leases.some(({ until }) => until > now) && counts.running > 0)
        throw new ConflictError(
          `study ${name} is being run; stop it first (fettle stop ${name}), or delete it all the same with -f`,
        );
      if (
        !(await confirm(
          `Delete study ${name} with ${study.trials.length} trials, and its logs and checkpoints? [y/N] `,
        ))
      )
        return EXIT.failed;
    }
    await storage.delete(name);
    rmSync(studyFolder(filesDirectory(flags.storage, flags.files, configuration), name), {
      recursive: true,
      force: true,
    });
    return EXIT.done;
  } finally {
    await storage.close();
  }
}

/** @throws {InvalidInputError} where there is nobody to ask */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new InvalidInputError("rm asks before it deletes, and here is no terminal to ask; say -f");
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(question)).trim());
  } finally {
    prompt.close();
  }
}

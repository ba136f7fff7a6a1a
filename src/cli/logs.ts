/**
 * `fettle logs`: what a trial's program wrote.
 */
import { existsSync } from "node:fs";
import { wholeNumber } from "../config/flags.ts";
import { followLog, logFile } from "../engines/process.ts";
import { InvalidInputError, NotFoundError } from "../errors.ts";
import { filesDirectory, withStudy } from "./context.ts";
import { findTrial, readOperands } from "./show.ts";

interface LogsFlags {
  readonly storage: string;
  readonly study?: string;
  readonly files?: string;
  readonly follow?: boolean;
  readonly attempt?: string;
}

const RELOOK_MS = 500;

export async function action(
  first: string,
  second: string | undefined,
  flags: LogsFlags,
): Promise<undefined> {
  const { study, trial } = readOperands(first, second, flags.study);
  if (trial === undefined)
    throw new InvalidInputError(`${first}: which trial? For example: fettle logs ${first} 0`);
  await withStudy({ ...flags, study }, async (found) => {
    const { number, attempt: last } = findTrial(found, trial);
    const attempt = wholeNumber("--attempt", flags.attempt, 1) ?? Math.max(1, last);
    const path = logFile(
      filesDirectory(flags.storage, flags.files, found.history.configuration),
      found.name,
      number,
      attempt,
    );
    const isRunning = () => flags.follow === true && found.history.trials[number]?.state === "running";
    if (!existsSync(path) && !isRunning())
      throw new NotFoundError(`trial ${number} of ${found.name} left no log at ${path}`);
    const timer = flags.follow ? setInterval(() => void found.sync(), RELOOK_MS) : undefined;
    try {
      for await (const chunk of followLog(path, 0, isRunning)) process.stdout.write(chunk);
    } finally {
      clearInterval(timer);
    }
  });
}

/**
 * `fettle automl report`: the report of a saved model, made again.
 */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { REPORT, reportOf } from "../automl/outputs.ts";
import { messageOf, StorageError } from "../errors.ts";
import { callDirectory } from "./context.ts";
import { EXIT } from "./exit.ts";
import { write } from "./output.ts";

interface ReportFlags {
  readonly output?: string;
}

export async function action(model: string, { output }: ReportFlags): Promise<number> {
  const folder = resolve(callDirectory(), model);
  const text = await reportOf(folder);
  if (output === "-") process.stdout.write(text);
  else {
    const file = output === undefined ? join(folder, REPORT) : resolve(callDirectory(), output);
    try {
      await writeFile(file, text);
    } catch (error) {
      throw new StorageError(`the report cannot be written: ${messageOf(error)}`, { cause: error });
    }
    write(`report in ${file}`);
  }
  return EXIT.done;
}

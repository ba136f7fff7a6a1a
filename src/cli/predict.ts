/**
 * `fettle predict`: predictions of a saved model for new rows.
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readExternal } from "../automl/families/external.ts";
import { loadModel } from "../automl/folder.ts";
import { predictWithPrograms } from "../automl/programs.ts";
import { readTable } from "../automl/read/file.ts";
import { writeCsv } from "../automl/read/write.ts";
import { InvalidInputError } from "../errors.ts";
import { callDirectory } from "./context.ts";
import { EXIT } from "./exit.ts";

interface PredictFlags {
  readonly output?: string;
  readonly external?: readonly string[];
}

export async function action(folder: string, source: string, flags: PredictFlags): Promise<number> {
  if (flags.output !== undefined && source !== "-") {
    const [from, to] = [source, flags.output].map((file) => resolve(callDirectory(), file));
    if (from === to)
      throw new InvalidInputError(
        `--output ${flags.output}: it is the table that is predicted; name another file`,
      );
  }
  const model = await loadModel(resolve(callDirectory(), folder));
  const programs = flags.external?.map((file) => readExternal(resolve(callDirectory(), file)));
  const table = await readTable(source === "-" ? source : resolve(callDirectory(), source));
  const { values, outputs, classes, notes } = await predictWithPrograms(model, table, programs);
  for (const note of notes) process.stderr.write(`fettle: ${note}\n`);
  const { task, target } = model.schema;
  const column = (k: number) =>
    Float64Array.from({ length: table.rows }, (_, row) => values[row * outputs + k]);
  const names =
    task.kind === "classification"
      ? task.classes.map((name) => `p(${name})`)
      : task.kind === "quantiles"
        ? task.levels.map((level) => `${target}@${level}`)
        : [target];
  const predicted =
    task.kind === "classification" && classes !== undefined
      ? [{ name: target, values: Array.from(classes, (index) => task.classes[index]) }]
      : [];
  const text = writeCsv([...predicted, ...names.map((name, k) => ({ name, values: column(k) }))]);
  if (flags.output === undefined) process.stdout.write(text);
  else await writeFile(resolve(callDirectory(), flags.output), text);
  return EXIT.done;
}

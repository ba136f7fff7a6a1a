/**
 * `fettle check`: looks at a configuration or a study file, and runs nothing.
 */
import { resolve } from "node:path";
import { describeRun } from "../config/description.ts";
import { ConfigFileError } from "../config/file.ts";
import { findConfig, loadConfig } from "../config/load.ts";
import { messageOf, NotFoundError } from "../errors.ts";
import { makePruner, makeSampler } from "../registry.ts";
import { givenConstraints } from "../space/constraint.ts";
import { parametersOf, requireAllowed } from "../space.ts";
import { openStudy } from "../tune.ts";
import { callDirectory, openStorage } from "./context.ts";
import { EXIT } from "./exit.ts";
import { asFlag, asWhere, write } from "./output.ts";
import { planOf, unusedParameters } from "./plan.ts";

export async function action(file: string | undefined): Promise<number> {
  if (file?.endsWith(".db")) return checkStudyFile(file);
  const folder = callDirectory();
  const path = file ?? findConfig(folder);
  if (path === undefined)
    throw new NotFoundError("there is no configuration here; it would be called fettle.yaml");
  try {
    return await checkConfig(path, folder);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    for (const problem of error.problems) process.stderr.write(`fettle: ${problem}\n`);
    return EXIT.usage;
  }
}

async function checkConfig(path: string, folder: string): Promise<number> {
  const description = describeRun({ file: await loadConfig(path, folder), folder });
  const { space, objectives, limits } = description;
  const { name, options } = description.sampler ?? { name: "auto" };
  requireAllowed(space, description.fixed);
  makeSampler(name, options);
  makePruner(description.pruner?.name ?? "none", description.pruner?.options);
  const { plan } = planOf(description);
  for (const warning of [...description.warnings, ...unusedParameters(plan, description)])
    process.stderr.write(`fettle: warning: ${warning}\n`);
  write(
    `${resolve(folder, path)} is in order: ${objectives.map((one) => `${one.direction} ${one.name}`).join(", ")}, sampler ${name}`,
  );
  for (const [parameter, json] of Object.entries(parametersOf(space.toJSON())))
    write(`  -p ${asFlag(parameter, json)}`);
  for (const constraint of givenConstraints(space)) write(`  ${asWhere(constraint)}`);
  const isEndless = space.parameters.some(({ domain }) => domain === "real");
  const many = isEndless ? "endless points" : "more points than are counted";
  const points = Number.isFinite(space.size) ? `${space.size} points` : many;
  write(
    `${points}, ${limits.trials === undefined ? "no limit on trials" : `${limits.trials} trials`}, ${description.parallel} at a time`,
  );
  return EXIT.done;
}

/** Folds every log, and makes the table of trials whole where it lags. */
async function checkStudyFile(file: string): Promise<number> {
  const storage = await openStorage(file);
  let code: number = EXIT.done;
  try {
    for (const name of await storage.list()) {
      try {
        const study = await openStudy(undefined, { storage, study: name });
        await study.flush();
        write(`${name}: ${study.history.position} events, ${study.trials.length} trials, in order`);
        await study.close();
      } catch (error) {
        write(`${name}: ${messageOf(error)}`);
        code = EXIT.failed;
      }
    }
  } finally {
    await storage.close();
  }
  return code;
}

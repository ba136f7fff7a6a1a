/**
 * What stands in a model's folder beside the model: for people the report, for other programs ONNX and JavaScript.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError, messageOf, NotFoundError, UnsupportedError } from "../errors.ts";
import type { AutomlResult } from "./automl.ts";
import { EXPLANATIONS_FORMAT, type Explanations } from "./explain/explanations.ts";
import { readPredictor, toJavaScript } from "./export/javascript.ts";
import { toOnnx } from "./export/onnx/onnx.ts";
import { loadModel, saveModel } from "./folder.ts";
import type { Model } from "./model.ts";
import { type Listed, reportHtml } from "./report/report.ts";

const LEADERBOARD = "leaderboard.json";
const EXPLANATIONS = "explanations.json";
const ONNX = "model.onnx";
const JAVASCRIPT = "model.js";
export const REPORT = "report.html";

export interface SaveOptions {
  /** Whether the leaderboard keeps how long fits and predictions took: those are others on every run. */
  readonly times: boolean;
}

/**
 * Writes the model, its leaderboard, its explanations and its report, and as ONNX and as JavaScript where these can say it.
 *
 * @returns which files are not there, and why: a sentence each
 * @throws {StorageError} if the folder cannot be written to
 */
export async function saveResult(
  folder: string,
  { model, leaderboard, explanations }: Pick<AutomlResult, "model" | "leaderboard" | "explanations">,
  { times }: SaveOptions,
): Promise<readonly string[]> {
  const standings: readonly Listed[] = times
    ? leaderboard
    : leaderboard.map(({ fitSeconds: _, predictMs: __, ...standing }) => standing);
  const missing: string[] = [];
  const onnx = await without(missing, ONNX, async () => {
    refuseLarge(model);
    return toOnnx(model);
  });
  const javascript = await without(missing, JAVASCRIPT, async () => {
    refuseLarge(model);
    return toJavaScript(model, await readPredictor());
  });
  const explained = { ...explanations, notes: [...explanations.notes, ...missing] };
  // a model that was there before may have had them
  for (const name of [ONNX, JAVASCRIPT]) await rm(join(folder, name), { force: true });
  await saveModel(folder, model, {
    [LEADERBOARD]: json(standings),
    [EXPLANATIONS]: json(explained),
    [REPORT]: reportHtml({ model, leaderboard: standings, explanations: explained }),
    ...(onnx && { [ONNX]: onnx }),
    ...(javascript !== undefined && { [JAVASCRIPT]: javascript }),
  });
  return missing;
}

/**
 * The report of a model that was saved, made again.
 *
 * @throws {NotFoundError} if there is no model in the folder, or nothing that explains it
 * @throws {InvalidInputError} if a file in it cannot be read
 */
export async function reportOf(folder: string): Promise<string> {
  const model = await loadModel(folder);
  const explanations = await readJson<Explanations>(folder, EXPLANATIONS);
  const leaderboard = await readJson<readonly Listed[]>(folder, LEADERBOARD);
  if (explanations === null || typeof explanations.format !== "number" || !Array.isArray(leaderboard))
    throw new InvalidInputError(`${folder}: ${EXPLANATIONS} and ${LEADERBOARD} are not those of a model`);
  if (explanations.format > EXPLANATIONS_FORMAT)
    throw new UnsupportedError(
      `${folder}: ${EXPLANATIONS} was saved in format ${explanations.format}, and this version of fettle reads up to ${EXPLANATIONS_FORMAT}: use a newer one`,
    );
  return reportHtml({ model, leaderboard, explanations });
}

/** A file that is loaded whole is no use beyond this. */
const MOST_BYTES = 64e6;

/** @throws {UnsupportedError} if the model is too large for one file */
function refuseLarge({ members }: Model): void {
  const pipelines = members.flatMap((member) => member.pipelines);
  const bytes = pipelines
    .flatMap(({ model: { arrays } }) => Object.values(arrays))
    .reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytes > MOST_BYTES)
    throw new UnsupportedError(
      `the model has ${Math.round(bytes / 1e6)} MB, and at most ${MOST_BYTES / 1e6} go into one file; --refit makes a smaller one`,
    );
}

async function without<T>(missing: string[], name: string, make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof UnsupportedError) && !(error instanceof NotFoundError)) throw error;
    missing.push(`${name} is left out: ${messageOf(error)}`);
    return undefined;
  }
}

async function readJson<T>(folder: string, name: string): Promise<T> {
  let text: string;
  try {
    text = await readFile(join(folder, name), "utf8");
  } catch (error) {
    throw new NotFoundError(`${folder} has no ${name}: fettle automl writes it with the model`, {
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError(`${folder}: ${name} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * A model as one JavaScript file without dependencies.
 */
import { readFile } from "node:fs/promises";
import { NotFoundError, UnsupportedError } from "../../errors.ts";
import type { Model } from "../model.ts";
import { packModel } from "../packed.ts";
import { ownPredictors } from "../predictors.ts";

/** Where the build puts the code that predicts: `src/automl/standalone.ts` in a bundle that sets the variable `fettle`. */
export const PREDICTOR = new URL("../standalone.bundle.js", import.meta.url);

/**
 * The code that predicts, as the build made it.
 *
 * @throws {NotFoundError} where Fettle runs from sources that were never built
 */
export async function readPredictor(file: URL = PREDICTOR): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new NotFoundError("standalone.bundle.js is not there: build Fettle first (npm run build)", {
      cause: error,
    });
  }
}

/**
 * An ES module with `predict(rows)` and `about`, for browsers and for Node: the same numbers as `predict`, bit for bit. The
 * model is data in it, which is read and never evaluated.
 *
 * @param predictor  what `readPredictor` read
 * @throws {UnsupportedError} if a member needs an external program
 */
export function toJavaScript(model: Model, predictor: string): string {
  for (const { family } of model.members)
    if (!ownPredictors.includes(family))
      throw new UnsupportedError(
        `a member is of the family ${JSON.stringify(family)}, which needs its program`,
      );
  const { manifest, arrays } = packModel(model);
  return [
    `// A model of ${inComment(model.schema.target)}, made by fettle automl. It needs nothing else:`,
    `//   import { predict } from "./model.js"; predict([{ column: value, … }])`,
    predictor.trim(),
    `const model = fettle.open(${literal(manifest)},`,
    `"${Buffer.from(arrays.buffer, arrays.byteOffset, arrays.byteLength).toString("base64")}");`,
    "/** Target, task, columns, and the score on rows that nothing was chosen by. */",
    "export const about = model.about;",
    "/** Predictions for an array of objects: { label, probabilities }, { value } or { quantiles } for each. */",
    "export const predict = (rows) => model.predict(rows);",
    "",
  ].join("\n");
}

/** A string that stands in a script as safely as in a file: nothing in it ends a script's element. */
function literal(text: string): string {
  return JSON.stringify(text)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}

/** A name that cannot end the comment that it stands in. */
function inComment(name: string): string {
  return literal(name.slice(0, 60));
}

/**
 * A sampler, pruner or terminator as the command line and the file name it: `name`, or `name:option=value,…`.
 */
import { InvalidInputError } from "../errors.ts";
import type { Json } from "../trial.ts";
import type { ChosenConfig } from "./config.ts";

/** A sampler, pruner or terminator, not yet looked up. */
export interface Chosen {
  readonly name: string;
  readonly options?: Json;
}

/**
 * The flag's choice; one that only repeats the name in the file keeps the file's options.
 *
 * @throws {InvalidInputError} showing the flag and how options are written
 */
export function choose(
  flag: string,
  text: string | undefined,
  config: ChosenConfig | undefined,
): Chosen | undefined {
  const inFile = typeof config === "string" ? readChosen(config) : config;
  if (text === undefined) return inFile;
  const given = readChosen(text, flag);
  return given.options === undefined && given.name === inFile?.name ? inFile : given;
}

/** `successiveHalving:mode=promote,reductionFactor=4` in its parts; values are JSON, or text where they are none. */
function readChosen(text: string, flag = ""): Chosen {
  const colon = text.indexOf(":");
  if (colon < 0) return { name: camelCase(text) };
  const name = camelCase(text.slice(0, colon));
  const entries = text
    .slice(colon + 1)
    .split(",")
    .map((part): [string, Json] => {
      const equals = part.indexOf("=");
      if (equals <= 0)
        throw new InvalidInputError(
          `${flag} ${text}: expected options as ${name}:option=value,option=value`.trimStart(),
        );
      return [part.slice(0, equals).trim(), parsed(part.slice(equals + 1).trim())];
    });
  return { name, options: Object.fromEntries(entries) };
}

/** `successive-halving` is `successiveHalving`. */
const camelCase = (text: string) => text.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

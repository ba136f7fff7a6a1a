/**
 * Finds and loads the configuration file.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidInputError, messageOf, NotFoundError } from "../errors.ts";
import type { ConfigFile } from "./file.ts";
import { suggest } from "./suggest.ts";

/** The names that are looked for in a folder. */
const CONFIG_NAMES: readonly string[] = [
  "fettle.yaml",
  "fettle.yml",
  "fettle.json",
  "fettle.config.ts",
  "fettle.config.mts",
  "fettle.config.mjs",
  "fettle.config.js",
];

const TEXT = [".yaml", ".yml", ".json"];
const MODULE = [".ts", ".mts", ".mjs", ".js"];

/** A configuration file, and where it is. */
export interface LoadedConfig extends ConfigFile {
  /** The absolute path of its folder: paths within the file are relative to it. */
  readonly folder: string;
}

/**
 * The name of the configuration file in `folder`, relative to it; undefined if there is none.
 *
 * @throws {InvalidInputError} if there are several
 */
export function findConfig(folder: string): string | undefined {
  const found = CONFIG_NAMES.filter((name) => existsSync(join(folder, name)));
  if (found.length > 1)
    throw new InvalidInputError(`${found.join(" and ")} are both in ${folder}; name the one that is meant`);
  return found[0];
}

/**
 * Loads a configuration file.
 *
 * @param given   its path, or that of a folder that has one
 * @param folder  the folder that `given` is relative to
 * @throws {NotFoundError} if there is none
 * @throws {ConfigFileError} with file, line and column of everything that is wrong in it
 * @throws {InvalidInputError} if it is no configuration, or cannot be imported
 */
export async function loadConfig(given: string, folder: string): Promise<LoadedConfig> {
  const path = resolve(folder, given);
  if (!existsSync(path)) throw new NotFoundError(`there is no configuration ${given}${neighbour(path)}`);
  if (statSync(path).isDirectory()) {
    const name = findConfig(path);
    if (name === undefined)
      throw new NotFoundError(`there is no configuration in ${given}; it would be called ${CONFIG_NAMES[0]}`);
    return loadConfig(join(given, name), folder);
  }
  const type = extname(path);
  if (![...TEXT, ...MODULE].includes(type))
    throw new InvalidInputError(
      `${given} is no configuration (${[...TEXT, ...MODULE].join(", ")}); a program to tune follows --, as in fettle run -- ${given}`,
    );
  // Loaded here, because runs without a configuration file must not wait for the parser and the schema.
  const { readConfigModule, readConfigText } = await import("./file.ts");
  const file = TEXT.includes(type)
    ? readConfigText(read(path, given), given)
    : readConfigModule(await importModule(path, given), given);
  return { ...file, config: placeSweep(file, dirname(path), folder), folder: dirname(path) };
}

/** W&B runs a sweep's program where its agent is called: so do we, if it is there and not beside the file. */
function placeSweep({ config, program }: ConfigFile, beside: string, folder: string): ConfigFile["config"] {
  if (program === undefined || existsSync(resolve(beside, program))) return config;
  return existsSync(resolve(folder, program)) ? { ...config, cwd: resolve(folder) } : config;
}

function read(path: string, given: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new InvalidInputError(`${given} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

async function importModule(path: string, given: string): Promise<unknown> {
  try {
    return (await import(pathToFileURL(path).href)).default;
  } catch (cause) {
    const why = /outside a module|Unexpected token 'export'/.test(messageOf(cause))
      ? `the nearest package.json makes it CommonJS; call it ${given.replace(/\.([tj])s$/, ".m$1s")}, or say "type": "module" there`
      : messageOf(cause);
    throw new InvalidInputError(`${given} cannot be imported: ${why}`, { cause });
  }
}

/** A hint at a file beside the one that does not exist. */
function neighbour(path: string): string {
  const folder = dirname(path);
  if (!existsSync(folder)) return `; there is no folder ${folder}`;
  const known = [...TEXT, ...MODULE];
  return suggest(
    basename(path),
    readdirSync(folder).filter((name) => known.includes(extname(name))),
  );
}

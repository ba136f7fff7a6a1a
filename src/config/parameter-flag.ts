/**
 * The command line's parameters: `-p lr=1e-5..0.1:log`, `-p opt.sgd.momentum=0.0..0.99`.
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import type { ParameterJson } from "../space/types.ts";
import { parseParameterText } from "./parameter-text.ts";

/**
 * Reads the value of one `-p` flag: a dotted path, "=", and the short form of a parameter.
 *
 * @throws {InvalidInputError} showing the flag, what is wrong with which part, and a correct example
 * @example
 * parseParameterFlag("lr=1e-5..0.1:log");
 * // { path: "lr", parameter: { type: "float", low: 1e-5, high: 0.1, log: true } }
 */
export function parseParameterFlag(text: string): {
  readonly path: string;
  readonly parameter: ParameterJson;
} {
  try {
    const equals = text.indexOf("=");
    if (equals < 0)
      throw new InvalidInputError(`no "=" between name and values; write it as -p ${nameIn(text)}=0.0..1.0`);
    const path = text.slice(0, equals).trim();
    checkPath(path, text.slice(equals + 1));
    return {
      path,
      parameter: parseParameterText(text.slice(equals + 1), (example) => `-p ${path}=${example}`),
    };
  } catch (cause) {
    throw new InvalidInputError(`-p ${text}: ${messageOf(cause)}`, { cause });
  }
}

/** The part of a flag without "=" that is likely the name. */
function nameIn(text: string): string {
  return /^[\w.*-]*[\w*]/.exec(text.trim())?.[0] ?? "lr";
}

function checkPath(path: string, values: string): void {
  if (path === "")
    throw new InvalidInputError(`no name before "="; write it as -p lr=${values || "0.0..1.0"}`);
  const [name, ...suffixes] = path.split(":");
  if (suffixes.length > 0)
    throw new InvalidInputError(
      `":${suffixes.join(":")}" stands before the "="; suffixes follow the values, as in -p ${name}=${values}:${suffixes.join(":")}`,
    );
  if (path.split(".").includes(""))
    throw new InvalidInputError(
      `the name ${JSON.stringify(path)} has an empty part; the parts of a path are joined by one point, as in -p opt.sgd.momentum=0.0..0.99`,
    );
  const odd = /[\s"'`{},]/.exec(path);
  if (odd)
    throw new InvalidInputError(
      `the name ${JSON.stringify(path)} has a ${JSON.stringify(odd[0])} in it; names are letters, digits, "_" and "-"`,
    );
}

/**
 * The command of a trial: an argument vector with placeholders, never a shell.
 */
import { didYouMean, InvalidInputError } from "../../errors.ts";
import type { Params } from "../../space/types.ts";
import { expandMacro, isMacro, type MacroFiles } from "./macros.ts";

/** `{name}`; `{{name}}` is the text `{name}`, and neither JSON nor `${name}` is a placeholder. */
const PLACEHOLDER = /\{(\{[^{}\s"',:;$]+\})\}|(?<!\$)\{([^{}\s"',:;$]+)\}/g;

/** What can stand in braces beside the names of parameters. */
export const BUILT_IN = [
  "study",
  "trial",
  "attempt",
  "seed",
  "budget",
  "checkpoint_dir",
  "resume_from",
] as const;
export type BuiltIn = Readonly<Partial<Record<(typeof BUILT_IN)[number], string | number>>>;

/**
 * The arguments with placeholders replaced; `{units}` of an array is its active items, joined by commas. One whose placeholder has no value (an inactive parameter, no
 * checkpoint) is dropped, together with the flag before it.
 *
 */
export function fillCommand(
  command: readonly string[],
  params: Params,
  builtIn: BuiltIn,
  macroFiles: MacroFiles = {},
): string[] {
  const values = valuesByName(params, builtIn);
  const filled: string[] = [];
  for (const argument of command) {
    const macro = expandMacro(argument, params, macroFiles);
    const text = macro === undefined ? fill(argument, values) : undefined;
    if (macro !== undefined) filled.push(...macro);
    else if (text !== undefined) filled.push(text);
    else if (isBareFlag(filled[filled.length - 1]) && filled.length > 1 && isPlaceholderOnly(argument))
      filled.pop();
  }
  return filled;
}

function valuesByName(params: Params, builtIn: BuiltIn): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(builtIn))
    if (value !== undefined) values.set(name, String(value));
  for (const [path, value] of Object.entries(params)) {
    values.set(path, String(value));
    const item = /^(.*)\.\d+$/.exec(path);
    if (item) values.set(item[1], values.has(item[1]) ? `${values.get(item[1])},${value}` : String(value));
  }
  return values;
}

/** The text with its placeholders replaced; undefined if one of them has no value. */
function fill(argument: string, values: ReadonlyMap<string, string>): string | undefined {
  let missing = false;
  const text = argument.replace(PLACEHOLDER, (_, escaped: string | undefined, name: string) => {
    if (escaped !== undefined) return escaped;
    const value = values.get(name);
    if (value === undefined) missing = true;
    return value ?? "";
  });
  return missing ? undefined : text;
}

function isBareFlag(argument: string | undefined): boolean {
  return argument !== undefined && /^--?[^=]+$/.test(argument);
}

/** `{x}` alone belongs to the flag before it; `--x={x}` is its own flag. */
function isPlaceholderOnly(argument: string): boolean {
  return !argument.startsWith("-");
}

/**
 * Placeholders that no parameter has, which is an error, and parameters that no placeholder names, which may be
 * meant: the program can read them from its environment.
 *
 * @param paths  every parameter's path, arrays expanded
 */
export function comparePlaceholders(
  command: readonly string[],
  paths: readonly string[],
): { readonly unknown: readonly string[]; readonly unused: readonly string[] } {
  const names = new Set<string>(paths);
  for (const path of paths) {
    const item = /^(.*)\.\d+$/.exec(path);
    if (item) names.add(item[1]);
  }
  const used = new Set<string>(command.some(isMacro) ? paths : []);
  for (const argument of command)
    for (const [, , name] of argument.matchAll(PLACEHOLDER)) if (name !== undefined) used.add(name);
  const unknown = [...used].filter(
    (name) => !names.has(name) && !(BUILT_IN as readonly string[]).includes(name) && !isMacro(`{${name}}`),
  );
  const unused = paths.filter((path) => !used.has(path) && !used.has(path.replace(/\.\d+$/, "")));
  return { unknown, unused };
}

/** @throws {InvalidInputError} if a placeholder names no parameter */
export function checkPlaceholders(command: readonly string[], paths: readonly string[]): void {
  const [unknown] = comparePlaceholders(command, paths).unknown;
  if (unknown !== undefined)
    throw new InvalidInputError(
      `{${unknown}} in the command is no parameter${didYouMean(unknown, [...paths, ...BUILT_IN])}; write {{${unknown}}} for braces`,
    );
}

/** One argument as a POSIX shell reads it back. */
export function shellQuote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

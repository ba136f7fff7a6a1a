/**
 * The command of a W&B sweep: its macros as placeholders of ours.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ARGUMENT_MACROS } from "../../engines/process/macros.ts";
import { messageOf } from "../../errors.ts";
import { suggest } from "../suggest.ts";
import { splitWords } from "../words.ts";

type Say = (path: readonly PropertyKey[], message: string) => void;

/** What W&B runs where a sweep says nothing. */
const DEFAULT = ["env", "interpreter", "program", "args"].map((macro) => `\${${macro}}`);
const MACRO = /^\$\{(\w+)\}$/;
const VARIABLE = /\$\{envvar:(\w+)\}/g;
/** What would be a placeholder of ours. */
const BRACES = /(?<!\$)\{[^{}\s"',:;$]+\}/g;

/**
 * The argument vector of a sweep; undefined where it names no program, or something in it is wrong.
 *
 * @param given  a list of arguments with macros, or one text
 */
export function sweepCommand(given: unknown, program: string | undefined, wrong: Say): string[] | undefined {
  if (given === undefined && program === undefined) return undefined;
  const words = given === undefined ? DEFAULT : typeof given === "string" ? split(given, wrong) : given;
  if (!Array.isArray(words) || words.length === 0) {
    wrong(["command"], "expected a list of arguments");
    return undefined;
  }
  const problem = (index: number, message: string) => {
    wrong(Array.isArray(given) ? ["command", index] : ["command"], message);
    return [];
  };
  return words.flatMap((word, index) => {
    const text = String(word).replaceAll(VARIABLE, (whole, name: string) => {
      if (process.env[name] === undefined) problem(index, `${whole}: there is no variable ${name}`);
      return process.env[name] ?? "";
    });
    const macro = MACRO.exec(text)?.[1];
    if (macro === undefined) return [text.replace(BRACES, (braces) => `{${braces}}`)];
    if (macro === "env") return process.platform === "win32" ? [] : ["/usr/bin/env"];
    if (macro === "interpreter") return [interpreter()];
    if (macro === "program")
      return program === undefined
        ? problem(index, "there is no program for it; name one under program")
        : [program];
    if (ARGUMENT_MACROS.includes(macro)) return [`{wandb.${macro}}`];
    const known = ["env", "interpreter", "program", ...ARGUMENT_MACROS];
    return problem(
      index,
      `there is no macro ${text}${suggest(macro, known) || `; there are ${known.join(", ")}`}`,
    );
  });
}

function split(text: string, wrong: Say): string[] {
  try {
    return splitWords(text);
  } catch (cause) {
    wrong(["command"], messageOf(cause));
    return [];
  }
}

/** "python"; where there is none, but a python3, that. */
function interpreter(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const has = (program: string) => folders.some((folder) => existsSync(join(folder, program)));
  return !has("python") && has("python3") ? "python3" : "python";
}

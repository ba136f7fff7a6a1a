/**
 * All parameters at once, in the forms that W&B's sweeps pass them: an argument that is `{wandb.args}` becomes
 * `--lr=0.01 --opt=adam`. Values are written as Python writes them, and W&B with it: True, False, None.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Params } from "../../space/types.ts";

type Scalar = Params[string];

const FORMS: Readonly<Record<string, (params: Params) => readonly string[]>> = {
  args: (params) => each(params, (name, value) => [`--${name}=${python(value)}`]),
  args_no_hyphens: (params) => each(params, (name, value) => [`${name}=${python(value)}`]),
  args_no_equals: (params) => each(params, (name, value) => [`--${name}`, python(value)]),
  args_no_boolean_flags: (params) =>
    each(params, (name, value) =>
      typeof value === "boolean" ? (value ? [`--${name}`] : []) : [`--${name}=${python(value)}`],
    ),
  args_json: (params) => [JSON.stringify(nested(params))],
};

/** The macros that stand for a file with parameters: its name, and what is in it. */
const FILES: Readonly<Record<string, { readonly file: string; content(params: Params): string }>> = {
  args_json_file: { file: "args.json", content: (params) => JSON.stringify(nested(params)) },
  /** What WANDB_SWEEP_PARAM_PATH names, for `wandb.init` to make `wandb.config` of. JSON is YAML. */
  config_file: {
    file: "wandb.yaml",
    content: (params) =>
      JSON.stringify({
        ...Object.fromEntries(Object.entries(nested(params)).map(([name, value]) => [name, { value }])),
        wandb_version: 1,
      }),
  },
};

/** The macros that stand for parameters in a sweep's command. */
export const ARGUMENT_MACROS: readonly string[] = [...Object.keys(FORMS), "args_json_file"];

const MACRO = /^\{wandb\.(\w+)\}$/;

/** Paths by macro. */
export type MacroFiles = Readonly<Record<string, string>>;

/** Whether it stands for all parameters. */
export function isMacro(argument: string): boolean {
  const name = MACRO.exec(argument)?.[1] ?? "";
  return Object.hasOwn(FORMS, name) || Object.hasOwn(FILES, name);
}

/** What takes the place of an argument; undefined if it is no macro. A file that was not written becomes nothing. */
export function expandMacro(
  argument: string,
  params: Params,
  files: MacroFiles,
): readonly string[] | undefined {
  if (!isMacro(argument)) return undefined;
  const name = MACRO.exec(argument)?.[1] as string;
  if (Object.hasOwn(FORMS, name)) return FORMS[name](params);
  return Object.hasOwn(files, name) ? [files[name]] : [];
}

/** Writes the files that are named by arguments, or by values of variables, into a folder. */
export function writeMacroFiles(folder: string, params: Params, texts: readonly string[]): MacroFiles {
  const wanted = Object.entries(FILES).filter(([name]) => texts.includes(`{wandb.${name}}`));
  return Object.fromEntries(
    wanted.map(([name, { file, content }]) => {
      const path = join(folder, file);
      writeFileSync(path, `${content(params)}\n`);
      return [name, path];
    }),
  );
}

/** Variables with macros replaced. */
export function fillVariables(
  env: Readonly<Record<string, string>>,
  params: Params,
  files: MacroFiles,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, expandMacro(value, params, files)?.join(" ") ?? value]),
  );
}

function each(params: Params, write: (name: string, value: Scalar) => readonly string[]): readonly string[] {
  return Object.entries(params).flatMap(([name, value]) => write(name, value));
}

function python(value: Scalar): string {
  if (value === null) return "None";
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

/** Dotted names as objects in objects, but where a name on the way has a value of its own. */
function nested(params: Params): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(params)) {
    const names = path.split(".");
    const isTaken = names.some((_, end) => end > 0 && names.slice(0, end).join(".") in params);
    let place = root;
    if (!isTaken)
      for (const name of names.slice(0, -1)) {
        place[name] ??= {};
        place = place[name] as Record<string, unknown>;
      }
    place[isTaken ? path : (names.at(-1) as string)] = value;
  }
  return root;
}

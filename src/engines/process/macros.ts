/**
 * All parameters at once, in the forms that W&B's sweeps pass them: an argument that is `{wandb.args}` becomes
 * `--lr=0.01 --opt=adam`. Values are written as Python writes them, and W&B with it: True, False, None.
 */
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

/** The macros that stand for parameters. */
export const ARGUMENT_MACROS: readonly string[] = [...Object.keys(FORMS), "args_json_file"];

const MACRO = /^\{wandb\.(\w+)\}$/;

/** Whether it stands for all parameters. */
export function isMacro(argument: string): boolean {
  return ARGUMENT_MACROS.includes(MACRO.exec(argument)?.[1] ?? "");
}

/**
 * What takes the place of an argument; undefined if it is no macro.
 *
 * @param paramsFile  the file that has the params as JSON; where there is none, its macro becomes nothing
 */
export function expandMacro(
  argument: string,
  params: Params,
  paramsFile: string | undefined,
): readonly string[] | undefined {
  if (!isMacro(argument)) return undefined;
  const name = MACRO.exec(argument)?.[1] as string;
  if (name === "args_json_file") return paramsFile === undefined ? [] : [paramsFile];
  return FORMS[name](params);
}

function each(params: Params, write: (name: string, value: Scalar) => readonly string[]): readonly string[] {
  return Object.entries(params).flatMap(([name, value]) => write(name, value));
}

function python(value: Scalar): string {
  if (value === null) return "None";
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

/** Dotted names as objects in objects, but where a name on the way has a value of its own. */
function nested(params: Params): object {
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

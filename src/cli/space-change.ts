/**
 * Changes of a study's space as the command line tells of them: by which command, and what to do where none may be.
 */
import { showParameter } from "../config/parameter-show.ts";
import { extendSpace, readParameterFlags } from "../config/points.ts";
import { shellQuote } from "../engines/process/command.ts";
import { InvalidInputError } from "../errors.ts";
import { initialValue } from "../space/adopt.ts";
import { type Refusal, refusal } from "../space/change.ts";
import { givenConstraints } from "../space/constraint.ts";
import { difference } from "../space/difference.ts";
import type { InputConstraint, ParameterJson, ParametersJson, Space } from "../space/types.ts";
import { parametersOf, readSpace } from "../space.ts";
import type { Study } from "../study.ts";
import { asWhere } from "./output.ts";
import { type Plan, unusedParameters } from "./plan.ts";

/**
 * The space of a study with `-p` and `--where` flags, and a line for each added parameter that its command does not name.
 *
 * @throws {InvalidInputError} if it cannot take the place of the study's
 */
export function extendedSpace(study: Study, texts: readonly string[], where: readonly string[] = []) {
  const before = study.space;
  const space = extendSpace(before, texts, where);
  const refused = refusal(before, space);
  if (refused !== undefined) throw new InvalidInputError(explain(refused, study, space, texts));
  const added = space.parameters.filter(({ path }) => before.find(path) === undefined);
  const plan = study.history.configuration.command as Plan | undefined;
  return { space, unused: plan ? unusedParameters(plan, { space: { ...space, parameters: added } }) : [] };
}

function explain(refused: Refusal, study: Study, space: Space, texts: readonly string[]): string {
  const { path, kind, message } = refused;
  const flag = [...readParameterFlags(texts)].find(([key]) => isEntryOf(key, path))?.[1];
  const suffix =
    kind === "default" && !isParted(flag?.parameter)
      ? `default=${example(space, path)}`
      : flag && forgotten(kind, flag.parameter);
  if (flag !== undefined && suffix !== undefined) {
    const again = `${flag.text}:${suffix}`;
    const next = refusal(study.space, extendSpace(study.space, replace(texts, flag.text, again)));
    if (next?.path !== path) return `${message}; write it as -p ${shellQuote(again)}`;
  }
  return `${message} while a study goes on; ${beginAnew(study.name)}`;
}

/** Whether it is several parameters at once, which have no default on the command line. */
function isParted(parameter: ParameterJson | undefined): boolean {
  return parameter?.type === "permutation" || parameter?.type === "simplex";
}

const replace = (texts: readonly string[], one: string, by: string) =>
  texts.map((text) => (text === one ? by : text));

/** What may have been left out behind a range or a list. */
function forgotten(kind: Refusal["kind"], parameter: ParameterJson): string | undefined {
  if (kind === "log") return "log" in parameter ? undefined : "log";
  if (kind !== "type") return undefined;
  return parameter.type === "int" ? "float" : parameter.type === "categorical" ? "ordinal" : undefined;
}

function beginAnew(name: string): string {
  return `begin another that learns from it, with --study NAME --warm-start ${name}`;
}

/** What to do where `fettle run` finds a study with another space than it was given. */
export function remedy(name: string, before: Space, after: Space, storage: string): string {
  const { json, added } = withDefaults(before, after);
  const refused = refusal(before, readSpace(json));
  if (refused !== undefined)
    return `${refused.message.slice(refused.path.length + 2)} while a study goes on; ${beginAnew(name)}`;
  const old = parametersOf(before.toJSON());
  const flags = Object.keys(json)
    .filter((path) => !old[path] || difference({ [path]: old[path] }, { [path]: json[path] }).length > 0)
    .map((path) => ({ path, text: showParameter(json[path]) }));
  if (flags.some(({ text }) => text === undefined))
    return `a change that -p cannot say is made with study.changeSpace; otherwise ${beginAnew(name)}`;
  const { added: wanted, gone } = constraintsBetween(before, after);
  if (gone.length > 0 || wanted.some(({ tree }) => tree === undefined))
    return `a change of constraints that --where cannot say is made with study.changeSpace; otherwise ${beginAnew(name)}`;
  const shown = [
    ...flags.map(({ path, text }) => `-p ${shellQuote(`${path}=${text}`)}`),
    ...wanted.map(asWhere),
  ];
  const note = added.length > 0 ? ` (as the default of ${added.join(", ")}, what older trials had)` : "";
  return `to change it: fettle extend ${name}${storage} ${shown.join(" ")}${note}; or give the new one another --study`;
}

/** The constraints that one of two spaces has, and the other has not. */
function constraintsBetween(before: Space, after: Space) {
  const meaning = ({ name, tree }: InputConstraint) => (tree === undefined ? name : JSON.stringify(tree));
  const without = (these: Space, those: Space) => {
    const known = those.constraints.map(meaning);
    return givenConstraints(these).filter((one) => !known.includes(meaning(one)));
  };
  return { added: without(after, before), gone: without(before, after) };
}

/** The space with an example of a default wherever an added parameter needs one, and which these are. */
function withDefaults(before: Space, after: Space): { json: ParametersJson; added: readonly string[] } {
  const json: Record<string, ParameterJson> = { ...parametersOf(after.toJSON()) };
  const added: string[] = [];
  for (;;) {
    const refused = refusal(before, readSpace(json));
    const key = Object.keys(json).find((entry) => isEntryOf(entry, refused?.path ?? ""));
    const isDone =
      refused?.kind !== "default" || key === undefined || added.includes(key) || isParted(json[key]);
    if (isDone) return { json, added };
    const parameter = after.find(refused.path);
    json[key] = { ...json[key], default: parameter && initialValue(parameter) } as ParameterJson;
    added.push(key);
  }
}

function example(space: Space, path: string): string {
  const parameter = space.find(path);
  return parameter === undefined ? "…" : String(initialValue(parameter));
}

/** Whether a parameter is of that entry: its own, or one of the items of an array. */
function isEntryOf(key: string, path: string): boolean {
  const parts = path.split(".");
  const keys = key.split(".");
  const isItem = parts.length === keys.length + 1 && /^\d+$/.test(parts[keys.length]);
  return (
    (parts.length === keys.length || isItem) &&
    keys.every((one, index) => one === parts[index] || (one === "*" && /^\d+$/.test(parts[index])))
  );
}

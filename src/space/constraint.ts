/**
 * Constraints on inputs: which of a space's points are allowed.
 */
import { didYouMean, InvalidInputError, messageOf } from "../errors.ts";
import { type Condition, conditionOf, kindOfValues, type Scope, shown, type Tree } from "./expression.ts";
import { equalitiesOf, type Linear, limitsOf, type Order, ordersOf } from "./linear.ts";
import type { ConstraintJson, Functions, InputConstraint, Parameter, Params, Space } from "./types.ts";

/** What constraints say, in the forms that are of use. */
export interface Constraints {
  readonly list: readonly InputConstraint[];
  /** Sums that can be solved for, … */
  readonly equalities: readonly Linear[];
  /** … those that can be made small enough, … */
  readonly limits: readonly Linear[];
  /** … and pairs of parameters that can be swapped. */
  readonly orders: readonly Order[];
}

/** What some constraints of a space say. */
export function constraintsOf(
  list: readonly InputConstraint[],
  parameters: readonly Parameter[],
): Constraints {
  const { itemsOf } = scopeOf(parameters);
  const each = <T>(read: (tree: Tree, paths: readonly string[]) => readonly T[]) =>
    list.flatMap(({ tree, paths = [] }) => (tree === undefined ? [] : read(tree, paths)));
  return {
    list,
    equalities: each((tree, paths) => equalitiesOf(tree, paths, itemsOf)),
    limits: each((tree, paths) => limitsOf(tree, paths, itemsOf)),
    orders: each(ordersOf),
  };
}

/**
 * The constraints that a space's JSON lists.
 *
 * @param functions  by name; one that is missing makes a constraint that is not known, and holds everywhere
 * @param nest       what a function gets
 * @throws {InvalidInputError} naming the one that cannot be meant
 */
export function readConstraints(
  json: readonly ConstraintJson[],
  parameters: readonly Parameter[],
  functions: Functions,
  nest: (params: Params) => unknown,
): readonly InputConstraint[] {
  const scope = scopeOf(parameters);
  const names = new Set<string>();
  return json.map((entry) => {
    const { name, tree } = checkShape(entry);
    if (names.has(name)) throw new InvalidInputError(`where ${JSON.stringify(name)} is given twice`);
    names.add(name);
    if (tree !== undefined) {
      const condition = readTree(name, tree, scope);
      return { name, tree, known: true, paths: condition.paths, holds: condition.holds };
    }
    const decide = Object.hasOwn(functions, name) ? functions[name] : undefined;
    return {
      name,
      known: decide !== undefined,
      holds: decide === undefined ? () => true : calling(name, decide, nest),
    };
  });
}

/** A constraint as a space's JSON has it. */
export function jsonOf({ name, tree }: ConstraintJson): ConstraintJson {
  return { name, ...(tree !== undefined && { tree }) };
}

/** The constraints of a space that do not follow from its parameters. */
export function givenConstraints({ constraints }: Pick<Space, "constraints">): readonly InputConstraint[] {
  return constraints.filter(({ implied }) => implied === undefined);
}

/** A constraint in messages: with what it says, where the name does not. */
export function nameOf({ name, tree }: ConstraintJson): string {
  const text = tree === undefined ? name : shown(tree);
  const squeezed = (one: string) => one.replace(/\s/g, "");
  return `where ${JSON.stringify(name)}${squeezed(text) === squeezed(name) ? "" : ` (${text})`}`;
}

function checkShape(entry: unknown): ConstraintJson {
  if (typeof entry === "string")
    throw new InvalidInputError(
      `where ${JSON.stringify(entry)}: a text is read by expression() of "fettle/node"; here it is a tree, or a function with a name`,
    );
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    throw new InvalidInputError(`where: ${JSON.stringify(entry)} is no constraint`);
  const { name, tree, ...rest } = entry as ConstraintJson;
  if (typeof name !== "string" || name === "")
    throw new InvalidInputError(`where: ${JSON.stringify(entry)} has no name`);
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined)
    throw new InvalidInputError(
      `where ${JSON.stringify(name)}: a constraint has no ${JSON.stringify(unknown)}${didYouMean(unknown, ["name", "tree"])}`,
    );
  return { name, ...(tree !== undefined && { tree }) };
}

function readTree(name: string, tree: unknown, scope: Scope): Condition {
  try {
    return conditionOf(tree, scope);
  } catch (cause) {
    throw new InvalidInputError(`where ${JSON.stringify(name)}: ${messageOf(cause)}`, { cause });
  }
}

function calling(
  name: string,
  decide: (params: never) => boolean,
  nest: (params: Params) => unknown,
): (params: Params) => boolean {
  return (params) => {
    try {
      return decide(nest(params) as never) === true;
    } catch (cause) {
      throw new InvalidInputError(`where ${JSON.stringify(name)}: the function threw: ${messageOf(cause)}`, {
        cause,
      });
    }
  };
}

/** What names mean in the expressions of a space. */
function scopeOf(parameters: readonly Parameter[]): Scope {
  const byPath = new Map(parameters.map((parameter) => [parameter.path, parameter]));
  const arrays = new Map<string, string[]>();
  for (const { path, permutation } of parameters) {
    const [, array] = /^(.+)\.\d+$/.exec(path) ?? [];
    if (array !== undefined && permutation === undefined)
      arrays.set(array, [...(arrays.get(array) ?? []), path]);
  }
  return {
    names: [...byPath.keys(), ...arrays.keys()],
    itemsOf: (path) => arrays.get(path),
    kindOf(path) {
      const parameter = byPath.get(path);
      if (parameter === undefined) return undefined;
      if (parameter.domain !== "choice") return { kind: "number" };
      return { kind: kindOfValues(parameter.choices), choices: parameter.choices };
    },
  };
}

/**
 * Conditions on params as data: trees of operators, checked against a space and evaluated. Nothing here parses text,
 * and nothing can run code: an operator that is not in the table is refused.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import { type Kind, OPERATORS, readOperands } from "./expression/operators.ts";
import type { Scalar } from "./parameter.ts";
import type { Params } from "./types.ts";

/**
 * A number, text, true, false or null; or an operator and its operands. A parameter is `["param", "optimizer.lr"]`,
 * the items of an array that exist are `["items", "units"]`.
 *
 * @example
 * ["<=", ["*", ["param", "layers"], ["param", "units"]], 4096]
 */
export type Tree = Scalar | Operation;

/** An operator, and what it is applied to. */
export interface Operation extends ReadonlyArray<Tree> {
  readonly 0: string;
}

/** The two parts of an operation; undefined of a value. */
export function partsOf(
  tree: Tree,
): { readonly operator: string; readonly operands: readonly Tree[] } | undefined {
  if (typeof tree !== "object" || tree === null) return undefined;
  const [operator, ...operands] = tree;
  return { operator: operator as string, operands };
}

/** What names mean. */
export interface Scope {
  /** What values a parameter has; undefined if there is none of that path. */
  kindOf(path: string): { readonly kind: Kind; readonly choices?: readonly Scalar[] } | undefined;
  /** The paths of an array's items; undefined if there is no such array. */
  itemsOf(path: string): readonly string[] | undefined;
  /** Every name, for hints. */
  readonly names: readonly string[];
}

/** A condition that was checked. */
export interface Condition {
  /** The parameters that it names: where one of them is not active, it holds. */
  readonly paths: readonly string[];
  /** Whether it holds. Paths without a value make it hold. */
  holds(params: Params): boolean;
}

/** How deep a tree may be: those that people write are not ten deep. */
const DEEPEST = 100;

/**
 * A condition from its tree.
 *
 * @throws {InvalidInputError} if an operator or a name is unknown, or something is compared that cannot be
 */
export function conditionOf(tree: unknown, scope: Scope): Condition {
  const named = new Set<string>();
  if (typeof tree === "string")
    throw new InvalidInputError(
      'it is a text, which expression() of "fettle/node" reads; here stands a function or a tree',
    );
  const { kind, value } = compile(tree, scope, named, 0);
  if (kind !== "boolean")
    throw new InvalidInputError("it is no condition: compare it with something, such as <= 1");
  const paths = [...named];
  return {
    paths,
    holds: (params) => !paths.every((path) => params[path] !== undefined) || value(params) === true,
  };
}

/** A part of a tree that was checked. */
interface Compiled {
  readonly kind: Kind;
  readonly value: (params: Params) => Scalar;
  /** The choices of a parameter. */
  readonly choices?: readonly Scalar[];
  /** Its value, if it is always the same. */
  readonly constant?: Scalar;
}

function compile(tree: unknown, scope: Scope, named: Set<string>, depth: number): Compiled {
  if (depth > DEEPEST) throw new InvalidInputError("it is nested too deeply");
  if (!Array.isArray(tree)) return literal(tree);
  const [operator, ...operands] = tree as readonly unknown[];
  if (operator === "param") return parameter(readOperands(operator, operands, String)[0], scope, named);
  if (typeof operator !== "string" || !Object.hasOwn(OPERATORS, operator))
    throw new InvalidInputError(
      `${JSON.stringify(operator)} is no operator${didYouMean(String(operator), Object.keys(OPERATORS))}`,
    );
  const definition = OPERATORS[operator];
  if (definition.folds) {
    const spread = operands.map((operand) => itemsIn(operand, scope));
    if (spread.some((items) => items !== undefined))
      return overItems(
        operator,
        operands.map((operand, index) => spread[index] ?? compile(operand, scope, named, depth + 1)),
      );
  }
  const compiled = operands.map((operand) => compile(operand, scope, named, depth + 1));
  const kinds = compiled.map(({ kind }) => kind);
  const wrong = definition.problem(kinds);
  if (wrong !== undefined) throw new InvalidInputError(`${shown(tree as unknown as Tree)}: ${wrong}`);
  if (operator === "=" || operator === "!=" || operator === "in")
    checkChoices(compiled, tree as unknown as Tree);
  const values = compiled.map(({ value }) => value);
  return { kind: definition.kind(kinds), value: definition.compile(values) };
}

function literal(value: unknown): Compiled {
  const kind = kindOfValue(value);
  if (kind === undefined)
    throw new InvalidInputError(`${JSON.stringify(value) ?? String(value)} cannot stand in a condition`);
  return { kind, value: () => value as Scalar, constant: value as Scalar };
}

/** Which kind of value it is; undefined if it is none. */
function kindOfValue(value: unknown): Kind | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? "number" : undefined;
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "boolean";
  return value === null ? "mixed" : undefined;
}

/** The kind of any of several values. */
export function kindOfValues(values: readonly Scalar[]): Kind {
  const kinds = new Set(values.map(kindOfValue));
  return kinds.size === 1 ? (kindOfValue(values[0]) ?? "mixed") : "mixed";
}

function parameter(path: string, scope: Scope, named: Set<string>): Compiled {
  const found = scope.kindOf(path);
  if (found === undefined) {
    if (scope.itemsOf(path) !== undefined)
      throw new InvalidInputError(
        `${path} is an array: name one of its items, such as ${path}[0], or all of them in sum, min or max`,
      );
    throw new InvalidInputError(`there is no parameter ${path}${didYouMean(path, scope.names)}`);
  }
  named.add(path);
  return { ...found, value: (params) => params[path] };
}

/** The paths that `["items", path]` stands for, or the name of an array where items may stand. */
function itemsIn(tree: unknown, scope: Scope): readonly string[] | undefined {
  if (!Array.isArray(tree) || (tree[0] !== "items" && tree[0] !== "param")) return undefined;
  const path = readOperands(tree[0], tree.slice(1), String)[0];
  if (tree[0] === "param" && scope.kindOf(path) !== undefined) return undefined;
  const items = scope.itemsOf(path);
  if (items === undefined && tree[0] === "items")
    throw new InvalidInputError(`there is no array ${path}${didYouMean(path, scope.names)}`);
  for (const item of items ?? [])
    if (scope.kindOf(item)?.kind !== "number") throw new InvalidInputError(`${item} is no number`);
  return items;
}

/** A function of any number of operands, over the items that exist. */
function overItems(operator: string, operands: readonly (readonly string[] | Compiled)[]): Compiled {
  const definition = OPERATORS[operator];
  const isItems = (one: readonly string[] | Compiled): one is readonly string[] => Array.isArray(one);
  for (const one of operands)
    if (!isItems(one) && one.kind !== "number") throw new InvalidInputError(`${operator} takes numbers only`);
  return {
    kind: "number",
    value: (params) => {
      const numbers = operands.flatMap((one) =>
        isItems(one)
          ? one.flatMap((path) => (params[path] === undefined ? [] : [params[path]]))
          : [one.value(params)],
      );
      return definition.compile(numbers.map((number) => () => number))(params);
    },
  };
}

/** A choice that is compared with what it never is was misspelt. */
function checkChoices(operands: readonly Compiled[], tree: Tree): void {
  const choices = operands.find((one) => one.choices !== undefined)?.choices;
  if (choices === undefined) return;
  for (const { constant } of operands)
    if (constant !== undefined && !choices.includes(constant))
      throw new InvalidInputError(
        `${shown(tree)}: ${JSON.stringify(constant)} is none of the choices${didYouMean(String(constant), choices.map(String))}`,
      );
}

/** Operators between their operands, the weakest first; those of a line are equally strong. */
const STRENGTHS: readonly (readonly string[])[] = [
  ["if"],
  ["or"],
  ["and"],
  ["not"],
  ["=", "!="],
  ["<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
  ["**"],
];
/** What is read as a path without quotes. */
const PLAIN_PATH = /^[A-Za-z_]\w*(?:\.\w+)*$/;

/** A tree as people write it; what is written so is read as the same tree. */
export function shown(tree: Tree): string {
  const parts = partsOf(tree);
  if (parts === undefined) return JSON.stringify(tree);
  const { operator, operands } = parts;
  if (operator === "param" || operator === "items") {
    const path = String(operands[0]);
    return PLAIN_PATH.test(path) ? path : `\`${path}\``;
  }
  const inner = (operand: Tree) =>
    strengthOf(operand) > strengthOf(tree) ? shown(operand) : `(${shown(operand)})`;
  const [first, ...others] = operands;
  if (operator === "in") return `${inner(first)} in [${others.map(shown).join(", ")}]`;
  if (operator === "not") return `not (${shown(first)})`;
  if (operator === "-" && others.length === 0)
    return `-${partsOf(first) === undefined ? `(${shown(first)})` : inner(first)}`;
  if (operator === "if") return `${inner(first)} ? ${inner(others[0])} : ${inner(others[1])}`;
  if (strengthOf(tree) < STRENGTHS.length && others.length > 0)
    return operands.map(inner).join(` ${operator} `);
  return strengthOf(tree) < STRENGTHS.length
    ? shown(first)
    : `${operator}(${operands.map(shown).join(", ")})`;
}

/** The place of its operator among the strengths; beyond all of them for names, functions and numbers. */
function strengthOf(tree: Tree): number {
  if (typeof tree === "number" && tree < 0) return STRENGTHS.length - 1;
  const operator = partsOf(tree)?.operator ?? "";
  const strength = STRENGTHS.findIndex((group) => group.includes(operator));
  return strength < 0 ? STRENGTHS.length : strength;
}

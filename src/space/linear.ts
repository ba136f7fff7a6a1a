/**
 * Constraints that can be solved instead of tried: sums of parameters that are a number or at most one, and parameters
 * in order.
 */
import { partsOf, type Tree } from "./expression.ts";

/** Σ coefficient · parameter + constant is 0; or is at most 0. Parameters without a value add nothing. */
export interface Linear {
  readonly terms: readonly { readonly path: string; readonly coefficient: number }[];
  readonly constant: number;
  /** Where one of these has no value, it holds. */
  readonly needs: readonly string[];
}

/** Parameter `low` is at most `high`; below it, if `strict`. */
export interface Order {
  readonly low: string;
  readonly high: string;
  readonly strict: boolean;
}

/** The paths of an array's items. */
type ItemsOf = (path: string) => readonly string[] | undefined;

/** The linear equations among what must hold. */
export function equalitiesOf(tree: Tree, needs: readonly string[], itemsOf: ItemsOf): Linear[] {
  return linearOf(tree, needs, itemsOf, ["="]);
}

/** The linear inequations among what must hold, of three parameters or more: with fewer, enough points satisfy them. */
export function limitsOf(tree: Tree, needs: readonly string[], itemsOf: ItemsOf): Linear[] {
  const [below, above] = [
    ["<", "<="],
    [">", ">="],
  ].map((operators) => linearOf(tree, needs, itemsOf, operators));
  const negated = above.map(({ terms, constant }) => ({
    terms: terms.map(({ path, coefficient }) => ({ path, coefficient: -coefficient })),
    constant: -constant,
    needs,
  }));
  return [...below, ...negated].filter(({ terms }) => terms.length > 2);
}

function linearOf(
  tree: Tree,
  needs: readonly string[],
  itemsOf: ItemsOf,
  operators: readonly string[],
): Linear[] {
  return conjuncts(tree).flatMap((one) => {
    const { operator, operands } = partsOf(one) ?? { operator: "", operands: [] };
    const form = operators.includes(operator) ? difference(operands, itemsOf) : undefined;
    if (form === undefined) return [];
    const terms = [...form.terms].flatMap(([path, coefficient]) =>
      coefficient === 0 ? [] : [{ path, coefficient }],
    );
    return terms.length === 0 ? [] : [{ terms, constant: form.constant, needs }];
  });
}

/** The pairs in order among what must hold. */
export function ordersOf(tree: Tree): Order[] {
  return conjuncts(tree).flatMap((one) => {
    const { operator, operands } = partsOf(one) ?? { operator: "", operands: [] };
    const form = ["<", "<=", ">", ">="].includes(operator) ? difference(operands, NO_ITEMS) : undefined;
    if (form === undefined || form.constant !== 0 || form.terms.size !== 2) return [];
    const [[a, ca], [b, cb]] = [...form.terms];
    if (ca !== -cb || ca === 0) return [];
    const ascends = ca > 0 === operator.startsWith("<");
    return [{ low: ascends ? a : b, high: ascends ? b : a, strict: !operator.endsWith("=") }];
  });
}

const NO_ITEMS: ItemsOf = () => undefined;

/** What must hold at the same time. */
function conjuncts(tree: Tree): readonly Tree[] {
  const parts = partsOf(tree);
  return parts?.operator === "and" ? parts.operands.flatMap(conjuncts) : [tree];
}

interface Form {
  readonly terms: ReadonlyMap<string, number>;
  readonly constant: number;
}

function difference([a, b]: readonly Tree[], itemsOf: ItemsOf): Form | undefined {
  const [left, right] = [formOf(a, itemsOf), formOf(b, itemsOf)];
  return left && right && added(left, scaled(right, -1));
}

/** A tree as a linear form; undefined if it is none. */
function formOf(tree: Tree, itemsOf: ItemsOf): Form | undefined {
  if (typeof tree === "number") return { terms: new Map(), constant: tree };
  const parts = partsOf(tree);
  if (parts === undefined) return undefined;
  const { operator, operands } = parts;
  if (operator === "param") return { terms: new Map([[String(operands[0]), 1]]), constant: 0 };
  if (operator === "sum") return sumForm(operands, itemsOf);
  if (!["+", "-", "*", "/"].includes(operator)) return undefined;
  const forms = operands.map((operand) => formOf(operand, itemsOf));
  if (forms.some((form) => form === undefined)) return undefined;
  const [first, ...others] = forms as readonly Form[];
  if (operator === "-") return others.length === 0 ? scaled(first, -1) : added(first, scaled(others[0], -1));
  if (operator === "+") return others.reduce(added, first);
  if (operator === "/") return others[0].terms.size === 0 ? scaled(first, 1 / others[0].constant) : undefined;
  const varying = [first, ...others].filter((form) => form.terms.size > 0);
  if (varying.length > 1) return undefined;
  const factor = [first, ...others].reduce(
    (product, form) => (form.terms.size > 0 ? product : product * form.constant),
    1,
  );
  return scaled(varying[0] ?? { terms: new Map(), constant: 1 }, factor);
}

/** Of an array, all its items; those that do not exist add nothing. */
function sumForm(operands: readonly Tree[], itemsOf: ItemsOf): Form | undefined {
  const forms = operands.map((operand): Form | undefined => {
    const parts = partsOf(operand);
    const items = parts && ["param", "items"].includes(parts.operator) && itemsOf(String(parts.operands[0]));
    if (!items) return formOf(operand, itemsOf);
    return { terms: new Map(items.map((path) => [path, 1])), constant: 0 };
  });
  const empty: Form = { terms: new Map(), constant: 0 };
  return forms.reduce((total, form) => total && form && added(total, form), empty);
}

function added(a: Form, b: Form): Form {
  const terms = new Map(a.terms);
  for (const [path, coefficient] of b.terms) terms.set(path, (terms.get(path) ?? 0) + coefficient);
  return { terms, constant: a.constant + b.constant };
}

function scaled({ terms, constant }: Form, factor: number): Form {
  return {
    terms: new Map([...terms].map(([path, coefficient]) => [path, coefficient * factor])),
    constant: constant * factor,
  };
}

/**
 * Constraints that can be solved instead of tried: sums of parameters that are a number, and parameters in order.
 */
import { partsOf, type Tree } from "./expression.ts";

/** Σ coefficient · parameter + constant = 0. */
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

/** The linear equations among what must hold. */
export function linearOf(tree: Tree, needs: readonly string[]): Linear[] {
  return conjuncts(tree).flatMap((one) => {
    const parts = partsOf(one);
    const form = parts?.operator === "=" ? difference(parts.operands) : undefined;
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
    const form = ["<", "<=", ">", ">="].includes(operator) ? difference(operands) : undefined;
    if (form === undefined || form.constant !== 0 || form.terms.size !== 2) return [];
    const [[a, ca], [b, cb]] = [...form.terms];
    if (ca !== -cb || ca === 0) return [];
    const ascends = ca > 0 === operator.startsWith("<");
    return [{ low: ascends ? a : b, high: ascends ? b : a, strict: !operator.endsWith("=") }];
  });
}

/** What must hold at the same time. */
function conjuncts(tree: Tree): readonly Tree[] {
  const parts = partsOf(tree);
  return parts?.operator === "and" ? parts.operands.flatMap(conjuncts) : [tree];
}

interface Form {
  readonly terms: ReadonlyMap<string, number>;
  readonly constant: number;
}

function difference([a, b]: readonly Tree[]): Form | undefined {
  const [left, right] = [formOf(a), formOf(b)];
  return left && right && added(left, scaled(right, -1));
}

/** A tree as a linear form; undefined if it is none. */
function formOf(tree: Tree): Form | undefined {
  if (typeof tree === "number") return { terms: new Map(), constant: tree };
  const parts = partsOf(tree);
  if (parts === undefined) return undefined;
  const { operator, operands } = parts;
  if (operator === "param") return { terms: new Map([[String(operands[0]), 1]]), constant: 0 };
  if (!["+", "-", "*", "/"].includes(operator)) return undefined;
  const forms = operands.map(formOf);
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

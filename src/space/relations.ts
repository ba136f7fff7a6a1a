/**
 * Constraints that can be solved for, as trees: what a program writes where people write `a + b + c = 1` or `a <= b`.
 */
import type { Tree } from "./expression.ts";

/**
 * The sum of some parameters is a number.
 *
 * @param paths  dotted paths, or coefficients by path
 * @example
 * space({ a: float(0, 1), b: float(0, 1), c: float(0, 1) }, { where: { mix: sumOf(["a", "b", "c"], 1) } });
 */
export function sumOf(paths: readonly string[] | Readonly<Record<string, number>>, total: number): Tree {
  const terms = Array.isArray(paths)
    ? paths.map((path): Tree => ["param", path])
    : Object.entries(paths as Readonly<Record<string, number>>).map(
        ([path, coefficient]): Tree => ["*", coefficient, ["param", path]],
      );
  return ["=", ["+", ...terms], total];
}

/**
 * No parameter is larger than the next one.
 *
 * @example
 * space({ low: float(0, 1), high: float(0, 1) }, { where: { order: ascending("low", "high") } });
 */
export function ascending(...paths: readonly string[]): Tree {
  const pairs = paths.slice(1).map((path, index): Tree => ["<=", ["param", paths[index]], ["param", path]]);
  return ["and", ...pairs];
}

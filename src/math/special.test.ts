import { expect, test } from "vitest";
import { fixtures } from "./special.fixtures.ts";
import * as special from "./special.ts";

/** Relative errors that are allowed, in units of 2^-52; the least that a double can be off is ½. */
const UNITS = 8;
/** Where one function is made of several. */
const MORE_UNITS: Readonly<Record<string, number>> = { logHGradient: 64 };
const EPSILON = 2 ** -52;

const functions: Readonly<Record<string, (...args: number[]) => readonly number[]>> = {
  ...Object.fromEntries(
    Object.entries(special)
      .filter(([name]) => name !== "logHGradient" && name !== "logSumExp")
      .map(([name, f]) => [name, (...args: number[]) => [(f as (...a: number[]) => number)(...args)]]),
  ),
  logHGradient: (z) => {
    const { cdf, pdf } = special.logHGradient(z);
    return [cdf, pdf];
  },
};

test.each(Object.entries(fixtures))("%s agrees with mpmath", (name, rows) => {
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const values = name === "logHGradient" ? 2 : 1;
    const args = row.slice(0, row.length - values);
    const wanted = row.slice(row.length - values);
    functions[name](...args).forEach((found, i) => {
      // a logarithm near zero, and a difference of two values, keep their absolute digits only
      const scale = name.startsWith("log") ? Math.max(1, Math.abs(wanted[i])) : Math.abs(wanted[i]);
      const off = Math.abs(found - wanted[i]) / Math.max(scale, Number.MIN_VALUE) / EPSILON;
      if (!(off <= (MORE_UNITS[name] ?? UNITS) || found === wanted[i]))
        expect.fail(`${name}(${args}) is ${found} and not ${wanted[i]}: ${off} units off`);
    });
  }
});

test("the quick distribution function is near the exact one, and never out of [0, 1]", () => {
  for (let x = -9; x <= 9; x += 0.00717) {
    const quick = special.quickNormalCdf(x);
    expect(Math.abs(quick - special.normalCdf(x))).toBeLessThan(2e-10);
    expect(quick >= 0 && quick <= 1).toBe(true);
  }
});

test("logSumExp", () => {
  expect(special.logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  expect(special.logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
  expect(special.logSumExp([Number.NEGATIVE_INFINITY, 3])).toBe(3);
});

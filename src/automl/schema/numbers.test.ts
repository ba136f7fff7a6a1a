import { expect, test } from "vitest";
import { decimalMark, isCode, parseNumber } from "./numbers.ts";

test.each([
  ["12", 12],
  ["-1.5e3", -1500],
  [" 1,234.5 ", 1234.5],
  ["$1,200", 1200],
  ["-$5", -5],
  ["€ 7", 7],
  ["12.5 %", 12.5],
  ["(300)", -300],
  ["1 234", 1234],
  [".5", 0.5],
  ["inf", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["1,23", Number.NaN],
  ["3A", Number.NaN],
  ["", Number.NaN],
  ["-", Number.NaN],
  ["1.2.3", Number.NaN],
])("%s with a point is %d", (text, expected) => {
  expect(parseNumber(text, "point")).toBe(expected);
});

test.each([
  ["1,5", 1.5],
  ["1.234,5", 1234.5],
  ["1.234", 1234],
  ["12.5", Number.NaN],
])("%s with a comma is %d", (text, expected) => {
  expect(parseNumber(text, "comma")).toBe(expected);
});

test("the column decides what the comma means", () => {
  expect(decimalMark(["1,234", "12.5"], [1, 1])).toBe("point");
  expect(decimalMark(["1,5", "12,25"], [1, 1])).toBe("comma");
  expect(decimalMark(["1,234"], [1])).toBe("point");
});

test("digits after a first zero are a code", () => {
  expect(isCode("01234")).toBe(true);
  expect(isCode("0")).toBe(false);
  expect(isCode("0.5")).toBe(false);
});

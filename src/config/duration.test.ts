import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "./duration.ts";

test.each([
  ["2h", 7_200_000],
  ["90s", 90_000],
  ["10m", 600_000],
  ["1h30m", 5_400_000],
  ["1h 30m", 5_400_000],
  ["500ms", 500],
  ["1d", 86_400_000],
  ["1.5s", 1500],
  [".5h", 1_800_000],
  ["90", 90_000],
  ["0.25", 250],
  [" 3 m ", 180_000],
  ["1m500ms", 60_500],
])("%s is %d ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test("a number counts seconds", () => {
  expect(parseDuration(90)).toBe(90_000);
});

test.each(["", "h", "2x", "2 hours", "-5s", "1m1h", "1h1h", "1e3", "1,5s", "2H", "Infinity", "NaN", "1h30"])(
  "%j is no duration",
  (text) => {
    expect(() => parseDuration(text)).toThrow(
      `${JSON.stringify(text)} is no duration; write it like 90s, 10m, 2h or 1h30m`,
    );
  },
);

test.each(["0", "0s", "0.0001ms"])("%j is no time", (text) => {
  expect(() => parseDuration(text)).toThrow("is no time at all; write a duration above 0");
});

test.each([
  [7_200_000, "2h"],
  [5_400_000, "1h30m"],
  [90_000, "1m30s"],
  [61_500, "1m1.5s"],
  [500, "500ms"],
  [86_400_000, "1d"],
])("%d ms is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("text reads back to the same", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e10 }), (ms) => parseDuration(formatDuration(ms)) === ms));
});

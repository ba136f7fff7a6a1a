import { expect, test } from "vitest";
import { tableOf } from "../read/values.ts";
import { cells, noise } from "../tables.fixtures.ts";
import { driftOf } from "./drift.ts";

const N = 500;
const train = tableOf({
  x: noise(N, 1),
  word: cells(N, (i) => "abc"[i % 3]),
  wide: cells(N, (i) => `w${(i * 7919) % 60}`),
});

test("a table of the same kind says nothing, however small", () => {
  const again = tableOf({
    x: noise(N, 2),
    word: cells(N, (i) => "abc"[(i * 2) % 3]),
    wide: cells(N, (i) => `w${(i * 7907) % 62}`),
  });
  expect(driftOf(train, again)).toEqual([]);
  expect(driftOf(train, tableOf({ x: [2], word: ["a"], wide: ["w3"] }))).toEqual([]);
});

test("what moved, is missing, or was never seen is named", () => {
  const moved = tableOf({
    x: noise(N, 2).map((value) => value + 2),
    word: cells(N, (i) => (i % 3 ? null : "a")),
    wide: cells(N, (i) => (i % 2 ? `new ${i}` : "w1")),
  });
  expect(driftOf(train, moved)).toEqual([
    expect.stringMatching(/^column "x" is distributed otherwise.*the median is [12]\.\d+, and was -?0\.\d+$/),
    'column "word" is missing in 67 % of the rows, and in 0 % of those learned from',
    expect.stringMatching(/^column "wide" has 50 % of its cells in levels that were never.*"new 1"$/),
  ]);
  const other = tableOf({ x: noise(N, 2), word: cells(N, () => "b"), wide: cells(N, (i) => `w${i % 60}`) });
  expect(driftOf(train, other)).toEqual([
    expect.stringMatching(/"word".*67 % of its cells are in other levels/),
  ]);
});

import { expect, test } from "vitest";
import type { StringColumn } from "../table.ts";
import { termReader, termsOf, wordCounter, wordsOf } from "./reading.ts";

function columnOf(levels: readonly string[]): StringColumn {
  return { name: "text", type: "string", levels, codes: Int32Array.from(levels, (_, code) => code) };
}

test("words are letters and digits of any script, in lower case; terms are words and pairs", () => {
  expect(wordsOf("Größe: 12cm -- c'est ça. 東京")).toEqual(["größe", "12cm", "c", "est", "ça", "東京"]);
  expect([...termsOf("so so good")]).toEqual(["so", "good", "so so", "so good"]);
  expect([...termsOf(" ?! ")]).toEqual([]);
});

test("a column too large to be kept is read as a small one is", () => {
  const texts = ["one two three two", "three", "", "four one two"];
  const large = columnOf([...texts, ...Array.from({ length: 1001 }, (_, i) => `${i}${"x ".repeat(9_999)}`)]);
  const terms = ["two", "one two", "absent", "three"];
  for (const column of [columnOf(texts), large]) {
    const read = termReader(column, terms);
    const count = wordCounter(column);
    expect(texts.map((_, code) => [...read(code)])).toEqual([[0, 1, 3], [3], [], [0, 1]]);
    expect(texts.map((_, code) => count(code))).toEqual([4, 1, 0, 3]);
  }
});

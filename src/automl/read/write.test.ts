import { expect, it } from "vitest";
import { parseCsv } from "./csv.ts";
import { writeCsv } from "./write.ts";

it("writes what is read as the same", () => {
  const names = ["plain", 'with "quotes"', "a, b", "two\nlines", " spaces "];
  const numbers = [1 / 3, -1e-300, Number.NaN, 1e21, 0];
  const text = writeCsv([
    { name: "name, quoted", values: names },
    { name: "x", values: Float64Array.from(numbers) },
  ]);
  const [first, second] = parseCsv(text).columns;
  if (first.type !== "string" || second.type !== "number") throw new Error("other types");
  expect(first.name).toBe("name, quoted");
  expect([...first.codes].map((code) => first.levels[code])).toEqual(names.map((name) => name.trim()));
  expect([...second.values]).toEqual(numbers);
});

it("writes a row for a missing cell of a single column", () => {
  expect(writeCsv([{ name: "x", values: [1, null, 3] }])).toBe('x\n1\n""\n3\n');
  expect(parseCsv('x\n1\n""\n3\n').rows).toBe(3);
});

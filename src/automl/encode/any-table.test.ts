/**
 * Whatever is in a table: it is refused in a sentence, or becomes matrices of numbers.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidInputError } from "../../errors.ts";
import { rng } from "../../random.ts";
import { conform } from "../schema/conform.ts";
import { inferSchema } from "../schema/schema.ts";
import { planSplit, refitFolds } from "../split/split.ts";
import type { Table } from "../table.ts";
import { columnOf } from "../tables.fixtures.ts";
import { encode, fitEncoder, names } from "./encoder.ts";

const cell = fc.oneof(
  fc.constantFrom(
    null,
    "",
    " ",
    "0",
    "1",
    "NaN",
    "true",
    "no",
    "1,5",
    "2020-02-30",
    "3/4/20",
    "12:00",
    "a b c d",
  ),
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
/** A column is made of few kinds of cells, so that kinds are met. */
const column = fc
  .array(cell, { minLength: 1, maxLength: 6 })
  .chain((some) => fc.array(fc.constantFrom(...some), { minLength: 60, maxLength: 60 }));
const numbers = fc.array(fc.double(), { minLength: 60, maxLength: 60 });
const sentences = fc.array(
  fc
    .array(fc.constantFrom("a", "b", "long", "Größe", "7", "-", "東京"), { maxLength: 12 })
    .map((words) => words.join(" ")),
  { minLength: 60, maxLength: 60 },
);
const table = fc
  .array(fc.oneof(column, numbers, sentences), { minLength: 2, maxLength: 6 })
  .map((columns): Table => ({ rows: 60, columns: columns.map((cells, c) => columnOf(`c${c}`, cells)) }));

test("a table is refused in one line, or encoded without a crash", () => {
  let encoded = 0;
  fc.assert(
    fc.property(table, table, (raw, later) => {
      let inferred: ReturnType<typeof inferSchema>;
      try {
        inferred = inferSchema(raw, { target: "c0" });
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
        expect((error as Error).message).not.toContain("\n");
        return;
      }
      const { schema, rows, y } = inferred;
      const options = { table: raw, schema, rows, y, rng: rng(1) };
      const split = planSplit(options);
      expect(split.outer.train.length + split.outer.test.length).toBe(rows.length);
      expect(
        refitFolds(options).every(({ train, valid }) => train.length + valid.length === rows.length),
      ).toBe(true);
      const { table: conformed } = conform(raw, schema);
      for (const view of ["trees", "dense"] as const) {
        const [{ train }] = split.folds;
        const { encoder, matrix } = fitEncoder({
          table: conformed,
          schema,
          rows: train,
          y,
          view,
          rng: rng(2),
        });
        const again = JSON.parse(JSON.stringify(encoder));
        for (const made of [matrix, encode(again, conformed), encode(again, conform(later, schema).table)]) {
          expect(made.columns).toBe(names(encoder).length);
          expect(
            made.values.every((value) => Number.isFinite(value) || (view === "trees" && Number.isNaN(value))),
          ).toBe(true);
          for (let c = 0; c < made.columns; c++)
            if (made.levels[c] > 0)
              for (let r = 0; r < made.rows; r++)
                expect(made.values[c * made.rows + r] >= made.levels[c]).toBe(false);
        }
        encoded++;
      }
    }),
    { seed: 4, numRuns: 300, endOnFailure: true },
  );
  expect(encoded).toBeGreaterThan(100);
});

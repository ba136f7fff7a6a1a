/**
 * Models learned without a search, for tests of what is made of them.
 */
import { rng } from "../random.ts";
import { adopt, space } from "../space.ts";
import { Encodings } from "./encodings.ts";
import { families as all } from "./families.ts";
import type { Member, Model } from "./model.ts";
import { fitPipeline } from "./pipeline.ts";
import { conform } from "./schema/conform.ts";
import { inferSchema } from "./schema/schema.ts";
import { innerSlice } from "./slice.ts";
import type { Table } from "./table.ts";

/** An ensemble of these families in equal shares, each with its defaults; the target is the column `y`. */
export async function plainModel(
  table: Table,
  families: readonly string[],
  quantiles?: readonly number[],
): Promise<Model> {
  const { schema, rows, y } = inferSchema(table, { target: "y", ...(quantiles && { quantiles }) });
  const { table: conformed } = conform(table, schema);
  const encodings = new Encodings({ table: conformed, schema, y, rng: rng(2) });
  const shape = {
    ...{ task: schema.task, rows: rows.length, columns: conformed.columns.length },
    ...{ categories: 2, widest: 120 },
  };
  const { learned, slice } = innerSlice(rows, y, schema.task, { seed: 1, key: "plain", timed: false });
  const members: Member[] = [];
  for (const [trial, name] of families.entries()) {
    const family = all[name];
    const pipeline = await fitPipeline({
      ...{ schema, y, encodings, family, rng: rng(1), log: false, balanced: false, stop: () => false },
      ...{ rows: learned, key: "all", ...(family.early && { slice }) },
      params: adopt(space(family.space(shape)), {}) as never,
    });
    members.push({ family: name, trial, weight: 1 / families.length, pipelines: [pipeline] });
  }
  return { schema, metric: "auc", members };
}

/** The rows of a table as objects, as they come from JSON: null where a cell is missing. */
export function rowsOf(table: Table): Record<string, number | string | null>[] {
  return Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(
      table.columns.map((column) => {
        if (column.type === "string") return [column.name, column.levels[column.codes[row]] ?? null];
        return [column.name, Number.isNaN(column.values[row]) ? null : column.values[row]];
      }),
    ),
  );
}

/**
 * What a single JavaScript file has in it beside the model: predictions of plain objects. The build bundles this module
 * alone, so nothing here may need Node, a package, or what fits models.
 */
import { type Model, predict } from "./model.ts";
import { unpackModel } from "./packed.ts";
import { tableOf } from "./read/values.ts";

/** Raw values by the names of the table's columns; what is absent, null or undefined is missing. */
export type Row = Readonly<Record<string, unknown>>;

/** What is predicted for one row. */
export type Prediction =
  | { readonly label: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly value: number }
  | { readonly quantiles: Readonly<Record<string, number>> };

/** What a model is, for who finds the file. */
export interface About {
  readonly target: string;
  readonly task: Model["schema"]["task"];
  /** Columns that predictions depend on. */
  readonly features: readonly { readonly name: string; readonly kind: string }[];
  readonly metric: string;
  readonly score?: Model["score"];
  readonly families: readonly string[];
}

export interface Standalone {
  readonly about: About;
  /** @throws {InvalidInputError} if a row is no object, or a value is one */
  readonly predict: (rows: readonly Row[]) => Prediction[];
}

/**
 * Opens a model.
 *
 * @param manifest  the text of `manifest.json`
 * @param arrays    the bytes of `arrays.bin` in base64
 */
export function open(manifest: string, arrays: string): Standalone {
  const model = unpackModel(manifest, fromBase64(arrays));
  return { about: aboutModel(model), predict: (rows) => predictRows(model, rows) };
}

/** What stands in `about`. */
export function aboutModel({ schema, metric, score, members }: Model): About {
  const used = schema.features.filter((feature) => feature.used);
  return {
    target: schema.target,
    task: schema.task,
    features: used.map(({ name, kind }) => ({ name, kind })),
    metric,
    ...(score && { score }),
    families: members.map(({ family }) => family),
  };
}

/** A prediction for each row; columns that the model does not know are not looked at. */
export function predictRows(model: Model, rows: readonly Row[]): Prediction[] {
  const { task, features } = model.schema;
  if (rows.length === 0) return [];
  const columns = features
    .filter(({ used }) => used)
    .map(({ name }) => [name, rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null))] as const);
  const { values, outputs, classes } = predict(model, tableOf(Object.fromEntries(columns)));
  const named = (names: readonly (string | number)[], row: number) =>
    Object.fromEntries(names.map((name, k) => [name, values[row * outputs + k]]));
  return rows.map((_, row): Prediction => {
    if (task.kind === "regression") return { value: values[row] };
    if (task.kind === "quantiles") return { quantiles: named(task.levels, row) };
    return {
      label: task.classes[(classes as Int32Array)[row]],
      probabilities: named(task.classes, row),
    };
  });
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

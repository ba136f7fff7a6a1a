/**
 * The part of the report about columns: what they are, how much they matter, and how the prediction changes with them.
 */
import { short } from "../../terminal/text.ts";
import type { DependenceOf, ImportanceOf } from "../explain/explanations.ts";
import { isoDate } from "../read/values.ts";
import type { Feature, Kind, Schema } from "../schema/schema.ts";
import type { Task } from "../task.ts";
import { bars, curves } from "./charts.ts";
import { cut, figure, html, type Markup, table } from "./html.ts";

/** Bars, columns of a table and curves that a page has room for. */
const BARS = 20;
const COLUMNS = 300;
const CURVES = 5;
const NAME = 60;
const MS_PER_DAY = 86_400_000;

/** The columns and their kinds, and what was left out and why. */
export function columnsSection({ features }: Schema): Markup {
  const used = features.filter((feature) => feature.used);
  const dropped = features.filter((feature) => !feature.used);
  const more = (list: readonly Feature[]) =>
    list.length > COLUMNS && html`<p class="soft">… and ${list.length - COLUMNS} more, in manifest.json.</p>`;
  return html`${table(
    `${used.length} columns that were learned from`,
    [{ title: "column" }, { title: "kind" }],
    used.slice(0, COLUMNS).map(({ name, kind }) => [cut(name, NAME), kind]),
  )}${more(used)}${
    dropped.length > 0 &&
    html`${table(
      `${dropped.length} columns that were left out`,
      [{ title: "column" }, { title: "kind" }, { title: "why" }],
      dropped.slice(0, COLUMNS).map(({ name, kind, why }) => [cut(name, NAME), kind, cut(why ?? "", 200)]),
    )}${more(dropped)}`
  }`;
}

/** Bars with their errors. */
export function importanceSection({ rows, repeats, unseen, features }: ImportanceOf, metric: string): Markup {
  const shown = features.slice(0, BARS);
  return html`<p>By how much ${metric} gets worse where the cells of a column are mixed up: the mean over ${repeats} times on ${rows} rows${
    unseen
      ? ", each predicted by models that had not learned from it"
      : ", which the models had learned from: take it for what they use, not for what there is to know"
  }; with standard errors. Columns that tell the same share their importance.</p>${figure(
    features.length > BARS
      ? `The ${BARS} most important of ${features.length} columns`
      : "Importance of columns",
    bars(
      `Permutation importance; the most important column is ${shown[0]?.feature}`,
      shown.map(({ feature, mean, error }) => ({ name: feature, value: mean, error: error ?? Number.NaN })),
    ),
    table(
      "Permutation importance",
      [{ title: "column" }, { title: metric, number: true }, { title: "±", number: true }],
      features
        .slice(0, COLUMNS)
        .map(({ feature, mean, error }) => [
          cut(feature, NAME),
          short(mean, 3),
          Number.isFinite(error) ? short(error, 2) : "–",
        ]),
    ),
  )}`;
}

/** One picture for each of the columns that matter most. */
export function dependenceSection(list: readonly DependenceOf[], { features, task }: Schema): Markup {
  const kinds = new Map(features.map(({ name, kind }) => [name, kind]));
  return html`<p>The mean prediction${
    task.kind === "classification" &&
    task.classes.length === 2 &&
    html` of <b>${cut(task.classes[1], NAME)}</b>`
  } of some rows where a column has this value in all of them, and everything else stays as it is; the band or whisker is the standard deviation over rows.</p><div class="grid2">${list.map(
    (one) => dependenceFigure(one, kinds.get(one.feature) ?? "number", task),
  )}</div>`;
}

function dependenceFigure(one: DependenceOf, kind: Kind, task: Task): Markup {
  const outputs = one.means.length / one.values.length;
  const drawn = drawnOutputs(one, outputs, task);
  const names = namesOf(task);
  const text = textOf(kind);
  const title = `Partial dependence on ${cut(one.feature, NAME)}`;
  const figures = table(
    title,
    [
      { title: cut(one.feature, NAME) },
      ...drawn.flatMap((k) => [
        { title: cut(names[k], 30), number: true as const },
        { title: "±", number: true as const },
      ]),
    ],
    one.values.map((value, i) => [
      typeof value === "string" ? cut(value, NAME) : text(value),
      ...drawn.flatMap((k) => [short(one.means[i * outputs + k], 3), short(one.spreads[i * outputs + k], 2)]),
    ]),
  );
  return figure(title, pictureOf(title, one, drawn, outputs, text, kind, names), figures);
}

function pictureOf(
  title: string,
  one: DependenceOf,
  drawn: readonly number[],
  outputs: number,
  text: (value: number) => string,
  kind: Kind,
  names: readonly string[],
): Markup {
  const { values, means, spreads, feature } = one;
  const legend =
    drawn.length > 1 &&
    html`<p>${drawn.map((k, at) => html`<span class="k${at % 6}">■</span> ${cut(names[k], 30)} `)}</p>`;
  const isLine =
    values.every((value) => typeof value === "number") && kind !== "boolean" && values.length > 1;
  if (!isLine)
    return html`${drawn.map(
      (k, at) =>
        html`${drawn.length > 1 && html`<p><span class="k${at % 6}">■</span> ${cut(names[k], 30)}</p>`}${bars(
          `${title}: ${cut(names[k], 30)}`,
          values.map((value, i) => ({
            name: typeof value === "string" ? value : text(value),
            value: means[i * outputs + k],
            error: spreads[i * outputs + k],
          })),
        )}`,
    )}`;
  const axes = { xLabel: cut(feature, 40), yLabel: "mean prediction", xText: text };
  const list = drawn.map((k) => ({
    points: values.map((value, i) => [Number(value), means[i * outputs + k]] as const),
    spreads: values.map((_, i) => spreads[i * outputs + k]),
  }));
  return html`${legend}${curves(title, axes, list)}`;
}

/** Of two classes the second; of many the ones that change most. */
function drawnOutputs({ means, values }: DependenceOf, outputs: number, task: Task): number[] {
  if (task.kind === "classification" && outputs === 2) return [1];
  const change = Array.from({ length: outputs }, (_, k) => {
    const own = values.map((__, i) => means[i * outputs + k]);
    return { k, span: Math.max(...own) - Math.min(...own) };
  });
  const most = change.sort((a, b) => b.span - a.span || a.k - b.k).slice(0, CURVES);
  return most.map(({ k }) => k).sort((a, b) => a - b);
}

function namesOf(task: Task): readonly string[] {
  if (task.kind === "classification") return task.classes;
  return task.kind === "quantiles" ? task.levels.map((level) => `quantile ${level}`) : ["prediction"];
}

/** How a column's numbers are written: dates are days, booleans 0 and 1. */
function textOf(kind: Kind): (value: number) => string {
  if (kind === "date") return (value) => isoDate(MS_PER_DAY * value).slice(0, 10);
  if (kind === "boolean") return (value) => (value === 0 ? "no" : value === 1 ? "yes" : short(value));
  return (value) => short(value);
}

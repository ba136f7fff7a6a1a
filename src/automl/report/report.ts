/**
 * The report of a tuned model: one page of HTML that needs nothing else, runs nothing and fetches nothing.
 */
import { short } from "../../terminal/text.ts";
import type { Standing } from "../automl.ts";
import type { Explanations } from "../explain/explanations.ts";
import type { Model } from "../model.ts";
import { columnsSection, dependenceSection, importanceSection } from "./features.ts";
import { cut, html, type Markup, type Piece, table } from "./html.ts";
import { classesSection, numbersSection } from "./predictions.ts";
import { STYLE } from "./style.ts";

/** A row of the leaderboard as it is kept: without times where the run was to be the same everywhere. */
export type Listed = Omit<Standing, "fitSeconds" | "predictMs"> &
  Partial<Pick<Standing, "fitSeconds" | "predictMs">>;

export interface ReportOptions {
  readonly model: Model;
  readonly leaderboard: readonly Listed[];
  readonly explanations: Explanations;
}

/** Rows of a table that a page has room for. */
const STANDINGS = 60;
const WARNINGS = 60;

/** The page's HTML, the same bytes for the same model. */
export function reportHtml({ model, leaderboard, explanations }: ReportOptions): string {
  const { schema } = model;
  const { task, target } = schema;
  const { warnings, importance, dependence, classes, numbers, notes, rows } = explanations;
  const title = `${cut(target, 60)}: a tuned model`;
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${STYLE}</style></head><body><main>
<h1>${title}</h1>
${headline(model, explanations)}
${warnings.length > 0 && section("Warnings", list(warnings, WARNINGS))}${
  importance !== undefined && section("What matters", importanceSection(importance, model.metric))
}${
  dependence !== undefined &&
  dependence.length > 0 &&
  section("How the prediction changes", dependenceSection(dependence, schema))
}${section(
  "Right and wrong",
  html`<p>${rows} rows that no model had learned from and nothing was chosen by, predicted by the ensemble.</p>${
    classes && task.kind === "classification" && classesSection(classes, task.classes, model.threshold)
  }${numbers && numbersSection(numbers, task)}`,
)}${section("The ensemble", membersTable(model))}${section(
  "Leaderboard",
  leaderboardTable(leaderboard, model.metric),
)}${section("Columns", columnsSection(schema))}${
  notes.length > 0 && section("What is not here", list(notes, WARNINGS))
}
</main></body></html>`.text
  }\n`;
}

function section(title: string, content: Markup): Markup {
  return html`<section><h2>${title}</h2>${content}</section>\n`;
}

function list(lines: readonly string[], most: number): Markup {
  const shown = lines.slice(0, most);
  return html`<ul>${shown.map((line) => html`<li>${cut(line, 400)}</li>`)}</ul>${
    lines.length > most && html`<p class="soft">… and ${lines.length - most} more.</p>`
  }`;
}

function headline({ metric, score, schema: { task } }: Model, { baseline }: Explanations): Markup {
  const what =
    task.kind === "classification"
      ? `${task.classes.length} classes`
      : task.kind === "quantiles"
        ? `quantiles ${task.levels.join(", ")}`
        : "a number";
  return html`<p class="soft">${what}, measured by ${metric}</p>${
    score &&
    html`<p class="score">${metric} ${short(score.value)}${
      score.error !== undefined && html` <span class="soft">± ${short(score.error, 2)}</span>`
    }</p><p>on ${score.rows} rows that no model had learned from and nothing was chosen by. A constant prediction has ${short(baseline)} on them.</p>`
  }`;
}

function membersTable({ members }: Model): Markup {
  return table(
    "Members: the prediction is their weighted mean",
    [{ title: "trial" }, { title: "family" }, number("weight"), number("fits")],
    members.map(({ trial, family, weight, pipelines }) => [
      `#${trial}`,
      family,
      weight.toFixed(3),
      pipelines.length,
    ]),
  );
}

function leaderboardTable(standings: readonly Listed[], metric: string): Markup {
  const timed = standings.some(({ fitSeconds }) => fitSeconds !== undefined);
  const times = ({ fitSeconds, predictMs }: Listed): Piece[] =>
    timed ? [fitSeconds?.toFixed(2) ?? "", predictMs === undefined ? "" : short(predictMs, 2)] : [];
  return html`${table(
    "Each model on the rows of the search, by cross-validation or on a part held out; ± is the deviation over folds",
    [
      ...[{ title: "trial" }, { title: "family" }, number(metric), number("±"), number("weight")],
      ...(timed ? [number("fit, s"), number("predict, ms a row")] : []),
    ],
    standings
      .slice(0, STANDINGS)
      .map((standing) => [
        `#${standing.trial}`,
        standing.family,
        short(standing.value),
        short(standing.spread, 2),
        standing.weight > 0 ? standing.weight.toFixed(3) : "",
        ...times(standing),
      ]),
  )}${
    standings.length > STANDINGS &&
    html`<p class="soft">… and ${standings.length - STANDINGS} more, in leaderboard.json.</p>`
  }`;
}

function number(title: string): { title: string; number: true } {
  return { title, number: true };
}

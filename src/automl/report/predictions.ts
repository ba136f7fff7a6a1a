/**
 * The part of the report about what a model predicts for rows that nothing was chosen by.
 */
import { short } from "../../terminal/text.ts";
import { confusionMatrix } from "../explain/confusion.ts";
import type { ClassesOf, NumbersOf } from "../explain/explanations.ts";
import type { Task } from "../task.ts";
import { calibrationChart, histogram, scatter, unitCurve } from "./charts.ts";
import { cut, figure, html, type Markup, table } from "./html.ts";

/** Classes that a table has room for. */
const CLASSES = 24;
/** Points whose figures are shown. */
const FIGURES = 21;

/** Confusion, calibration, and of two classes the curves over all thresholds. */
export function classesSection(
  { confusion, calibration, operating, precision }: ClassesOf,
  classes: readonly string[],
  threshold: number | undefined,
): Markup {
  const of = classes.length === 2 ? `of ${cut(classes[1], 40)}` : "of the class that a row was taken for";
  return html`${
    threshold !== undefined &&
    html`<p>A row is taken for <b>${cut(classes[1], 60)}</b> from the probability ${short(threshold)} on: tuned on rows that each model had not learned from, not on those shown here.</p>`
  }${confusionTable(confusion, classes)}<div class="grid2">${figure(
    `Calibration ${of}`,
    calibrationChart(`Calibration: mean distance ${short(calibration.error, 2)}`, calibration.bins),
    table(
      `Calibration; mean distance of predicted and observed ${short(calibration.error, 2)}`,
      ["predicted", "observed", "from", "to", "rows"].map((title) => ({ title, number: true })),
      calibration.bins.map(({ predicted, observed, low, high, rows }) => [
        ...[predicted, observed, low, high].map((share) => share.toFixed(3)),
        rows,
      ]),
    ),
  )}${
    operating &&
    figure(
      "Receiver operating characteristic",
      unitCurve(
        "Receiver operating characteristic",
        "false positive rate",
        "true positive rate",
        operating,
        true,
      ),
      pointsTable(
        "Receiver operating characteristic",
        "false positive rate",
        "true positive rate",
        operating,
      ),
    )
  }${
    precision &&
    figure(
      "Precision over recall",
      unitCurve("Precision over recall", "recall", "precision", precision, false),
      pointsTable("Precision over recall", "recall", "precision", precision),
    )
  }</div>`;
}

function pointsTable(
  caption: string,
  x: string,
  y: string,
  points: readonly (readonly [number, number])[],
): Markup {
  const last = points.length - 1;
  const shown = new Set(Array.from({ length: FIGURES }, (_, i) => Math.round((i * last) / (FIGURES - 1))));
  const columns = [x, y].map((title) => ({ title, number: true as const }));
  return table(
    caption,
    columns,
    [...shown].map((i) => points[i].map((share) => share.toFixed(3))),
  );
}

function confusionTable(counts: readonly number[], classes: readonly string[]): Markup {
  const n = classes.length;
  const truth = counts.map((_, i) => Math.floor(i / n));
  const guesses = counts.map((_, i) => i % n);
  const { precision, recall, f1 } = confusionMatrix(truth, guesses, n, counts);
  const share = (value: number) => (Number.isNaN(value) ? "–" : value.toFixed(3));
  const summary = table(
    "Each class",
    [
      { title: "class" },
      ...["rows", "precision", "recall", "F1"].map((title) => ({ title, number: true as const })),
    ],
    classes
      .slice(0, 100)
      .map((name, k) => [
        cut(name, 60),
        counts.slice(k * n, (k + 1) * n).reduce((sum, count) => sum + count, 0),
        ...[precision[k], recall[k], f1[k]].map(share),
      ]),
  );
  if (n > CLASSES)
    return html`${summary}<p class="soft">The confusion of ${n} classes is in explanations.json.</p>`;
  return html`${table(
    "Confusion: rows by true class (down) and predicted class (across)",
    [{ title: "" }, ...classes.map((name) => ({ title: cut(name, 30), number: true as const }))],
    classes.map((name, i) => [
      html`<b>${cut(name, 30)}</b>`,
      ...classes.map((_, j) => (i === j ? html`<b>${counts[i * n + j]}</b>` : counts[i * n + j])),
    ]),
  )}${summary}`;
}

/** Predicted against true, residuals, and the coverage of quantiles. */
export function numbersSection({ points, residuals, coverage }: NumbersOf, task: Task): Markup {
  const { low, high, counts } = residuals;
  const width = (high - low) / counts.length;
  const levels = task.kind === "quantiles" ? task.levels : [];
  return html`<div class="grid2">${figure(
    `Predicted against true, ${points.length} rows`,
    scatter("Predicted against true values; on the diagonal they are equal", "true", "predicted", points),
    table(
      "Some of the rows, by true value",
      ["true", "predicted"].map((title) => ({ title, number: true as const })),
      every([...points].sort((a, b) => a[0] - b[0])).map((pair) => pair.map((value) => short(value))),
    ),
  )}${figure(
    "Residuals: true minus predicted",
    histogram("Histogram of residuals", "residual", residuals),
    table(
      "Residuals; what lies further out is counted at the ends",
      ["from", "to", "rows"].map((title) => ({ title, number: true as const })),
      counts.map((count, i) => [short(low + i * width), short(low + (i + 1) * width), count]),
    ),
  )}</div>${
    coverage &&
    table(
      "Coverage: the share of rows at or below each predicted quantile",
      ["level", "share"].map((title) => ({ title, number: true as const })),
      coverage.map((share, k) => [levels[k], share.toFixed(3)]),
    )
  }`;
}

function every<T>(list: readonly T[]): T[] {
  const step = Math.max(1, Math.ceil(list.length / FIGURES));
  return list.filter((_, i) => i % step === 0);
}

import { expect, test } from "vitest";
import {
  EXPLANATIONS_FORMAT,
  type Explanations,
  explainClasses,
  explainNumbers,
} from "../explain/explanations.ts";
import type { Model } from "../model.ts";
import { cells, noise } from "../tables.fixtures.ts";
import type { Task } from "../task.ts";
import { html } from "./html.ts";
import { reportHtml } from "./report.ts";

const EVIL = `<script>alert("1")</script>'&`;
const two: Task = { kind: "classification", classes: ["no", EVIL] };

function modelOf(task: Task, columns = 3): Model {
  const features = cells(columns, (i) => ({ name: `${EVIL}${i}`, kind: "number" as const, used: i > 0 }));
  return {
    schema: {
      target: EVIL,
      task,
      features: features.map((one) => ({ ...one, ...(!one.used && { why: EVIL }) })),
    },
    metric: "auc",
    score: { value: 0.91234, error: 0.0123, rows: 200 },
    members: [{ family: EVIL, trial: 3, weight: 1, pipelines: [] }],
  };
}

function explained(rest: Partial<Explanations>): Explanations {
  return {
    ...{ format: EXPLANATIONS_FORMAT, rows: 200, baseline: 0.5, warnings: [EVIL], notes: [EVIL] },
    importance: {
      ...{ rows: 200, repeats: 5, unseen: true },
      features: [{ feature: EVIL, mean: 0.2, error: 0.01 }],
    },
    ...rest,
  };
}

const probabilities = Float64Array.from(
  noise(200, 1).flatMap((value) => [1 - 1 / (1 + Math.abs(value)), 1 / (1 + Math.abs(value))]),
);
const y = Float64Array.from({ length: 200 }, (_, row) => row % 2);
const standing = { trial: 3, family: EVIL, value: 0.9, spread: 0.01, weight: 1 };

test("a page of classes shows the score, its error and the constant's, and runs nothing that comes from data", () => {
  const guesses = Int32Array.from(y, (_, row) => (probabilities[2 * row + 1] >= 0.5 ? 1 : 0));
  const page = reportHtml({
    model: { ...modelOf(two), threshold: 0.4321 },
    leaderboard: [standing],
    explanations: explained({
      classes: explainClasses(y, probabilities, guesses, 2),
      dependence: [
        { feature: EVIL, values: [EVIL, "b"], means: [0.4, 0.6, 0.5, 0.5], spreads: [0.1, 0.1, 0.2, 0.2] },
      ],
    }),
  });
  expect(page).toContain("auc 0.9123");
  expect(page).toContain("± 0.012");
  expect(page).toContain("A constant prediction has 0.5");
  expect(page).toContain("0.4321");
  expect(page).not.toContain("<script");
  expect(page).not.toMatch(/https?:/);
  expect(page).not.toContain("fit, s"); // the leaderboard has no times
  const table = page.slice(page.indexOf("Confusion"));
  expect(table).toContain(`<b>${y.filter((truth, row) => truth === 0 && guesses[row] === 0).length}</b>`);
});

test("a page of numbers has a table behind each picture", () => {
  const task: Task = { kind: "quantiles", levels: [0.1, 0.5, 0.9] };
  const truth = Float64Array.from(noise(200, 2));
  const predictions = Float64Array.from([...truth].flatMap((value) => [value - 1, value, value + 1]));
  const numbers = explainNumbers(truth, predictions, task);
  expect(numbers.coverage).toEqual([0, 1, 1]);
  const page = reportHtml({
    model: modelOf(task),
    leaderboard: [{ ...standing, fitSeconds: 1.5, predictMs: 0.01 }],
    explanations: explained({
      numbers,
      dependence: [
        { feature: `${EVIL}1`, values: [1, 2], means: [1, 2, 3, 4, 5, 6], spreads: [0, 0, 0, 0, 0, 0] },
      ],
    }),
  });
  expect(page.match(/<svg/g)).toHaveLength(page.match(/<details>/g)?.length as number);
  expect(page).toContain("fit, s");
  expect(page).not.toContain("NaN");
});

test("a page of five thousand columns and many classes stays below 500 kB", () => {
  const classes = cells(200, (k) => `class ${k} with a rather long name`);
  const task: Task = { kind: "classification", classes };
  const truth = Float64Array.from({ length: 1000 }, (_, row) => row % 200);
  const all = new Float64Array(1000 * 200).fill(1 / 200);
  const features = cells(5000, (k) => ({
    feature: `${EVIL} column ${k}`.repeat(3),
    mean: 1 / (1 + k),
    error: 0.1,
  }));
  const page = reportHtml({
    model: modelOf(task, 5000),
    leaderboard: cells(2000, () => standing),
    explanations: explained({
      importance: { rows: 10, repeats: 5, unseen: false, features },
      classes: explainClasses(truth, all, new Int32Array(1000), 200),
      warnings: cells(1000, () => EVIL.repeat(50)),
      dependence: cells(6, (k) => ({
        feature: `${EVIL}${k}`,
        values: cells(12, (i) => i),
        means: cells(12 * 200, (i) => i % 7),
        spreads: cells(12 * 200, () => 0.1),
      })),
    }),
  });
  expect(page.length).toBeLessThan(500_000);
});

test("templates escape everything but templates", () => {
  expect(html`<p title="${`"'`}">${[1, html`<b>${"<&>"}</b>`]}${undefined}${false}</p>`.text).toBe(
    '<p title="&quot;&#39;">1<b>&lt;&amp;&gt;</b></p>',
  );
  expect(html`${"a\u0000b"}`.text).toBe("a\ufffdb");
});

import { expect, test } from "vitest";
import { categorical, float, space } from "../space.ts";
import { createStudy } from "../tune.ts";
import { bestCard, importanceBars, summary } from "./summary.ts";
import { clockTime, short, sparkline } from "./text.ts";
import { frame } from "./view.ts";

const s = space({ lr: float(1e-4, 0.1, { log: true }), kind: categorical(["a", "b"]) });

async function example() {
  const study = await createStudy(s, {
    objectives: { loss: "minimize" },
    trials: 60,
    seed: 1,
    sampler: "random",
  });
  for (let n = 0; n < 30; n++) {
    const trial = await study.ask();
    if (n === 17) await trial?.fail("CUDA out of memory");
    else await trial?.tell((trial.params.kind === "a" ? 0 : 1) + trial.params.lr);
  }
  const running = await study.ask(2);
  await running[0].report(7, 0.093);
  return study;
}

test("the live view shows progress, the best, what runs and what failed, within the width", async () => {
  const study = await example();
  const info = {
    study: "mnist",
    sampler: "random",
    workers: 2,
    sinceMs: 192_000,
    draining: false,
    colour: false,
  };
  const lines = frame(study.history, info, 100);
  expect(lines[0]).toBe(" mnist  minimize loss · random · 2 at a time");
  expect(lines[1]).toMatch(/^ ━+╌+ {2}30\/60 · 1 failed · 03:12 · eta \d\d:\d\d$/);
  expect(lines[2]).toMatch(/^ best #\d+ {2}[\d.e-]+ {3}lr [\d.e-]+ {2}kind a +[▁▂▃▄▅▆▇█]+$/);
  expect(lines[3]).toMatch(/^ #30 . 7 0\.093 +#31 . starting$/);
  expect(lines[4]).toBe(" ✗ #17 CUDA out of memory   fettle logs mnist 17");
  for (const width of [20, 60, 200])
    expect(Math.max(...frame(study.history, info, width).map((line) => line.length))).toBeLessThanOrEqual(
      width,
    );
  expect(frame(study.history, { ...info, draining: true }, 100).at(-1)).toContain("Ctrl-C again");
});

test("the summary has the best, what mattered, and what to do next", async () => {
  const study = await example();
  const text = summary(study, { kind: "trials", reason: "the limit was reached" }, "").join("\n");
  expect(text).toContain("29 complete, 1 failed");
  expect(bestCard(study.history).join("\n")).toMatch(/best trial #\d+: loss .*\n {2}lr {4}.*\n {2}kind {2}a/);
  expect(importanceBars(study.history).join("\n")).toMatch(
    /what mattered \(PED-ANOVA\)\n {2}kind {2}█+ \d+ %/,
  );
  expect(text).toContain("fettle resume study -n 120");
});

test("numbers and times as people write them", () => {
  expect([0.0712, 1e-5, 123456789, 3, Number.NaN, 0.00123456].map((value) => short(value))).toEqual([
    "0.0712",
    "1.00e-5",
    "123456789",
    "3",
    "NaN",
    "0.001235",
  ]);
  expect([5_000, 192_000, 3_792_000].map(clockTime)).toEqual(["00:05", "03:12", "1:03:12"]);
  expect([sparkline([1], 9), sparkline([3, 2, 1], 9), sparkline([1, 1], 9)]).toEqual(["", "█▅▁", "▁▁"]);
});

import { expect, test } from "vitest";
import { createStudy, float, space } from "../index.ts";
import { frontCard, frontLine } from "./front.ts";

async function studyOf(values: readonly (readonly [number, number])[]) {
  const study = await createStudy(space({ x: float(0, 1) }), {
    objectives: { size: "minimize", quality: "maximize" },
    sampler: "random",
    seed: 1,
  });
  for (const [size, quality] of values) await study.add({ params: { x: 0.5 }, values: { size, quality } });
  return study.history;
}

test("two objectives are drawn, and the front is listed by the first of them", async () => {
  const history = await studyOf([
    [3, 10],
    [1, 2],
    [2, 9],
    [3, 1],
    [2.5, 5],
  ]);
  const lines = frontCard(history);
  expect(lines[0]).toContain("3 trials that no other beats");
  const picture = lines.filter((line) => line.includes("│"));
  expect(picture).toHaveLength(14);
  expect(picture.join("").match(/●/g)).toHaveLength(2); // the third is the knee
  expect(picture.join("").match(/◆/g)).toHaveLength(1);
  expect(picture.join("").match(/·/g)).toHaveLength(2);
  expect(picture[0].trim().startsWith("10 │") && picture[0].endsWith("●")).toBe(true); // best quality, largest
  const listed = lines.slice(-3).map((line) => /#(\d)/.exec(line)?.[1]);
  expect(listed).toEqual(["1", "2", "0"]);
  expect(lines.find((line) => line.startsWith("◆"))).toContain("#2");
  expect(frontLine(history)).toBe(" front of 3 trials: size 1…3  quality 2…10");
});

test("a front of one trial, and none at all", async () => {
  expect(frontCard(await studyOf([[1, 1]])).join("\n")).toContain("1 trial that no other beats");
  expect(frontCard(await studyOf([]))).toEqual(["no trial is complete and feasible"]);
});

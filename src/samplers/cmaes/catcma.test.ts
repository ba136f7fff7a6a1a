import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { categorical, float, type Group, int, space } from "../../space.ts";
import { simulate } from "../../testing/simulate.ts";
import type { Trial } from "../../trial.ts";
import { catcma } from "../catcma.ts";
import { categoriesOf, drawChoices, updateChoices } from "./categories.ts";

const CHOICES = ["a", "b", "c", "d", "e"];

/** A sphere, and one more for each choice that is not "b". */
const loss = (params: Trial["params"]) =>
  Object.values(params).reduce<number>(
    (sum, value) => sum + (typeof value === "number" ? (value - 1) ** 2 : Number(value !== "b")),
    0,
  );

async function trialsUntil(target: number, numbers: (j: number) => Group[string]): Promise<number> {
  const s = space({
    ...Object.fromEntries(Array.from({ length: 5 }, (_, j) => [`x${j}`, numbers(j)])),
    ...Object.fromEntries(Array.from({ length: 5 }, (_, j) => [`c${j}`, categorical(CHOICES)])),
  } as Group);
  const counts: number[] = [];
  for (let seed = 0; seed < 3; seed++) {
    const objectives = [{ name: "loss", direction: "minimize" as const }];
    const problem = { space: s, objectives, seed, limits: {} };
    const { trials } = await simulate(catcma(), problem, loss, { trials: 2000 });
    const at = trials.findIndex(({ losses }) => (losses?.[0] ?? 1) <= target);
    counts.push(at < 0 ? Number.POSITIVE_INFINITY : at);
  }
  return counts.sort((a, b) => a - b)[1];
}

test("numbers and choices together, in as many trials as the reference implementation", async () => {
  // cmaes.CatCMA 0.13: 1060 to 1290
  expect(await trialsUntil(1e-10, () => float(-3, 3))).toBeLessThan(1400);
});

test("with integers among the numbers", async () => {
  expect(await trialsUntil(1e-10, (j) => (j % 2 === 0 ? float(-3, 3) : int(-3, 3)))).toBeLessThan(1400);
});

test("probabilities move to what ranks first, sum to 1, and keep their least", () => {
  const categories = categoriesOf([new Float64Array(3).fill(1 / 3), new Float64Array(2).fill(1 / 2)]);
  const stream = rng(1);
  const weights = Float64Array.of(0.7, 0.3, 0, 0);
  for (let generation = 0; generation < 200; generation++) {
    const drawn = Array.from({ length: 4 }, () => drawChoices(categories, stream));
    const ranked = drawn.sort((a, b) => Number(b[0] === 2) - Number(a[0] === 2));
    updateChoices(categories, ranked, weights);
    categories.probabilities.forEach((row, i) => {
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...row)).toBeGreaterThanOrEqual(categories.least[i] - 1e-12);
    });
  }
  const [first] = categories.probabilities;
  expect(first[2]).toBeGreaterThan(0.8);
});

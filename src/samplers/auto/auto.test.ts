import { expect, test } from "vitest";
import type { Sampler } from "../../sampler.ts";
import { float, oneOf, type Space, space } from "../../space.ts";
import { type SimulatedObjective, simulate } from "../../testing/simulate.ts";
import { type AutoState, auto } from "../auto.ts";
import { compare, type Evidence, scoresOf } from "./evidence.ts";

const problem = (s: Space) => ({
  space: s,
  objectives: [{ name: "l", direction: "minimize" as const }],
  seed: 1,
  limits: {},
});

test("rank correlation is counted over what all models predicted, failures as the worst", () => {
  const evidence: Evidence = { list: [] };
  const trial = (number: number, loss: number | undefined, predicted: Record<string, number>) =>
    compare(evidence, {
      ...{ number, attempt: 1, space: 0, params: {}, reports: [], times: { created: 0 }, notes: {} },
      ...(loss === undefined ? { state: "failed" as const } : { state: "complete" as const, losses: [loss] }),
      origin: { predicted },
    });
  trial(0, 3, { gp: 30, tpe: 1 });
  trial(1, 1, { gp: 10, tpe: 3 });
  trial(2, 2, { gp: 20, tpe: 2 });
  trial(3, undefined, { gp: 40, tpe: 0 });
  trial(4, 9, { gp: 0 });
  const { count, correlation } = scoresOf(evidence, ["gp", "tpe"]);
  expect([count, correlation("gp"), correlation("tpe")]).toEqual([4, 1, -1]);
  trial(1, 7, { gp: 10, tpe: 3 });
  expect(evidence.list.length).toBe(5);
});

/** The origins of the trials of a study with this loss. */
async function originsOf(s: Space, loss: SimulatedObjective, trials: number): Promise<unknown[]> {
  const origins: unknown[] = [];
  const sampler = auto();
  const listening: Sampler<AutoState> = {
    ...sampler,
    async ask(state, slot) {
      const answer = await sampler.ask(state, slot);
      origins.push(typeof answer === "string" ? answer : answer.origin);
      return answer;
    },
  };
  await simulate(listening as Sampler, problem(s), loss, { trials });
  return origins;
}

test("says what it chose and why, and keeps what the models expected", async () => {
  const s = space({
    x: float(0, 1),
    o: oneOf("t", { a: { u: oneOf("v", { p: { y: float(0, 1) }, q: {} }) }, b: {} }),
  });
  const origins = await originsOf(s, (params) => (params.x as number) + (params.o === "a" ? 1 : 0), 10);
  expect(origins[0]).toEqual({ chosen: "design", why: "one of the first 6" });
  expect(origins[9]).toMatchObject({
    chosen: "gp",
    predicted: { gp: expect.any(Number), tpe: expect.any(Number) },
  });
});

test("takes turns where the landscape is rough", async () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const origins = await originsOf(s, (_, number) => Math.sin(99 * number * number), 40);
  const chosen = origins.slice(-10).map((origin) => (origin as { readonly chosen: string }).chosen);
  expect(new Set(chosen)).toEqual(new Set(["gp", "tpe"]));
});

test("several objectives: the front grows by the models' suggestions, which say so", async () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const objectives = [
    { name: "a", direction: "minimize" as const },
    { name: "b", direction: "minimize" as const },
  ];
  const loss: SimulatedObjective = ({ x, y }) => [
    (x as number) ** 2 + (y as number),
    ((x as number) - 1) ** 2 + (y as number),
  ];
  const { trials } = await simulate(auto() as Sampler, { ...problem(s), objectives }, loss, { trials: 32 });
  expect(trials[31].origin).toMatchObject({ chosen: "gp", why: "2 objectives, up to 150 trials" });
  const late = trials.slice(-12);
  expect(late.filter(({ params }) => (params.y as number) < 0.1).length).toBeGreaterThanOrEqual(9); // the front is y = 0
  const xs = late.map(({ params }) => params.x as number);
  expect(Math.max(...xs) - Math.min(...xs)).toBeGreaterThan(0.5); // and all of it is looked at
});

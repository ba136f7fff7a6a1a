import { describe, expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import { makeSampler } from "../registry.ts";
import { categorical, float, type Space, space } from "../space.ts";
import { simulate } from "../testing/simulate.ts";
import type { Trial } from "../trial.ts";

const problemOf = (s: Space, extra: Partial<Problem> = {}): Problem => ({
  space: s,
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 5,
  limits: { trials: 24 },
  ...extra,
});

const expecting = (prior?: number) =>
  space({
    x: float(0, 1, prior === undefined ? {} : { prior: { value: prior, confidence: "high" } }),
    y: float(0, 1),
    c: categorical(["a", "b", "c"]),
  });
const loss = (params: Readonly<Record<string, unknown>>) =>
  ((params.x as number) - 0.8) ** 2 + ((params.y as number) - 0.2) ** 2 + (params.c === "b" ? 0 : 0.3);
const best = (trials: readonly Trial[]) => Math.min(...trials.map(({ losses }) => losses?.[0] ?? 9));

describe.each(["gp", "tpe", "forest", "turbo", "auto"])("%s", (name) => {
  const run = (s: Space, trials: number, extra: Partial<Problem> = {}) =>
    simulate(makeSampler(name), problemOf(s, extra), loss, { trials });

  test("begins where the user expects good values, and stays nearer to them at first", async () => {
    const { trials } = await run(expecting(0.8), 16);
    expect(trials[0].params.x).toBeCloseTo(0.8, 10);
    const distance = (list: readonly Trial[]) =>
      list.reduce((sum, { params }) => sum + Math.abs((params.x as number) - 0.1), 0) / list.length;
    const [misled, plain] = [(await run(expecting(0.1), 16)).trials, (await run(expecting(), 16)).trials];
    expect(distance(misled)).toBeLessThan(distance(plain));
  });

  test("unlearns what was wrong", async () => {
    expect(best((await run(expecting(0.1), 40)).trials)).toBeLessThan(0.31);
  });

  test("tries first what was best in another study, and is no worse for it", async () => {
    const s = expecting();
    const source = await simulate(makeSampler("random"), problemOf(s, { seed: 8 }), loss, { trials: 30 });
    const sources = [{ study: "before", space: s, trials: source.trials }];
    const warm = await run(s, 10, { sources });
    expect(warm.trials[0].losses?.[0]).toBe(best(source.trials));
    expect(best(warm.trials)).toBeLessThanOrEqual(best((await run(s, 10)).trials));
  });

  test("a past study that misleads does not keep it from learning", async () => {
    const s = expecting();
    const opposite = (params: Readonly<Record<string, unknown>>) => -loss(params);
    const source = await simulate(makeSampler("random"), problemOf(s), opposite, { trials: 30 });
    const sources = [{ study: "before", space: s, trials: source.trials }];
    expect(best((await run(s, 30, { sources })).trials)).toBeLessThan(0.31);
  });
});

test("a time limit makes the Gaussian process prefer what is quick", async () => {
  const s = space({ x: float(0, 1), quick: float(0, 1) });
  const sampler = makeSampler("gp");
  const run = async (limits: Problem["limits"], left: { seconds?: number }) => {
    let state = sampler.init(problemOf(s, { limits }));
    for (let number = 0; number < 14; number++) {
      const x = (number * 0.37) % 1;
      const quick = (number * 0.61) % 1;
      const seconds = 10 ** (3 * (1 - quick));
      state = sampler.tell(state, {
        ...{ number, attempt: 1, space: 0, state: "complete", params: { x, quick }, reports: [], notes: {} },
        ...{ losses: [(x - 0.5) ** 2], values: { loss: 0 } },
        times: { created: 0, started: 0, finished: 1000 * seconds },
      });
    }
    const { slotOf } = await import("../testing/simulate.ts");
    const answer = await sampler.ask(state, { ...slotOf(problemOf(s), 14, []), left });
    return (answer as { params: { quick: number } }).params.quick;
  };
  expect(await run({ seconds: 5000 }, { seconds: 4000 })).toBeGreaterThan(0.8);
});

test("eight suggestions at a time differ after a warm start too", async () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const target = (params: Readonly<Record<string, unknown>>) =>
    ((params.x as number) - 0.3) ** 2 + ((params.y as number) - 0.6) ** 2;
  const source = await simulate(makeSampler("sobol"), problemOf(s), target, { trials: 40 });
  const sources = [{ study: "before", space: s, trials: source.trials }];
  const { trials } = await simulate(makeSampler("gp"), problemOf(s, { sources }), target, {
    trials: 20,
    workers: 8,
  });
  expect(new Set(trials.map(({ params }) => s.key(params))).size).toBe(trials.length);
});

test("infeasible trials do not draw the Gaussian process", async () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const sampler = makeSampler("gp");
  const { slotOf } = await import("../testing/simulate.ts");
  const problem = problemOf(s, { constraints: [{ name: "least" }] });
  let state = sampler.init(problem);
  for (let number = 0; number < 25; number++) {
    const { params } = (await sampler.ask(state, slotOf(problem, number, []))) as {
      params: { x: number; y: number };
    };
    state = sampler.tell(state, {
      ...{
        number,
        attempt: 1,
        space: 0,
        state: "complete",
        params,
        reports: [],
        notes: {},
        times: { created: 0 },
      },
      ...{ losses: [params.x + params.y], values: { loss: 0 }, constraints: { least: 0.5 - params.x } },
    });
  }
  const answer = await sampler.ask(state, slotOf(problem, 25, []));
  expect((answer as { params: { x: number } }).params.x).toBeGreaterThan(0.45);
});

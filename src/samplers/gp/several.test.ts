import { describe, expect, test } from "vitest";
import { rng } from "../../random.ts";
import { slotOf } from "../../testing/simulate.ts";
import { gp } from "../gp.ts";
import { isFeasible, mixed, paramsOf, problemOf, run, trialOf, two, xy } from "./studies.fixtures.ts";

describe("several objectives", () => {
  test("the whole front is searched, in mixed and conditional spaces too", async () => {
    const { trials } = await run(gp(), problemOf({ space: mixed, objectives: two }), 40, (params) => {
      const { unit, active } = mixed.encode(params);
      const far = unit.reduce((sum, u, j) => sum + (j > 0 && active[j] ? (u - 0.5) ** 2 : 0), 0);
      return { losses: [unit[0] + far, 1 - unit[0] + far] };
    });
    const late = trials.slice(20).map(({ losses }) => losses as readonly number[]);
    const good = late.filter(([a, b]) => a + b < 1.15);
    expect(good.length).toBeGreaterThan(10);
    expect(Math.min(...good.map(([a]) => a))).toBeLessThan(0.2);
    expect(Math.min(...good.map(([, b]) => b))).toBeLessThan(0.2);
  });

  test("three and five of them, limits, failures, equal values and open trials", async () => {
    for (const count of [3, 5]) {
      const objectives = Array.from({ length: count }, (_, k) => ({
        name: `f${k}`,
        direction: "minimize" as const,
      }));
      const problem = problemOf({ space: mixed, objectives, constraints: [{ name: "c" }] });
      const sampler = gp();
      let state = sampler.init(problem);
      for (let number = 0; number < 20; number++) {
        const open = [number + 100, number + 101].map((n) => {
          const stream = rng(n, "open");
          const params = mixed.decode(mixed.parameters.map(() => stream.uniform()));
          return trialOf(n, params, { state: "running" });
        });
        const params = paramsOf(await sampler.ask(state, slotOf(problem, number, open)));
        expect(mixed.check(params)).toEqual(params);
        const { unit } = mixed.encode(params);
        const losses = objectives.map((_, k) =>
          k === 1 && number < 14 ? 3 : (unit[0] - k / count) ** 2 + unit[1],
        );
        if (number === 12) losses[0] = Number.NaN;
        state = sampler.tell(
          state,
          number % 7 === 6
            ? trialOf(number, params, { state: "failed" })
            : trialOf(number, params, { losses, constraints: { c: unit[1] - 0.7 } }),
        );
      }
    }
  });

  test("objectives that follow limits keep to them", async () => {
    const problem = problemOf({ objectives: two, constraints: [{ name: "c" }] });
    const { trials } = await run(gp(), problem, 30, (params) => {
      const [x, y] = xy(params);
      return { losses: [x + (y - 0.5) ** 2, 1 - x + (y - 0.5) ** 2], constraints: { c: x - 0.5 } };
    });
    expect(trials.slice(15).filter(isFeasible).length).toBeGreaterThan(10);
  });

  test("what the models say of a point is said in the units of each objective", async () => {
    const problem = problemOf({ objectives: two, constraints: [{ name: "c" }] });
    const sampler = gp();
    const { state } = await run(sampler, problem, 22, (params) => {
      const [x, y] = xy(params);
      return { losses: [100 * x, 7 + y * y], constraints: { c: y - 0.6 } };
    });
    const { mean, means, stds, feasible, acquisition } = sampler.explain!(state, { x: 0.4, y: 0.3 });
    const [first, second] = means as number[];
    expect(mean).toBe(first);
    expect(first).toBeCloseTo(40, -0.5);
    expect(second).toBeCloseTo(7.09, 1);
    expect((stds as number[])[0]).toBeLessThan(5);
    expect(feasible).toBeGreaterThan(0.9);
    expect(Number.isFinite(acquisition)).toBe(true);
    expect(sampler.explain!(state, { x: 0.4, y: 0.95 }).feasible).toBeLessThan(0.1);
    expect(sampler.explain!(sampler.init(problem), { x: 0.4, y: 0.3 })).toEqual({});
  });
});

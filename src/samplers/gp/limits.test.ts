import { describe, expect, test } from "vitest";
import type { Sampler } from "../../sampler.ts";
import type { Trial } from "../../trial.ts";
import { gp } from "../gp.ts";
import { turbo } from "../turbo.ts";
import { bestFeasible, isFeasible, problemOf, run, square, xy } from "./studies.fixtures.ts";

const makers: readonly (readonly [string, () => Sampler])[] = [
  ["gp", gp],
  ["turbo", turbo],
];

describe.each(makers)("limits on outcomes in %s", (name, make) => {
  /** Gardner et al. 2014, section 4.1, the first problem, in the unit square: about a third is feasible. */
  const simulation = ([x, y]: readonly [number, number]) => {
    const [a, b] = [6 * x, 6 * y];
    return {
      losses: [Math.cos(2 * a) * Math.cos(b) + Math.sin(a)],
      constraint: Math.cos(a) * Math.cos(b) - Math.sin(a) * Math.sin(b) + 0.5,
    };
  };

  test("the feasible optimum is found, by values and by pass or fail alone", async () => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i <= 300; i++)
      for (let j = 0; j <= 300; j++) {
        const { losses, constraint } = simulation([i / 300, j / 300]);
        if (constraint <= 0) best = Math.min(best, losses[0]);
      }
    for (const told of [(c: number) => c, (c: number) => (c > 0 ? 1 : 0)]) {
      const { trials } = await run(make(), problemOf({ constraints: [{ name: "c" }] }), 32, (params) => {
        const { losses, constraint } = simulation(xy(params));
        return { losses, constraints: { c: told(constraint) } };
      });
      expect(bestFeasible(trials)).toBeLessThan(best + (name === "gp" ? 0.05 : 0.15));
    }
  });

  test("a feasible region that is small is found first", async () => {
    let found = 0;
    for (let seed = 0; seed < 3; seed++) {
      // a disc of 1 % of the square, far from the optimum of the loss
      const { trials } = await run(
        make(),
        problemOf({ seed, constraints: [{ name: "c" }] }),
        30,
        (params) => {
          const [x, y] = xy(params);
          return { losses: [x + y], constraints: { c: (x - 0.8) ** 2 + (y - 0.7) ** 2 - 0.0032 } };
        },
      );
      if (trials.some(isFeasible)) found++;
    }
    expect(found).toBe(3);
  });

  test("equal, missing, NaN, infinite and undeclared ones are no harm", async () => {
    const told: readonly ((number: number) => Partial<Trial>)[] = [
      () => ({ constraints: { c: 1 } }),
      () => ({ constraints: { c: -1 } }),
      () => ({ constraints: { c: 0 } }),
      () => ({}),
      (number) => ({ constraints: { c: number % 3 === 0 ? Number.NaN : number - 10 } }),
      (number) => ({
        constraints: { c: number % 2 === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY },
      }),
      (number) => ({ constraints: { c: 1e300 * (number % 3), other: number - 7 } }),
      (number) => (number % 2 === 0 ? { state: "failed" } : { constraints: { c: number - 10 } }),
    ];
    for (const constraints of [[{ name: "c" }], undefined])
      for (const each of told) {
        const problem = problemOf({ ...(constraints && { constraints }) });
        const { trials } = await run(make(), problem, 14, (params, number) => {
          const [x, y] = xy(params);
          const end = each(number);
          return end.state === "failed" ? end : { losses: [x - y], ...end };
        });
        for (const { params } of trials) expect(square.check(params)).toEqual(params);
      }
  });
});

import { describe, expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Answer, Sampler } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import { categorical, float, int, oneOf, space } from "../space.ts";
import { slotOf } from "../testing/simulate.ts";
import type { Report, Trial } from "../trial.ts";
import { type GpState, gp } from "./gp.ts";
import { turbo } from "./turbo.ts";

const square = space({ x: float(0, 1), y: float(0, 1) });
const mixed = space({
  rate: float(1e-4, 1, { log: true }),
  n: int(1, 6),
  o: oneOf("t", { a: { m: float(0, 1) }, b: { k: categorical(["p", "q", "r"]) } }),
});

const one = [{ name: "loss", direction: "minimize" }] as const;
const two = [...one, { name: "cost", direction: "minimize" }] as const;

const problemOf = (extra: Partial<Problem> = {}): Problem => ({
  space: square,
  objectives: one,
  seed: 5,
  limits: {},
  ...extra,
});

const trialOf = (number: number, params: Params, extra: Partial<Trial> = {}): Trial =>
  Object.freeze({
    number,
    state: "complete",
    attempt: 1,
    space: 0,
    params,
    reports: [],
    times: { created: 0 },
    notes: {},
    ...extra,
  });

const report = (step: number, ...losses: readonly number[]): Report => ({
  step,
  values: { loss: losses[0], ...(losses.length > 1 && { cost: losses[1] }) },
  time: 0,
});

function paramsOf(answer: Answer): Params {
  if (typeof answer === "string") throw new Error(`params were expected, not ${answer}`);
  return answer.params;
}

/** Asks and tells so many trials one after the other. */
async function run<State>(
  sampler: Sampler<State>,
  problem: Problem,
  trials: number,
  ended: (params: Params, number: number) => Partial<Trial>,
): Promise<{ readonly state: State; readonly trials: readonly Trial[] }> {
  let state = sampler.init(problem);
  const list: Trial[] = [];
  for (let number = 0; number < trials; number++) {
    const params = paramsOf(await sampler.ask(state, slotOf(problem, number, [])));
    list.push(trialOf(number, params, ended(params, number)));
    state = sampler.tell(state, list[number]);
  }
  return { state, trials: list };
}

const xy = ({ x, y }: Params) => [x as number, y as number] as const;
const isFeasible = ({ constraints = {} }: Trial) => Object.values(constraints).every((value) => value <= 0);
const bestFeasible = (trials: readonly Trial[]) =>
  Math.min(...trials.filter(isFeasible).map(({ losses }) => losses![0]));

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
      const { trials } = await run(make(), problemOf({ constraints: [{ name: "c" }] }), 40, (params) => {
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

describe("learning curves", () => {
  const bowl = (params: Params) => {
    const [x, y] = xy(params);
    return (x - 0.7) ** 2 + (y - 0.2) ** 2;
  };
  const drawn = (number: number): Params => {
    const stream = rng(1, "drawn", number);
    return { x: stream.uniform(), y: stream.uniform() };
  };

  test("trials that are told again, and open ones that report, leave a state that replays", async () => {
    for (const objectives of [one, two]) {
      const problem = problemOf({ objectives, constraints: [{ name: "c" }] });
      const sampler = gp();
      const told: Trial[] = [];
      for (let number = 0; number < 70; number++) {
        const params = drawn(number);
        const end = (step: number, state: Trial["state"]) => {
          const losses = [bowl(params) + 1 / step, 1 - bowl(params) + 1 / step].slice(0, objectives.length);
          const reports = [report(step, ...losses)];
          return trialOf(number, params, { state, losses, reports, constraints: { c: params.x as number } });
        };
        told.push(end(1, "paused"));
        if (number % 3 === 0) told.push(end(3, "paused"));
        if (number % 9 === 0) told.push(end(9, "complete"));
      }
      const open = [
        trialOf(69, drawn(69), { state: "running", reports: [report(1, 1.2, 1.3), report(2, 0.5, 0.6)] }),
        trialOf(70, drawn(70), { state: "running", reports: [report(1, 1.1, 0.9)] }),
        trialOf(71, drawn(71), { state: "running" }),
      ];
      let incremental = sampler.init(problem);
      const rebuilt = (count: number) =>
        told
          .slice(0, count)
          .reduce((state: GpState, trial) => sampler.tell(state, trial), sampler.init(problem));
      for (const [place, trial] of told.entries()) {
        incremental = sampler.tell(incremental, trial);
        if (place % 19 !== 18 && place !== told.length - 1) continue;
        const slot = () => slotOf(problem, 80, open);
        const answer = await sampler.ask(incremental, slot());
        expect(await sampler.ask(incremental, slot())).toEqual(answer);
        expect(await sampler.ask(rebuilt(place + 1), slot())).toEqual(answer);
        expect(sampler.explain!(incremental, drawn(100))).toEqual(
          sampler.explain!(rebuilt(place + 1), drawn(100)),
        );
      }
    }
  });

  test("trials that are told again do not have the hyperparameters fitted each time", async () => {
    const sampler = gp();
    const problem = problemOf();
    let state = sampler.init(problem);
    const tell = async (number: number) => {
      state = sampler.tell(state, trialOf(number, drawn(number), { losses: [bowl(drawn(number))] }));
      await sampler.ask(state, slotOf(problem, 200, []));
    };
    for (let number = 0; number < 64; number++) await tell(number);
    const fits = new Set<unknown>();
    for (let number = 0; number < 20; number++) {
      await tell(number);
      fits.add(state.memo.fitted);
    }
    expect(fits.size).toBeLessThan(5);
  });

  test("the incumbent is one of those that came furthest, and a curve that has begun informs", async () => {
    const sampler = gp();
    const problem = problemOf();
    // those at step 1 look better than the ones that were trained to their end
    const told = Array.from({ length: 30 }, (_, number) =>
      number < 10
        ? trialOf(number, drawn(number), { losses: [bowl(drawn(number))] })
        : trialOf(number, drawn(number), {
            state: "paused",
            losses: [bowl(drawn(number)) - 5],
            reports: [report(1, bowl(drawn(number)) - 5)],
          }),
    );
    const state = told.reduce((before: GpState, trial) => sampler.tell(before, trial), sampler.init(problem));
    const { incumbentOf, comparable } = await import("./gp/standing.ts");
    const { outcomesNow } = await import("./gp/outcomes.ts");
    const outcomes = outcomesNow(state.outcomes, state.observed)!;
    const places = comparable(outcomes);
    expect(places).toEqual(Array.from({ length: 10 }, (_, place) => place));
    const [model] = outcomes.objectives;
    expect(incumbentOf(model, places)).toBeGreaterThan(model.posterior.incumbent());

    const running = (loss?: number) =>
      trialOf(
        50,
        { x: 0.7, y: 0.2 },
        { state: "running", reports: loss === undefined ? [] : [report(1, loss)] },
      );
    const ask = async (trial: Trial) => paramsOf(await sampler.ask(state, slotOf(problem, 51, [trial])));
    const answers = [await ask(running()), await ask(running(30)), await ask(running(-8))];
    expect(new Set(answers.map(({ x }) => x)).size).toBe(3);
  });
});

test("means over repeats are trusted more than single evaluations", async () => {
  const problem = problemOf({ space: space({ x: float(0, 1) }) });
  const sampler = gp();
  const stream = rng(9, "noise");
  const told = (count: number) =>
    Array.from({ length: 25 }, (_, number) => {
      const x = number / 24;
      const noise = 0.5 * stream.normal();
      return trialOf(
        number,
        { x },
        { losses: [Math.sin(6 * x) + noise / Math.sqrt(count)], repeats: { count, std: [0.5] } },
      );
    });
  const stdOf = (count: number) => {
    const state = told(count).reduce(
      (before: GpState, trial) => sampler.tell(before, trial),
      sampler.init(problem),
    );
    return sampler.explain!(state, { x: 0.5 }).std as number;
  };
  expect(stdOf(16)).toBeLessThan(stdOf(2));
});

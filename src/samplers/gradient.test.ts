import { describe, expect, test } from "vitest";
import { inline } from "../engines/inline.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import { makeSampler } from "../registry.ts";
import type { Sampler } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import { categorical, constant, float, int, oneOf, type Space, space } from "../space.ts";
import { memory } from "../storages/memory.ts";
import { replay } from "../study/replay.ts";
import { deepFreeze } from "../testing/check.ts";
import { openTrial, slotOf } from "../testing/simulate.ts";
import type { Numbers, Trial } from "../trial.ts";
import { createStudy, openStudy } from "../tune.ts";
import { gradient } from "./gradient.ts";
import { tpe } from "./tpe.ts";

/** What a trial comes to: its value, derivatives of that, and the params that it tuned itself. */
interface End {
  readonly value: number;
  readonly gradient?: Numbers;
  readonly tuned?: Params;
}
type Task = (params: Params, number: number) => End;

const problemOf = (s: Space, extra: Partial<Problem> = {}): Problem => ({
  space: s,
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 1,
  limits: {},
  ...extra,
});

interface Descended {
  readonly trials: readonly Trial[];
  readonly state: unknown;
}

/** A study in miniature, whose trials report gradients; the oldest of those that are open ends first. */
async function descend(
  sampler: Sampler,
  problem: Problem,
  task: Task,
  { trials, workers = 1 }: { readonly trials: number; readonly workers?: number },
): Promise<Descended> {
  let state = sampler.init(problem);
  const open: Trial[] = [];
  const ended: Trial[] = [];
  const sign = problem.objectives[0].direction === "minimize" ? 1 : -1;
  const end = () => {
    const trial = open.shift() as Trial;
    const { value, ...rest } = task(trial.params, trial.number);
    const isLost = Number.isNaN(value);
    const done: Trial = deepFreeze({
      ...trial,
      ...rest,
      state: isLost ? "failed" : "complete",
      ...(!isLost && { values: { loss: value }, losses: [sign * value] }),
    });
    ended.push(done);
    state = sampler.tell(state, done);
  };
  for (let number = 0; number < trials; number++) {
    const answer = await sampler.ask(state, slotOf(problem, number, open));
    if (typeof answer === "string") throw new Error(answer);
    open.push(deepFreeze(openTrial(number, answer)));
    if (open.length >= workers) end();
  }
  while (open.length > 0) end();
  return { trials: ended, state };
}

/** The least loss of all, and after how many trials a loss was first as low. */
const least = ({ trials }: Descended) => Math.min(...trials.map(({ losses }) => losses?.[0] ?? Infinity));
const firstBelow = ({ trials }: Descended, loss: number) => {
  const index = trials.findIndex(({ losses }) => (losses?.[0] ?? Infinity) < loss);
  return index < 0 ? Infinity : index + 1;
};
interface Origin {
  readonly chain?: number;
  readonly step?: number;
  readonly note?: string;
  readonly fallback?: string;
  readonly why?: string;
  readonly by?: string;
}
const originOf = ({ origin }: Pick<Trial, "origin">) => (origin ?? {}) as Origin;

const tenDimensions = space(
  Object.fromEntries(Array.from({ length: 10 }, (_, j) => [`x${j}`, float(-5, 5)])) as Record<
    string,
    ReturnType<typeof float>
  >,
);
/** A bowl of condition number 100. */
const bowl: Task = (params) => {
  let value = 0;
  const slopes: Record<string, number> = {};
  for (let j = 0; j < 10; j++) {
    const [curvature, centre] = [10 ** ((2 * j) / 9 - 2), 2 * Math.sin(j + 1)];
    const off = (params[`x${j}`] as number) - centre;
    value += curvature * off * off;
    slopes[`x${j}`] = 2 * curvature * off;
  }
  return { value, gradient: slopes };
};

describe("downhill", () => {
  test("ten dimensions to a regret of 1e-6 within 60 trials, where Parzen densities are not below 1e-1", async () => {
    for (const seed of [1, 2, 3]) {
      const problem = problemOf(tenDimensions as unknown as Space, { seed });
      expect(firstBelow(await descend(gradient(), problem, bowl, { trials: 60 }), 1e-6)).toBeLessThanOrEqual(
        60,
      );
      expect(least(await descend(tpe(), problem, bowl, { trials: 60 }))).toBeGreaterThan(0.1);
    }
  });

  const rates = space({ a: float(1e-6, 1e2, { log: true }), b: float(1e-6, 1e2, { log: true }) });
  /** ln² of both, with its own optimum; derivatives in natural units differ by many powers of ten. */
  const logarithmic: Task = (params) => {
    const [a, b] = [Math.log(params.a as number) + 9, Math.log(params.b as number) - 1];
    return {
      value: a * a + 0.1 * b * b,
      gradient: { a: (2 * a) / (params.a as number), b: (0.2 * b) / (params.b as number) },
    };
  };

  test("logarithmic parameters are moved in their logarithms", async () => {
    const found = await descend(gradient(), problemOf(rates as Space), logarithmic, { trials: 25 });
    expect(firstBelow(found, 1e-6)).toBeLessThanOrEqual(25);
  });

  test("a value that is maximised has the gradient that goes with it", async () => {
    const problem = problemOf(rates as Space, { objectives: [{ name: "loss", direction: "maximize" }] });
    const upside: Task = (params, number) => {
      const { value, gradient: slopes = {} } = logarithmic(params, number);
      return { value: -value, gradient: { a: -slopes.a, b: -slopes.b } };
    };
    const up = await descend(gradient(), problem, upside, { trials: 25 });
    const down = await descend(gradient(), problemOf(rates as Space), logarithmic, { trials: 25 });
    expect(up.trials.map(({ params }) => params)).toEqual(down.trials.map(({ params }) => params));
  });

  test("where the optimum lies beyond a range, the others are still found", async () => {
    const s = space({ x: float(0, 1), y: float(0, 1) }) as Space;
    const task: Task = ({ x, y }) => {
      const [a, b] = [(x as number) + 0.5, (y as number) - 0.4 - 0.3 * (x as number)];
      return { value: a * a + b * b - 0.25, gradient: { x: 2 * a - 0.6 * b, y: 2 * b } };
    };
    const found = await descend(gradient(), problemOf(s), task, { trials: 20 });
    expect(firstBelow(found, 1e-6)).toBeLessThanOrEqual(20);
    expect(found.trials.some(({ params }) => params.x === 0)).toBe(true);
  });

  test("noise in gradients slows it down, no more", async () => {
    for (const seed of [1, 2, 3]) {
      const noisy: Task = (params, number) => {
        const { value, gradient: slopes = {} } = bowl(params, number);
        const noise = rng(seed, "noise", number);
        const told = Object.entries(slopes).map(([path, g]) => [path, g * (1 + 0.5 * noise.normal())]);
        return { value, gradient: Object.fromEntries(told) as Numbers };
      };
      const problem = problemOf(tenDimensions as unknown as Space, { seed });
      expect(least(await descend(gradient(), problem, noisy, { trials: 100 }))).toBeLessThan(0.01);
    }
  });

  test("losses that are no numbers, and rises, make steps shorter from the same point", async () => {
    const s = space({ x: float(-1, 1) }) as Space;
    // defined near the optimum only, on a slope that is so steep that the first steps go beyond
    const task: Task = ({ x }) => {
      const off = (x as number) - 0.1;
      return { value: off < -0.02 ? Number.NaN : off * off, gradient: { x: 2 * off } };
    };
    const found = await descend(gradient(), problemOf(s, { seed: 3 }), task, { trials: 30 });
    expect(least(found)).toBeLessThan(1e-9);
    expect(found.trials.some(({ state }) => state === "failed")).toBe(true);
  });
});

const mixed = space({
  kind: oneOf("type", { narrow: { w: float(0, 1) }, wide: { v: float(-3, 3), n: int(1, 3) } }),
  shift: float(-2, 2),
  colour: categorical(["red", "green"]),
}) as Space;
/** Least, at 0, with the wide kind, n = 2, green. */
const branched = (params: Params): End => {
  const shift = (params.shift as number) - 0.7;
  const base = shift * shift + (params.colour === "green" ? 0 : 0.5);
  if (params.kind === "narrow") {
    const w = (params["kind.narrow.w"] as number) - 0.2;
    return { value: base + w * w + 1, gradient: { shift: 2 * shift, "kind.narrow.w": 2 * w } };
  }
  const v = (params["kind.wide.v"] as number) + 1.1 - 0.5 * shift;
  const n = (params["kind.wide.n"] as number) - 2;
  return {
    value: base + v * v + 0.3 * n * n,
    gradient: { shift: 2 * shift - v, "kind.wide.v": 2 * v },
  };
};

describe("chains", () => {
  test("the model finds the choices, gradients the rest; a chain keeps its choices", async () => {
    for (const seed of [1, 2, 3]) {
      const found = await descend(gradient(), problemOf(mixed, { seed }), branched, { trials: 80 });
      expect(least(found)).toBeLessThan(1e-6);
      const discrete = new Map<number, string>();
      for (const trial of found.trials) {
        const { chain = -1 } = originOf(trial);
        const own = JSON.stringify([trial.params.kind, trial.params.colour, trial.params["kind.wide.n"]]);
        expect(discrete.get(chain) ?? own).toBe(own);
        discrete.set(chain, own);
      }
      expect(new Set(discrete.values()).size).toBeGreaterThan(2);
    }
  });

  test("four workers have four chains at a time, and none waits", async () => {
    const sampler = gradient();
    const problem = problemOf(mixed);
    let most = 0;
    const watched: Sampler = {
      ...(sampler as Sampler),
      async ask(state, slot) {
        const answer = await sampler.ask(state as ReturnType<typeof sampler.init>, slot);
        if (typeof answer === "string") throw new Error(`it answers ${answer}`);
        const chains = [answer as Trial, ...slot.open].map((trial) => originOf(trial).chain);
        expect(new Set(chains).size).toBe(chains.length);
        most = Math.max(most, chains.length);
        return answer;
      },
    };
    const found = await descend(watched, problem, branched, { trials: 100, workers: 4 });
    expect(most).toBe(4);
    expect(least(found)).toBeLessThan(1e-6);
  });

  test("a state that is rebuilt suggests the same, also where trials are told again", async () => {
    const sampler = gradient();
    const problem = problemOf(mixed);
    const { trials, state } = await descend(sampler, problem, branched, { trials: 41, workers: 3 });
    const rebuilt = trials.reduce((before, trial) => sampler.tell(before, trial), sampler.init(problem));
    const twice = trials.reduce(
      (before, trial) => sampler.tell(sampler.tell(before, trial), trial),
      sampler.init(problem),
    );
    const ask = (from: unknown) =>
      sampler.ask(from as ReturnType<typeof sampler.init>, slotOf(problem, 41, []));
    const suggestion = await ask(state);
    expect(await ask(rebuilt)).toEqual(suggestion);
    expect(originOf(suggestion as Trial).chain).toBe(originOf((await ask(twice)) as Trial).chain);
  });

  test("values that are settled stay, the others move", async () => {
    const sampler = gradient();
    const problem = problemOf(mixed);
    const { trials, state } = await descend(sampler, problem, branched, { trials: 30 });
    const fixed = { shift: 0.25, colour: "red" };
    const answer = await sampler.ask(state as ReturnType<typeof sampler.init>, {
      ...slotOf(problem, 30, []),
      fixed,
    });
    expect((answer as Trial).params).toMatchObject(fixed);
    expect(trials.some(({ params }) => params.colour === "green")).toBe(true);
  });

  test("goes on from a point of the user's that is better than its own", async () => {
    const sampler = gradient();
    const problem = problemOf(tenDimensions as unknown as Space);
    let { state } = await descend(sampler, problem, bowl, { trials: 8 });
    const params = Object.fromEntries(
      Array.from({ length: 10 }, (_, j) => [`x${j}`, 2 * Math.sin(j + 1) + 0.1]),
    );
    const { value, ...rest } = bowl(params, 8);
    const own: Trial = { ...openTrial(8, { params }), state: "complete", losses: [value], ...rest };
    state = sampler.tell(state as ReturnType<typeof sampler.init>, own);
    const answer = await sampler.ask(state as ReturnType<typeof sampler.init>, slotOf(problem, 9, []));
    expect(originOf(answer as Trial)).toMatchObject({ chain: 8, step: 1 });
  });
});

describe("what trials say", () => {
  test("without gradients the other sampler goes on alone, and says so", async () => {
    const { trials } = await descend(
      gradient(),
      problemOf(mixed),
      (params) => ({ value: branched(params).value }),
      { trials: 8 },
    );
    expect(originOf(trials[7])).toMatchObject({
      fallback: "gp",
      why: "no gradient that can be used in 7 trials",
    });
    const useless: Task = (params) => ({
      value: branched(params).value,
      gradient: { colour: 1, shfit: 2 },
    });
    const named = await descend(gradient(), problemOf(mixed), useless, { trials: 4 });
    expect(originOf(named.trials[3]).why).toMatch(/left out: colour \(a choice\), shfit \(no parameter\)/);
  });

  test("derivatives that mean nothing are left out, those that are missing count as 0; both are said", async () => {
    const s = space({
      x: float(-1, 1),
      y: float(-1, 1),
      z: float(-1, 1),
      same: constant(3),
      o: oneOf("t", { a: { k: float(0, 1) }, b: {} }),
      n: int(1, 5),
    }) as Space;
    const task: Task = ({ x, y, z }) => ({
      value: (x as number) ** 2 + (y as number) ** 2 + (z as number) ** 2,
      gradient: { x: 2 * (x as number), y: Number.NaN, same: 1, "o.a.k": 0, n: 2, other: 1, o: 3 },
    });
    const { trials } = await descend(gradient(), problemOf(s), task, { trials: 25 });
    const notes = trials.flatMap((trial) => originOf(trial).note ?? []);
    const withB = trials.filter(({ params, origin }) => params.o === "b" && originOf({ origin }).note);
    expect(withB.length).toBeGreaterThan(0);
    expect(originOf(withB[0]).note).toBe(
      "left out: y (NaN), same (constant), o.a.k (inactive), n (has steps), other (no parameter) and 1 more; taken as 0, not told: z",
    );
    expect(notes.length).toBeGreaterThan(5);
    for (const { origin, params } of trials)
      if (originOf({ origin }).by !== undefined) expect(s.check(params)).toEqual(params);
  });

  test("a trial that tunes parameters itself is where it ended", async () => {
    const s = space({ x: float(-1, 1), y: float(-1, 1) }) as Space;
    // each trial takes five steps of its own
    const task: Task = (params) => {
      let [x, y] = [params.x as number, params.y as number];
      for (let step = 0; step < 5; step++) [x, y] = [x - 0.2 * (x - 0.3), y - 0.02 * (y + 0.4)];
      return {
        value: (x - 0.3) ** 2 + 0.1 * (y + 0.4) ** 2,
        gradient: { x: 2 * (x - 0.3), y: 0.2 * (y + 0.4) },
        tuned: { x, y },
      };
    };
    const { trials } = await descend(gradient(), problemOf(s), task, { trials: 12 });
    const second = trials.find((trial) => originOf(trial).step === 1) as Trial;
    const from = trials[originOf(second).chain as number];
    const reach = (at: Params | undefined) => Math.abs((second.params.y as number) - (at?.y as number)) / 2;
    expect(reach(from.tuned)).toBeLessThanOrEqual(0.1 + 1e-9);
    expect(Math.min(...trials.map(({ losses }) => losses![0]))).toBeLessThan(1e-6);
  });

  test("options that cannot be meant are refused", () => {
    expect(() => gradient({ chains: 0 })).toThrow("chains 0 is not a whole number of at least 1");
    expect(() => gradient({ rate: 0.9 })).toThrow("rate 0.9 is not a number above 0 and up to 0.5");
    expect(gradient({ chains: 2 }).options).toEqual({ chains: 2 });
  });
});

describe("in a study", () => {
  const s = space({ lr: float(1e-4, 1, { log: true }), kind: categorical(["a", "b"]) });
  const objectives = { loss: "minimize" } as const;
  /** Reports its way; the gradient comes with the last report. */
  const objective = async ({ lr, kind }: { lr: number; kind: string }, trial: never) => {
    const { report } = trial as unknown as {
      report(step: number, value: number, extra?: { gradient?: Numbers }): Promise<string>;
    };
    const off = Math.log(lr) + 4;
    const value = off * off + (kind === "a" ? 0 : 1);
    await report(1, value + 1);
    await report(2, value, { gradient: { lr: (2 * off) / lr } });
  };

  test("stopped and opened again it goes on as if nothing had been, and replays without a difference", async () => {
    const run = async (trials: number, parallel: number, stops: readonly number[] = []) => {
      const storage = memory();
      const options = { storage, study: "s" } as const;
      await createStudy(s, { ...options, objectives, sampler: "gradient", seed: 2, trials });
      for (const stop of [...stops, trials]) {
        const study = await openStudy(s, options);
        const drain = new AbortController();
        let left = stop - study.trials.length;
        const counted = (params: never, trial: never) => {
          if (--left === 0) drain.abort();
          return objective(params, trial);
        };
        await study.run(inline(counted as never, { nest: (_, n) => study.paramsOf(n), parallel }), {
          drain: drain.signal,
        });
      }
      const study = await openStudy(s, options);
      const { same, different } = await replay(storage, "s", (name, given) => makeSampler(name, given));
      expect([same, different]).toEqual([trials, []]);
      return study.trials;
    };
    const whole = await run(24, 1);
    const parts = await run(24, 1, [7, 15]);
    expect(parts.map(({ params }) => params)).toEqual(whole.map(({ params }) => params));
    const many = await run(40, 4);
    for (const trials of [whole, many])
      expect(Math.min(...trials.map(({ losses }) => losses?.[0] ?? Infinity))).toBeLessThan(1e-6);
  });
});

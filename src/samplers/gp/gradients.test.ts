import { describe, expect, test } from "vitest";
import { inline } from "../../engines/inline.ts";
import { rowsOf } from "../../models/gp/data.ts";
import { featuresOf } from "../../models/gp/features.ts";
import { fitWarp } from "../../models/gp/warp.ts";
import { rng } from "../../random.ts";
import { makeSampler } from "../../registry.ts";
import type { Params } from "../../space/types.ts";
import { categorical, float, int, oneOf, space } from "../../space.ts";
import { memory } from "../../storages/memory.ts";
import { replay } from "../../study/replay.ts";
import { slotOf } from "../../testing/simulate.ts";
import type { Numbers, Trial } from "../../trial.ts";
import { createStudy, openStudy } from "../../tune.ts";
import { type GpState, gp } from "../gp.ts";
import { slopeOf } from "../gradient/slope.ts";
import { observationOf } from "../observed.ts";
import { derivativesOf } from "./gradients.ts";
import { one, paramsOf, problemOf, run, trialOf, two } from "./studies.fixtures.ts";

const names = ["a", "b", "c", "d", "e", "f"];
const cube = space(Object.fromEntries(names.map((name) => [name, float(-2, 2)])));

/** A bowl that no axis is along, and its gradient. */
function bowl(params: Params): { readonly loss: number; readonly gradient: Numbers } {
  const x = names.map((name) => params[name] as number);
  let loss = 0;
  const by = x.map(() => 0);
  x.forEach((_, j) => {
    const off = x[j] - 0.5 + (j > 0 ? 0.7 * x[j - 1] : 0);
    loss += off * off;
    by[j] += 2 * off;
    if (j > 0) by[j - 1] += 1.4 * off;
  });
  return { loss, gradient: Object.fromEntries(names.map((name, j) => [name, by[j]])) };
}

const best = (trials: readonly Trial[]) => Math.min(...trials.map(({ losses }) => losses![0]));
const said = ({ gradients }: Partial<Record<string, unknown>>) => String(gradients);

async function searched(
  trials: number,
  told: (gradient: Numbers, number: number) => Numbers | undefined,
  { gradients = true, seed = 3 } = {},
) {
  const answers: Record<string, unknown>[] = [];
  const sampler = gp({ gradients });
  const noting: typeof sampler = {
    ...sampler,
    async ask(state, slot) {
      const answer = await sampler.ask(state, slot);
      if (typeof answer !== "string" && answer.origin) answers.push(answer.origin as Record<string, unknown>);
      return answer;
    },
  };
  const found = await run(noting, problemOf({ space: cube, seed }), trials, (params, number) => {
    const { loss, gradient } = bowl(params);
    const own = told(gradient, number);
    return { values: { loss }, losses: [loss], ...(own && { gradient: own }) };
  });
  return { ...found, answers };
}

describe("gp with gradients", () => {
  test("needs at most half the trials, and says that they help", async () => {
    const plain = await searched(30, () => undefined, { gradients: false });
    const { trials, answers } = await searched(15, (gradient) => gradient);
    expect(best(trials)).toBeLessThan(best(plain.trials));
    expect(plain.answers).toEqual([]);
    expect(said(answers.at(-1)!)).toMatch(/^used: losses are foretold [0-9.]+ nats better with them$/);
  });

  test("is no worse than without where their sign is wrong, or they are rubbish", async () => {
    const regrets = async (...how: Parameters<typeof searched>) => {
      let sum = 0;
      for (const seed of [1, 2]) {
        const { trials, answers } = await searched(how[0], how[1], { ...how[2], seed });
        sum += Math.log(best(trials));
        if (how[2] === undefined) expect(said(answers.at(-1)!)).toMatch(/^(left out|used): losses/);
      }
      return sum / 2;
    };
    const plain = await regrets(14, () => undefined, { gradients: false });
    const turned = await regrets(14, (gradient) =>
      Object.fromEntries(Object.entries(gradient).map(([name, by]) => [name, -by])),
    );
    const rubbish = await regrets(14, (gradient, number) => {
      const stream = rng(number, "rubbish");
      return Object.fromEntries(Object.keys(gradient).map((name) => [name, 1e3 * stream.normal()]));
    });
    expect(turned).toBeLessThan(plain + Math.log(2));
    expect(rubbish).toBeLessThan(plain + Math.log(2));
  });

  test("of some parameters, of some trials, infinite and huge ones: what can be used is", async () => {
    const { trials, answers } = await searched(20, (gradient, number): Numbers | undefined => {
      if (number % 3 === 0) return undefined;
      const { a, b, c, e, f } = gradient;
      if (number % 3 === 1) return { a, c, e, f, nobody: 1 };
      return { a: Number.NaN, b, c, d: Number.POSITIVE_INFINITY, e: 1e300, f };
    });
    expect(said(answers.at(-1)!)).toMatch(/^used: .* with them; left out: (nobody|a) \(/);
    const plain = await searched(20, () => undefined, { gradients: false });
    expect(best(trials)).toBeLessThan(best(plain.trials));
  });

  test("without any it suggests what gp does, and says so", async () => {
    const plain = await searched(14, () => undefined, { gradients: false });
    const { trials, answers } = await searched(14, () => undefined);
    expect(trials.map(({ params }) => params)).toEqual(plain.trials.map(({ params }) => params));
    expect(said(answers[0])).toBe("none was told that can be used");
  });

  test("more trials than derivatives have room for, and what was told since the fit", async () => {
    const sampler = gp({ gradients: true });
    const problem = problemOf({ space: cube });
    const stream = rng(1, "points");
    let state: GpState = sampler.init(problem);
    const ask = async (number: number) => {
      const answer = await sampler.ask(state, slotOf(problem, number, []));
      expect(said((answer as { origin: Record<string, unknown> }).origin)).toMatch(/^used/);
      return paramsOf(answer);
    };
    for (let number = 0; number < 123; number++) {
      const params = Object.fromEntries(names.map((name) => [name, 4 * stream.uniform() - 2]));
      const { loss, gradient } = bowl(params);
      state = sampler.tell(state, trialOf(number, params, { values: { loss }, losses: [loss], gradient }));
      if (number === 120) await ask(121);
    }
    expect(bowl(await ask(123)).loss).toBeLessThan(1);
    expect(sampler.explain!(state, { a: 0, b: 0, c: 0, d: 0, e: 0, f: 0 }).mean).toBeCloseTo(1.5, 0);
  });

  test("a trial that runs counts at its last report, and a paused one with its gradient", async () => {
    const sampler = gp({ gradients: true });
    const problem = problemOf({ space: cube });
    const { state } = await searched(12, (gradient) => gradient);
    const params = Object.fromEntries(names.map((name) => [name, 1]));
    const { loss, gradient } = bowl(params);
    const reports = [{ step: 1, values: { loss }, gradient, time: 0 }];
    const ask = async (open: readonly Trial[], from = state) =>
      paramsOf(await sampler.ask(from, slotOf(problem, 13, open)));
    const running = trialOf(12, params, { state: "running" });
    const reported = trialOf(12, params, { state: "running", reports });
    const answers = [await ask([]), await ask([running]), await ask([reported])];
    const paused = sampler.tell(state, trialOf(12, params, { state: "paused", reports, losses: [loss] }));
    answers.push(await ask([], paused));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(4);
  });

  test("several objectives: the first one's model learns from them", async () => {
    const { trials } = await run(
      gp({ gradients: true }),
      problemOf({ space: cube, objectives: two }),
      16,
      (params) => {
        const { loss, gradient } = bowl(params);
        return { losses: [loss, params.a as number], values: { loss, cost: params.a as number }, gradient };
      },
    );
    expect(best(trials)).toBeLessThan(0.5);
  });

  test("options that cannot be meant are refused", () => {
    expect(() => gp({ gradients: "yes" as never })).toThrow('gp: gradients must be true or false, not "yes"');
    expect(() => gp({ gradient: true } as never)).toThrow('did you mean "gradients"');
    expect(gp({ gradients: true }).options).toEqual({ gradients: true });
    expect(gp().options).toBeUndefined();
  });
});

test("derivatives are by active numbers only, of the values as warped; the best and the latest where they are many", () => {
  const s = space({
    lr: float(1e-4, 1, { log: true }),
    n: int(1, 9),
    kind: categorical(["p", "q"]),
    o: oneOf("t", { sgd: { m: float(0, 2) }, adam: {} }),
  });
  const problem = problemOf({ space: s, objectives: [{ ...one[0], direction: "maximize" }] });
  const losses = [3, 1, 2, 5, 4];
  const warp = fitWarp(losses)!;
  const samples = losses.map((loss, number) => {
    const params = {
      ...{ lr: 0.01 * (number + 1), n: 2, kind: "p" },
      ...(number % 2 === 0 ? { o: "sgd", "o.sgd.m": 1 } : { o: "adam" }),
    };
    const gradient = { lr: 2, n: 7, kind: 7, ...(number !== 4 && { "o.sgd.m": 0.5 }) };
    const observation = observationOf(problem, trialOf(number, params, { losses: [loss], gradient }))!;
    return { ...observation, value: loss, slope: slopeOf(problem, observation)! };
  });
  const features = featuresOf(s);
  const rows = rowsOf(features, samples, warp);
  const all = derivativesOf(features, samples, rows, warp, 100)!;
  expect([...all.from]).toEqual([0, 2, 3, 5, 6, 7]);
  const width = Math.log(1e4);
  const slope = warp.slope!(losses[0]);
  expect(all.value[0]).toBeCloseTo(-2 * 0.01 * width * slope, 10); // dv/du = v ln(high/low); maximised: loss = −value
  expect(all.value[1]).toBeCloseTo(-0.5 * 2 * slope, 10);
  const [lr, , m] = [0, 1, 2].map((place) => features.unitOf[place]);
  expect(s.parameters[lr].path).toBe("lr");
  expect(s.parameters[m].path).toBe("o.sgd.m");
  expect([...all.coordinate]).toEqual([0, 2, 0, 0, 2, 0, 0]);
  const few = derivativesOf(features, samples, rows, warp, 2)!;
  expect([...few.from]).toEqual([0, 0, 1, 1, 1, 2]); // trial 1 is the best, 4 the latest
  expect(derivativesOf(features, samples, rows, warp, 0)).toBeUndefined();
});

test("a study replays without a difference, several at a time, by the name on the command line", async () => {
  const s = space({ x: float(0, 1), y: float(1e-3, 1, { log: true }), kind: categorical(["a", "b"]) });
  const storage = memory();
  const options = { storage, study: "s" } as const;
  const sampler = makeSampler("gp", { gradients: true });
  await createStudy(s, { ...options, objectives: { loss: "minimize" }, sampler, seed: 2, trials: 24 });
  const study = await openStudy(s, options);
  const objective = async ({ x, y, kind }: { x: number; y: number; kind: string }, trial: never) => {
    const { report } = trial as unknown as {
      report(step: number, value: number, extra?: { gradient?: Numbers }): Promise<string>;
    };
    const [off, log] = [x - 0.3, Math.log(y) + 3];
    const value = off * off + 0.1 * log * log + (kind === "a" ? 0 : 1);
    await report(1, value + 1);
    await report(2, value, { gradient: { x: 2 * off, y: (0.2 * log) / y } });
  };
  await study.run(inline(objective as never, { nest: (_, n) => study.paramsOf(n), parallel: 3 }));
  const { same, different } = await replay(storage, "s", (name, given) => makeSampler(name, given));
  expect([same, different]).toEqual([24, []]);
  expect(best(study.trials)).toBeLessThan(0.01);
  expect(said(study.trials[20].origin as Record<string, unknown>)).toMatch(/^used/);
});

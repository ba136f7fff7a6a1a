/**
 * What every sampler must do, as checks that any test runner can call.
 */
import { UnsupportedError } from "../errors.ts";
import { rng } from "../random.ts";
import type { Suggestion } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import type { Space } from "../space.ts";
import type { Trial } from "../trial.ts";
import { type Check, deepFreeze, expectEqual } from "./check.ts";
import { severalChecks } from "./several.ts";
import { type SimulatedObjective, simulate, slotOf } from "./simulate.ts";
import { bowl, onEach, problemOf, type SamplerCheckOptions, spaces, stays } from "./subjects.ts";

export type { SamplerCheckOptions };

/** Spaces with a bowl that is neither hit by chance nor too flat to see, and how long it is searched. */
const LEARNABLE = ["logarithmic", "branches", "two hundred"];
const SEEDS = 3;
const BUDGET = 40;
/** Spaces of each kind, for objectives that are hard wherever they are. */
const HARD = ["logarithmic", "stepped", "choices", "branches"];

/** Values that are settled beforehand, by space. */
const SETTLED: Readonly<Record<string, Params>> = {
  stepped: { a: 0.75, c: 2 },
  choices: { b: true },
  branches: { o: "sgd", "o.sgd.m": 0.123456789 },
  "finite branches": { o: "a" },
};

/** A trial whose params belong to another version of the space; the lower its numbers, the better. */
function foreignTrial(s: Space, number: number): Trial {
  const stream = rng(7, "foreign", number);
  const params: Record<string, Params[string]> = { gone: number };
  for (const [path, value] of Object.entries(s.decode(s.parameters.map(() => stream.uniform())))) {
    const u = stream.uniform();
    if (u < 0.1) continue;
    if (typeof value === "number" && u < 0.5) params[path] = u < 0.3 ? value * 20 : value / 20;
    else params[path] = u < 0.95 ? value : "not a choice";
  }
  const losses = [Object.values(params).reduce<number>((sum, one) => sum + Number(Number(one) || 0), 0)];
  const times = { created: 0 };
  const told = { state: "complete", values: { loss: losses[0] }, losses } as const;
  return deepFreeze({ number, ...told, attempt: 1, space: 0, params, reports: [], times, notes: {} });
}

/** What became of a suggestion that was as good as any other. */
function endedTrial(number: number, { params, origin }: Suggestion): Trial {
  const told = {
    state: "complete",
    values: { loss: 1 },
    losses: [1],
    params,
    times: { created: 0 },
  } as const;
  return deepFreeze({
    number,
    ...told,
    ...(origin !== undefined && { origin }),
    attempt: 1,
    space: 0,
    reports: [],
    notes: {},
  });
}

export const samplerChecks: readonly Check<SamplerCheckOptions>[] = [
  {
    name: "stays within domains, steps and conditions",
    run: (options) =>
      onEach(options, async (s) => {
        const { trials } = await simulate(options.make(), problemOf(s), bowl(s), { trials: 25 });
        stays(s, trials);
      }),
  },
  {
    name: "the same seed gives the same suggestions, another seed others",
    run: (options) =>
      onEach(options, async (s, name) => {
        const run = async (seed: number) =>
          (await simulate(options.make(), problemOf(s, { seed }), bowl(s), { trials: 20 })).trials.map(
            ({ params }) => params,
          );
        const first = await run(1);
        expectEqual(await run(1), first, "the second run");
        if (name === "one real" && JSON.stringify(await run(2)) === JSON.stringify(first))
          throw new Error("the seed changes nothing");
      }),
  },
  {
    name: "a state that is rebuilt from the trials suggests the same",
    run: (options) =>
      onEach(options, async (s) => {
        const sampler = options.make();
        const problem = problemOf(s);
        const { trials, state } = await simulate(sampler, problem, bowl(s), { trials: 20 });
        const rebuilt = trials.reduce((before, trial) => sampler.tell(before, trial), sampler.init(problem));
        const slot = () => slotOf(problem, trials.length, []);
        expectEqual(
          await sampler.ask(rebuilt, slot()),
          await sampler.ask(state, slot()),
          "the next suggestion",
        );
        expectEqual(
          await sampler.ask(state, slot()),
          await sampler.ask(state, slot()),
          "the same suggestion, asked twice",
        );
      }),
  },
  {
    name: "trials that are open, more of them than finished ones, are no harm",
    run: (options) =>
      onEach(options, async (s) => {
        const { trials } = await simulate(options.make(), problemOf(s), bowl(s), { trials: 24, workers: 16 });
        stays(s, trials);
      }),
  },
  {
    name: "failed and pruned trials, NaN, infinities, huge and equal values",
    run: (options) =>
      onEach(options, async (s) => {
        const odd = [
          Number.NaN,
          Number.POSITIVE_INFINITY,
          Number.NEGATIVE_INFINITY,
          1e300,
          -1e300,
          0,
          0,
          "failed",
          "pruned",
        ] as const;
        const objectives: SimulatedObjective[] = [
          () => "failed",
          () => 1,
          () => 1e300,
          (_, number) => odd[number % odd.length],
        ];
        for (const objective of objectives) {
          const { trials } = await simulate(options.make(), problemOf(s), objective, {
            trials: 25,
            workers: 2,
          });
          stays(s, trials);
        }
      }),
  },
  {
    name: "settled values are kept, and what depends on them follows",
    run: (options) =>
      onEach(
        options,
        async (s, name) => {
          const fixed = SETTLED[name];
          const { trials } = await simulate(options.make(), problemOf(s), bowl(s), { trials: 12, fixed });
          stays(s, trials);
          for (const { params } of trials)
            for (const [path, value] of Object.entries(fixed)) expectEqual(params[path], value, path);
        },
        Object.keys(SETTLED),
      ),
  },
  {
    name: "a deterministic objective never sees a point twice, and all points are tried",
    run: (options) =>
      onEach(
        options,
        async (s) => {
          const { trials } = await simulate(options.make(), problemOf(s, { deterministic: true }), bowl(s), {
            trials: 1000,
            workers: 3,
          });
          const keys = new Set(trials.map(({ params }) => s.key(params)));
          expectEqual([keys.size, trials.length], [s.size, s.size], "different points and trials");
        },
        ["choices", "stepped", "finite branches"],
      ),
  },
  {
    name: "a space that it cannot do is refused, and a sampler that can is named",
    async run({ make, supports = () => true }) {
      for (const s of Object.values(spaces)) {
        if (supports(s)) continue;
        const sampler = make();
        let message = "nothing was refused";
        try {
          sampler.init(problemOf(s));
        } catch (error) {
          if (error instanceof UnsupportedError) message = error.message;
        }
        const named = / use ([a-z]+)/.exec(message)?.[1];
        if (named === undefined || named === sampler.name)
          throw new Error(`an UnsupportedError that names another sampler was expected: ${message}`);
      }
    },
  },
  {
    name: "a thousand trials of one point",
    run: (options) =>
      onEach(
        options,
        async (s) => {
          const sampler = options.make();
          const problem = problemOf(s);
          let state = sampler.init(problem);
          const answer = await sampler.ask(state, slotOf(problem, 0, []));
          if (typeof answer !== "object") throw new Error("the sampler suggests nothing at first");
          for (let number = 0; number < 1000; number++)
            state = sampler.tell(state, endedTrial(number, answer));
          const next = await sampler.ask(state, slotOf(problem, 1000, []));
          if (typeof next === "object") stays(s, [next]);
        },
        HARD,
      ),
  },
  {
    name: "an objective that drifts, and one with more noise than signal",
    run: (options) =>
      onEach(
        options,
        async (s) => {
          const signal = bowl(s);
          const objectives: SimulatedObjective[] = [
            (params, number) => (signal(params, number) as number) + number / 10,
            (params, number) => (signal(params, number) as number) + 10 * rng(7, "noise", number).normal(),
          ];
          for (const objective of objectives) {
            const { trials } = await simulate(options.make(), problemOf(s), objective, { trials: 25 });
            stays(s, trials);
          }
        },
        HARD,
      ),
  },
  {
    name: "trials of before the space changed: values outside of a range, missing, unknown",
    run: (options) =>
      onEach(options, async (s) => {
        const sampler = options.make();
        const problem = problemOf(s);
        const trials = Array.from({ length: 24 }, (_, number) => foreignTrial(s, number));
        const [told, open] = [trials.slice(0, 20), trials.slice(20)];
        const state = told.reduce((before, trial) => sampler.tell(before, trial), sampler.init(problem));
        for (let number = trials.length; number < trials.length + 4; number++) {
          const answer = await sampler.ask(state, slotOf(problem, number, open));
          if (typeof answer === "object") stays(s, [answer]);
        }
      }),
  },
  {
    name: "beats random search on smooth bowls, if it learns from results",
    async run(options) {
      if (!options.models) return;
      await onEach(options, async (s, name) => {
        if (!LEARNABLE.includes(name)) return;
        let found = 0;
        let drawn = 0;
        for (let seed = 0; seed < SEEDS; seed++) {
          const loss = bowl(s);
          const { trials } = await simulate(options.make(), problemOf(s, { seed }), loss, { trials: BUDGET });
          found += Math.min(...trials.map(({ losses }) => losses?.[0] ?? Number.POSITIVE_INFINITY)) / SEEDS;
          const stream = rng(seed, "random search");
          const draws = Array.from({ length: BUDGET }, () =>
            s.decode(s.parameters.map(() => stream.uniform())),
          );
          drawn += Math.min(...draws.map((params, number) => loss(params, number) as number)) / SEEDS;
        }
        if (!(found < drawn))
          throw new Error(
            `the best of ${BUDGET} trials is ${found} on average, and ${drawn} with random search`,
          );
      });
    },
  },
  ...severalChecks,
];

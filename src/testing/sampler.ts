/**
 * What every sampler must do, as checks that any test runner can call.
 */
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Sampler } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import {
  array,
  boolean,
  categorical,
  constant,
  float,
  type Group,
  int,
  oneOf,
  ordinal,
  type Space,
  space,
} from "../space.ts";
import type { Trial } from "../trial.ts";
import { type Check, deepFreeze, expectEqual } from "./check.ts";
import { type SimulatedObjective, simulate, slotOf } from "./simulate.ts";

export interface SamplerCheckOptions {
  /** Makes the sampler anew. */
  make(): Sampler;
  /** Whether it learns from results, and so must beat random search. */
  readonly models?: boolean;
  /** Whether it needs spaces of finitely many points. */
  readonly finite?: boolean;
}

const spaces: Readonly<Record<string, Space>> = {
  "one real": space({ x: float(-1, 1) }),
  logarithmic: space({ a: float(1e-6, 1, { log: true }), b: int(1, 1000, { log: true }) }),
  stepped: space({ a: float(0, 1, { step: 0.25 }), b: int(0, 9, { step: 3 }), c: ordinal([1, 2, 4]) }),
  choices: space({ a: categorical(["x", "y"]), b: boolean(), c: categorical([1, null, "z"]) }),
  constants: space({ a: constant(3), b: constant("same") }),
  branches: space({
    o: oneOf("t", { sgd: { m: float(0, 1), deep: oneOf("u", { on: { k: int(1, 3) }, off: {} }) }, adam: {} }),
    lr: float(0.1, 1),
  }),
  "finite branches": space({
    o: oneOf("t", { a: { k: int(1, 3) }, b: { l: boolean() } }),
    n: int(0, 2),
    items: array(int(0, 1), { length: "n" }),
  }),
  arrays: space({
    n: int(1, 4),
    units: array(int(16, 256, { log: true }), { length: "n" }),
    blocks: array({ w: float(0, 1) }, { length: 2 }),
  }),
  "two hundred": space(
    Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`p${i}`, float(0, 1)])) as Group,
  ),
};

/** Spaces with a bowl that is neither hit by chance nor too flat to see, and how long it is searched. */
const LEARNABLE = ["logarithmic", "branches", "two hundred"];
const SEEDS = 3;
const BUDGET = 40;

function problemOf(s: Space, extra: Partial<Problem> = {}): Problem {
  return { space: s, objectives: [{ name: "loss", direction: "minimize" }], seed: 7, limits: {}, ...extra };
}

/** A loss that every parameter moves. */
const bowl =
  (s: Space): SimulatedObjective =>
  (params) => {
    const { unit, active } = s.encode(params);
    return unit.reduce((sum, u, index) => sum + (active[index] ? (u - 0.3) ** 2 : 0), 0);
  };

function suitable({ finite }: SamplerCheckOptions): readonly [string, Space][] {
  return Object.entries(spaces).filter(([, s]) => !finite || Number.isFinite(s.size));
}

/** Runs on every space that the sampler can do. */
async function onEach(
  options: SamplerCheckOptions,
  run: (s: Space, name: string) => Promise<void>,
): Promise<void> {
  for (const [name, s] of suitable(options)) {
    try {
      await run(s, name);
    } catch (error) {
      throw new Error(`on the space "${name}": ${(error as Error).message}`, { cause: error });
    }
  }
}

const stays = (s: Space, trials: readonly { params: Params }[]) => {
  for (const { params } of trials) expectEqual(s.check(params), params, "params");
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
    async run(options) {
      const s = options.finite ? spaces["finite branches"] : spaces.branches;
      const fixed: Params = options.finite ? { o: "a" } : { o: "sgd", "o.sgd.m": 0.123456789 };
      const { trials } = await simulate(options.make(), problemOf(s), bowl(s), { trials: 12, fixed });
      stays(s, trials);
      for (const { params } of trials)
        for (const [path, value] of Object.entries(fixed)) expectEqual(params[path], value, path);
    },
  },
  {
    name: "a deterministic objective never sees a point twice, and all points are tried",
    async run(options) {
      for (const name of ["choices", "stepped", "finite branches"]) {
        const s = spaces[name];
        const { trials } = await simulate(options.make(), problemOf(s, { deterministic: true }), bowl(s), {
          trials: 1000,
          workers: 3,
        });
        const keys = new Set(trials.map(({ params }) => s.key(params)));
        expectEqual([keys.size, trials.length], [s.size, s.size], `different points and trials on "${name}"`);
      }
    },
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
    name: "two objectives",
    run: (options) =>
      onEach(options, async (s) => {
        const objectives = [
          { name: "a", direction: "minimize" as const },
          { name: "b", direction: "maximize" as const },
        ];
        const { trials } = await simulate(
          options.make(),
          problemOf(s, { objectives }),
          (_, number) => [number, -number],
          { trials: 15 },
        );
        stays(s, trials);
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
];

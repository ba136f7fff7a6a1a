/**
 * What every sampler must do in spaces with constraints and permutations, as checks that any test runner can call.
 */
import { InvalidInputError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import {
  ascending,
  categorical,
  float,
  int,
  oneOf,
  type Params,
  permutation,
  type Space,
  simplex,
  space,
  sumOf,
  type Tree,
} from "../space.ts";
import type { Trial } from "../trial.ts";
import { type Check, expectEqual } from "./check.ts";
import type { SamplerCheckOptions } from "./sampler.ts";
import { type SimulatedObjective, simulate, slotOf } from "./simulate.ts";

/** Spaces whose constraints leave a part of the points, each with values that may be settled. */
const constrained: Readonly<Record<string, { readonly space: Space; readonly fixed?: Params }>> = {
  "a product": {
    space: space(
      { layers: int(1, 8), units: int(16, 4096, { log: true }), x: float(0, 1) },
      { where: { small: ["<=", ["*", ["param", "layers"], ["param", "units"]], 1024] } },
    ),
    fixed: { layers: 7 },
  },
  "a function": {
    space: space(
      { x: float(-1, 1), y: float(-1, 1) },
      { where: { ring: ({ x, y }) => x * x + y * y <= 0.5 && x * x + y * y >= 0.3 } },
    ),
    fixed: { y: 0.123456789 },
  },
  "a sum": {
    space: space(
      { a: float(0, 1), b: float(0, 1), c: float(0.1, 0.5), d: float(-1, 1) },
      { where: { mix: sumOf({ a: 1, b: 2, c: -1 }, 1) } },
    ),
    fixed: { b: 0.4 },
  },
  "orders in a sum": {
    space: space(
      { a: float(0, 1), b: float(0, 1), c: float(0, 1), d: float(0, 1) },
      { where: { order: ascending("a", "b", "c", "d"), mix: sumOf(["a", "b", "c", "d"], 2) } },
    ),
  },
  "a long order": {
    space: space(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, float(0, 1)])), {
      where: { order: ascending(...Array.from({ length: 12 }, (_, i) => `x${i}`)) },
    }),
  },
  "a small sum": {
    space: space(
      { ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`x${i}`, float(0, 1)])), k: int(0, 20) },
      {
        where: {
          budget: ["<=", ["+", ...Array.from({ length: 9 }, (_, i): Tree => ["param", `x${i}`])], 1],
          less: ["<=", ["+", ["param", "x0"], ["param", "x1"], ["*", 0.1, ["param", "k"]]], 0.5],
        },
      },
    ),
    fixed: { x3: 0.5 },
  },
  "a sum of whole numbers": {
    space: space(
      { a: int(0, 9), b: int(0, 9), c: int(0, 30, { step: 5 }) },
      { where: { sum: sumOf(["a", "b", "c"], 23), less: ["<", ["param", "a"], ["param", "b"]] } },
    ),
    fixed: { c: 10 },
  },
  branches: {
    space: space(
      {
        o: oneOf("t", { sgd: { momentum: float(0, 1) }, adam: { beta: float(0, 1) } }),
        lr: float(1e-4, 1, { log: true }),
      },
      {
        where: {
          calm: ["or", ["<", ["param", "o.sgd.momentum"], 0.5], ["<", ["param", "lr"], 0.01]],
          low: ["or", ["!=", ["param", "o"], "adam"], ["<=", ["param", "lr"], 0.001]],
        },
      },
    ),
    fixed: { o: "adam" },
  },
  "an order of items": {
    space: space(
      { order: permutation(["relu", "norm", "drop", "conv"]), x: float(0, 1) },
      { where: { first: ["<", ["param", "order.norm"], ["param", "order.relu"]] } },
    ),
    fixed: { "order.drop": 0 },
  },
  "an order without constraints": { space: space({ order: permutation(["a", "b", "c"]), k: int(0, 2) }) },
  shares: { space: space({ mix: simplex(["a", "b", "c"]), x: float(0, 1) }), fixed: { "mix.b": 0.6 } },
  "one item": { space: space({ order: permutation(["alone"]), x: float(0, 1) }) },
};

const few: Readonly<Record<string, Space>> = {
  "few points": space(
    { a: int(0, 4), b: int(0, 4), k: categorical(["x", "y", "z"]) },
    { where: { sum: ["<=", ["+", ["param", "a"], ["param", "b"]], 3], not: ["!=", ["param", "k"], "y"] } },
  ),
  "few orders": space(
    { order: permutation(["a", "b", "c", "d"]), on: int(0, 1) },
    { where: { first: ["<", ["param", "order.a"], ["param", "order.b"]] } },
  ),
};

function problemOf(s: Space, extra: Partial<Problem> = {}): Problem {
  return { space: s, objectives: [{ name: "loss", direction: "minimize" }], seed: 7, limits: {}, ...extra };
}

/** A loss whose optimum is mostly where nothing is allowed. */
const bowl =
  (s: Space): SimulatedObjective =>
  (params) => {
    const { unit, active } = s.encode(params);
    return unit.reduce((sum, u, index) => sum + (active[index] ? (u - 0.9) ** 2 : 0), 0);
  };

function suits({ finite, supports = () => true }: SamplerCheckOptions, s: Space): boolean {
  return supports(s) && (!finite || Number.isFinite(s.size));
}

async function onEach(
  options: SamplerCheckOptions,
  run: (s: Space, fixed: Params | undefined) => Promise<void>,
): Promise<void> {
  for (const [name, { space: s, fixed }] of Object.entries(constrained)) {
    if (!suits(options, s)) continue;
    try {
      await run(s, fixed);
    } catch (error) {
      throw new Error(`on the space of "${name}": ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Every point is one of the space, and allowed. */
function areAllowed(s: Space, trials: readonly Pick<Trial, "params">[]): void {
  for (const { params } of trials) expectEqual(s.check(params), params, "params");
}

export const constraintChecks: readonly Check<SamplerCheckOptions>[] = [
  {
    name: "constraints, sums, orders and permutations hold, one trial at a time and many",
    run: (options) =>
      onEach(options, async (s) => {
        for (const [workers, count] of [
          [1, 14],
          [8, 20],
        ]) {
          const { trials } = await simulate(options.make(), problemOf(s), bowl(s), {
            trials: count,
            workers,
          });
          areAllowed(s, trials);
        }
      }),
  },
  {
    name: "settled values are kept where constraints leave room for them",
    run: (options) =>
      onEach(options, async (s, fixed) => {
        if (fixed === undefined) return;
        const { trials } = await simulate(options.make(), problemOf(s), bowl(s), { trials: 14, fixed });
        areAllowed(s, trials);
        for (const { params } of trials)
          for (const [path, value] of Object.entries(fixed)) expectEqual(params[path], value, path);
      }),
  },
  {
    name: "the same constraints give the same suggestions, from a state that is rebuilt too",
    run: (options) =>
      onEach(options, async (s) => {
        const sampler = options.make();
        const problem = problemOf(s);
        const { trials, state } = await simulate(sampler, problem, bowl(s), { trials: 14 });
        const again = await simulate(options.make(), problem, bowl(s), { trials: 14 });
        expectEqual(
          again.trials.map(({ params }) => params),
          trials.map(({ params }) => params),
          "the second run",
        );
        const rebuilt = trials.reduce((before, trial) => sampler.tell(before, trial), sampler.init(problem));
        const slot = () => slotOf(problem, trials.length, []);
        expectEqual(
          await sampler.ask(rebuilt, slot()),
          await sampler.ask(state, slot()),
          "the next suggestion",
        );
      }),
  },
  {
    name: "every allowed point of a small space is tried once, and no other",
    async run(options) {
      for (const [name, s] of Object.entries(few)) {
        if (!suits(options, s)) continue;
        const problem = problemOf(s, { deterministic: true });
        const { trials } = await simulate(options.make(), problem, bowl(s), { trials: 500, workers: 3 });
        areAllowed(s, trials);
        const keys = new Set(trials.map(({ params }) => s.key(params)));
        expectEqual([keys.size, trials.length], [s.size, s.size], `different points and trials of ${name}`);
      }
    },
  },
  {
    name: "trials that break the constraints, because others made them, inform and are not repeated",
    run: (options) =>
      onEach(options, async (s) => {
        const sampler = options.make();
        const problem = problemOf(s);
        let state = sampler.init(problem);
        for (let number = 0; number < 20; number++) {
          const { rng } = slotOf(problem, number, []);
          const params = s.decode(s.parameters.map(() => rng.uniform()));
          state = sampler.tell(state, endedTrial(number, params, bowl(s)(params, number) as number));
        }
        for (let number = 20; number < 26; number++) {
          const answer = await sampler.ask(state, slotOf(problem, number, []));
          if (typeof answer === "object") areAllowed(s, [answer]);
        }
      }),
  },
  {
    name: "where the constraints contradict each other, it says which",
    async run(options) {
      const s = space(
        { a: int(0, 4), b: int(0, 4) },
        {
          where: {
            less: ["<", ["param", "a"], ["param", "b"]],
            sum: ["<=", ["+", ["param", "a"], ["param", "b"]], 7],
            more: [">", ["param", "a"], ["param", "b"]],
          },
        },
      );
      if (options.supports?.(s) === false) return;
      const sampler = options.make();
      let message = "";
      try {
        const answer = await sampler.ask(sampler.init(problemOf(s)), slotOf(problemOf(s), 0, []));
        if (answer === "done") return; // a list of points is empty: nothing is claimed
      } catch (error) {
        if (error instanceof InvalidInputError) message = error.message;
      }
      if (!message.includes('both "less" and "more"'))
        throw new Error(`an InvalidInputError that names "less" and "more" was expected: ${message}`);
    },
  },
];

function endedTrial(number: number, params: Params, loss: number): Trial {
  return {
    number,
    state: "complete",
    values: { loss },
    losses: [loss],
    params,
    attempt: 1,
    space: 0,
    reports: [],
    times: { created: 0 },
    notes: {},
  };
}

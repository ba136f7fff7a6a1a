/**
 * What every sampler must do where there are several objectives: learn from all of them, or refuse.
 */
import { hypervolume } from "../analysis/hypervolume.ts";
import { referencePoint } from "../analysis/reference-point.ts";
import { UnsupportedError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Sampler } from "../sampler.ts";
import type { Space } from "../space.ts";
import { type Check, expectEqual } from "./check.ts";
import { type SimulatedObjective, simulate, slotOf } from "./simulate.ts";
import { onEach, problemOf, type SamplerCheckOptions, spaces, stays } from "./subjects.ts";

/** Spaces in which a front is searched, for how long, and with how many seeds. */
const LEARNABLE = ["logarithmic", "branches"];
const BUDGET = 30;
const SEEDS = 3;
/** Spaces of each kind. */
const KINDS = ["one real", "logarithmic", "choices", "branches", "arrays"];
/** Where each objective is best, in the unit cube. */
const CENTRES = [0.2, 0.7, 0.45];

/** So many objectives; the second is maximised. */
function severalOf(s: Space, count: number, extra: Partial<Problem> = {}): Problem {
  const objectives = ["a", "b", "c"].slice(0, count).map((name, k) => ({
    name,
    direction: k === 1 ? ("maximize" as const) : ("minimize" as const),
  }));
  return problemOf(s, { objectives, ...extra });
}

/** Bowls about different centres, which no point can have the best of. */
const bowls =
  (s: Space, count: number): ((...args: Parameters<SimulatedObjective>) => number[]) =>
  (params) => {
    const { unit, active } = s.encode(params);
    return CENTRES.slice(0, count).map((centre) =>
      unit.reduce((sum, u, index) => sum + (active[index] ? (u - centre) ** 2 : 0), 0),
    );
  };

const accepts = ({ several }: SamplerCheckOptions) => several !== "refuses";

export const severalChecks: readonly Check<SamplerCheckOptions>[] = [
  {
    name: "two objectives, and three, whatever becomes of the trials",
    async run(options) {
      if (!accepts(options)) return;
      await onEach(
        options,
        async (s) => {
          for (const count of [2, 3]) {
            const loss = bowls(s, count);
            const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: low, NaN: nan } = Number;
            const odd = [
              [inf, 0, 1],
              [low, 1, 0],
              [0, nan, 0],
              [1e300, -1e300, 1],
              [0, 0, 0],
              [0, 0, 0],
            ];
            const objectives: SimulatedObjective[] = [
              loss,
              () => "failed",
              () => new Array<number>(count).fill(1),
              (params, number) => {
                if (number % 2 === 0) return loss(params, number);
                if (number % 5 === 0) return number % 3 === 0 ? "failed" : "pruned";
                return odd[(number >> 1) % odd.length].slice(0, count);
              },
            ];
            for (const objective of objectives) {
              const run = { trials: 16, workers: 2 };
              stays(s, (await simulate(options.make(), severalOf(s, count), objective, run)).trials);
            }
          }
        },
        KINDS,
      );
    },
  },
  {
    name: "with several objectives too, the same seed and a rebuilt state suggest the same",
    async run(options) {
      if (!accepts(options)) return;
      await onEach(
        options,
        async (s) => {
          const problem = severalOf(s, 2);
          const run = () => simulate(options.make(), problem, bowls(s, 2), { trials: 20, workers: 3 });
          const { trials, state } = await run();
          expectEqual((await run()).trials, trials, "the second run");
          // told in the order in which they ended, which with workers is that of their numbers
          const sampler = options.make();
          const rebuilt = trials.reduce(
            (before, trial) => sampler.tell(before, trial),
            sampler.init(problem),
          );
          const slot = () => slotOf(problem, trials.length, []);
          const expected = await sampler.ask(state, slot());
          expectEqual(await sampler.ask(rebuilt, slot()), expected, "the next suggestion");
          expectEqual(await sampler.ask(state, slot()), expected, "the same suggestion, asked twice");
        },
        KINDS,
      );
    },
  },
  {
    name: "with several objectives, settled values are kept",
    async run(options) {
      if (!accepts(options)) return;
      await onEach(
        options,
        async (s) => {
          const fixed = { o: "sgd", "o.sgd.m": 0.123456789 };
          const { trials } = await simulate(options.make(), severalOf(s, 2), bowls(s, 2), {
            trials: 20,
            fixed,
          });
          stays(s, trials);
          for (const { params } of trials)
            for (const [path, value] of Object.entries(fixed)) expectEqual(params[path], value, path);
        },
        ["branches"],
      );
    },
  },
  {
    name: "several objectives are refused, and a sampler that can is named, if it cannot",
    async run(options) {
      if (accepts(options)) return;
      const sampler: Sampler = options.make();
      const supports = options.supports ?? (() => true);
      const s = Object.values(spaces).find(supports) as Space;
      let message = "nothing was refused";
      try {
        sampler.init(severalOf(s, 2));
      } catch (error) {
        if (error instanceof UnsupportedError) message = error.message;
      }
      const named = / use ([a-z0-9]+)/.exec(message)?.[1];
      if (named === undefined || named === sampler.name)
        throw new Error(`an UnsupportedError that names another sampler was expected: ${message}`);
    },
  },
  {
    name: "finds a larger hypervolume than random search, if it learns from several objectives",
    async run(options) {
      if (options.several !== "learns") return;
      await onEach(
        options,
        async (s) => {
          const loss = bowls(s, 2);
          let [found, drawn] = [0, 0];
          for (let seed = 0; seed < SEEDS; seed++) {
            const run = { trials: BUDGET };
            const { trials } = await simulate(options.make(), severalOf(s, 2, { seed }), loss, run);
            const ours = Float64Array.from(trials.flatMap(({ losses }) => losses ?? []));
            const stream = rng(seed, "random search");
            const draws = Array.from({ length: BUDGET }, () =>
              s.decode(s.parameters.map(() => stream.uniform())),
            );
            const theirs = Float64Array.from(draws.flatMap((params, number) => loss(params, number)));
            const reference = referencePoint(theirs, BUDGET, 2) as Float64Array;
            found += hypervolume(ours, ours.length / 2, 2, reference) / SEEDS;
            drawn += hypervolume(theirs, BUDGET, 2, reference) / SEEDS;
          }
          if (!(found > drawn))
            throw new Error(
              `the hypervolume of ${BUDGET} trials is ${found} on average, and ${drawn} with random search`,
            );
        },
        LEARNABLE,
      );
    },
  },
];

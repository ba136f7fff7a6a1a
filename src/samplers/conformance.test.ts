import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import { samplers } from "../registry.ts";
import type { Sampler } from "../sampler.ts";
import type { Space } from "../space.ts";
import { constraintChecks } from "../testing/constraints.ts";
import { type SamplerCheckOptions, samplerChecks } from "../testing/sampler.ts";
import type { Trial } from "../trial.ts";
import { uniformPoint } from "./random.ts";

/** No normal distribution has coordinates that exist only at times. */
const isFlat = ({ parameters }: Space) => parameters.every(({ conditions }) => conditions.length === 0);
/** Nor has it coordinates without an order; between two values any order will do. */
const isOrdered = ({ parameters }: Space) =>
  parameters.every((one) => one.domain !== "choice" || one.ordered || one.size <= 2);

interface Abilities extends Omit<SamplerCheckOptions, "make"> {
  /** Trains in stages: the problems of the checks get a largest step. */
  readonly staged?: true;
  /** Options with which it gets to what it does within the few trials of the checks. */
  readonly made?: object;
  /** Checks that cannot hold, each with the reason why. */
  readonly exceptions?: Readonly<Record<string, string>>;
}

/** Schedules: trials go on from checkpoints, mostly with the params that they had. */
const schedules: Abilities = {
  staged: true,
  exceptions: {
    "a deterministic objective never sees a point twice, and all points are tried":
      "a member goes on with the same point from its checkpoint",
    "every allowed point of a small space is tried once, and no other":
      "a member goes on with the same point from its checkpoint",
  },
};

/** Few parents, so that trials of the checks have some. */
const generations: Abilities = { models: true, several: "learns", made: { population: 5 } };

/** Whose model or distribution is of one loss. */
const ofOne = { several: "refuses" } as const;

/** What a sampler cannot do, with the reason why. */
const abilities: Readonly<Record<string, Abilities>> = {
  auto: { models: true, several: "learns" },
  bohb: { models: true, several: "learns" },
  catcma: { models: true, ...ofOne, supports: isFlat },
  cmaes: { models: true, ...ofOne, supports: (s) => isFlat(s) && isOrdered(s) },
  dehb: { models: true, several: "learns" },
  eci: { models: true, ...ofOne },
  forest: { models: true, several: "learns" },
  gp: { models: true, several: "learns" },
  gradient: { models: true, ...ofOne }, // without gradients, as here, by another sampler; see gradient.test.ts
  grid: { finite: true }, // a real interval has no points of its own; see grid.test.ts
  halton: {},
  nsga2: generations,
  nsga3: generations,
  pb2: schedules,
  pbt: schedules,
  priorband: { several: "learns" }, // no space here has a prior; see priorband.test.ts
  random: {},
  sobol: {},
  tpe: { models: true, several: "learns" },
  turbo: { models: true, ...ofOne },
};

describe.each(Object.keys(samplers))("%s", (name) => {
  test("stands in the list above", () => {
    expect(Object.keys(abilities)).toContain(name);
  });
  const { staged, made, exceptions = {}, ...options } = abilities[name] ?? {};
  const make = () => (staged ? inStages(samplers[name](made)) : samplers[name](made));
  test.each(
    [...samplerChecks, ...constraintChecks]
      .filter((check) => !(check.name in exceptions))
      .map((check) => [check.name, check] as const),
  )("%s", (_, check) => check.run({ make, ...options }), 60_000);
  test("an option that it does not have is refused", () => {
    expect(() => samplers[name]({ resolutoin: 3 })).toThrow(
      new RegExp(
        `^${name}: there is no option "resolutoin".*(takes none|did you mean "resolution"|there are [a-z]+)`,
      ),
    );
  });
});

/** The most derivatives that a trial of the checks tells, so that they end in time. */
const TOLD = 12;

/** The Gaussian process that learns from gradients, where every third trial tells derivatives that mean nothing. */
function withGradients(): Sampler {
  const sampler = samplers.gp({ gradients: true });
  const told = (trial: Trial): Trial => {
    if (trial.number % 3 > 0) return trial;
    const stream = rng(trial.number, "gradient");
    const paths = Object.keys(trial.params).slice(0, TOLD);
    const gradient = Object.fromEntries(paths.map((path) => [path, stream.normal()]));
    return { ...trial, gradient };
  };
  return { ...sampler, tell: (state, trial) => sampler.tell(state, told(trial)) };
}

describe("gp with gradients", () => {
  test.each([...samplerChecks, ...constraintChecks].map((check) => [check.name, check] as const))(
    "%s",
    (_, check) => check.run({ make: withGradients, ...abilities.gp }),
    120_000,
  );
});

/** The sampler on problems of so many steps. */
function inStages(sampler: Sampler): Sampler {
  return { ...sampler, init: (problem) => sampler.init({ ...problem, steps: { max: 12 } }) };
}

/** Mutates the best point so far, or the worst: a coordinate or two anew, the others a little. */
function walker(from: "best" | "worst"): Sampler<{ readonly space: Space; readonly trials: Trial[] }> {
  const sign = from === "best" ? 1 : -1;
  return {
    name: "walker",
    version: 1,
    init: ({ space }) => ({ space, trials: [] }),
    tell: ({ space, trials }, trial) => ({ space, trials: [...trials, trial] }),
    ask({ space, trials }, { rng }) {
      const drawn = uniformPoint(rng, space.parameters.length);
      const ranked = [...trials].sort((a, b) => sign * (a.losses![0] - b.losses![0]));
      if (ranked.length < 10) return { params: space.decode(drawn) };
      const { unit } = space.encode(ranked[0].params);
      const anew = 1 / drawn.length;
      return {
        params: space.decode(unit.map((u, j) => (rng.uniform() < anew ? drawn[j] : u + 0.05 * rng.normal()))),
      };
    },
  };
}

test("the check of learning passes who learns, and no other", async () => {
  const check = samplerChecks.find(({ name }) => name.includes("beats random search"))!;
  await check.run({ make: () => walker("best"), models: true });
  await expect(check.run({ make: () => walker("worst"), models: true })).rejects.toThrow("random search");
});

test("the check of several objectives passes who learns from all of them, and no other", async () => {
  const check = samplerChecks.find(({ name }) => name.includes("larger hypervolume"))!;
  await check.run({ make: () => samplers.nsga3({ population: 5 }), several: "learns" });
  for (const from of ["best", "worst"] as const) // of the first objective
    await expect(check.run({ make: () => walker(from), several: "learns" })).rejects.toThrow("random search");
});

test("the checks of constraints fail for who does not look at them", async () => {
  const blind: Sampler<Space> = {
    name: "blind",
    version: 1,
    init: ({ space }) => space,
    tell: (space) => space,
    ask: (space, { rng }) => ({ params: space.decode(uniformPoint(rng, space.parameters.length)) }),
  };
  const failing = ["hold", "settled values", "small space", "contradict"];
  for (const check of constraintChecks)
    if (failing.some((words) => check.name.includes(words)))
      await expect(check.run({ make: () => blind }), check.name).rejects.toThrow();
});

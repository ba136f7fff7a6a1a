import { describe, expect, test } from "vitest";
import { samplers } from "../registry.ts";
import type { Sampler } from "../sampler.ts";
import type { Space } from "../space.ts";
import { type SamplerCheckOptions, samplerChecks } from "../testing/sampler.ts";
import type { Trial } from "../trial.ts";
import { uniformPoint } from "./random.ts";

/** No normal distribution has coordinates that exist only at times. */
const isFlat = ({ parameters }: Space) => parameters.every(({ conditions }) => conditions.length === 0);
/** Nor has it coordinates without an order; between two values any order will do. */
const isOrdered = ({ parameters }: Space) =>
  parameters.every((one) => one.domain !== "choice" || one.ordered || one.size <= 2);

/** What a sampler cannot do, with the reason why. */
const abilities: Readonly<Record<string, Omit<SamplerCheckOptions, "make">>> = {
  auto: { models: true },
  bohb: { models: true },
  catcma: { models: true, supports: isFlat },
  cmaes: { models: true, supports: (s) => isFlat(s) && isOrdered(s) },
  dehb: { models: true },
  forest: { models: true },
  gp: { models: true },
  grid: { finite: true }, // a real interval has no points of its own; see grid.test.ts
  halton: {},
  priorband: {}, // no space here has a prior; see priorband.test.ts
  random: {},
  sobol: {},
  tpe: { models: true },
  turbo: { models: true },
};

describe.each(Object.keys(samplers))("%s", (name) => {
  test("stands in the list above", () => {
    expect(Object.keys(abilities)).toContain(name);
  });
  test.each(samplerChecks.map((check) => [check.name, check] as const))(
    "%s",
    (_, check) => check.run({ make: () => samplers[name](), ...abilities[name] }),
    60_000,
  );
  test("an option that it does not have is refused", () => {
    expect(() => samplers[name]({ resolutoin: 3 })).toThrow(
      new RegExp(
        `^${name}: there is no option "resolutoin".*(takes none|did you mean "resolution"|there are [a-z]+)`,
      ),
    );
  });
});

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

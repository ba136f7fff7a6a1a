import { expect, test } from "vitest";
import { simulated } from "../engines/simulated.ts";
import type { Objective } from "../objective.ts";
import { float, oneOf, space } from "../space.ts";
import { memory } from "../storages/memory.ts";
import { createStudy } from "../tune.ts";
import { eci } from "./eci.ts";

const families = space({
  family: oneOf("name", {
    cheap: { a: float(0, 1) },
    dear: { b: float(0, 1) },
    hopeless: { c: float(0, 1) },
  }),
});

/** Trials of each branch in a study where two branches can be equally good and a third cannot. */
async function trialsByBranch(seconds: Record<string, number>, cost: "seconds" | "work") {
  const loss = (({ family }, trial) => {
    trial.note("work", seconds[family.name]);
    const at = Number(family.a ?? family.b ?? family.c);
    return (at - 0.37) ** 2 + (family.name === "hopeless" ? 5 : 0);
  }) as Objective<{ family: { name: string } & Record<string, unknown> }>;
  const engine = simulated(loss as Objective, {
    parallel: 1,
    seconds: (params) => (cost === "work" ? 1 : seconds[String(params.family)]),
    nest: (params) => families.nest(params),
  });
  const study = await createStudy(families, {
    ...{ trials: 60, seed: 1, pruner: "none", sampler: eci({ cost }) },
    storage: memory({ now: () => 1000 * engine.now }),
  });
  await study.run(engine);
  const counts: Record<string, number> = {};
  for (const { params } of study.trials) counts[params.family.name] = (counts[params.family.name] ?? 0) + 1;
  return counts;
}

test.each(["seconds", "work"] as const)(
  "what is cheap and as good is tried more often, by %s",
  async (cost) => {
    const counts = await trialsByBranch({ cheap: 1, dear: 50, hopeless: 1 }, cost);
    expect(counts.cheap).toBeGreaterThan(3 * counts.dear);
    expect(counts.hopeless).toBeLessThan(counts.cheap / 2);
  },
);

test("by work, it does not matter how many seconds a trial took that failed and noted none", async () => {
  const run = async (seconds: number) => {
    const objective = ((params: { family: { name: string; a?: number; b?: number } }, trial) => {
      if (params.family.name === "hopeless") throw new Error("cannot be fitted");
      trial.note("work", params.family.name === "cheap" ? 10 : 20);
      return ((params.family.a ?? params.family.b ?? 0) - 0.37) ** 2;
    }) as Objective<{ family: { name: string } }>;
    const engine = simulated(objective as Objective, {
      ...{ parallel: 1, seconds: () => seconds, nest: (params) => families.nest(params) },
    });
    const study = await createStudy(families, {
      ...{ trials: 30, seed: 3, pruner: "none", sampler: eci({ cost: "work" }) },
      storage: memory({ now: () => 1000 * engine.now }),
    });
    await study.run(engine);
    return study.trials.map(({ params, origin }) => ({ params, origin }));
  };
  const quick = await run(0.01);
  expect(quick).toHaveLength(30);
  expect(await run(1000)).toEqual(quick);
});

test("a space without a choice is searched as by tpe", async () => {
  const line = space({ x: float(0, 1) });
  const run = async (sampler: "tpe" | "eci") => {
    const study = await createStudy(line, { trials: 20, seed: 2, sampler, pruner: "none" });
    const engine = simulated(((params: { x: number }) => params.x ** 2) as Objective, { parallel: 1 });
    await study.run(engine);
    return study.trials.map(({ params }) => params);
  };
  expect(await run("eci")).toEqual(await run("tpe"));
});

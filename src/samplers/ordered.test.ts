import { expect, test } from "vitest";
import { simulated } from "../engines/simulated.ts";
import type { Objective } from "../objective.ts";
import { makeSampler } from "../registry.ts";
import { float, space } from "../space.ts";
import { memory } from "../storages/memory.ts";
import { replay } from "../study/replay.ts";
import { createStudy } from "../tune.ts";
import { tpe } from "./tpe.ts";

const two = space({ x: float(-5, 5), y: float(-5, 5) });
type Point = { x: number; y: number };

/** A study of 40 trials whose durations are those of `seconds`. */
async function run(seconds: (x: number) => number, parallel: number, ordered?: number) {
  const bowl = (({ x, y }: Point) => (x - 1) ** 2 + (y + 2) ** 2) as Objective;
  const engine = simulated(bowl, { parallel, seconds: ({ x }) => seconds(Number(x)) });
  const storage = memory({ now: () => 1000 * engine.now });
  const study = await createStudy(two, {
    ...{ trials: 40, seed: 3, pruner: "none" },
    sampler: ordered === undefined ? "tpe" : makeSampler("tpe", { ordered }),
    storage,
  });
  await study.run(engine);
  return { study, storage };
}

const points = ({ study }: Awaited<ReturnType<typeof run>>) => study.trials.map(({ params }) => params);

test("the same is suggested whatever the trials take and however many run side by side", async () => {
  const expected = points(await run(() => 1, 4, 4));
  expect(expected).toHaveLength(40);
  expect(points(await run((x) => 1 + Math.abs(x), 4, 4))).toEqual(expected);
  expect(points(await run((x) => 6 - Math.abs(x), 2, 4))).toEqual(expected);
  expect(points(await run(() => 1, 1, 4))).toEqual(expected);
  expect(points(await run((x) => 2 + x / 5, 9, 4))).toEqual(expected);
});

test("without it, durations show", async () => {
  expect(points(await run((x) => 1 + Math.abs(x), 4))).not.toEqual(points(await run(() => 1, 4)));
});

test("its log replays without a difference, from the name and options that it holds", async () => {
  const { study, storage } = await run((x) => 1 + Math.abs(x), 4, 4);
  expect(study.history.configuration.sampler).toEqual({ name: "tpe", options: { ordered: 4 } });
  const { same, different } = await replay(storage, "study", makeSampler);
  expect({ same, different }).toEqual({ same: 40, different: [] });
});

test("the number of workers is a whole number of at least 1", () => {
  expect(() => makeSampler("tpe", { ordered: 0 })).toThrow(
    "tpe: ordered must be a whole number at least 1, not 0",
  );
  expect(tpe().options).toBeUndefined();
});

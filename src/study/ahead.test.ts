import { expect, test } from "vitest";
import { inline } from "../engines/inline.ts";
import { makeSampler } from "../registry.ts";
import { float, space } from "../space.ts";
import { memory } from "../storages/memory.ts";
import { createStudy } from "../tune.ts";
import { Follower } from "./follower.ts";
import { Log } from "./log.ts";
import { Pace } from "./pace.ts";
import { replay } from "./replay.ts";
import { Suggestions } from "./suggest.ts";

test("suggestions lag only where trials are shorter than asks, by the workers at most", () => {
  const pace = new Pace();
  const trials = (ms: number) => {
    for (let n = 0; n < 30; n++) {
      pace.asked(10);
      pace.idled(ms);
      pace.ended();
    }
  };
  expect(pace.lag(4)).toBe(0);
  trials(1);
  expect([pace.lag(1), pace.lag(4), pace.lag(20)]).toEqual([0, 4, 0]);
  trials(100);
  expect(pace.lag(4)).toBe(0);
});

test("suggestions that were prepared ahead are used, and replay finds no difference", async () => {
  const storage = memory();
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const study = await createStudy(s, { sampler: "gp", seed: 3, trials: 60, storage });
  // one worker is busy for long, the other has trials that are over at once
  const objective = async ({ x, y }: { x: number; y: number }, { number }: { number: number }) => {
    if (number % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 40));
    return (x - 0.3) ** 2 + (y - 0.6) ** 2;
  };
  await study.run({
    ...inline(objective as never, { parallel: 2, nest: (p) => s.nest(p) }),
    blocking: false,
  });
  const events = await storage.read("study", 0);
  let lastEnd = 0;
  let lagging = 0;
  for (const event of events) {
    if (event.kind === "finished") lastEnd = event.position;
    if (event.kind === "started" && (event.basis as number) < lastEnd) lagging++;
  }
  const { same, different } = await replay(storage, "study", (name) => makeSampler(name));
  expect([same, different]).toEqual([60, []]);
  expect(lagging).toBeGreaterThan(5);
});

test("a point that was enqueued meanwhile comes before what was prepared", async () => {
  const storage = memory();
  const s = space({ x: float(0, 1) });
  const study = await createStudy(s, { sampler: "random", seed: 3, trials: 4, storage });
  const log = new Log(storage, "study", "preparer", new Follower({ sampler: makeSampler("random") }));
  await log.sync();
  const suggestions = new Suggestions(log.follower);
  expect(await suggestions.prepare()).toBe(true);
  await study.enqueue({ x: 0.123 });
  await log.append({ kind: "claimed", worker: "w" });
  const { answer } = await suggestions.for(0);
  expect(answer).toMatchObject({ params: { x: 0.123 } });
});

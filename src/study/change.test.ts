import { describe, expect, test } from "vitest";
import {
  categorical,
  createStudy,
  float,
  int,
  makeSampler,
  memory,
  openStudy,
  type Params,
  replay,
  type Space,
  type Study,
  space,
} from "../index.ts";

const small = { x: float(-2, 2), act: categorical(["relu", "tanh"]), layers: int(1, 3) };
const before = space(small);
/** Wider, narrower, one choice and two parameters more. */
const after = space({
  x: float(-1, 4),
  act: categorical(["relu", "tanh", "gelu"]),
  layers: int(2, 3),
  dropout: float(0, 0.5, { default: 0.1 }),
  log: float(1e-3, 1, { log: true, default: 0.5 }),
});

const loss = (params: Params) =>
  (Number(params.x) - 3) ** 2 + Number(params.dropout ?? 0) + (params.act === "gelu" ? 0 : 1);

async function tell(study: Study, count: number) {
  for (let n = 0; n < count; n++) {
    const trial = await study.ask();
    if (trial === undefined) return;
    await trial.tell(loss(trial.flat));
  }
}

/** Ten trials, a change of the space, and twenty more. */
async function changed(sampler: string, spaces: readonly [Space, Space], workers = 1) {
  const storage = memory();
  const options = { seed: 7, trials: 30, sampler, storage };
  const study = (await createStudy(spaces[0], options)) as unknown as Study;
  await tell(study, 10);
  const open = workers > 1 ? await study.ask(workers - 1) : [];
  await study.changeSpace(spaces[1]);
  await tell(study, 10);
  for (const trial of open) await trial.tell(loss(trial.flat));
  await tell(study, 10);
  return { study, storage };
}

describe("a space that changes in the middle of a study", () => {
  test.each(["random", "sobol", "gp", "tpe", "forest", "turbo", "auto"])(
    "%s goes on in the new one, and replays",
    async (sampler) => {
      const { study, storage } = await changed(sampler, [before, after], 4);
      const { trials } = study.history;
      expect(trials.map((trial) => trial?.space)).toEqual(
        Array.from({ length: 30 }, (_, number) => Number(number >= 13)),
      );
      for (const trial of trials.slice(13)) after.check(trial?.params ?? {});
      const found = await replay(storage, "study", makeSampler);
      expect(found).toMatchObject({ same: 30, different: [], incomparable: [] });
    },
    30_000,
  );

  test("grid appends the points that were not tried", async () => {
    const grids = [
      space({ a: int(1, 3), b: categorical(["p", "q"]) }),
      space({ a: int(1, 4), b: categorical(["p", "q", "r"]), c: int(0, 1, { default: 0 }) }),
    ] as const;
    const storage = memory();
    const study = (await createStudy(grids[0], { sampler: "grid", storage })) as unknown as Study;
    await tell(study, 99);
    expect(study.trials.length).toBe(6);
    await study.changeSpace(grids[1]);
    await tell(study, 99);
    const tried = study.history.trials.flatMap((trial) => (trial ? { c: 0, ...trial.params } : []));
    expect(new Set(tried.map((params) => grids[1].key(params as Params))).size).toBe(24);
    expect(tried.length).toBe(24);
    expect((await replay(storage, "study", makeSampler)).different).toEqual([]);
  });

  test("models learn from points outside of a range that was narrowed", async () => {
    const study = (await createStudy(space({ x: float(-10, 10), y: float(-10, 10) }), {
      seed: 3,
      sampler: "gp",
    })) as unknown as Study;
    const bowl = ({ x, y }: Params) => (Number(x) - 1.2) ** 2 + (Number(y) - 2) ** 2;
    const run = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const trial = await study.ask();
        await trial?.tell(bowl(trial.flat));
      }
    };
    await run(20);
    await study.changeSpace(space({ x: float(1, 1.5), y: float(1.5, 2.5) }));
    await run(6);
    const late = study.history.trials.slice(20).map((trial) => trial?.losses?.[0] ?? 9);
    expect(Math.min(...late)).toBeLessThan(0.01);
  });

  test("params are nested by the space that they were made in", async () => {
    const { study } = await changed("random", [before, after]);
    expect(Object.keys(study.trials[3].params as object)).toEqual(["x", "act", "layers"]);
    expect(Object.keys(study.trials[20].params as object)).toEqual(["x", "act", "layers", "dropout", "log"]);
    expect(study.space.equals(after)).toBe(true);
  });

  test("the same space changes nothing; a default alone is a change", async () => {
    const storage = memory();
    const study = await createStudy(before, { storage });
    const position = study.history.position;
    expect(await study.changeSpace(space(small))).toEqual([]);
    expect(study.history.position).toBe(position);
    const lines = await study.changeSpace(space({ ...small, x: float(-2, 2, { default: 0 }) }));
    expect(lines).toEqual(["x: default none → 0"]);
  });

  test("what cannot be is refused before anything is written", async () => {
    const study = await createStudy(before, { sampler: makeSampler("grid", { points: { x: [-2, 2] } }) });
    const { position } = study.history;
    await expect(study.changeSpace(space({ x: float(-2, 2) }))).rejects.toThrow("warmStart");
    await expect(study.changeSpace(space({ ...small, d: float(0, 1) }))).rejects.toThrow("needs a default");
    await expect(study.changeSpace(after)).rejects.toThrow("grid: points of x: -2 is below -1");
    expect(study.history.position).toBe(position);
  });

  test("a study is opened with its newest space", async () => {
    const { storage } = await changed("random", [before, after]);
    await expect(openStudy(before, { storage })).rejects.toThrow("x: low -1 → -2");
    const study = await openStudy(after, { storage });
    const best = study.best?.params;
    expect(best?.layers).toBeGreaterThan(0);
  });
});

describe("points that were enqueued before the space changed", () => {
  const start = async (enqueued: Params, next: Space = after) => {
    const study = await createStudy(before, { seed: 1, sampler: "random" });
    await study.enqueue(enqueued);
    await study.changeSpace(next);
    const trial = await study.ask();
    return { flat: trial?.flat, version: study.history.trials[0]?.space, nested: trial?.params };
  };

  test("whole: added parameters take their default, and numbers stay as they were asked for", async () => {
    const { flat, version, nested } = await start({ x: -2, act: "tanh", layers: 1 });
    expect(flat).toEqual({ x: -2, act: "tanh", layers: 1, dropout: 0.1, log: 0.5 });
    expect(version).toBe(1);
    expect(nested).toEqual(flat);
  });

  test("in part: the sampler completes them in the new space", async () => {
    const { flat, version } = await start({ x: -2 });
    expect(flat).toMatchObject({ x: -2 });
    expect(Object.keys(flat ?? {})).toEqual(["x", "act", "layers", "dropout", "log"]);
    expect(version).toBe(1);
  });
});

test("params that are tried again are those of before, in the space of before", async () => {
  const study = await createStudy(before, { seed: 1, sampler: "random" });
  const first = await study.ask();
  await study.configure({ limits: { retriesFailed: 1 } });
  await first?.fail("once");
  await study.changeSpace(after);
  const again = await study.ask();
  expect(again?.attempt).toBe(2);
  expect(again?.flat).toEqual(first?.flat);
  expect(study.history.trials[0]?.space).toBe(0);
});

test("a suggestion that was made before a change belongs to the space of before", async () => {
  const storage = memory();
  const study = await createStudy(before, { seed: 1, sampler: "random", storage });
  const other = await openStudy(undefined, { storage });
  const append = storage.append.bind(storage);
  let raced = false;
  storage.append = async (name, events) => {
    if (!raced && events.some(({ kind }) => kind === "started")) {
      raced = true;
      await other.changeSpace(after);
    }
    return append(name, events);
  };
  await study.ask();
  expect(study.history.spaces.length).toBe(2);
  expect(study.history.trials[0]?.space).toBe(0);
  expect(Object.keys(study.history.trials[0]?.params ?? {})).toEqual(["x", "act", "layers"]);
});

test("a change that another has overtaken counts for nothing", async () => {
  const storage = memory();
  const study = await createStudy(before, { storage });
  const other = await openStudy(undefined, { storage });
  const append = storage.append.bind(storage);
  storage.append = async (name, events) => {
    storage.append = append;
    await other.changeSpace(after);
    return append(name, events);
  };
  const wider = space({ ...small, x: float(-9, 9) });
  await expect(study.changeSpace(wider)).rejects.toThrow("act: choices cannot be removed (gelu)");
  expect(study.space.equals(after)).toBe(true);
  expect(study.history.spaces.length).toBe(2);
});

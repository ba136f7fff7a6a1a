import { expect, test } from "vitest";
import { InvalidInputError, UnsupportedError } from "../errors.ts";
import { makePruner, makeSampler } from "../registry.ts";
import { ascending, float, int, permutation, space, sumOf } from "../space.ts";
import { memory } from "../storages/memory.ts";
import { createStudy, openStudy, tune } from "../tune.ts";
import { replay } from "./replay.ts";

const group = { a: float(0, 1), b: float(0, 1), n: int(1, 8), order: permutation(["x", "y", "z"]) };
const withFunction = (limit = 0.5) =>
  space(group, { where: { close: ({ a, b }) => Math.abs(a - b) <= limit } });
const withTrees = space(group, { where: { mix: sumOf(["a", "b"], 1), order: ascending("a", "b") } });

test.each(["auto", "random", "tpe", "gp"])("a study by %s keeps to them, and replays", async (sampler) => {
  for (const s of [withTrees, withFunction()]) {
    const storage = memory();
    const { study } = await tune(s, ({ a, n, order }) => (a - 0.2) ** 2 + n / 10 + order.indexOf("y"), {
      ...{ storage, sampler, trials: 20, seed: 3, parallel: 3 },
    });
    for (const { params } of study.trials) expect(s.check(s.flatten(params))).toEqual(s.flatten(params));
    const found = await replay(storage, "study", makeSampler, makePruner);
    if (s === withTrees) expect(found).toMatchObject({ same: 20, different: [], incomparable: [] });
    else expect(found.incomparable).toHaveLength(20); // a log has no functions
  }
});

test("who lacks the function can look and tell, but not ask", async () => {
  const storage = memory();
  const made = await createStudy(withFunction(), { storage, trials: 10 });
  const asked = await made.ask();
  const blind = await openStudy(undefined, { storage });
  expect(blind.trials).toHaveLength(1);
  await expect(blind.ask()).rejects.toThrow(UnsupportedError);
  await expect(blind.ask()).rejects.toThrow(
    'where "close" is a function, which only the program that made the space has',
  );
  expect(blind.history.claims.size, "nothing was claimed").toBe(1);
  await blind.report(asked!.number, 1, 2);
  await blind.tell(asked!.number, 1);
  const seeing = await openStudy(withFunction(), { storage });
  const next = await seeing.ask();
  expect(Math.abs(next!.params.a - next!.params.b)).toBeLessThanOrEqual(0.5);
  blind.know(withFunction());
  expect(await blind.ask()).toBeDefined();
});

test("a function that comes with a change of the space counts from then on", async () => {
  const storage = memory();
  const study = await createStudy(space(group), { storage, sampler: "random", trials: 40 });
  await study.tell((await study.ask())!.number, 1);
  expect(await study.changeSpace(withFunction(0.1))).toEqual(['where: + "close"']);
  for (let n = 0; n < 10; n++) {
    const { params, number } = (await study.ask())!;
    expect(Math.abs(params.a - params.b)).toBeLessThanOrEqual(0.1);
    await study.tell(number, params.a);
  }
  expect(await study.changeSpace(space(group))).toEqual(['where: − "close"']);
  await expect(
    study.changeSpace(space(group, { where: { x: ["<", ["param", "a"], 0], y: ["<", ["param", "b"], 2] } })),
  ).rejects.toThrow('satisfies "x"');
});

test("contradictions are refused before anything is written, with what is settled", async () => {
  const storage = memory();
  const s = space(group, { where: { up: ascending("a", "b"), down: [">", ["param", "a"], ["param", "b"]] } });
  await expect(createStudy(s, { storage })).rejects.toThrow(InvalidInputError);
  await expect(createStudy(s, { storage })).rejects.toThrow('satisfies both "up" and "down"');
  expect(await storage.list()).toEqual([]);
  await expect(createStudy(withTrees, { storage, fixed: { a: 0.9 } })).rejects.toThrow("with a = 0.9");
});

test("an enqueued point must be allowed, whole or in part; one that was added need not be", async () => {
  const study = await createStudy(withTrees, { sampler: "random", trials: 10 });
  await expect(study.enqueue({ a: 0.7, b: 0.3, n: 1, order: "x,y,z" })).rejects.toThrow(
    'where "order" (a <= b)',
  );
  await expect(study.enqueue({ a: 0.4, b: 0.3 })).rejects.toThrow('where "mix" (a + b = 1)');
  await expect(study.enqueue({ a: 0.7 })).rejects.toThrow('with a = 0.7 satisfies both "mix" and "order"');
  await study.enqueue({ a: 0.25, order: "z,x,y" });
  await study.add({ params: { a: 0.9, b: 0.8, n: 3, order: ["y", "x", "z"] }, values: 1 });
  const { params } = (await study.ask())!;
  expect(params).toMatchObject({ a: 0.25, b: 0.75, order: ["z", "x", "y"] });
  expect(study.trials.map(({ params: { a } }) => a)).toEqual([0.25, 0.9]);
});

test("an order is one value to whoever asks by path", async () => {
  const study = await createStudy(space(group), { fixed: { order: "z,y,x" } as never, trials: 3 });
  const asked = (await study.ask())!;
  expect(asked.flat).toMatchObject({ order: "z,y,x" });
  expect(asked.params.order).toEqual(["z", "y", "x"]);
});

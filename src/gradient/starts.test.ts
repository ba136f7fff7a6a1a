import { expect, it } from "vitest";
import { array, zeros } from "../autodiff/arrays.ts";
import { evaluate } from "./evaluate.ts";
import { hp } from "./hyper.ts";
import { sgd } from "./optimizer.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { bilevel } from "./problem.ts";
import { network } from "./problems.fixtures.ts";
import { sortedStarts } from "./starts.ts";

it("spreads the first nine starts evenly over the ranges, the best first and the given one among them, the same each time", async () => {
  const p = await prepare(network());
  try {
    const { start, lower, upper } = p.layout;
    const { order: found } = await sortedStarts(p, start, 9);
    expect(found).toEqual((await sortedStarts(p, start, 9)).order);
    expect(found).toContainEqual(start);
    const values: number[] = [];
    for (const u of found) {
      const at = await evaluate(p, u, { method: "reverse", truncate: 1 });
      values.push(at.value);
      at.dispose();
    }
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    // Eight points of the design: two in each quarter of each bounded range.
    const drawn = found.filter((u) => u.some((v, i) => v !== start[i]));
    expect(drawn).toHaveLength(8);
    const { offset } = p.layout.leaves.find(({ hyper }) => hyper === "lr")!;
    const quarters = drawn.map((u) =>
      Math.floor((4 * (u[offset] - lower[offset])) / (upper[offset] - lower[offset])),
    );
    expect(quarters.toSorted()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(await sortedStarts(p, start, 1)).toEqual({ order: [start], trainings: 0 });
    // One that is given up trains no more, and still has a start to name.
    expect(await sortedStarts(p, start, 9, AbortSignal.abort())).toEqual({ order: [start], trainings: 0 });
  } finally {
    p.dispose();
  }
});

/** A quadratic of 60 steps, whose rate must be below 0.2, and with a penalty that is worth having. */
const steep = () =>
  bilevel({
    init: () => ({ w: array([3, -2]) }),
    hypers: { lr: hp.log(1e-4, 10, { start: 1e-3 }), l2: hp.log(1e-2, 10) },
    inner: {
      data: { scale: array([1, 10]) },
      loss: (_, { w }, { l2 }, { scale }) =>
        w.sub(1).square().mul(scale).sum().mul(0.5).add(w.square().sum().mul(l2).mul(0.5)),
      optimizer: sgd({ lr: "lr" }),
      steps: 60,
    },
    outer: {
      data: { scale: array([1, 10]) },
      loss: (_, { w }, __, { scale }) => w.sub(0.8).square().mul(scale).sum(),
    },
    seed: 5,
  });

async function best(p: Prepared, u: Float64Array): Promise<number> {
  const at = await evaluate(p, u, { method: "reverse", truncate: 1 });
  at.dispose();
  return at.value;
}

it("finds better starts by a model than the spread ones it learns from, though some explode, the same each time", async () => {
  const p = await prepare(steep());
  try {
    const { start } = p.layout;
    const spread = await best(p, (await sortedStarts(p, start, 9)).order[0]);
    const { order: found, trainings } = await sortedStarts(p, start, 18);
    expect(trainings).toBe(18);
    const suggested = await best(p, found[0]);
    expect(suggested).toBeLessThan(spread / 2);
    expect(found).toEqual((await sortedStarts(p, start, 18)).order);
    // Those around the best are one start.
    for (const [k, u] of found.entries())
      for (const other of found.slice(0, k))
        expect(Math.max(...u.map((v, i) => Math.abs(v - other[i]) / p.layout.unit[i]))).toBeGreaterThan(0.5);
  } finally {
    p.dispose();
  }
});

it("spreads all starts where there are more coordinates than a model can learn, an array being one", async () => {
  const many = (count: number) =>
    bilevel({
      init: () => ({ w: zeros([2]) }),
      hypers: Object.fromEntries(
        Array.from({ length: count }, (_, k) => [`l${k}`, hp.log(1e-3, 10, k === 0 ? { shape: [2] } : {})]),
      ),
      inner: {
        data: { y: array([1, 2]) },
        loss: (_, { w }, l, { y }) =>
          Object.values(l).reduce(
            (sum, each) => sum.add(w.square().mul(each).sum()),
            w.sub(y).square().sum(),
          ),
        optimizer: sgd({ lr: 0.01 }),
        steps: 5,
      },
      outer: { data: { y: array([1, 2]) }, loss: (_, { w }, __, { y }) => w.sub(y).square().sum() },
      seed: 5,
    });
  for (const count of [3, 11]) {
    const p = await prepare(many(count));
    try {
      const { order: found } = await sortedStarts(p, p.layout.start, 17);
      for (const u of found) expect(u[0]).toBe(u[1]);
      const { lower, upper } = p.layout;
      const sixteenths = found
        .filter((u) => u.some((v, i) => v !== p.layout.start[i]))
        .map((u) => Math.floor((16 * (u[2] - lower[2])) / (upper[2] - lower[2])));
      // Sixteen Sobol points are one in each sixteenth of a range; suggested ones are where the loss is low.
      expect(new Set(sixteenths).size === 16).toBe(count === 11);
    } finally {
      p.dispose();
    }
  }
});

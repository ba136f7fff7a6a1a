import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zeros } from "../autodiff/arrays.ts";
import { checkHypergradient } from "./check.ts";
import { evaluate } from "./evaluate.ts";
import { hp } from "./hyper.ts";
import type { MethodOptions } from "./method.ts";
import { sgd } from "./optimizer.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { bilevel } from "./problem.ts";
import { network, points } from "./problems.fixtures.ts";

/** Softmax regression with a penalty for each weight and a weight for each example, trained to its minimum. */
function converged() {
  const data = points(40, 4, 8);
  return bilevel({
    init: () => ({ w: zeros([4, 3]) }),
    hypers: {
      l2: hp.log(1e-3, 10, { like: "params", start: 0.3 }),
      keep: hp.logit(0, 1, { shape: [40] }),
    },
    inner: {
      data,
      loss: ($, { w }, { l2, keep }, { x, y }) =>
        $.logSoftmax(x.dot(w)).mul(y).sum(1).mul(keep).mean().neg().add(w.square().mul(l2.w).sum()),
      optimizer: sgd({ lr: 0.4 }),
      steps: 150,
    },
    outer: { data: points(50, 4, 8), loss: ($, { w }, _, { x, y }) => $.crossEntropy(x.dot(w), y) },
  });
}

describe("at a minimum, methods agree with the exact reverse", () => {
  let p: Prepared;
  let exact: Float64Array;
  const by = async (method: MethodOptions) => {
    const at = await evaluate(p, p.layout.start, method);
    const gradient = await at.gradient();
    at.dispose();
    return { gradient, bytes: at.bytes };
  };
  beforeAll(async () => {
    p = await prepare(converged());
    exact = (await by({ method: "reverse" })).gradient;
  });
  afterAll(() => p.dispose());
  const off = (gradient: Float64Array) => {
    const norm = Math.sqrt(exact.reduce((sum, v) => sum + v * v, 0));
    return Math.sqrt(exact.reduce((sum, v, i) => sum + (v - gradient[i]) ** 2, 0)) / norm;
  };

  it.each([
    [{ method: "implicit", solver: "cg", iterations: 12 }, 2e-3],
    [{ method: "implicit", solver: "neumann", iterations: 60 }, 2e-2],
    [{ method: "implicit", solver: "fixedPoint", iterations: 200, tolerance: 1e-4 }, 2e-3],
    [
      { method: "implicit", solver: "cg", tolerance: (step: number) => 0.1 / (step + 1), iterations: 30 },
      0.1,
    ],
    [{ method: "reverse", truncate: 60 }, 2e-2],
    [{ method: "reverse", checkpoint: true }, 1e-5],
  ] as readonly (readonly [MethodOptions, number])[])("%o is within %f", async (method, tolerance) => {
    expect(off((await by(method)).gradient)).toBeLessThan(tolerance);
  });

  it("damping and few steps shrink it, but point the same way", async () => {
    for (const method of [
      { method: "implicit", damping: 0.5 },
      { method: "reverse", truncate: 1 },
      { method: "firstOrder" },
    ] as const) {
      const { gradient } = await by(method);
      const dot = exact.reduce((sum, v, i) => sum + v * gradient[i], 0);
      const norms = [exact, gradient].map((g) => Math.sqrt(g.reduce((sum, v) => sum + v * v, 0)));
      expect(norms[1]).toBeLessThan(norms[0]);
      expect(dot / (norms[0] * norms[1])).toBeGreaterThan(0.8);
    }
  });

  it("differences of gradients are the exact product of the last step", async () => {
    const [darts, t1t2] = [
      await by({ method: "firstOrder" }),
      await by({ method: "firstOrder", variant: "t1t2" }),
    ];
    const norm = Math.sqrt(t1t2.gradient.reduce((sum, v) => sum + v * v, 0));
    const distance = Math.sqrt(t1t2.gradient.reduce((sum, v, i) => sum + (v - darts.gradient[i]) ** 2, 0));
    expect(distance / norm).toBeLessThan(5e-3);
  });

  it("checkpoints keep a number of states that grows as √T", async () => {
    const full = (await by({ method: "reverse" })).bytes;
    const marks = (await by({ method: "reverse", checkpoint: true })).bytes;
    expect(marks / full).toBeLessThan(3 / Math.sqrt(150));
  });
});

it("gives the same bits again", async () => {
  const p = await prepare(network());
  const twice: Float64Array[] = [];
  for (let k = 0; k < 2; k++) {
    const at = await evaluate(p, p.layout.start, { method: "reverse" });
    twice.push(await at.gradient());
    at.dispose();
  }
  p.dispose();
  expect([...twice[0]]).toEqual([...twice[1]]);
});

it("is checked against differences, with a tolerance that knows of kinks, and refuses what is biased", async () => {
  await checkHypergradient(network(sgd({ lr: "lr" }), 20, "relu"));
  await expect(
    checkHypergradient(
      network(sgd({ lr: "lr" }), 40),
      { lr: 0.5 },
      { method: { method: "reverse", truncate: 1 } },
    ),
  ).rejects.toThrow("use the exact reverse");
});

import { describe, expect, it } from "vitest";
import { array, zeros } from "../autodiff/arrays.ts";
import type { Expr, Ops } from "../autodiff/expression.ts";
import { batches } from "./data.ts";
import { hp } from "./hyper.ts";
import { adam, sgd } from "./optimizer.ts";
import { type Bilevel, bilevel } from "./problem.ts";
import { tune } from "./tune.ts";

const data = { x: array([1, 2, 3, 4], [2, 2]), y: array([1, 0]) };

function problem(
  inner: ($: Ops, w: Expr, l2: Expr, x: Expr, y: Expr) => Expr,
  init: () => { w: ReturnType<typeof zeros> } = () => ({ w: zeros([2]) }),
): Bilevel {
  return bilevel({
    init,
    hypers: { l2: hp.log(1e-4, 1), spare: hp.linear(0, 1) },
    inner: {
      data,
      loss: ($, { w }, { l2 }, { x, y }) => inner($, w, l2, x, y),
      optimizer: sgd({ lr: 0.01 }),
      steps: 3,
    },
    outer: { data, loss: (_, { w }, __, { x, y }) => x.dot(w).sub(y).square().mean() },
  });
}

describe("what is wrong is said where it is", () => {
  it("a loss that is not scalar", async () => {
    await expect(tune(problem((_, w, l2, x, y) => x.dot(w).sub(y).square().mul(l2)))).rejects.toThrow(
      "inner.loss must return a scalar, but its shape is [2]; end it with .mean() or .sum()",
    );
  });
  it("a loss without a gradient", async () => {
    await expect(
      tune(problem((_, w, l2, x, y) => x.dot(w).mul(l2).greater(y).slice([0, 1]).reshape([]))),
    ).rejects.toThrow("no gradient");
  });
  it("shapes that do not fit", async () => {
    await expect(
      tune(
        problem(
          (_, w, l2, x, y) => x.dot(w).sub(y).square().mean().mul(l2),
          () => ({ w: zeros([3]) }),
        ),
      ),
    ).rejects.toThrow(/inner\.loss cannot be computed: .*; look at the shapes/);
    expect(() => batches({ x: zeros([4, 2]), y: zeros([3]) }, 2)).toThrow("y has 3 rows, but x has 4");
  });
  it("a hyperparameter that nothing uses", async () => {
    const { warnings } = await tune(
      problem((_, w, l2, x, y) => x.dot(w).sub(y).square().mean().add(w.square().sum().mul(l2))),
      {
        steps: 1,
      },
    );
    expect(warnings.join()).toContain(
      "spare is used by neither loss and not by the optimiser: its gradient is zero",
    );
  });
  it("NaN in the inner loss, with the step", async () => {
    await expect(tune(problem((_, w, l2, x) => x.dot(w).sub(1).log().mean().mul(l2)))).rejects.toThrow(
      /inner loss is NaN at step 0/,
    );
  });
  it("names and ranges", () => {
    expect(() => hp.log(0, 1)).toThrow("above 0");
    expect(() => hp.log(1, 0.1)).toThrow("lower bound");
    expect(() => hp.logit(0, 1, { start: 1 })).toThrow("not within its bounds");
    expect(() => adam({ lr: -1 })).toThrow("lr is -1");
    expect(() =>
      bilevel({
        init: () => ({ w: zeros([2]) }),
        hypers: { lr: hp.log(1e-3, 1) },
        inner: { data, loss: (_, { w }) => w.sum(), optimizer: sgd({ lr: "rate" }), steps: 1 },
        outer: { data, loss: (_, { w }) => w.sum() },
      }),
    ).toThrow('uses "rate", which is not among hypers (lr)');
  });
  it("options and starts", async () => {
    const ok = problem((_, w, l2, x, y) => x.dot(w).sub(y).square().mean().add(w.square().sum().mul(l2)));
    await expect(tune(ok, { stepz: 3 } as never)).rejects.toThrow('(did you mean "steps"?)');
    await expect(tune(ok, { start: { l3: 1 } })).rejects.toThrow('there is no hyperparameter "l3"');
    await expect(tune(ok, { start: { l2: 7 } })).rejects.toThrow("l2 is 7, which is not within its bounds");
    await expect(tune(ok, { method: { method: "revers" } as never })).rejects.toThrow("there is no method");
  });
});

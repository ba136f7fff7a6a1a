/**
 * Small problems for tests.
 */
import { array, normal } from "../autodiff/arrays.ts";
import type { Expr, Ops } from "../autodiff/expression.ts";
import { rng } from "../random.ts";
import { batches } from "./data.ts";
import { hp, type MixHyper } from "./hyper.ts";
import { type Optimizer, sgd } from "./optimizer.ts";
import { type Bilevel, bilevel } from "./problem.ts";

const CLASSES = 3;

/** Points of three noisy classes: x of shape (n, features), y one-hot. */
export function points(n: number, features: number, seed: number) {
  const random = rng(seed);
  const centres = Array.from({ length: CLASSES }, () =>
    Array.from({ length: features }, () => random.normal()),
  );
  const noise = rng(seed, "noise", n);
  const x = new Float32Array(n * features);
  const y = new Float32Array(n * CLASSES);
  for (let i = 0; i < n; i++) {
    const label = noise.integer(CLASSES);
    y[i * CLASSES + label] = 1;
    for (let j = 0; j < features; j++) x[i * features + j] = 0.6 * centres[label][j] + noise.normal();
  }
  return { x: array(x, [n, features]), y: array(y, [n, CLASSES]) };
}

/** A network of one hidden layer with a rate and a penalty to tune, in batches. */
export function network(
  optimizer: Optimizer = sgd({ lr: "lr" }),
  steps = 12,
  activation: "tanh" | "relu" = "tanh",
): Bilevel {
  const meanLoss = ($: Ops, w: Record<"w1" | "b1" | "w2", Expr>, x: Expr, y: Expr) =>
    $.crossEntropy($[activation](x.dot(w.w1).add(w.b1)).dot(w.w2), y);
  const more = Object.fromEntries(
    optimizer.hypers
      .filter((name) => !["lr", "l2", "opt"].includes(name))
      .map((name) => [name, hp.logit(0, 1)]),
  );
  const choice: Record<string, MixHyper> = optimizer.hypers.includes("opt")
    ? { opt: hp.mix(["sgd", "adam"]) }
    : {};
  return bilevel({
    init: (random) => ({
      w1: normal(random, [6, 5], 0.5),
      b1: normal(random, [5], 0.1),
      w2: normal(random, [5, CLASSES], 0.5),
    }),
    hypers: {
      lr: hp.log(1e-4, 1, { start: 0.05 }),
      l2: hp.log(1e-6, 1, { start: 0.01 }),
      ...more,
      ...choice,
    },
    inner: {
      data: batches(points(48, 6, 1), 16),
      loss: ($, w, { l2 }, { x, y }) =>
        meanLoss($, w, x, y).add(w.w1.square().sum().add(w.w2.square().sum()).mul(l2)),
      optimizer,
      steps,
    },
    outer: {
      data: points(64, 6, 1),
      loss: ($, w, _, { x, y }) => meanLoss($, w, x, y),
    },
    seed: 3,
  });
}

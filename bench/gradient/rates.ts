/**
 * Task 4: learning rate, momentum and L2 of a network 784-64-10 by exact gradients of its validation loss, from
 * starts that a model suggests, against random search with as much processor time, over several seeds.
 */

import { evaluate } from "../../src/gradient/evaluate.ts";
import { batches, bilevel, hp, momentum, normal, tune, zeros } from "../../src/gradient/index.ts";
import { prepare } from "../../src/gradient/prepare.ts";
import { rng } from "../../src/random.ts";
import { batchOf, CLASSES, type Examples, fashion, mnist, pick, shuffledOrder } from "./data.ts";
import { bound, cpuSeconds, interval, type Line } from "./measure.ts";

const HIDDEN = 64;
const EXAMPLES = 2000;
const BATCH = 100;
const STEPS = 100;

export function problem(all: Examples, seed: number) {
  const order = shuffledOrder(all.count, seed);
  const train = batchOf(pick(all, order.slice(0, EXAMPLES)));
  const validation = batchOf(pick(all, order.slice(EXAMPLES, 2 * EXAMPLES)));
  return bilevel({
    init: (random) => ({
      w1: normal(random, [all.features, HIDDEN], 0.05),
      b1: zeros([HIDDEN]),
      w2: normal(random, [HIDDEN, CLASSES], 0.12),
      b2: zeros([CLASSES]),
    }),
    hypers: { lr: hp.log(1e-4, 1), mu: hp.logit(0, 1, { start: 0.5 }), l2: hp.log(1e-6, 0.1) },
    inner: {
      data: batches(train, BATCH, rng(seed)),
      loss: ($, { w1, b1, w2, b2 }, { l2 }, { x, y }) =>
        $.crossEntropy($.relu(x.dot(w1).add(b1)).dot(w2).add(b2), y).add(
          w1.square().sum().add(w2.square().sum()).mul(l2).mul(0.5),
        ),
      optimizer: momentum({ lr: "lr", momentum: "mu" }),
      steps: STEPS,
    },
    outer: {
      data: validation,
      loss: ($, { w1, b1, w2, b2 }, _, { x, y }) =>
        $.crossEntropy($.relu(x.dot(w1).add(b1)).dot(w2).add(b2), y),
    },
    seed,
  });
}

interface Duel {
  readonly gradient: number;
  readonly random: number;
  readonly cpu: number;
  readonly trials: number;
}

/** The best validation loss of both with the same processor time, compilation counted. */
async function duel(all: Examples, seed: number, { steps = 4, starts = 28 } = {}): Promise<Duel> {
  const own = problem(all, seed);
  let before = cpuSeconds();
  const { value } = await tune(own, { steps, starts });
  const cpu = cpuSeconds() - before;
  before = cpuSeconds();
  const p = await prepare(own);
  const draw = rng(seed, "random search");
  const { lower, upper } = p.layout;
  let random = Number.POSITIVE_INFINITY;
  let trials = 0;
  for (; cpuSeconds() - before < cpu; trials++) {
    // Momentum between 0.05 and 0.98 on its logit; the others over their range on a logarithmic scale.
    const [low, high] = [
      [lower[0], -2.94, lower[2]],
      [upper[0], 3.89, upper[2]],
    ];
    const u = Float64Array.from(low, (v, i) => v + (high[i] - v) * draw.uniform());
    const found = await evaluate(p, u, { method: "firstOrder" }).catch(() => undefined);
    if (found !== undefined && found.value < random) random = found.value;
    found?.dispose();
  }
  p.dispose();
  return { gradient: value, random, cpu, trials };
}

/** @param first  the first seed, so that parts may run in several processes */
export async function rates({ seeds = 20, first = 1 } = {}): Promise<readonly Line[]> {
  const all = fashion("train") ?? (await mnist());
  const duels: Duel[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    duels.push(await duel(all, seed));
    const { gradient, random, cpu, trials } = duels.at(-1)!;
    console.log(
      `  seed ${seed}: gradient ${gradient.toFixed(4)}, random ${random.toFixed(4)} in ${trials} trials, ${cpu.toFixed(1)} CPU s each`,
    );
  }
  const differences = duels.map(({ gradient, random }) => gradient - random);
  const { mean, half } = interval(differences);
  return [
    { what: "data", found: all.count > 10_000 ? "Fashion-MNIST" : "MNIST" },
    { what: "seeds won", found: `${differences.filter((v) => v < 0).length} of ${seeds}` },
    { what: "mean difference of the validation loss", found: mean.toFixed(4) },
    bound("upper end of its 95 % interval", mean + half, "≤", 0, 4),
  ];
}

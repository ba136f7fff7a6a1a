/**
 * What a hypergradient costs beside the training that it is of: a network 784-128-10, batches of 64.
 */

import type { Engine } from "../../src/autodiff/engine.ts";
import { jaxEngine } from "../../src/autodiff/jax.ts";
import { evaluate } from "../../src/gradient/evaluate.ts";
import { array, bilevel, hp, normal, sgd, zeros } from "../../src/gradient/index.ts";
import type { MethodOptions } from "../../src/gradient/method.ts";
import { prepare } from "../../src/gradient/prepare.ts";
import { free, runSteps, setting, startState } from "../../src/gradient/training.ts";
import { rng } from "../../src/random.ts";
import { counted } from "./live.ts";
import { bound, cpuSeconds, type Line } from "./measure.ts";

const PIXELS = 784;
const BATCH = 64;

function problem(steps: number, engine?: Engine) {
  const batch = (seed: number) => {
    const random = rng(seed);
    const x = Float32Array.from({ length: BATCH * PIXELS }, () => random.uniform() - 0.5);
    const y = new Float32Array(BATCH * 10);
    for (let i = 0; i < BATCH; i++) y[i * 10 + random.integer(10)] = 1;
    return { x: array(x, [BATCH, PIXELS]), y: array(y, [BATCH, 10]) };
  };
  return bilevel({
    init: (random) => ({
      w1: normal(random, [PIXELS, 128], 0.03),
      b1: zeros([128]),
      w2: normal(random, [128, 10], 0.1),
      b2: zeros([10]),
    }),
    hypers: { lr: hp.log(1e-4, 10, { start: 0.1 }), l2: hp.log(1e-8, 1, { start: 1e-3 }) },
    inner: {
      data: Array.from({ length: 8 }, (_, i) => batch(i)),
      loss: ($, { w1, b1, w2, b2 }, { l2 }, { x, y }) => {
        const penalty = [w1, b1, w2, b2].map((w) => w.square().sum()).reduce((sum, part) => sum.add(part));
        return $.crossEntropy($.tanh(x.dot(w1).add(b1)).dot(w2).add(b2), y).add(penalty.mul(l2).mul(0.5));
      },
      optimizer: sgd({ lr: "lr" }),
      steps,
    },
    outer: {
      data: batch(99),
      loss: ($, { w1, b1, w2, b2 }, _, { x, y }) =>
        $.crossEntropy($.tanh(x.dot(w1).add(b1)).dot(w2).add(b2), y),
    },
    engine,
  });
}

const WAYS: Record<string, MethodOptions> = {
  reverse: { method: "reverse" },
  "reverse, checkpoints": { method: "reverse", checkpoint: true },
  "forward, 2 numbers": { method: "forward" },
};

export async function ratios({ rounds = 5, long = 200 } = {}): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const steps of [50, long]) {
    const p = await prepare(problem(steps));
    const ways = Object.entries(WAYS).filter(([name]) => steps === 50 || !name.startsWith("forward"));
    const best: Record<string, number> = { plain: Number.POSITIVE_INFINITY };
    for (let round = 0; round < (steps === 50 ? rounds : 2); round++) {
      let before = cpuSeconds();
      const at = setting(p, p.layout.start);
      const { state } = await runSteps(p, at, startState(p), 0, steps, () => false);
      free(p, state);
      p.engine.dispose(at.leaves);
      best.plain = Math.min(best.plain, cpuSeconds() - before);
      for (const [name, method] of ways) {
        before = cpuSeconds();
        const there = await evaluate(p, p.layout.start, method);
        await there.gradient();
        there.dispose();
        best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, cpuSeconds() - before);
      }
    }
    p.dispose();
    lines.push({ what: `${steps} steps, plain training, CPU ms`, found: (1e3 * best.plain).toFixed(0) });
    for (const [name] of ways) {
      const ratio = best[name] / best.plain;
      const what = `${steps} steps, ${name} over plain`;
      if (name === "reverse" && steps === 50) lines.push(bound(what, ratio, "≤", 4, 2));
      else if (name.endsWith("checkpoints") && steps === 50) lines.push(bound(what, ratio, "≤", 5, 2));
      else lines.push({ what, found: ratio.toFixed(2) });
    }
  }
  return [...lines, ...(await memory())];
}

/** Lengths of training of which the memory is counted: each four times the one before. */
const LENGTHS = [50, 200, 800];

/** The most bytes of tensors that a gradient had alive at once, by the length of training. */
async function memory(): Promise<readonly Line[]> {
  const engine = counted(await jaxEngine());
  const lines: Line[] = [];
  for (const [name, method] of Object.entries(WAYS)) {
    if (method.method !== "reverse") continue;
    // The longest training whose every step is kept would take 650 MB.
    const lengths = method.checkpoint ? LENGTHS : LENGTHS.slice(0, 2);
    const peaks: number[] = [];
    for (const steps of lengths) {
      const p = await prepare(problem(steps, engine));
      engine.peak();
      const there = await evaluate(p, p.layout.start, method);
      await there.gradient();
      there.dispose();
      peaks.push(engine.peak());
      p.dispose();
    }
    const growths = peaks.slice(1).map((bytes, i) => bytes / peaks[i]);
    lines.push({
      what: `${name}: most MB of tensors at ${lengths.join(", ")} steps`,
      found: peaks.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(" "),
    });
    const what = `${name}: growth for four times the steps`;
    if (method.checkpoint) lines.push(bound(what, Math.max(...growths), "≤", 1.2 * Math.sqrt(4), 2));
    else lines.push({ what, found: Math.max(...growths).toFixed(2) });
  }
  return lines;
}

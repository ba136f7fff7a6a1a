/**
 * Task 3: softmax regression on 200 small digits with a penalty for each of its 640 weights, tuned on 800 others by
 * implicit gradients, against the best single penalty of a grid.
 */

import { evaluate } from "../../src/gradient/evaluate.ts";
import { bilevel, hp, momentum, type NdArray, tune, zeros } from "../../src/gradient/index.ts";
import { prepare } from "../../src/gradient/prepare.ts";
import { batchOf, CLASSES, type Examples, linearAccuracy, pick, shuffledOrder, smallDigits } from "./data.ts";
import { bound, cpuSeconds, type Line } from "./measure.ts";

const FEATURES = 64;
/** log of the single penalties that are tried. */
const GRID = [-12, -11, -10, -9, -8.5, -8, -7.5, -7, -6.5, -6, -5.5, -5, -4, -3];

function problem(train: Examples, validation: Examples, single: boolean, steps: number, w?: NdArray) {
  const shape = single ? [] : [FEATURES, CLASSES];
  return bilevel({
    init: () => ({ w: w ?? zeros([FEATURES, CLASSES]) }),
    hypers: { l2: hp.log(1e-7, 10, { shape }) },
    inner: {
      data: batchOf(train),
      loss: ($, params, { l2 }, { x, y }) =>
        $.crossEntropy(x.dot(params.w), y).add(params.w.square().mul(l2).sum().mul(0.5)),
      optimizer: momentum({ lr: 0.5, momentum: 0.9 }),
      steps,
    },
    outer: {
      data: batchOf(validation),
      loss: ($, params, _, { x, y }) => $.crossEntropy(x.dot(params.w), y),
    },
  });
}

export async function digits(): Promise<readonly Line[]> {
  const lines: Line[] = [];
  // As the digits lie, whose writers differ from part to part, and shuffled.
  for (const seed of [0, 1, 2, 3]) lines.push(...(await split(seed)));
  return lines;
}

async function split(seed: number): Promise<readonly Line[]> {
  const all = smallDigits();
  if (all === undefined)
    return [
      { what: "scikit-learn's digits are not on this machine (Debian: python3-sklearn)", found: "skipped" },
    ];
  const order = seed === 0 ? Array.from({ length: all.count }, (_, i) => i) : shuffledOrder(all.count, seed);
  const part = (from: number, to: number) => pick(all, order.slice(from, to));
  const [train, validation, test] = [part(0, 200), part(200, 1000), part(1000, all.count)];

  let before = cpuSeconds();
  const p = await prepare(problem(train, validation, true, 400));
  let best = { value: Number.POSITIVE_INFINITY, log: 0, w: zeros([FEATURES, CLASSES]) };
  for (const log of GRID) {
    const at = await evaluate(p, p.layout.encode({ l2: Math.exp(log) }), { method: "firstOrder" });
    if (at.value < best.value) best = { value: at.value, log, w: (await at.weights())[0] };
    at.dispose();
  }
  p.dispose();
  const gridCpu = cpuSeconds() - before;

  before = cpuSeconds();
  const found = await tune(problem(train, validation, false, 60, best.w), {
    method: { method: "implicit", solver: "cg", iterations: 12 },
    start: { l2: Math.exp(best.log) },
    warm: true,
    steps: 80,
    rate: 0.2,
  });
  const cpu = cpuSeconds() - before;
  const single = linearAccuracy(test, best.w);
  const many = linearAccuracy(test, (found.weights as { w: NdArray }).w);
  const name = seed === 0 ? "as they lie" : `shuffled, ${seed}`;
  return [
    { what: `${name}: best single penalty of ${GRID.length}: validation loss`, found: best.value.toFixed(4) },
    { what: "best single penalty: test %", found: single.toFixed(2) },
    { what: "grid, CPU seconds", found: gridCpu.toFixed(1) },
    bound("640 penalties: validation loss", found.value, "≤", 0.07, 4),
    { what: "640 penalties: test %", found: many.toFixed(2) },
    bound("points gained", many - single, "≥", 3, 2),
    bound("CPU seconds", cpu, "≤", 15, 1),
  ];
}

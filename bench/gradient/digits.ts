/**
 * Task 3: softmax regression on 200 small digits with a penalty for each of its 640 weights, tuned on 800 others by
 * implicit gradients, against the best single penalty of a grid.
 */

import { evaluate } from "../../src/gradient/evaluate.ts";
import { bilevel, hp, momentum, type NdArray, tune, zeros } from "../../src/gradient/index.ts";
import { prepare } from "../../src/gradient/prepare.ts";
import { batchOf, CLASSES, type Examples, linearAccuracy, pick, shuffledOrder, smallDigits } from "./data.ts";
import { bound, cpuSeconds, interval, type Line } from "./measure.ts";

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

/** As the digits lie, whose writers differ from part to part, and shuffled. */
const SPLITS = ["as they lie", ...Array.from({ length: 9 }, (_, i) => `shuffled, ${10 + i}`)];

export async function digits(): Promise<readonly Line[]> {
  const all = smallDigits();
  if (all === undefined)
    return [
      { what: "scikit-learn's digits are not on this machine (Debian: python3-sklearn)", found: "skipped" },
    ];
  const found: Found[] = [];
  for (const [k, name] of SPLITS.entries()) {
    const order = k === 0 ? Array.from({ length: all.count }, (_, i) => i) : shuffledOrder(all.count, 9 + k);
    found.push(await split(all, order));
    const { single, many, ceiling, value, cpu } = found[k];
    console.log(
      `  ${name}: test ${single.toFixed(2)} → ${many.toFixed(2)} % (single penalty, all 1,000 labels: ${ceiling.toFixed(2)}), ` +
        `validation loss ${value.toFixed(4)}, ${cpu.toFixed(1)} CPU s`,
    );
  }
  const gains = found.map(({ single, many }) => many - single);
  const { mean, half } = interval(gains);
  const average = (of: (one: Found) => number) => interval(found.map(of)).mean;
  const most = (of: (one: Found) => number) => Math.max(...found.map(of));
  return [
    { what: "splits", found: `${found.length}` },
    {
      what: `best single penalty of ${GRID.length}: test %, mean`,
      found: average((f) => f.single).toFixed(2),
    },
    { what: "640 penalties: test %, mean", found: average((f) => f.many).toFixed(2) },
    { what: "single penalty, all 1,000 labels: test %, mean", found: average((f) => f.ceiling).toFixed(2) },
    bound(
      "640 penalties: validation loss, mean",
      average((f) => f.value),
      "≤",
      0.07,
      4,
    ),
    bound("points gained, mean", mean, "≥", 3, 2),
    { what: "its 95 % interval", found: `${(mean - half).toFixed(2)} … ${(mean + half).toFixed(2)}` },
    { what: "splits that gained 3 points", found: `${gains.filter((v) => v >= 3).length}` },
    { what: "grid, CPU seconds, most", found: most((f) => f.gridCpu).toFixed(1) },
    bound(
      "640 penalties, CPU seconds, most",
      most((f) => f.cpu),
      "≤",
      15,
      1,
    ),
  ];
}

interface Found {
  /** Test accuracy in percent: of the best single penalty, of 640, of a single one with all labels to train on. */
  readonly single: number;
  readonly many: number;
  readonly ceiling: number;
  /** Validation loss of the 640. */
  readonly value: number;
  readonly gridCpu: number;
  readonly cpu: number;
}

async function bestSingle(train: Examples, validation: Examples, grid = GRID) {
  const p = await prepare(problem(train, validation, true, 400));
  let best = { value: Number.POSITIVE_INFINITY, log: 0, w: zeros([FEATURES, CLASSES]) };
  for (const log of grid) {
    const at = await evaluate(p, p.layout.encode({ l2: Math.exp(log) }), { method: "firstOrder" });
    if (at.value < best.value) best = { value: at.value, log, w: (await at.weights())[0] };
    at.dispose();
  }
  p.dispose();
  return best;
}

async function split(all: Examples, order: readonly number[]): Promise<Found> {
  const part = (from: number, to: number) => pick(all, order.slice(from, to));
  const [train, validation, test] = [part(0, 200), part(200, 1000), part(1000, all.count)];
  let before = cpuSeconds();
  const best = await bestSingle(train, validation);
  const gridCpu = cpuSeconds() - before;

  before = cpuSeconds();
  const found = await tune(problem(train, validation, false, 60, best.w), {
    method: { method: "implicit", solver: "cg", iterations: 12 },
    start: { l2: Math.exp(best.log) },
    warm: true,
    steps: 120,
    rate: 0.1,
  });
  const cpu = cpuSeconds() - before;
  // What 800 more labels are worth to training itself, its penalty chosen in its favour: on the test digits.
  const everything = await bestSingle(part(0, 1000), test, [-12, -10, -9, -8, -7]);
  return {
    single: linearAccuracy(test, best.w),
    many: linearAccuracy(test, (found.weights as { w: NdArray }).w),
    ceiling: linearAccuracy(test, everything.w),
    value: found.value,
    gridCpu,
    cpu,
  };
}

/**
 * Task 1: the logistic regression of HyperTorch's notebook (Grazzi et al. 2020), whose validation losses are published:
 * 20 penalties, one for each feature, 100 inner steps, gradients through the last 10, outer momentum.
 */

import { evaluate } from "../../src/gradient/evaluate.ts";
import { array, bilevel, hp, jaxEngine, sgd, tune, zeros } from "../../src/gradient/index.ts";
import { prepare } from "../../src/gradient/prepare.ts";
import { bound, cpuSeconds, type Line } from "./measure.ts";
import { numpyRandom } from "./numpy-random.ts";

const POINTS = 1000;
const FEATURES = 20;
/** The validation loss at every tenth outer step, as the notebook prints it. */
export const PUBLISHED: readonly number[] = [
  0.5743989944, 0.533767879, 0.3615218699, 0.3225042522, 0.2987646163, 0.2944669724, 0.2905733584,
  0.2885856032, 0.2871982753, 0.285844177, 0.2853544056, 0.2846127748, 0.2834946811, 0.2829788625,
  0.2827620506, 0.2824600041, 0.2820349038, 0.2817196548, 0.281707257, 0.2816892266, 0.2816700041,
];

/** The notebook's data: its calls of NumPy in their order. */
function data() {
  const random = numpyRandom(1);
  const oracle = random.normals(FEATURES);
  const x = random.normals(POINTS * FEATURES);
  const noise = random.normals(POINTS);
  const label = (i: number) => {
    let sum = 0.1 * noise[i];
    for (let j = 0; j < FEATURES; j++) sum += x[i * FEATURES + j] * oracle[j];
    return sum > 0 ? 1 : 0;
  };
  const order = random.permutation(POINTS); // train_test_split: the first half is for testing
  const part = (rows: readonly number[]) => ({
    x: array(
      rows.flatMap((i) => [...x.subarray(i * FEATURES, (i + 1) * FEATURES)]),
      [rows.length, FEATURES],
    ),
    y: array(rows.map(label)),
  });
  return { validation: part(order.slice(0, POINTS / 2)), train: part(order.slice(POINTS / 2)) };
}

function problem() {
  const { validation, train } = data();
  return bilevel({
    init: () => ({ w: zeros([FEATURES]) }),
    hypers: { l2: hp.linear(1e-8, Number.POSITIVE_INFINITY, { shape: [FEATURES], start: 1 }) },
    inner: {
      data: train,
      loss: ($, { w }, { l2 }, { x, y }) => {
        const z = x.dot(w);
        return $.softplus(z).sub(z.mul(y)).mean().add(w.square().mul(l2).sum().mul(0.5));
      },
      optimizer: sgd({ lr: 0.1 }),
      steps: 100,
    },
    outer: {
      data: validation,
      loss: ($, { w }, _, { x, y }) => {
        const z = x.dot(w);
        return $.softplus(z).sub(z.mul(y)).mean();
      },
    },
  });
}

/** The validation loss at each outer step. */
export async function curve(steps: number): Promise<readonly number[]> {
  const { steps: found } = await tune(problem(), {
    method: { method: "reverse", truncate: 10 },
    steps,
    optimizer: "sgd",
    rate: 1,
    momentum: 0.9,
    trustRegion: Number.POSITIVE_INFINITY,
    backtrack: false,
  });
  return found.map(({ value }) => value);
}

export async function hypertorch(): Promise<readonly Line[]> {
  await jaxEngine();
  const values = await curve(200);
  const off = Math.max(...PUBLISHED.map((value, i) => Math.abs(values[10 * i] - value)));
  const { plain, outer } = await price();
  return [
    {
      what: "validation loss at 0, 10, 20, 200",
      found: [0, 10, 20, 200].map((step) => values[step].toFixed(6)).join(" "),
    },
    bound("largest distance from the published curve", off, "≤", 1e-5, 7),
    { what: "plain training of 100 steps, CPU ms", found: (1e3 * plain).toFixed(1) },
    { what: "outer step, CPU ms", found: (1e3 * outer).toFixed(1) },
    bound("outer step over plain training", outer / plain, "≤", 5, 2),
  ];
}

/** CPU seconds of a plain training and of one with its gradient, in turns, the least of several. */
async function price() {
  const p = await prepare(problem());
  let [plain, outer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 6; round++) {
    let before = cpuSeconds();
    const alone = await evaluate(p, p.layout.start, { method: "firstOrder" });
    alone.dispose();
    plain = Math.min(plain, cpuSeconds() - before);
    before = cpuSeconds();
    const at = await evaluate(p, p.layout.start, { method: "reverse", truncate: 10 });
    await at.gradient();
    at.dispose();
    outer = Math.min(outer, cpuSeconds() - before);
  }
  p.dispose();
  return { plain, outer };
}

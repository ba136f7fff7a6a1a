/**
 * Task 2: half of the training labels are wrong; a weight for each example is tuned so that softmax regression does
 * well on clean validation data (Franceschi et al. 2017, section 5.1). Then it is trained on what was kept.
 */

import { evaluate } from "../../src/gradient/evaluate.ts";
import { array, bilevel, hp, momentum, type NdArray, sgd, tune, zeros } from "../../src/gradient/index.ts";
import { prepare } from "../../src/gradient/prepare.ts";
import { rng } from "../../src/random.ts";
import {
  batchOf,
  CLASSES,
  type Examples,
  fashion,
  linearAccuracy,
  mnist,
  pick,
  shuffledOrder,
} from "./data.ts";
import { bound, cpuSeconds, type Line } from "./measure.ts";

interface Split {
  readonly train: Examples;
  readonly wrong: Uint8Array;
  readonly validation: Examples;
  readonly test: Examples;
  /** Of the inner training. */
  readonly lr: number;
}

/** Turns the labels of the first half of the training examples into another one each. */
function corrupt(clean: Examples, validation: Examples, test: Examples, lr: number, seed: number): Split {
  const random = rng(seed, "wrong");
  const wrong = new Uint8Array(clean.count);
  const labels = clean.labels.map((label, i) => {
    if (i >= clean.count / 2) return label;
    wrong[i] = 1;
    return (label + 1 + random.integer(CLASSES - 1)) % CLASSES;
  });
  return { train: { ...clean, labels }, wrong, validation, test, lr };
}

const init = (features: number) => () => ({ w: zeros([features, CLASSES]), b: zeros([CLASSES]) });

function weighting({ train, validation, lr }: Split) {
  return bilevel({
    init: init(train.features),
    hypers: { keep: hp.logit(0, 1, { shape: [train.count] }) },
    inner: {
      data: batchOf(train),
      loss: ($, { w, b }, { keep }, { x, y }) =>
        $.logSoftmax(x.dot(w).add(b)).mul(y).sum(1).mul(keep).mean().neg(),
      optimizer: sgd({ lr }),
      steps: 20,
    },
    outer: {
      data: batchOf(validation),
      loss: ($, { w, b }, _, { x, y }) => $.crossEntropy(x.dot(w).add(b), y),
    },
  });
}

/** Test accuracy of training on those training examples and all of validation. */
async function accuracy(
  { train, validation, test, lr }: Split,
  kept: (i: number) => boolean,
): Promise<number> {
  const rows = Array.from({ length: train.count }, (_, i) => i).filter(kept);
  const part = pick(train, rows);
  const x = new Float32Array(part.x.length + validation.x.length);
  x.set(part.x);
  x.set(validation.x, part.x.length);
  const both = {
    count: part.count + validation.count,
    features: train.features,
    x,
    labels: Uint8Array.from([...part.labels, ...validation.labels]),
  };
  const p = await prepare(
    bilevel({
      init: init(train.features),
      hypers: { lr: hp.log(0.01, 1, { start: lr }) },
      inner: {
        data: batchOf(both),
        loss: ($, { w, b }, _, batch) => $.crossEntropy(batch.x.dot(w).add(b), batch.y),
        optimizer: momentum({ lr: "lr", momentum: 0.9 }),
        steps: 200,
      },
      outer: {
        data: { one: array([1]) },
        loss: (_, __, ___, { one }) => one.sum(),
      },
    }),
  );
  const at = await evaluate(p, p.layout.start, { method: "firstOrder" });
  const [w, b] = await at.weights();
  at.dispose();
  p.dispose();
  return linearAccuracy(test, w, b);
}

/** The weights of examples after some outer steps, and how well what has less than one half is what is wrong. */
export async function weigh(split: Split, steps = 30) {
  const before = cpuSeconds();
  const { steps: all } = await tune(weighting(split), {
    method: { method: "reverse", truncate: 10 },
    warm: true,
    steps,
    rate: 0.3,
  });
  const keep = (all.at(-1)!.hypers.keep as NdArray).values;
  const cpu = cpuSeconds() - before;
  let [hit, false_, missed] = [0, 0, 0];
  split.wrong.forEach((wrong, i) => {
    const dropped = keep[i] < 0.5;
    if (dropped && wrong) hit++;
    else if (dropped) false_++;
    else if (wrong) missed++;
  });
  return { keep, cpu, f1: (2 * hit) / (2 * hit + false_ + missed) };
}

async function clean(split: Split) {
  const { keep, cpu, f1 } = await weigh(split);
  return {
    f1,
    cpu,
    baseline: await accuracy(split, () => true),
    cleaned: await accuracy(split, (i) => keep[i] >= 0.5),
    oracle: await accuracy(split, (i) => split.wrong[i] === 0),
  };
}

export async function mnistSplit(seed = 1, train = 3000, validation = 3000): Promise<Split> {
  const all = await mnist();
  const order = shuffledOrder(all.count, seed);
  const cut = (from: number, to: number) => pick(all, order.slice(from, to));
  return corrupt(cut(0, train), cut(train, train + validation), cut(6000, 10_000), 0.5, seed);
}

function fashionSplit(seed = 1): Split | undefined {
  const [all, test] = [fashion("train"), fashion("t10k")];
  if (all === undefined || test === undefined) return undefined;
  const order = shuffledOrder(all.count, seed);
  return corrupt(pick(all, order.slice(0, 5000)), pick(all, order.slice(5000, 10_000)), test, 0.1, seed);
}

/** @param only  one of the two data sets */
export async function cleaning(only?: string): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const [name, load, f1] of [
    ["MNIST", mnistSplit, 0.93],
    ["Fashion-MNIST", fashionSplit, 0.88],
  ] as const) {
    if (only !== undefined && name !== only) continue;
    const split = await load();
    if (split === undefined) {
      lines.push({ what: `${name}: not on this machine (Debian: dataset-fashion-mnist)`, found: "skipped" });
      continue;
    }
    const found = await clean(split);
    const { baseline, cleaned, oracle } = found;
    lines.push(
      {
        what: `${name}: test %, baseline, cleaned, oracle`,
        found: [baseline, cleaned, oracle].map((v) => v.toFixed(2)).join(" "),
      },
      bound(`${name}: share of the gap recovered`, (cleaned - baseline) / (oracle - baseline), "≥", 0.8, 2),
      bound(`${name}: F1 of what was dropped`, found.f1, "≥", f1),
      bound(`${name}: CPU seconds`, found.cpu, "≤", 45, 1),
    );
  }
  return lines;
}

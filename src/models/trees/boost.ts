/**
 * Gradient boosting of trees on binned features (Friedman 2001, "Greedy function approximation: a gradient boosting
 * machine"; Chen and Guestrin 2016; Ke et al. 2017).
 */
import { type TreeKernels, withTreeKernels } from "../../math/kernels/trees.ts";
import type { Rng } from "../../random.ts";
import type { DesignMatrix } from "../design-matrix.ts";
import { type Binned, binMatrix, binRows } from "./bins.ts";
import { setOfCodes } from "./categories.ts";
import type { Trees } from "./format.ts";
import { createGrower, type GrownNode, type GrowOptions } from "./grow.ts";
import {
  baseOf,
  type Loss,
  levelOf,
  linkOfLoss,
  lossOn,
  meanLoss,
  outputsOfLoss,
  type Targets,
} from "./loss.ts";
import { type TreeWriter, treeWriter } from "./writer.ts";

export interface BoostOptions extends GrowOptions {
  readonly rounds: number;
  readonly learningRate: number;
  /** Share of the rows that a tree learns from. */
  readonly rows: number;
  /** Rounds without a lower loss on the held-back rows, after which it ends. */
  readonly patience: number;
}

/** Rows and what is to be learned of them. */
export interface Labelled extends Targets {
  readonly x: DesignMatrix;
}

export interface Boosted {
  readonly trees: Trees;
  /** Rounds that are kept, and rounds that were trained. */
  readonly rounds: number;
  readonly trained: number;
}

/**
 * Fits an ensemble of trees, one after the other, each to the gradients that those before it leave; with held-back rows
 * only the rounds up to the lowest loss on them are kept.
 *
 * @param stop  asked before each tree; once true, the rounds so far are what is returned
 * @param options.plain  asks for the reference kernels
 */
export function boost(
  learn: Labelled,
  valid: Labelled | undefined,
  loss: Loss,
  options: BoostOptions,
  rng: Rng,
  stop: () => boolean = () => false,
  { plain }: { readonly plain?: boolean } = {},
): Boosted {
  const binned = binMatrix(learn.x);
  const others = valid === undefined ? undefined : binRows(binned, valid.x);
  return withTreeKernels(
    (kernels) => trainRounds(kernels, binned, others, learn, valid, loss, options, rng, stop),
    {
      plain,
    },
  );
}

function trainRounds(
  kernels: TreeKernels,
  binned: Binned,
  others: Uint8Array | undefined,
  learn: Labelled,
  valid: Labelled | undefined,
  loss: Loss,
  options: BoostOptions,
  rng: Rng,
  stop: () => boolean,
): Boosted {
  const n = learn.y.length;
  const all = n + (valid?.y.length ?? 0);
  const outputs = outputsOfLoss(loss);
  const stride = all + (all & 1);
  const bins = kernels.reserve(binned.bytes.length + (others?.length ?? 0));
  const scores = kernels.reserve(8 * stride * outputs);
  const pairs = kernels.reserve(8 * (n + 1));
  const rows = kernels.reserve(4 * all);
  const work = kernels.reserve(4 * all);
  const ground = { kernels, binned, bins, scores, stride, pairs, rows, work };
  const own = lossOn(loss, learn, ground);
  const grower = createGrower(ground, options);
  kernels.views.bytes.set(binned.bytes, bins);
  if (others !== undefined) kernels.views.bytes.set(others, bins + binned.bytes.length);
  const base = baseOf(loss, learn);
  for (let k = 0; k < outputs; k++) {
    const at = (scores >> 3) + k * stride;
    kernels.views.doubles.fill(base[k], at, at + stride);
  }

  const writer = treeWriter(1);
  let best = valid === undefined ? Number.POSITIVE_INFINITY : meanLoss(loss, valid, ground, n);
  let kept = 0;
  let trained = 0;
  rounds: for (let round = 0; round < options.rounds; round++) {
    own.begin();
    for (let k = 0; k < outputs; k++) {
      if (stop()) break rounds;
      own.gradients(k);
      const stream = rng.stream("tree", round, k);
      const learned = drawRows(kernels, rows, n, all, options.rows, stream);
      const root = grower.grow(learned, all - learned, stream);
      const level = own.level(k);
      const renew = (node: GrownNode) =>
        level === undefined
          ? node.value
          : residual(kernels, rows, node, learn, scores + 8 * k * stride, level);
      writer.beginTree();
      write(writer, binned, root, (node) => {
        const value = Math.fround(options.learningRate * renew(node));
        addTo(kernels, rows, node, value, (scores >> 3) + k * stride);
        return value;
      });
    }
    trained = round + 1;
    if (valid === undefined) kept = trained;
    else {
      const now = meanLoss(loss, valid, ground, n);
      if (now < best) {
        best = now;
        kept = trained;
      }
      if (trained - kept >= options.patience) break;
    }
  }
  writer.keep(kept * outputs);
  const trees = { combine: "sum", outputs, base, link: linkOfLoss(loss), arrays: writer.finish() } as const;
  return { trees, rounds: kept, trained };
}

/** Writes the indices: those that are learned from first, then all others. Returns how many are. */
function drawRows(
  kernels: TreeKernels,
  rows: number,
  n: number,
  all: number,
  share: number,
  rng: Rng,
): number {
  const { integers } = kernels.views;
  const at = rows >> 2;
  if (share >= 1) {
    for (let i = 0; i < all; i++) integers[at + i] = i;
    return n;
  }
  const below = Math.round(share * 2 ** 32);
  let learned = 0;
  let last = n;
  for (let i = 0; i < n; i++)
    if (rng.bits() < below) integers[at + learned++] = i;
    else integers[at + --last] = i;
  for (let i = n; i < all; i++) integers[at + i] = i;
  if (learned > 0) return learned;
  return n; // so few rows that none was drawn: all of them
}

/** The quantile of the residuals of the rows that a leaf was learned from. */
function residual(
  kernels: TreeKernels,
  rows: number,
  { from, to }: GrownNode,
  { y, weights }: Targets,
  scores: number,
  level: number,
): number {
  const { integers, doubles } = kernels.views;
  const rest = new Float64Array(to - from);
  const heavy = weights === undefined ? undefined : new Float64Array(to - from);
  for (let i = from; i < to; i++) {
    const row = integers[(rows >> 2) + i];
    rest[i - from] = y[row] - doubles[(scores >> 3) + row];
    if (heavy !== undefined && weights !== undefined) heavy[i - from] = weights[row];
  }
  return levelOf(rest, heavy, level);
}

/** Adds a leaf's value to the scores of all rows in it. */
function addTo(kernels: TreeKernels, rows: number, node: GrownNode, value: number, at: number): void {
  const { integers, doubles } = kernels.views;
  const first = rows >> 2;
  for (let i = node.from; i < node.to; i++) doubles[at + integers[first + i]] += value;
  for (let i = node.othersFrom; i < node.othersTo; i++) doubles[at + integers[first + i]] += value;
}

function write(writer: TreeWriter, binned: Binned, node: GrownNode, leaf: (node: GrownNode) => number): void {
  const { split, left, right } = node;
  if (split === undefined || left === undefined || right === undefined) {
    writer.leaf([leaf(node)]);
    return;
  }
  const { edges, codes, bins } = binned.columns[split.column];
  // all values left, what is missing right
  const threshold = split.cut < edges.length ? edges[split.cut] : Number.POSITIVE_INFINITY;
  const at =
    codes === undefined
      ? writer.split(split.column, threshold, split.missingLeft)
      : writer.splitSet(split.column, setOfCodes(codes, split.goesLeft), split.goesLeft[bins] === 1);
  write(writer, binned, left, leaf);
  writer.right(at);
  write(writer, binned, right, leaf);
}

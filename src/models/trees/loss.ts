/**
 * What boosting minimises: gradients and hessians of a loss by the scores, where to begin, and the loss of rows.
 */
import { exp, log } from "../../math/elementary.ts";
import type { TreeKernels } from "../../math/kernels/trees.ts";
import { weightedQuantile } from "../weighted.ts";
import type { TreesHead } from "./format.ts";

export type Loss =
  | { readonly kind: "squared" }
  | { readonly kind: "absolute" }
  | { readonly kind: "logistic" }
  | { readonly kind: "softmax"; readonly classes: number }
  /** Ascending, each between 0 and 1; one output for each. */
  | { readonly kind: "quantile"; readonly levels: readonly number[] };

/** Targets and weights of rows; all weights 1 where there are none. */
export interface Targets {
  /** Shape (rows): numbers, or indices of classes. */
  readonly y: Float64Array;
  readonly weights?: Float64Array;
}

/** Where scores and pairs stand in the kernels' memory: scores by output, `stride` apart. */
export interface Scores {
  readonly kernels: TreeKernels;
  readonly scores: number;
  readonly stride: number;
  readonly pairs: number;
}

/** A loss over given rows, which are the first of the scores. */
export interface LossOn {
  /** Before the trees of a round. */
  begin(): void;
  /** Writes the pairs for the tree of an output. */
  gradients(output: number): void;
  /** The quantile of the residuals that is the best value of a leaf; undefined: the Newton step is. */
  level(output: number): number | undefined;
}

export function outputsOfLoss(loss: Loss): number {
  if (loss.kind === "softmax") return loss.classes;
  return loss.kind === "quantile" ? loss.levels.length : 1;
}

export function linkOfLoss({ kind }: Loss): TreesHead["link"] {
  if (kind === "logistic" || kind === "softmax") return kind;
  return kind === "quantile" ? "ascending" : "identity";
}

/** The best constant scores. */
export function baseOf(loss: Loss, { y, weights }: Targets): number[] {
  const w = (i: number) => weights?.[i] ?? 1;
  let total = 0;
  for (let i = 0; i < y.length; i++) total += w(i);
  if (loss.kind === "quantile" || loss.kind === "absolute") {
    const levels = loss.kind === "absolute" ? [0.5] : loss.levels;
    return levels.map((level) => levelOf(y, weights, level));
  }
  if (loss.kind === "softmax") {
    const shares = new Float64Array(loss.classes);
    for (let i = 0; i < y.length; i++) shares[y[i]] += w(i) / total;
    return Array.from(shares, (share) => log(Math.max(share, 1e-6)));
  }
  let mean = 0;
  for (let i = 0; i < y.length; i++) mean += w(i) * y[i];
  mean /= total;
  if (loss.kind === "squared") return [mean];
  const p = Math.min(1 - 1e-6, Math.max(1e-6, mean));
  return [log(p / (1 - p))];
}

/** Reserves what the loss needs for these rows. */
export function lossOn(loss: Loss, targets: Targets, ground: Scores): LossOn {
  const { kernels, scores, stride, pairs } = ground;
  const { y, weights } = targets;
  const n = y.length;
  const weightOf = weights ?? new Float64Array(n).fill(1);
  const nothing = () => {};
  switch (loss.kind) {
    case "squared":
      return {
        begin: nothing,
        gradients() {
          const { floats, doubles } = kernels.views;
          for (let i = 0, s = scores >> 3, p = pairs >> 2; i < n; i++, s++, p += 2) {
            floats[p] = (doubles[s] - y[i]) * weightOf[i];
            floats[p + 1] = weightOf[i];
          }
        },
        level: () => undefined,
      };
    case "absolute":
    case "quantile": {
      const levels = loss.kind === "absolute" ? [0.5] : loss.levels;
      return {
        begin: nothing,
        gradients(k) {
          const { floats, doubles } = kernels.views;
          const level = levels[k];
          for (let i = 0, s = (scores >> 3) + k * stride, p = pairs >> 2; i < n; i++, s++, p += 2) {
            floats[p] = (y[i] > doubles[s] ? -level : 1 - level) * weightOf[i];
            floats[p + 1] = weightOf[i];
          }
        },
        level: (k) => levels[k],
      };
    }
    case "logistic": {
      const own = kernels.reserve(4 * (n + 1));
      const weightsAt = weights === undefined ? 0 : kernels.reserve(4 * (n + 1));
      kernels.views.floats.set(y, own >> 2);
      if (weights !== undefined) kernels.views.floats.set(weights, weightsAt >> 2);
      return {
        begin: nothing,
        gradients: () => kernels.logisticGradients(n, scores, own, weightsAt, pairs),
        level: () => undefined,
      };
    }
    case "softmax": {
      const probabilities = kernels.reserve(4 * stride * loss.classes);
      // the diagonal of the hessian, as in Friedman 2001, "Greedy function approximation", algorithm 6
      const factor = loss.classes / (loss.classes - 1);
      return {
        begin: () => kernels.softmaxes(n, loss.classes, stride, scores, probabilities),
        gradients(k) {
          const { floats } = kernels.views;
          for (let i = 0, s = (probabilities >> 2) + k * stride, at = pairs >> 2; i < n; i++, s++, at += 2) {
            const p = floats[s];
            floats[at] = (y[i] === k ? p - 1 : p) * weightOf[i];
            floats[at + 1] = Math.max(factor * p * (1 - p), 1e-16) * weightOf[i];
          }
        },
        level: () => undefined,
      };
    }
  }
}

/** The mean loss of rows whose scores begin at `first`. */
export function meanLoss(loss: Loss, { y, weights }: Targets, ground: Scores, first: number): number {
  const { doubles } = ground.kernels.views;
  const at = (ground.scores >> 3) + first;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const w = weights?.[i] ?? 1;
    total += w;
    sum += w * rowLoss(loss, y[i], doubles, at + i, ground.stride);
  }
  return sum / total;
}

function rowLoss(loss: Loss, y: number, scores: Float64Array, at: number, stride: number): number {
  switch (loss.kind) {
    case "squared":
      return (y - scores[at]) * (y - scores[at]);
    case "absolute":
      return Math.abs(y - scores[at]);
    case "logistic": {
      const s = y === 1 ? scores[at] : -scores[at];
      return Math.max(-s, 0) + log(1 + exp(-Math.abs(s)));
    }
    case "softmax": {
      let top = scores[at];
      for (let k = 1; k < loss.classes; k++) top = Math.max(top, scores[at + k * stride]);
      let sum = 0;
      for (let k = 0; k < loss.classes; k++) sum += exp(scores[at + k * stride] - top);
      return log(sum) + top - scores[at + y * stride];
    }
    case "quantile": {
      let sum = 0;
      for (const [k, level] of loss.levels.entries()) {
        const rest = y - scores[at + k * stride];
        sum += rest > 0 ? level * rest : (level - 1) * rest;
      }
      return sum;
    }
  }
}

/** A quantile; of values that weigh the same, between two of them where it falls there. */
export function levelOf(values: Float64Array, weights: Float64Array | undefined, level: number): number {
  if (weights !== undefined) return weightedQuantile(values, weights, level);
  const sorted = values.slice().sort();
  const at = level * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

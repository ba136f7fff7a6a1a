/**
 * Optimisers of networks: an update of one vector that holds all weights, and the numbers that it takes at each step.
 * Numbers are arguments of the compiled step, so that trials with other learning rates compile nothing anew.
 */
import type { Expr, Ops } from "../../autodiff/expression.ts";
import type { Params } from "../../space/types.ts";

export type OptimizerKind = "sgd" | "nesterov" | "adam" | "rmsprop";

/** Vectors that an optimiser keeps beside the weights. */
export const STATES: Readonly<Record<OptimizerKind, number>> = { sgd: 1, nesterov: 1, adam: 2, rmsprop: 1 };

/** How an optimiser is set. */
export interface Optimizer {
  readonly kind: OptimizerKind;
  readonly learningRate: number;
  /** Momentum, β₁, or the share of the mean square that RMSprop keeps. */
  readonly first: number;
  /** β₂. */
  readonly second: number;
  /** Decoupled weight decay (AdamW); 0: none. */
  readonly decay: number;
}

/** The optimiser that flat params name. */
export function optimizerOf(params: Params): Optimizer {
  const name = params.optimizer as string;
  const number = (key: string) => params[`optimizer.${name}.${key}`] as number;
  const learningRate = number("learningRate");
  switch (name) {
    case "sgd":
      return {
        kind: params["optimizer.sgd.nesterov"] === true ? "nesterov" : "sgd",
        ...{ learningRate, first: number("momentum"), second: 0, decay: 0 },
      };
    case "rmsprop":
      return { kind: "rmsprop", learningRate, first: number("rho"), second: 0, decay: 0 };
    default:
      return {
        ...{ kind: "adam", learningRate, first: number("beta1"), second: number("beta2") },
        decay: name === "adamw" ? number("decay") : 0,
      };
  }
}

/** Numbers of a step, in the order in which they are read: `update` takes all but the last. */
export const RATES = 7;

/**
 * The numbers of a step: rate, first, second, decay, l1, l2, and what the average of the weights keeps.
 *
 * @param share   of the learning rate, by the schedule
 * @param powers  first and second to the power of the step's number, from 1
 * @param kept    by the average
 */
export function ratesAt(
  { kind, learningRate, first, second, decay }: Optimizer,
  { l1, l2 }: { readonly l1: number; readonly l2: number },
  share: number,
  powers: { readonly first: number; readonly second: number },
  kept: number,
): Float32Array {
  const rate = share * learningRate;
  // Adam's means lean to zero at first (Kingma and Ba 2015, section 3).
  const corrected = kind === "adam" ? (rate * Math.sqrt(1 - powers.second)) / (1 - powers.first) : rate;
  return Float32Array.of(corrected, first, second, rate * decay, l1, l2, kept);
}

/** Keeps the root of a mean square away from 0. */
const EPSILON = 1e-7;

/**
 * One step of an optimiser on all weights at once.
 *
 * @param w          weights, shape (n)
 * @param g          gradient of the loss, shape (n)
 * @param state      as many vectors as `STATES` says
 * @param rates      shape (RATES)
 * @param penalised  1 where a weight is penalised, 0 at biases, shape (n)
 * @returns          the weights and the state after it
 */
export function update(
  $: Ops,
  kind: OptimizerKind,
  w: Expr,
  g: Expr,
  state: readonly Expr[],
  rates: Expr,
  penalised: Expr,
): readonly Expr[] {
  const [rate, first, second, decay, l1, l2] = Array.from({ length: RATES }, (_, i) =>
    rates.slice([i, i + 1]),
  );
  const sign = w.div($.abs(w).add(1e-12));
  const gradient = g.add(penalised.mul(sign.mul(l1).add(w.mul(l2))));
  const kept = w.sub(w.mul(penalised).mul(decay));
  switch (kind) {
    case "sgd": {
      const velocity = state[0].mul(first).add(gradient);
      return [kept.sub(velocity.mul(rate)), velocity];
    }
    case "nesterov": {
      const velocity = state[0].mul(first).add(gradient);
      return [kept.sub(velocity.mul(first).add(gradient).mul(rate)), velocity];
    }
    case "adam": {
      const mean = state[0].mul(first).add(gradient.mul(first.neg().add(1)));
      const square = state[1].mul(second).add(gradient.square().mul(second.neg().add(1)));
      return [kept.sub(mean.div(square.sqrt().add(EPSILON)).mul(rate)), mean, square];
    }
    case "rmsprop": {
      const square = state[0].mul(first).add(gradient.square().mul(first.neg().add(1)));
      return [kept.sub(gradient.div(square.sqrt().add(EPSILON)).mul(rate)), square];
    }
  }
}

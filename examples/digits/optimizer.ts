/**
 * Steps of stochastic gradient descent with momentum, of Adam and of RMSprop, and learning-rate schedules.
 *
 * In jax-js a function uses up its arguments; `.ref` keeps one for another use.
 */
import { numpy as np, type Array as Tensor } from "@jax-js/jax";
import type { Params } from "./space.ts";

/** What an optimiser keeps of one array of weights. */
export type Memory = Tensor[];

export interface Optimizer {
  /** How many arrays it keeps for each array of weights. */
  readonly size: number;
  /** The step to take down the gradient, to be multiplied by the learning rate, and what it keeps now. */
  readonly step: (gradient: Tensor, memory: Memory) => [step: Tensor, memory: Memory];
}

const EPSILON = 1e-7;

export function makeOptimizer(choice: Params["optimizer"]): Optimizer {
  switch (choice.type) {
    case "sgd":
      return {
        size: 1,
        step(gradient, [velocity]) {
          const next = velocity.mul(choice.momentum).add(gradient);
          return [next.ref, [next]];
        },
      };
    case "adam":
      return {
        size: 2,
        step(gradient, [mean, square]) {
          const nextMean = mean.mul(choice.beta1).add(gradient.ref.mul(1 - choice.beta1));
          const nextSquare = square.mul(choice.beta2).add(np.square(gradient).mul(1 - choice.beta2));
          return [nextMean.ref.div(np.sqrt(nextSquare.ref).add(EPSILON)), [nextMean, nextSquare]];
        },
      };
    case "rmsprop":
      return {
        size: 1,
        step(gradient, [square]) {
          const next = square.mul(choice.decay).add(np.square(gradient.ref).mul(1 - choice.decay));
          return [gradient.div(np.sqrt(next.ref).add(EPSILON)), [next]];
        },
      };
  }
}

/** Corrects Adam's first steps, whose means still lean to zero (Kingma and Ba 2015, section 3). */
export function warmUp(choice: Params["optimizer"], step: number): number {
  if (choice.type !== "adam") return 1;
  return Math.sqrt(1 - choice.beta2 ** step) / (1 - choice.beta1 ** step);
}

/** The learning rate as a share of its start, `progress` going from 0 to 1. */
export function scheduled(schedule: Params["schedule"], progress: number): number {
  if (schedule === "linear") return 1 - progress;
  return schedule === "cosine" ? (1 + Math.cos(Math.PI * progress)) / 2 : 1;
}

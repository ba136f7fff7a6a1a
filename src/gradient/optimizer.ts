/**
 * Inner optimisers as elementwise updates, so that differentiating one is cheap and never meets the loss.
 */
import type { Expr } from "../autodiff/expression.ts";
import { InvalidInputError } from "../errors.ts";
import { log } from "../math/elementary.ts";
import { constant, type Schedule } from "./schedule.ts";

/** A number, or the name of a hyperparameter that is tuned. */
export type Rate = number | string;

/** What an update sees of one tensor. */
export interface UpdateInput {
  readonly w: Expr;
  readonly g: Expr;
  readonly state: readonly Expr[];
  /** 1 at the first step. */
  readonly step: Expr;
  /** The schedule's factor of the learning rate. */
  readonly shares: readonly Expr[];
  rate(rate: Rate): Expr | number;
}

/** w ← w − change. */
export interface Update {
  readonly change: Expr;
  readonly state: readonly Expr[];
}

/** Everything elementwise; `shares` says what the schedule gives at a part 0 … 1 of the way. */
export interface Optimizer {
  readonly name: string;
  /** Tensors of state for each tensor of weights. */
  readonly states: number;
  /** Hyperparameters that it uses. */
  readonly hypers: readonly string[];
  shares(done: number): readonly number[];
  update(input: UpdateInput): Update;
}

export interface SgdOptions {
  readonly lr: Rate;
  /** Heavy ball: v ← μ v + g, w ← w − lr · v. @default none */
  readonly momentum?: Rate;
  readonly schedule?: Schedule;
}

/** Stochastic gradient descent, with momentum where it is given (Polyak 1964). */
export function sgd({ lr, momentum, schedule = constant() }: SgdOptions): Optimizer {
  check("sgd", { lr, momentum });
  return {
    name: momentum === undefined ? "sgd" : "momentum",
    states: momentum === undefined ? 0 : 1,
    hypers: named(lr, momentum),
    shares: (done) => [schedule(done)],
    update({ g, state, shares, rate }) {
      const scale = shares[0].mul(rate(lr));
      if (momentum === undefined) return { change: g.mul(scale), state: [] };
      const velocity = state[0].mul(rate(momentum)).add(g);
      return { change: velocity.mul(scale), state: [velocity] };
    },
  };
}

/** Gradient descent with heavy-ball momentum. */
export function momentum(options: SgdOptions & { readonly momentum: Rate }): Optimizer {
  return sgd(options);
}

export interface AdamOptions {
  readonly lr: Rate;
  /** @default 0.9 */
  readonly beta1?: Rate;
  /** @default 0.999 */
  readonly beta2?: Rate;
  /** Within the root, squared: √(v + ε²) has a derivative where a gradient is 0, √v has none. @default 1e-8 */
  readonly epsilon?: number;
  /** Decoupled weight decay (Loshchilov and Hutter 2019). @default none */
  readonly decay?: Rate;
  readonly schedule?: Schedule;
}

/** Adam (Kingma and Ba 2015, algorithm 1). */
export function adam({
  lr,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  decay,
  schedule = constant(),
}: AdamOptions): Optimizer {
  check("adam", { lr, beta1, beta2, decay });
  return {
    name: "adam",
    states: 2,
    hypers: named(lr, beta1, beta2, decay),
    shares: (done) => [schedule(done)],
    update({ w, g, state, step, shares, rate }) {
      const [one, two] = [rate(beta1), rate(beta2)];
      const m = state[0].mul(one).add(g.mul(complement(one)));
      const v = state[1].mul(two).add(g.square().mul(complement(two)));
      const direction = m.div(complementOfPower(one, step)).div(
        v
          .div(complementOfPower(two, step))
          .add(epsilon * epsilon)
          .sqrt(),
      );
      const decayed = decay === undefined ? direction : direction.add(w.mul(rate(decay)));
      return { change: decayed.mul(shares[0].mul(rate(lr))), state: [m, v] };
    },
  };
}

export interface RmspropOptions {
  readonly lr: Rate;
  /** @default 0.9 */
  readonly rho?: Rate;
  /** Within the root, squared. @default 1e-8 */
  readonly epsilon?: number;
  readonly schedule?: Schedule;
}

/** RMSprop (Tieleman and Hinton 2012). */
export function rmsprop({ lr, rho = 0.9, epsilon = 1e-8, schedule = constant() }: RmspropOptions): Optimizer {
  check("rmsprop", { lr, rho });
  return {
    name: "rmsprop",
    states: 1,
    hypers: named(lr, rho),
    shares: (done) => [schedule(done)],
    update({ g, state, shares, rate }) {
      const kept = rate(rho);
      const v = state[0].mul(kept).add(g.square().mul(complement(kept)));
      return { change: g.div(v.add(epsilon * epsilon).sqrt()).mul(shares[0].mul(rate(lr))), state: [v] };
    },
  };
}

/**
 * A choice of optimiser made continuous: every one keeps its own state, and the change is Σ weight · change.
 *
 * @param weights  name of an `hp.mix` with the same names
 */
export function mixture(weights: string, optimizers: Readonly<Record<string, Optimizer>>): Optimizer {
  const entries = Object.entries(optimizers);
  if (entries.length < 2) throw new InvalidInputError("mixture: needs two or more optimisers");
  return {
    name: `mixture of ${entries.map(([name]) => name).join(", ")}`,
    states: entries.reduce((sum, [, { states }]) => sum + states, 0),
    hypers: [...new Set([weights, ...entries.flatMap(([, { hypers }]) => hypers)])],
    shares: (done) => entries.flatMap(([, optimizer]) => optimizer.shares(done)),
    update(input) {
      let [state, share] = [0, 0];
      const kept: Expr[] = [];
      let change: Expr | undefined;
      for (const [name, optimizer] of entries) {
        const shares = optimizer.shares(0).length;
        const one = optimizer.update({
          ...input,
          state: input.state.slice(state, state + optimizer.states),
          shares: input.shares.slice(share, share + shares),
        });
        state += optimizer.states;
        share += shares;
        kept.push(...one.state);
        const part = one.change.mul(input.rate(`${weights}.${name}`));
        change = change === undefined ? part : change.add(part);
      }
      return { change: change!, state: kept };
    },
  };
}

function complement(rate: Expr | number): Expr | number {
  return typeof rate === "number" ? 1 - rate : rate.neg().add(1);
}

/** 1 − rate^step. */
function complementOfPower(rate: Expr | number, step: Expr): Expr {
  const power = typeof rate === "number" ? step.mul(log(rate)).exp() : rate.log().mul(step).exp();
  return power.neg().add(1);
}

function named(...rates: readonly (Rate | undefined)[]): string[] {
  return rates.filter((rate) => typeof rate === "string");
}

function check(optimizer: string, rates: Readonly<Record<string, Rate | undefined>>): void {
  for (const [name, rate] of Object.entries(rates))
    if (typeof rate === "number" && !(rate >= 0 && Number.isFinite(rate)))
      throw new InvalidInputError(`${optimizer}: ${name} is ${rate}, but must be a number from 0`);
}

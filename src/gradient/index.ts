/**
 * Hyperparameters tuned by their gradients: the public names of `fettle/gradient`.
 */
export { array, NdArray, normal, type Tree, zeros } from "../autodiff/arrays.ts";
export { type AutodiffCheck, autodiffChecks } from "../autodiff/conformance.ts";
export type { Engine, Program, Tensor } from "../autodiff/engine.ts";
export type { Expr, Ops } from "../autodiff/expression.ts";
export { JAX_VERSION, type JaxOptions, jaxEngine } from "../autodiff/jax.ts";
export { type Choice, chooseMethod, type Facts } from "./auto.ts";
export { type CheckOptions, checkHypergradient, type Slope } from "./check.ts";
export { type Batch, batches, type Data } from "./data.ts";
export {
  type Hyper,
  type HyperOptions,
  type HyperValue,
  type HyperValues,
  hp,
  type LikeHyper,
  type MixHyper,
  type NumberHyper,
} from "./hyper.ts";
export type {
  FirstOrderOptions,
  ForwardOptions,
  ImplicitOptions,
  Method,
  MethodOptions,
  ReverseOptions,
} from "./method.ts";
export { descent } from "./objective.ts";
export { type OnlineOptions, type OnlineResult, online } from "./online.ts";
export {
  type AdamOptions,
  adam,
  mixture,
  momentum,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from "./optimizer.ts";
export { type Bilevel, type BilevelOptions, bilevel, type Loss, type ParamTree } from "./problem.ts";
export { constant, cosineDecay, linearDecay, type Schedule, warmUp } from "./schedule.ts";
export { type OuterStep, type TuneOptions, type TuneResult, tune } from "./tune.ts";

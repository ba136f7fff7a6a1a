/**
 * Hyperparameters tuned by their gradients: the public names of `fettle/gradient`.
 */
export { array, NdArray, normal, type Tree, zeros } from "../autodiff/arrays.ts";
export { type AutodiffCheck, autodiffChecks } from "../autodiff/conformance.ts";
export type { Engine, Program, Tensor } from "../autodiff/engine.ts";
export type { Expr, Ops } from "../autodiff/expression.ts";
export { JAX_VERSION, type JaxOptions, jaxEngine } from "../autodiff/jax.ts";

/**
 * Ways to a hypergradient, as data, and what a run of one gives.
 */
import type { NdArray } from "../autodiff/arrays.ts";

/** Backwards through training: exact, at two to three trainings. */
export interface ReverseOptions {
  readonly method: "reverse";
  /** Only through the last steps (Shaban et al. 2019): biased, and wrong for learning rates. @default all */
  readonly truncate?: number;
  /** Keep every √T-th state and train again between them. @default where memory asks for it */
  readonly checkpoint?: boolean;
}
/** Along with training: exact, in constant memory, at about two trainings for each number that is tuned. */
export interface ForwardOptions {
  readonly method: "forward";
}
/** At the end of training, by the implicit function theorem: right only where training converged. */
export interface ImplicitOptions {
  readonly method: "implicit";
  /** @default "cg" */
  readonly solver?: "cg" | "neumann" | "fixedPoint";
  /** Hessian-vector products at most. @default 20 */
  readonly iterations?: number;
  /** Relative residual at which it ends; a function of the outer step for a schedule. @default 1e-5 */
  readonly tolerance?: number | ((outerStep: number) => number);
  /** Added to the Hessian's diagonal. @default 0 */
  readonly damping?: number;
  /** Step of the Neumann series and of the fixed point; below 2 / largest eigenvalue. @default estimated */
  readonly rate?: number;
}
/** Through the last step only: two gradients, any engine. */
export interface FirstOrderOptions {
  readonly method: "firstOrder";
  /** "darts": differences of two gradients (Liu et al. 2019, eq. 8); "t1t2": the exact product (Luketina et al. 2016). @default "darts" */
  readonly variant?: "darts" | "t1t2";
}

export type MethodOptions = ReverseOptions | ForwardOptions | ImplicitOptions | FirstOrderOptions;
export type Method = "auto" | MethodOptions["method"] | MethodOptions;

/** The outer loss after a training, and its gradient if it is asked for. */
export interface Evaluation {
  /** The outer loss. */
  readonly value: number;
  /** The inner loss before the last step. */
  readonly innerLoss: number;
  /** Bytes of trajectory that it keeps at most. */
  readonly bytes: number;
  /** The trained weights. */
  weights(): Promise<NdArray[]>;
  /** By the unconstrained vector. */
  gradient(): Promise<Float64Array>;
  /** Frees what was kept; must follow. */
  dispose(): void;
}

export interface EvaluationOptions {
  /** Weights to go on from. */
  readonly weights?: readonly NdArray[];
  readonly outerStep?: number;
}

/**
 * The outer loop: hyperparameters descend along their gradients, with safeguards.
 */
import type { NdArray, Tree } from "../autodiff/arrays.ts";
import { InvalidInputError, NumericalError } from "../errors.ts";
import { lbfgs } from "../math/lbfgs.ts";
import { refuseUnknown } from "../options.ts";
import { chooseMethod, factsOf, MEMORY_BYTES, methodWarnings } from "./auto.ts";
import { convergenceOf } from "./convergence.ts";
import { adamDescent, clipped, type Descent, sgdDescent } from "./descent.ts";
import { checkMethod, evaluate } from "./evaluate.ts";
import type { HyperValues } from "./hyper.ts";
import type { Evaluation, Method, MethodOptions } from "./method.ts";
import { type Prepared, prepare } from "./prepare.ts";
import type { Bilevel } from "./problem.ts";
import { sortedStarts } from "./starts.ts";

export interface TuneOptions {
  /** How the gradient is found. @default "auto" */
  readonly method?: Method;
  /** Outer steps: changes of the hyperparameters. @default 12 */
  readonly steps?: number;
  /** "sgd" and "adam" take one training a step, and one more for each step back. @default "adam" */
  readonly optimizer?: "adam" | "lbfgs" | "sgd";
  /** Of "adam": length of its steps, in e-folds; of "sgd": factor of the gradient. @default 0.4 */
  readonly rate?: number;
  /** Of "sgd". @default 0 */
  readonly momentum?: number;
  /** Largest change of each number in a step: e-folds, logits, or quarters of a linear range. @default 1 */
  readonly trustRegion?: number;
  /** Largest norm of the gradient. @default none */
  readonly clip?: number;
  /** Whether a step that makes the outer loss worse than the last few were is taken back and shortened. @default true */
  readonly backtrack?: boolean;
  /** Natural values by name to start from. @default as the hyperparameters say */
  readonly start?: HyperValues;
  /**
   * Trainings before the first descent: at the start, at eight settings spread over the ranges, then mostly where a
   * Gaussian process of their losses suggests. Descent is from the best, then from the next best of another place. @default 1
   */
  readonly starts?: number;
  /** Go on from the trained weights instead of anew; for long training and weights of examples. @default false */
  readonly warm?: boolean;
  /** Bytes that trajectories may take before "auto" recomputes. @default 512 MB */
  readonly memory?: number;
  readonly signal?: AbortSignal;
  /** Hears of every setting that was accepted; "stop" ends. */
  readonly onStep?: (step: OuterStep) => void | "stop" | Promise<void | "stop">;
}

/** An accepted setting. */
export interface OuterStep {
  /** From 0: the start. */
  readonly step: number;
  /** The outer loss. */
  readonly value: number;
  readonly innerLoss: number;
  readonly hypers: HyperValues;
  /** By single numbers' natural values, where it was needed. */
  readonly gradient?: Readonly<Record<string, number>>;
}

export interface TuneResult {
  /** The best outer loss. */
  readonly value: number;
  /** Natural values of the best setting. */
  readonly hypers: HyperValues;
  /** Its trained weights, a tree like that of `init`. */
  readonly weights: Tree<NdArray>;
  readonly steps: readonly OuterStep[];
  /** Trainings. */
  readonly evaluations: number;
  readonly method: MethodOptions;
  /** Why that method, where it was chosen. */
  readonly why: string;
  readonly warnings: readonly string[];
}

const NAMES = [
  "method",
  "steps",
  "optimizer",
  "rate",
  "momentum",
  "trustRegion",
  "clip",
  "backtrack",
  "start",
  "starts",
  "warm",
  "memory",
  "signal",
  "onStep",
];
/** How often a step is halved before it is given up. */
const HALVINGS = 3;
/** An outer loss that much above the last, relative to it, is noise of single precision. */
const SLACK = 1e-6;
/** A step may be worse than the last one if it is no worse than one of that many: rough losses have small hills. */
const PATIENCE = 3;
/** A gradient below, relative to the outer loss, in units of the scale, leads nowhere. */
const VANISHED = 1e-7;

/**
 * Tunes the hyperparameters of a bilevel problem.
 *
 * @throws {InvalidInputError} where options or the problem are wrong
 * @throws {NumericalError} where already the start's training is not finite, naming the tensor and the step
 * @example
 * ```ts
 * const { hypers, value, why } = await tune(problem, { steps: 20 });
 * ```
 */
export async function tune(problem: Bilevel, options: TuneOptions = {}): Promise<TuneResult> {
  refuseUnknown("tune", options, NAMES);
  const { steps = 12, optimizer = "adam", trustRegion = 1, starts = 1, memory = MEMORY_BYTES } = options;
  if (!Number.isInteger(steps) || steps < 1)
    throw new InvalidInputError(`tune: steps is ${steps}, but must be a whole number from 1`);
  if (!(trustRegion > 0))
    throw new InvalidInputError(`tune: trustRegion is ${trustRegion}, but must be above 0`);
  if (!["adam", "lbfgs", "sgd"].includes(optimizer))
    throw new InvalidInputError(
      `tune: there is no optimizer ${JSON.stringify(optimizer)}; there are adam, lbfgs, sgd`,
    );
  const p = await prepare(problem);
  try {
    const given = p.layout.encode(options.start ?? {});
    const { order, trainings } = await sortedStarts(p, given, starts, options.signal);
    const u = order[0];
    const { method, why } = await methodFor(p, options.method ?? "auto", u, memory);
    const run = new Run(p, method, options, trainings);
    if (optimizer === "lbfgs") await quasiNewton(run, u, steps, trustRegion);
    else await descendFromEach(run, order, steps);
    return run.result(why);
  } finally {
    p.dispose();
  }
}

async function methodFor(p: Prepared, asked: Method, u: Float64Array, memory: number) {
  if (asked !== "auto") {
    const method = typeof asked === "string" ? ({ method: asked } as MethodOptions) : asked;
    checkMethod(method);
    return { method, why: "as asked" };
  }
  const facts = factsOf(p, memory);
  const mayConverge = facts.optimizerHypers.length === 0 && facts.whole;
  return chooseMethod(mayConverge ? factsOf(p, memory, await convergenceOf(p, u)) : facts);
}

/** What both loops share: evaluations, the best so far, reports. */
class Run {
  readonly p: Prepared;
  readonly options: TuneOptions;
  readonly warnings: string[];
  readonly #method: MethodOptions;
  readonly #steps: OuterStep[] = [];
  #evaluations: number;
  #best: { u: Float64Array; value: number; weights: NdArray[] } | undefined;
  #warm: readonly NdArray[] | undefined;

  constructor(p: Prepared, method: MethodOptions, options: TuneOptions, evaluations: number) {
    this.p = p;
    this.options = options;
    this.warnings = [...p.warnings, ...methodWarnings(p, method)];
    this.#method = method;
    this.#evaluations = evaluations;
  }

  /** A training, or the reason why it is not finite. */
  async evaluate(u: Float64Array): Promise<Evaluation | NumericalError> {
    this.#evaluations++;
    try {
      const at = await evaluate(this.p, u, this.#method, {
        weights: this.#warm,
        outerStep: this.#steps.length,
      });
      if (Number.isFinite(at.value)) return at;
      at.dispose();
      return new NumericalError(`outer loss is ${at.value} after training; look at outer.loss and its data`);
    } catch (error) {
      if (error instanceof NumericalError) return error;
      throw error;
    }
  }

  /** Takes an evaluation as the new setting; whether to go on. */
  async accept(u: Float64Array, at: Evaluation, gradient: Float64Array | undefined): Promise<boolean> {
    const { layout } = this.p;
    const first = this.#steps.length === 0;
    if (this.options.warm === true || !(at.value >= (this.#best?.value ?? Number.POSITIVE_INFINITY))) {
      const weights = await at.weights();
      if (this.options.warm === true) this.#warm = weights;
      if (!(at.value >= (this.#best?.value ?? Number.POSITIVE_INFINITY)))
        this.#best = { u: u.slice(), value: at.value, weights };
    }
    if (first && gradient !== undefined) this.#lookAtStart(at.value, gradient);
    const step: OuterStep = {
      step: this.#steps.length,
      value: at.value,
      innerLoss: at.innerLoss,
      hypers: layout.decode(u),
      ...(gradient !== undefined && { gradient: layout.byName(u, gradient) }),
    };
    this.#steps.push(step);
    const answer = await this.options.onStep?.(step);
    return answer !== "stop" && this.options.signal?.aborted !== true;
  }

  /** Zero and vanishing gradients at the start are worth a word: descent then stays where it is. */
  #lookAtStart(value: number, gradient: Float64Array): void {
    const { leaves, unit } = this.p.layout;
    const size = (from: number, to: number) => {
      let square = 0;
      for (let i = from; i < to; i++) square += (gradient[i] * unit[i]) ** 2;
      return Math.sqrt(square);
    };
    if (size(0, gradient.length) <= VANISHED * Math.abs(value)) {
      this.warnings.push(
        "the gradient vanishes at the start, so that descent will stay there; start nearer, or with starts: 8",
      );
      return;
    }
    for (const { name, offset, size: count } of leaves)
      if (
        size(offset, offset + count) === 0 &&
        !this.p.warnings.some((text) => text.startsWith(name.split(".")[0]))
      )
        this.warnings.push(
          `the gradient of ${name} is exactly zero at the start: does the loss depend on it?`,
        );
  }

  result(why: string): TuneResult {
    const { u, value, weights } = this.#best!;
    return {
      value,
      hypers: this.p.layout.decode(u),
      weights: this.p.params.rebuild(weights),
      steps: this.#steps,
      evaluations: this.#evaluations,
      method: this.#method,
      why,
      warnings: this.warnings,
    };
  }
}

/** Descends from the best start; where that ends early, the steps that are left go to the next best. */
async function descendFromEach(run: Run, order: readonly Float64Array[], steps: number): Promise<void> {
  let left = steps;
  for (const [k, start] of order.entries()) {
    const took = await descend(run, start, left, k === 0);
    if (took === "stopped") return;
    left -= took + 1;
    if (left < 1) return;
  }
}

/** First-order descent with steps back; how many steps it took. */
async function descend(
  run: Run,
  start: Float64Array,
  steps: number,
  first: boolean,
): Promise<number | "stopped"> {
  const { layout } = run.p;
  const { optimizer = "adam", rate = 0.4, momentum, trustRegion = 1, clip, warm = false } = run.options;
  const backtrack = run.options.backtrack ?? true;
  let shrink = 1;
  const fresh = (): Descent =>
    optimizer === "sgd"
      ? sgdDescent(layout, { rate: rate * shrink, trustRegion: trustRegion * shrink, momentum })
      : adamDescent(layout, { rate: rate * shrink, trustRegion: trustRegion * shrink });
  let descent = fresh();
  let u = start;
  let at = await run.evaluate(u);
  if (at instanceof NumericalError) {
    if (first) throw at;
    return 0;
  }
  const values: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const evaluation: Evaluation = at;
    values.push(evaluation.value);
    const gradient = step < steps ? await evaluation.gradient() : undefined;
    if (gradient?.some((g) => !Number.isFinite(g)))
      throw new NumericalError(
        `the hypergradient is not finite at outer step ${step}, though the losses are; lower the learning rate or its upper bound, or add an ε where a root or a logarithm meets 0`,
      );
    const goOn = await run.accept(u, evaluation, gradient);
    evaluation.dispose();
    if (!goOn) return "stopped";
    if (gradient === undefined) return step;
    const towards = clip === undefined ? gradient : clipped(gradient, clip);
    const worst = Math.max(...values.slice(-PATIENCE));
    // Where weights go on from step to step, the outer loss is not that of the setting alone: only NaN is stepped back from.
    const limit = backtrack && !warm ? worst + SLACK * Math.abs(worst) : Number.POSITIVE_INFINITY;
    let next = await stepBack(run, u, descent.next(u, towards), limit, backtrack);
    if (next === undefined) {
      // Momentum may point up: once more from here without it and shorter, then this is the end of the way.
      shrink /= 2 ** HALVINGS;
      descent = fresh();
      next = await stepBack(run, u, descent.next(u, towards), limit, backtrack);
      if (next === undefined) return step;
    }
    [u, at] = [next.u, next.at];
  }
  return steps;
}

/** The first of the step, its half, quarter … that is finite and no worse than the limit. */
async function stepBack(run: Run, u: Float64Array, target: Float64Array, limit: number, backtrack: boolean) {
  let next = target;
  for (let halved = 0; halved <= (backtrack ? HALVINGS : 0); halved++) {
    const at = await run.evaluate(next);
    if (at instanceof NumericalError) {
      if (!backtrack) throw at;
    } else if (at.value <= limit) return { u: next, at };
    else at.dispose();
    if (run.options.signal?.aborted) return undefined;
    next = next.map((v, i) => (v + u[i]) / 2);
  }
  return undefined;
}

/** L-BFGS in units of the scales: its line search is the step back. */
async function quasiNewton(run: Run, start: Float64Array, steps: number, trustRegion: number): Promise<void> {
  const { unit, lower, upper } = run.p.layout;
  const search = lbfgs(
    start.map((v, i) => v / unit[i]),
    {
      lower: lower.map((v, i) => v / unit[i]),
      upper: upper.map((v, i) => v / unit[i]),
      evaluations: steps + 1,
      tolerance: 1e-7,
      step: trustRegion / 4, // its later steps are at most four times as long
    },
  );
  let least = Number.POSITIVE_INFINITY;
  let next = search.next();
  while (!next.done) {
    const u = next.value.map((v, i) => v * unit[i]);
    const at = await run.evaluate(u);
    const worse = at instanceof NumericalError || at.value >= least;
    if (at instanceof NumericalError && least === Number.POSITIVE_INFINITY) throw at;
    if (worse) {
      if (!(at instanceof NumericalError)) at.dispose();
      next = search.next({ value: Number.POSITIVE_INFINITY, gradient: new Float64Array(u.length) });
      continue;
    }
    const gradient = await at.gradient();
    least = at.value;
    const goOn = await run.accept(u, at, gradient);
    at.dispose();
    if (!goOn) return;
    next = search.next({ value: at.value, gradient: gradient.map((g, i) => g * unit[i]) });
  }
}

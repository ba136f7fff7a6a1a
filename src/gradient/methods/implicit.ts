/**
 * Hypergradients at the end of training: where ∇L(ŵ, λ) = 0, dŵ/dλ = −H⁻¹ ∂²L/∂w∂λ, so that one linear system
 * H x = ∂J/∂w and one mixed derivative are enough, however long training was.
 *
 * @see Pedregosa 2016, "Hyperparameter optimization with approximate gradient", algorithm 1
 * @see Lorraine et al. 2020, "Optimizing Millions of Hyperparameters by Implicit Differentiation", eq. 4 (Neumann)
 * @see Grazzi et al. 2020, "On the Iteration Complexity of Hypergradient Computation"
 */
import type { Tensor } from "../../autodiff/engine.ts";
import { InvalidInputError, UnsupportedError } from "../../errors.ts";
import type { Evaluation, EvaluationOptions, ImplicitOptions } from "../method.ts";
import type { Prepared } from "../prepare.ts";
import {
  accumulate,
  download,
  free,
  outerAt,
  readAll,
  runSteps,
  setting,
  slotsAt,
  startState,
  upload,
} from "../training.ts";

const DEFAULT_ITERATIONS = 20;
const DEFAULT_TOLERANCE = 1e-5;
/** Products that estimate the largest eigenvalue, and the share of 1/λ that is taken as the step: it is from below. */
const POWER_ITERATIONS = 8;
const SAFE_RATE = 0.9;

/** @throws {UnsupportedError} where the optimiser's hyperparameters are tuned: the minimum does not depend on them */
export function refuseImplicit(p: Prepared): void {
  const inOptimizer = [
    ...new Set(
      p.uses.optimizer
        .filter((slot) => !p.uses.inner.includes(slot))
        .map((slot) => p.layout.slots[slot].hyper),
    ),
  ];
  if (inOptimizer.length > 0)
    throw new UnsupportedError(
      `method "implicit" cannot tune ${inOptimizer.join(", ")}: the minimum that training converges to does not depend on the optimiser; use "reverse"`,
    );
  if (p.innerData.count === undefined)
    throw new UnsupportedError(
      'method "implicit" needs all of inner.data at once: give a batch or a list of them, not a function',
    );
}

export async function evaluateImplicit(
  p: Prepared,
  u: Float64Array,
  options: ImplicitOptions,
  { weights, outerStep = 0 }: EvaluationOptions,
): Promise<Evaluation> {
  refuseImplicit(p);
  const { solver = "cg", iterations = DEFAULT_ITERATIONS, damping = 0 } = options;
  const given = options.tolerance ?? DEFAULT_TOLERANCE;
  const tolerance = typeof given === "function" ? given(outerStep) : given;
  if (!(iterations >= 1)) throw new InvalidInputError(`implicit: iterations is ${iterations}, not 1 or more`);
  const { steps } = p.problem.inner;
  const at = setting(p, u);
  const run = await runSteps(p, at, startState(p, weights), 0, steps, () => false);
  const outer = await outerAt(p, at, run.state.w);
  return {
    value: outer.value,
    innerLoss: run.loss,
    bytes: p.bytes.weights * 4,
    weights: () => download(p, run.state.w),
    async gradient() {
      const product = (x: Float64Array) => secondOrderAt(p, run.state.w, slotsAt(p, at, steps - 1), x);
      const hessian = async (x: Float64Array) => {
        const { inW } = await product(x);
        for (let i = 0; i < x.length; i++) inW[i] += damping * x[i];
        return inW;
      };
      const b = joined(await readAll(p, outer.inW));
      const x =
        solver === "cg"
          ? await conjugateGradients(hessian, b, iterations, tolerance)
          : await series(hessian, b, iterations, solver === "neumann" ? 0 : tolerance, options.rate);
      const { mixed } = await product(x);
      const total = outer.direct.map((v, i) => v - mixed[i]);
      return p.layout.chain(u, total);
    },
    dispose() {
      free(p, run.state);
      p.engine.dispose([...outer.inW, ...at.leaves]);
    },
  };
}

/** H·x and the mixed derivative, over all batches of the inner loss. */
async function secondOrderAt(
  p: Prepared,
  w: readonly Tensor[],
  slots: readonly Tensor[],
  x: Float64Array,
): Promise<{ inW: Float64Array; mixed: Float64Array }> {
  const direction = upload(p, parted(p, x));
  const none = upload(p, parted(p, new Float64Array(x.length)));
  const inW = new Float64Array(x.length);
  const mixed = new Float64Array(p.layout.size);
  const count = p.innerData.count!;
  for (let i = 0; i < count; i++) {
    const [product, inLambda] = p.programs.second(w, slots, p.innerData.at(i), direction, none);
    await p.engine.ready([...product, ...inLambda]);
    joined(await readAll(p, product)).forEach((v, j) => {
      inW[j] += v / count;
    });
    await accumulate(p, mixed, p.problem.inner.steps - 1, p.uses.inner, inLambda, 1 / count);
    p.engine.dispose([...product, ...inLambda]);
  }
  p.engine.dispose([...direction, ...none]);
  return { inW, mixed };
}

type Operator = (x: Float64Array) => Promise<Float64Array>;

/** Hestenes and Stiefel 1952; ends at negative curvature, where the Hessian is not that of a minimum. */
async function conjugateGradients(a: Operator, b: Float64Array, iterations: number, tolerance: number) {
  const x = new Float64Array(b.length);
  const r = b.slice();
  let direction = b.slice();
  let square = dot(r, r);
  const enough = tolerance * tolerance * square;
  for (let k = 0; k < iterations && square > enough; k++) {
    const product = await a(direction);
    const curvature = dot(direction, product);
    if (!(curvature > 0)) break;
    const length = square / curvature;
    for (let i = 0; i < x.length; i++) {
      x[i] += length * direction[i];
      r[i] -= length * product[i];
    }
    const next = dot(r, r);
    direction = direction.map((d, i) => r[i] + (next / square) * d);
    square = next;
  }
  return x;
}

/** x ← x + α (b − H x) from 0: after k steps the Neumann series of k + 1 terms. */
async function series(a: Operator, b: Float64Array, iterations: number, tolerance: number, given?: number) {
  const rate = given ?? SAFE_RATE / (await largestEigenvalue(a, b));
  const x = b.map((v) => rate * v);
  const size = Math.sqrt(dot(b, b));
  for (let k = 0; k < iterations; k++) {
    const product = await a(x);
    let square = 0;
    for (let i = 0; i < x.length; i++) {
      const residual = b[i] - product[i];
      square += residual * residual;
      x[i] += rate * residual;
    }
    if (Math.sqrt(square) <= tolerance * size) break;
  }
  return x;
}

async function largestEigenvalue(a: Operator, b: Float64Array): Promise<number> {
  let x: Float64Array = b.map((v, i) => v + (i % 2 === 0 ? 1e-3 : -1e-3));
  let value = 1;
  for (let k = 0; k < POWER_ITERATIONS; k++) {
    const norm = Math.sqrt(dot(x, x));
    x = await a(x.map((v) => v / norm));
    value = Math.sqrt(dot(x, x));
  }
  return value;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function parted(p: Prepared, all: Float64Array): Float64Array[] {
  let at = 0;
  return p.params.leaves.map(({ values }) => all.subarray(at, (at += values.length)));
}

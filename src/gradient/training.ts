/**
 * Runs of the inner training, and what hypergradients need to keep of them.
 */
import { array, type NdArray } from "../autodiff/arrays.ts";
import type { Tensor } from "../autodiff/engine.ts";
import { NumericalError } from "../errors.ts";
import { hyperArray, type Prepared } from "./prepare.ts";

/** Weights and the optimiser's state. */
export interface State {
  readonly w: readonly Tensor[];
  readonly s: readonly Tensor[];
}

/** Before a step: weights, state, and the gradient there. */
export interface StepRecord extends State {
  readonly g: readonly Tensor[];
}

/** A setting of the hyperparameters, uploaded. */
export interface Setting {
  readonly u: Float64Array;
  readonly natural: Float64Array;
  /** A tensor for each leaf. */
  readonly leaves: readonly Tensor[];
}

export function setting(p: Prepared, u: Float64Array): Setting {
  const natural = p.layout.natural(u);
  return {
    u,
    natural,
    leaves: p.layout.leaves.map((_, leaf) => p.engine.tensor(hyperArray(p.layout, natural, leaf))),
  };
}

/** The inputs of compiled functions at a step. */
export function slotsAt(p: Prepared, { leaves }: Setting, step: number): Tensor[] {
  return p.layout.at(step, p.problem.inner.steps).map((leaf) => leaves[leaf]);
}

/** Training's start: the first weights, or those of an earlier run, with a fresh state. */
export function startState(p: Prepared, weights: readonly NdArray[] = p.params.leaves): State {
  const { states } = p.problem.inner.optimizer;
  return {
    w: weights.map((leaf) => p.engine.tensor(leaf)),
    s: weights.flatMap(({ values, shape }) =>
      Array.from({ length: states }, () => p.engine.tensor(array(new Float32Array(values.length), shape))),
    ),
  };
}

export interface Steps {
  readonly state: State;
  /** By step from the first, where they were kept. */
  readonly records: readonly StepRecord[];
  /** The inner loss before the last step. */
  readonly loss: number;
}

/**
 * Runs steps `from` … `to` − 1, taking over `state`.
 *
 * @param keep  whether the record of a step is kept; what is not is freed at once
 * @throws {NumericalError} naming the step and the tensor, where the loss is not finite
 */
export async function runSteps(
  p: Prepared,
  at: Setting,
  state: State,
  from: number,
  to: number,
  keep: (step: number) => boolean,
): Promise<Steps> {
  const { engine, programs } = p;
  const records: StepRecord[] = [];
  let [current, loss] = [state, Number.NaN];
  for (let step = from; step < to; step++) {
    const batch = p.innerData.at(step);
    const [w, s, g, [value]] = programs.step(
      current.w,
      current.s,
      slotsAt(p, at, step),
      batch,
      p.clock(step),
    );
    await engine.ready([...w, ...s, ...g, value]);
    loss = (await engine.read(value))[0];
    engine.dispose([value]);
    p.innerData.release(batch);
    if (!Number.isFinite(loss)) {
      const message = await culprit(p, { ...current, g }, step, loss);
      free(p, ...records, { w, s, g }, { ...current, g: [] });
      throw new NumericalError(message);
    }
    if (keep(step)) records.push({ ...current, g });
    else free(p, { ...current, g });
    current = { w, s };
  }
  return { state: current, records, loss };
}

/** A weight that large means that training diverged. */
const DIVERGED = 1e4;

/** Which tensor stopped being finite first, and what to do. */
async function culprit(p: Prepared, record: StepRecord, step: number, loss: number): Promise<string> {
  const hint = "lower the upper bound of the learning rate, or start lower";
  for (const [what, tensors] of [
    ["the weights", record.w],
    ["the gradient of", record.g],
  ] as const)
    for (const [i, tensor] of tensors.entries()) {
      const numbers = await p.engine.read(tensor);
      const bad = numbers.find((v) => !Number.isFinite(v));
      if (bad !== undefined)
        return `inner loss is ${loss} at step ${step}: ${what} ${p.params.names[i]} contain ${bad}; ${hint}`;
    }
  const largest = { name: "", value: 0 };
  for (const [i, tensor] of record.w.entries())
    for (const v of await p.engine.read(tensor))
      if (Math.abs(v) > largest.value)
        Object.assign(largest, { name: p.params.names[i], value: Math.abs(v) });
  if (largest.value > DIVERGED)
    return `inner loss is ${loss} at step ${step}: the weights ${largest.name} have grown to ${largest.value.toExponential(0)}; ${hint}`;
  return `inner loss is ${loss} at step ${step}, though all weights are finite; look at inner.loss and its data`;
}

export function free(p: Prepared, ...parts: readonly (State & { readonly g?: readonly Tensor[] })[]): void {
  for (const { w, s, g = [] } of parts) p.engine.dispose([...w, ...s, ...g]);
}

export interface OuterAt {
  readonly value: number;
  /** Gradient in the weights. */
  readonly inW: readonly Tensor[];
  /** Direct part of the gradient in the natural hyperparameters. */
  readonly direct: Float64Array;
}

/** The outer loss at the end of training, the mean over its batches. */
export async function outerAt(p: Prepared, at: Setting, w: readonly Tensor[]): Promise<OuterAt> {
  const last = p.problem.inner.steps - 1;
  const direct = new Float64Array(p.layout.size);
  const count = p.outerData.count ?? 1;
  let value = 0;
  let sums: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const [[loss], inW, inH] = p.programs.outer(w, slotsAt(p, at, last), p.outerData.at(i));
    await p.engine.ready([loss, ...inW, ...inH]);
    value += (await p.engine.read(loss))[0] / count;
    await accumulate(p, direct, last, p.uses.outer, inH, 1 / count);
    p.engine.dispose([loss, ...inH]);
    if (count === 1) return { value, inW, direct };
    const numbers = await readAll(p, inW);
    p.engine.dispose(inW);
    sums = numbers.map((part, k) => part.map((v, j) => (sums[k]?.[j] ?? 0) + v / count));
  }
  return { value, inW: upload(p, sums), direct };
}

/** Adds derivatives by slots, as they are at a step, to a vector over all hyperparameters. */
export async function accumulate(
  p: Prepared,
  into: Float64Array,
  step: number,
  slots: readonly number[],
  tensors: readonly Tensor[],
  factor = 1,
): Promise<void> {
  const leaves = p.layout.at(step, p.problem.inner.steps);
  for (const [i, slot] of slots.entries()) {
    const { offset } = p.layout.leaves[leaves[slot]];
    const numbers = await p.engine.read(tensors[i]);
    for (let j = 0; j < numbers.length; j++) into[offset + j] += factor * numbers[j];
  }
}

/** The numbers of tensors in double precision. */
export async function readAll(p: Prepared, tensors: readonly Tensor[]): Promise<Float64Array[]> {
  const numbers: Float64Array[] = [];
  for (const tensor of tensors) numbers.push(Float64Array.from(await p.engine.read(tensor)));
  return numbers;
}

/** Tensors shaped like the weights. */
export function upload(p: Prepared, parts: readonly ArrayLike<number>[]): Tensor[] {
  return parts.map((part, i) => p.engine.tensor(array(Float32Array.from(part), p.params.leaves[i].shape)));
}

/** The weights as arrays. */
export async function download(p: Prepared, w: readonly Tensor[]): Promise<NdArray[]> {
  const leaves: NdArray[] = [];
  for (const [i, tensor] of w.entries())
    leaves.push(array((await p.engine.read(tensor)).slice(), p.params.leaves[i].shape));
  return leaves;
}

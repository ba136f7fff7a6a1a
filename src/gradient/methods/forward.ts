/**
 * Hypergradients along with training: for each number that is tuned, the derivative of weights and state by it is
 * carried from step to step. Shared over all steps, or over the windows of a learned schedule.
 *
 * @see Franceschi et al. 2017, algorithm 2
 * @see Micaelli and Storkey 2021, "Gradient-based Hyperparameter Optimization Over Long Horizons"
 */
import type { Tensor } from "../../autodiff/engine.ts";
import { NumericalError, UnsupportedError } from "../../errors.ts";
import type { Evaluation, EvaluationOptions } from "../method.ts";
import type { Prepared } from "../prepare.ts";
import { download, free, outerAt, readAll, type State, setting, slotsAt, startState } from "../training.ts";

/** Each number costs as much as two trainings. */
export const FORWARD_LIMIT = 64;

export async function evaluateForward(
  p: Prepared,
  u: Float64Array,
  { weights }: EvaluationOptions,
): Promise<Evaluation> {
  const { engine, layout, programs } = p;
  const { steps } = p.problem.inner;
  if (layout.size > FORWARD_LIMIT)
    throw new UnsupportedError(
      `method "forward" costs two trainings for each of the ${layout.size} numbers; use "reverse", which costs three for all`,
    );
  const at = setting(p, u);
  const zero = (tensors: readonly Tensor[]) =>
    tensors.map(({ shape }) =>
      engine.tensor({ values: new Float32Array(shape.reduce((n, length) => n * length, 1)), shape }),
    );
  let state = startState(p, weights);
  // Which leaf a number is in, and the derivative of that leaf by it.
  const numbers = layout.leaves.flatMap(({ size, shape }, leaf) =>
    Array.from({ length: size }, (_, j) => {
      const one = new Float32Array(size);
      one[j] = 1;
      return { leaf, one: engine.tensor({ values: one, shape }) };
    }),
  );
  const noChange = layout.leaves.map(({ shape, size }) =>
    engine.tensor({ values: new Float32Array(size), shape }),
  );
  let tangents: State[] = numbers.map(() => ({ w: zero(state.w), s: zero(state.s) }));
  let innerLoss = Number.NaN;
  for (let step = 0; step < steps; step++) {
    const slots = slotsAt(p, at, step);
    const leaves = layout.at(step, steps);
    const batch = p.innerData.at(step);
    const [w, s, g, [loss]] = programs.step(state.w, state.s, slots, batch, p.clock(step));
    await engine.ready([...w, ...s, ...g, loss]);
    innerLoss = (await engine.read(loss))[0];
    if (!Number.isFinite(innerLoss))
      throw new NumericalError(
        `inner loss is ${innerLoss} at step ${step}; start with a lower learning rate`,
      );
    const next: State[] = [];
    for (const [i, { leaf, one }] of numbers.entries()) {
      const change = leaves.map((other) => (other === leaf ? one : noChange[other]));
      const [inG] = programs.tangent(state.w, slots, batch, tangents[i].w, change);
      const [inW, inS] = programs.push(
        state.w,
        state.s,
        g,
        slots,
        p.clock(step),
        tangents[i].w,
        tangents[i].s,
        inG,
        change,
      );
      await engine.ready([...inW, ...inS]);
      engine.dispose(inG);
      free(p, tangents[i]);
      next.push({ w: inW, s: inS });
    }
    tangents = next;
    engine.dispose([loss, ...g]);
    free(p, state);
    p.innerData.release(batch);
    state = { w, s };
  }
  const outer = await outerAt(p, at, state.w);
  const inW = await readAll(p, outer.inW);
  const total = outer.direct;
  for (const [i, { w }] of tangents.entries()) {
    const along = await readAll(p, w);
    inW.forEach((part, k) => {
      for (let j = 0; j < part.length; j++) total[i] += part[j] * along[k][j];
    });
  }
  engine.dispose([...outer.inW, ...noChange, ...numbers.map(({ one }) => one), ...at.leaves]);
  free(p, ...tangents);
  return {
    value: outer.value,
    innerLoss,
    bytes: numbers.length * (p.bytes.weights + p.bytes.state),
    weights: () => download(p, state.w),
    gradient: async () => layout.chain(u, total),
    dispose: () => free(p, state),
  };
}

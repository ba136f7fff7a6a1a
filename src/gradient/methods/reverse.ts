/**
 * Hypergradients backwards through training. With w′, s′ = U(w, s, ∇L(w, λ), λ), the cotangents go back through U,
 * which is elementwise, and then through ∇L as one gradient of a directional derivative.
 *
 * @see Franceschi et al. 2017, "Forward and Reverse Gradient-Based Hyperparameter Optimization", algorithm 1
 * @see Griewank and Walther 2000, for checkpoints
 */
import type { Tensor } from "../../autodiff/engine.ts";
import type { Evaluation, EvaluationOptions, ReverseOptions } from "../method.ts";
import type { Prepared } from "../prepare.ts";
import {
  accumulate,
  download,
  free,
  outerAt,
  runSteps,
  type Setting,
  type State,
  type StepRecord,
  type Steps,
  setting,
  slotsAt,
  startState,
} from "../training.ts";

export async function evaluateReverse(
  p: Prepared,
  u: Float64Array,
  { truncate, checkpoint = false }: ReverseOptions,
  { weights }: EvaluationOptions,
): Promise<Evaluation> {
  const { steps } = p.problem.inner;
  const at = setting(p, u);
  const first = Math.max(0, steps - (truncate ?? steps));
  const segment = checkpoint ? Math.ceil(Math.sqrt(steps - first)) : steps - first;
  const marks: { readonly step: number; readonly state: State }[] = [];
  let run: Steps;
  let records: readonly StepRecord[] = [];
  try {
    run = await runSteps(p, at, startState(p, weights), 0, first, () => false);
    for (let step = first; step < steps; step += segment) {
      const last = step + segment >= steps;
      if (!last) marks.push({ step, state: share(p, run.state) });
      // The last stretch is kept as it is run: it is the first that is gone back through.
      run = await runSteps(p, at, run.state, step, Math.min(steps, step + segment), () => last);
      records = run.records;
    }
  } catch (error) {
    free(p, ...marks.map(({ state }) => state));
    p.engine.dispose(at.leaves);
    throw error;
  }
  const outer = await outerAt(p, at, run.state.w);
  const { bytes } = p;
  const state = bytes.weights + bytes.state;
  let disposed = false;
  return {
    value: outer.value,
    innerLoss: run.loss,
    bytes: marks.length * state + Math.min(segment, steps - first) * (state + bytes.weights),
    weights: () => download(p, run.state.w),
    async gradient() {
      const total = outer.direct.slice();
      let cotangents: State = {
        w: outer.inW,
        s: run.state.s.map((tensor) => zerosLike(p, tensor)),
      };
      let stretch = records;
      records = [];
      let end = steps;
      for (;;) {
        const begin = end - stretch.length;
        cotangents = await back(p, at, stretch, begin, cotangents, total);
        const mark = marks.pop();
        if (mark === undefined) break;
        end = begin;
        const again = await runSteps(p, at, mark.state, mark.step, end, () => true);
        free(p, again.state);
        stretch = again.records;
      }
      free(p, cotangents);
      return p.layout.chain(u, total);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      if (records.length > 0) p.engine.dispose(outer.inW);
      free(p, ...records, ...marks.map(({ state }) => state), run.state);
      p.engine.dispose(at.leaves);
    },
  };
}

/** Back through the records of consecutive steps, which it frees; adds the derivatives by λ to `total`. */
async function back(
  p: Prepared,
  at: Setting,
  records: readonly StepRecord[],
  first: number,
  cotangents: State,
  total: Float64Array,
): Promise<State> {
  const { engine, programs, uses } = p;
  let current = cotangents;
  for (let i = records.length - 1; i >= 0; i--) {
    const step = first + i;
    const { w, s, g } = records[i];
    const slots = slotsAt(p, at, step);
    const batch = p.innerData.at(step);
    const [inW, inS, inG, rates] = programs.pull(w, s, g, slots, p.clock(step), current.w, current.s);
    const [nextW, mixed] = programs.second(w, slots, batch, inG, inW);
    await engine.ready([...nextW, ...mixed, ...inS, ...rates]);
    await accumulate(p, total, step, uses.optimizer, rates);
    await accumulate(p, total, step, uses.inner, mixed);
    engine.dispose([...inW, ...inG, ...rates, ...mixed]);
    free(p, current, records[i]);
    p.innerData.release(batch);
    current = { w: nextW, s: inS };
  }
  return current;
}

function zerosLike(p: Prepared, { shape }: Tensor): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return p.engine.tensor({ values: new Float32Array(size), shape });
}

function share(p: Prepared, { w, s }: State): State {
  return { w: p.engine.share(w), s: p.engine.share(s) };
}

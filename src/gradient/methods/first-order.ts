/**
 * Hypergradients through the last step only: what training did before is taken as given. The cotangent goes through
 * the optimiser's update (so Adam's scaling counts, as in SAMA) and then through ∇L, exactly or by differences.
 *
 * @see Luketina et al. 2016, "Scalable Gradient-Based Tuning of Continuous Regularization Hyperparameters" (T1–T2)
 * @see Liu et al. 2019, "DARTS", eq. 8
 * @see Choe et al. 2023, "Making Scalable Meta Learning Practical" (SAMA)
 */
import type { Evaluation, EvaluationOptions, FirstOrderOptions } from "../method.ts";
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

/** ε of the differences, over the norm of the direction (DARTS, appendix). */
const DIFFERENCE = 0.01;

export async function evaluateFirstOrder(
  p: Prepared,
  u: Float64Array,
  { variant = "darts" }: FirstOrderOptions,
  { weights }: EvaluationOptions,
): Promise<Evaluation> {
  const { engine, programs, uses } = p;
  const { steps } = p.problem.inner;
  const last = steps - 1;
  const at = setting(p, u);
  const run = await runSteps(p, at, startState(p, weights), 0, steps, (step) => step === last);
  const outer = await outerAt(p, at, run.state.w);
  const [record] = run.records;
  return {
    value: outer.value,
    innerLoss: run.loss,
    bytes: 3 * p.bytes.weights + p.bytes.state,
    weights: () => download(p, run.state.w),
    async gradient() {
      const slots = slotsAt(p, at, last);
      const total = outer.direct.slice();
      const noState = run.state.s.map(({ shape }) =>
        engine.tensor({ values: new Float32Array(shape.reduce((n, length) => n * length, 1)), shape }),
      );
      const [inW, inS, inG, rates] = programs.pull(
        record.w,
        record.s,
        record.g,
        slots,
        p.clock(last),
        outer.inW,
        noState,
      );
      await engine.ready([...inG, ...rates]);
      await accumulate(p, total, last, uses.optimizer, rates);
      const batch = p.innerData.at(last);
      if (variant === "t1t2") {
        const [product, mixed] = programs.second(record.w, slots, batch, inG, inW);
        await engine.ready(mixed);
        await accumulate(p, total, last, uses.inner, mixed);
        engine.dispose([...product, ...mixed]);
      } else {
        const [direction, base] = [await readAll(p, inG), await readAll(p, record.w)];
        const norm = Math.sqrt(direction.reduce((sum, part) => part.reduce((s, v) => s + v * v, sum), 0));
        const step = DIFFERENCE / Math.max(norm, 1e-12);
        for (const sign of [1, -1]) {
          const moved = upload(
            p,
            base.map((part, k) => part.map((v, j) => v + sign * step * direction[k][j])),
          );
          const [value, own, mixed] = programs.inner(moved, slots, batch);
          await engine.ready(mixed);
          await accumulate(p, total, last, uses.inner, mixed, sign / (2 * step));
          engine.dispose([...moved, ...value, ...own, ...mixed]);
        }
      }
      p.innerData.release(batch);
      engine.dispose([...inW, ...inS, ...inG, ...rates, ...noState]);
      return p.layout.chain(u, total);
    },
    dispose() {
      free(p, record, run.state);
      engine.dispose([...outer.inW, ...at.leaves]);
    },
  };
}

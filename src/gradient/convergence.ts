/**
 * Whether training ends at a minimum of the inner loss, measured.
 */
import type { Tensor } from "../autodiff/engine.ts";
import { NumericalError } from "../errors.ts";
import type { Prepared } from "./prepare.ts";
import { free, readAll, runSteps, setting, slotsAt, startState } from "./training.ts";

/** Norm of the inner loss's gradient after training over that before it, on the first batch; ∞ if not finite. */
export async function convergenceOf(p: Prepared, u: Float64Array): Promise<number> {
  const { steps } = p.problem.inner;
  const at = setting(p, u);
  const norm = async (w: readonly Tensor[], step: number) => {
    const [value, inW, inH] = p.programs.inner(w, slotsAt(p, at, step), p.innerData.at(0));
    await p.engine.ready([...value, ...inW, ...inH]);
    const numbers = await readAll(p, inW);
    p.engine.dispose([...value, ...inW, ...inH]);
    return Math.sqrt(numbers.reduce((sum, part) => part.reduce((s, v) => s + v * v, sum), 0));
  };
  try {
    const first = startState(p);
    const before = await norm(first.w, 0);
    const { state } = await runSteps(p, at, first, 0, steps, () => false);
    const after = await norm(state.w, steps - 1);
    free(p, state);
    return after / before;
  } catch (error) {
    if (error instanceof NumericalError) return Number.POSITIVE_INFINITY;
    throw error;
  } finally {
    p.engine.dispose(at.leaves);
  }
}

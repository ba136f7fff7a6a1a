/**
 * Rates of the optimiser tuned during one training: after each step, the gradient at the new weights says whether
 * the last step should have been longer.
 *
 * @see Baydin et al. 2018, "Online Learning Rate Adaptation with Hypergradient Descent", eq. 5–9
 * @see Chu et al. 2025, "Provable and Practical Online Learning Rate Adaptation with Hypergradient Descent" (HDM)
 */
import type { NdArray, Tree } from "../autodiff/arrays.ts";
import type { Tensor } from "../autodiff/engine.ts";
import { InvalidInputError, NumericalError, UnsupportedError } from "../errors.ts";
import { refuseUnknown } from "../options.ts";
import type { HyperValues } from "./hyper.ts";
import { type Prepared, prepare } from "./prepare.ts";
import type { Bilevel } from "./problem.ts";
import {
  accumulate,
  download,
  free,
  outerAt,
  readAll,
  type Setting,
  type State,
  setting,
  slotsAt,
  startState,
} from "./training.ts";

export interface OnlineOptions {
  /**
   * "hd": plain hypergradient descent on the scale of change. "hdm": the hypergradient over the squared gradient,
   * steps by AdaGrad, and on one batch a step that raises the loss is taken back. With momentum among the
   * hyperparameters it is the heavy-ball variant. @default "hdm"
   */
  readonly rule?: "hd" | "hdm";
  /** Step of the hyperparameters. @default 0.5 for "hdm", 0.01 for "hd" */
  readonly rate?: number;
  readonly start?: HyperValues;
}

export interface OnlineResult {
  /** The outer loss at the end. */
  readonly value: number;
  /** The inner loss before each step. */
  readonly losses: readonly number[];
  /** Natural values of the optimiser's hyperparameters before each step, by name. */
  readonly trace: Readonly<Record<string, readonly number[]>>;
  readonly weights: Tree<NdArray>;
}

/** Largest change of a hyperparameter in one training step, on its scale. */
const LARGEST_CHANGE = 0.5;

/**
 * Trains once, changing the optimiser's hyperparameters after each step; those of the losses stay.
 *
 * @throws {UnsupportedError} where the optimiser has no hyperparameter among `hypers`
 * @throws {NumericalError} where a loss is not finite
 */
export async function online(problem: Bilevel, options: OnlineOptions = {}): Promise<OnlineResult> {
  refuseUnknown("online", options, ["rule", "rate", "start"]);
  const { rule = "hdm", rate = rule === "hdm" ? 0.5 : 0.01, start = {} } = options;
  if (rule !== "hd" && rule !== "hdm")
    throw new InvalidInputError(`online: there is no rule ${JSON.stringify(rule)}; there are hd, hdm`);
  const p = await prepare(problem);
  try {
    if (p.uses.optimizer.length === 0)
      throw new UnsupportedError("online tunes the optimiser's hyperparameters, and hypers has none of them");
    return await train(p, p.layout.encode(start), rule, rate);
  } finally {
    p.dispose();
  }
}

async function train(
  p: Prepared,
  first: Float64Array,
  rule: "hd" | "hdm",
  rate: number,
): Promise<OnlineResult> {
  const { engine, layout, programs } = p;
  const { steps } = p.problem.inner;
  const tuned = layout.leaves.filter((_, leaf) =>
    p.uses.optimizer.some((slot) => layout.slots[slot].leaves.includes(leaf)),
  );
  const squares = new Float64Array(layout.size);
  const losses: number[] = [];
  const trace: Record<string, number[]> = Object.fromEntries(tuned.map(({ name }) => [name, []]));
  const monotone = rule === "hdm" && p.innerData.count === 1;
  let u = first;
  let at: Setting = setting(p, u);
  let state = startState(p);
  let before: Before | undefined;
  for (let step = 0; step < steps; step++) {
    const batch = p.innerData.at(step);
    const [[value], found, inH] = programs.inner(state.w, slotsAt(p, at, step), batch);
    await engine.ready([value, ...found, ...inH]);
    let [loss, g]: [number, readonly Tensor[]] = [(await engine.read(value))[0], found];
    engine.dispose([value, ...inH]);
    p.innerData.release(batch);
    if (!Number.isFinite(loss))
      throw new NumericalError(
        `inner loss is ${loss} at step ${step}; start with a lower learning rate or rate`,
      );
    if (before !== undefined) {
      const { inU, square } = await lookBack(p, at, step - 1, before, g);
      u = u.slice();
      for (const { offset } of tuned) {
        let slope = inU[offset];
        if (rule === "hdm") {
          slope /= square + Number.MIN_VALUE;
          squares[offset] += slope * slope;
          slope /= Math.sqrt(squares[offset]) + Number.MIN_VALUE;
        }
        const change = Math.min(LARGEST_CHANGE, Math.max(-LARGEST_CHANGE, -rate * slope));
        u[offset] = Math.min(layout.upper[offset], Math.max(layout.lower[offset], u[offset] + change));
      }
      engine.dispose(at.leaves);
      at = setting(p, u);
      if (monotone && loss > before.loss) {
        // A step that raised the loss is taken back; its hypergradient was worth having all the same.
        free(p, { ...state, g });
        ({ state, g, loss } = before);
      } else free(p, { ...before.state, g: before.g });
    }
    for (const { name, offset } of tuned) trace[name].push(layout.natural(u)[offset]);
    losses.push(loss);
    const [w, s] = programs.apply(state.w, state.s, g, slotsAt(p, at, step), p.clock(step));
    await engine.ready([...w, ...s]);
    before = { state, g, loss };
    state = { w, s };
  }
  const outer = await outerAt(p, at, state.w);
  const weights = p.params.rebuild(await download(p, state.w));
  engine.dispose([...outer.inW, ...at.leaves]);
  if (before !== undefined) free(p, { ...before.state, g: before.g });
  free(p, state);
  return { value: outer.value, losses, trace, weights };
}

/** Where the last step began. */
interface Before {
  readonly state: State;
  readonly g: readonly Tensor[];
  readonly loss: number;
}

/** Derivative of the loss at the new weights by the rates of the step that led there, and the squared gradient. */
async function lookBack(
  p: Prepared,
  at: Setting,
  step: number,
  { state, g }: Before,
  here: readonly Tensor[],
): Promise<{ inU: Float64Array; square: number }> {
  const none = state.s.map(({ shape }) =>
    p.engine.tensor({ values: new Float32Array(shape.reduce((n, length) => n * length, 1)), shape }),
  );
  const [inW, inS, inG, rates] = p.programs.pull(
    state.w,
    state.s,
    g,
    slotsAt(p, at, step),
    p.clock(step),
    here,
    none,
  );
  await p.engine.ready(rates);
  const inNatural = new Float64Array(p.layout.size);
  await accumulate(p, inNatural, step, p.uses.optimizer, rates);
  p.engine.dispose([...inW, ...inS, ...inG, ...rates, ...none]);
  const square = (await readAll(p, g)).reduce((sum, part) => part.reduce((q, v) => q + v * v, sum), 0);
  return { inU: p.layout.chain(at.u, inNatural), square };
}

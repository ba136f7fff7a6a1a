/**
 * A problem with its data uploaded and its functions compiled.
 */
import { type Flat, flatten, isNdArray, type NdArray, sizeOf } from "../autodiff/arrays.ts";
import { type Engine, type Program, secondOrder, type Tensor } from "../autodiff/engine.ts";
import type { Expr } from "../autodiff/expression.ts";
import { jaxEngine } from "../autodiff/jax.ts";
import { InvalidInputError, messageOf, TuningError } from "../errors.ts";
import { rng } from "../random.ts";
import { type Source, source } from "./data.ts";
import { type Layout, layout } from "./layout.ts";
import type { Rate, Update } from "./optimizer.ts";
import type { Bilevel, Loss } from "./problem.ts";

/** The compiled functions. W weights, S optimiser state, G gradient, H all slots, B batch, C clock. */
export interface Programs {
  /** (W, S, H, B, C) → W′, S′, G, [loss] */
  readonly step: Program;
  /** (W, S, G, H, C) → W′, S′: the update alone. */
  readonly apply: Program;
  /** (W, S, G, H, C, A, AS) → cotangents of W, S, G, and of the optimiser's slots: elementwise only. */
  readonly pull: Program;
  /** (W, H, B, A, base) → base + H·a, and ∂²/∂λ∂w · a in the loss's slots. */
  readonly second: Program;
  /** (W, S, G, H, C, dW, dS, dG, dH) → dW′, dS′ */
  readonly push: Program;
  /** (W, H, B, dW, dH) → dG */
  readonly tangent: Program;
  /** (W, H, B) → [value], gradient in W, gradient in the outer loss's slots */
  readonly outer: Program;
  /** (W, H, B) → [value], gradient in W, gradient in the inner loss's slots */
  readonly inner: Program;
}

export interface Prepared {
  readonly problem: Bilevel;
  readonly engine: Engine;
  readonly params: Flat<NdArray>;
  readonly layout: Layout;
  readonly innerData: Source;
  readonly outerData: Source;
  /** Which slots each part looks at. */
  readonly uses: {
    readonly inner: readonly number[];
    readonly outer: readonly number[];
    readonly optimizer: readonly number[];
  };
  readonly programs: Programs;
  /** Bytes of the weights and of the optimiser's state. */
  readonly bytes: { readonly weights: number; readonly state: number };
  /** What is odd, though it can be computed. */
  readonly warnings: readonly string[];
  /** [step, shares…] as tensors that are kept. */
  clock(step: number): readonly Tensor[];
  dispose(): void;
}

const BYTES_PER_NUMBER = 4;

/**
 * Uploads and compiles.
 *
 * @throws {InvalidInputError} where a loss is not a differentiable scalar or shapes do not fit
 */
export async function prepare(problem: Bilevel): Promise<Prepared> {
  const engine = await (problem.engine ?? jaxEngine());
  const { inner, outer } = problem;
  const params = flatten<NdArray>(problem.init(rng(problem.seed, "init")), isNdArray, "init");
  const own = layout(problem.hypers, params, problem.seed);
  const innerData = source(engine, inner.data, "inner.data");
  const outerData = source(engine, outer.data, "outer.data");
  const looked = { inner: new Set<number>(), outer: new Set<number>() };
  const lossOf = (side: "inner" | "outer", form: Flat<NdArray>) => {
    const loss = problem[side].loss as unknown as Loss<unknown, unknown, unknown>;
    return (w: readonly Expr[], slots: readonly Expr[], batch: readonly Expr[]): Expr => {
      const hypers = own.view(slots, (slot) => looked[side].add(slot));
      const value = within(`${side}.loss`, () =>
        loss(engine.$, params.rebuild(w) as never, hypers as never, form.rebuild(batch) as never),
      );
      return scalar(value, `${side}.loss`);
    };
  };
  const innerLoss = lossOf("inner", innerData.form);
  const outerLoss = lossOf("outer", outerData.form);
  await probe();
  const sorted = (slots: Iterable<number>) => [...slots].sort((a, b) => a - b);
  const optimizerSlots = own.slots.flatMap(({ hyper }, i) =>
    inner.optimizer.hypers.includes(hyper) ? [i] : [],
  );
  const uses = { inner: sorted(looked.inner), outer: sorted(looked.outer), optimizer: optimizerSlots };
  const warnings = unusedHypers();
  const clocks = new Map<number, readonly Tensor[]>();
  const { states } = inner.optimizer;
  const weights = params.leaves.reduce((sum, { shape }) => sum + sizeOf(shape) * BYTES_PER_NUMBER, 0);

  /** The update of every tensor; a rate is looked up among the slots by name. */
  const updates = (
    w: readonly Expr[],
    s: readonly Expr[],
    g: readonly Expr[],
    h: readonly Expr[],
    clock: readonly Expr[],
  ) => {
    const [step, ...shares] = clock;
    const rate = (name: Rate) => (typeof name === "number" ? name : slotNamed(name, h));
    const all: Update[] = w.map((tensor, i) =>
      inner.optimizer.update({
        w: tensor,
        g: g[i],
        state: s.slice(i * states, (i + 1) * states),
        step,
        shares,
        rate,
      }),
    );
    return [...all.map(({ change }, i) => w[i].sub(change)), ...all.flatMap(({ state }) => state)];
  };
  const slotNamed = (name: string, h: readonly Expr[]): Expr => {
    const found = own.slots.findIndex(
      ({ hyper, leaves }) => hyper === name || own.leaves[leaves[0]].name === name,
    );
    if (found < 0) throw new InvalidInputError(`the optimiser uses ${name}, which hypers does not have`);
    return h[found];
  };
  const withSlots = (h: readonly Expr[], slots: readonly number[], values: readonly Expr[]) => {
    const all = [...h];
    slots.forEach((slot, i) => {
      all[slot] = values[i];
    });
    return all;
  };
  const pick = <T>(list: readonly T[], slots: readonly number[]) => slots.map((slot) => list[slot]);
  /** Cuts a list into parts of those lengths, the rest being the last. */
  const cut = <T>(list: readonly T[], ...lengths: readonly number[]): T[][] => {
    const parts: T[][] = [];
    let at = 0;
    for (const length of lengths) parts.push(list.slice(at, (at += length)));
    return [...parts, list.slice(at)];
  };
  const valueAndGradients =
    (loss: typeof innerLoss, slots: readonly number[]) => (w: Expr[], h: Expr[], batch: Expr[]) => {
      const { value, gradient } = engine.gradient(
        (x) => loss(x.slice(0, w.length), withSlots(h, slots, x.slice(w.length)), batch),
        [...w, ...pick(h, slots)],
      );
      return [[value], ...cut(gradient, w.length)];
    };

  const programs: Programs = {
    step: engine.compile((w, s, h, batch, clock) => {
      const { value, gradient } = engine.gradient((x) => innerLoss(x, h, batch), w);
      const next = updates(w, s, gradient, h, clock);
      return [next.slice(0, w.length), next.slice(w.length), gradient, [value]];
    }),
    apply: engine.compile((w, s, g, h, clock) => cut(updates(w, s, g, h, clock), w.length)),
    pull: engine.compile((w, s, g, h, clock, a, as) => {
      const cotangents = [...a, ...as];
      const { gradient } = engine.gradient(
        (x) => {
          const [w2, s2, g2, rates] = cut(x, w.length, s.length, g.length);
          return updates(w2, s2, g2, withSlots(h, optimizerSlots, rates), clock)
            .map((tensor, i) => tensor.mul(cotangents[i]).sum())
            .reduce((sum, part) => sum.add(part));
        },
        [...w, ...s, ...g, ...pick(h, optimizerSlots)],
      );
      return cut(gradient, w.length, s.length, g.length);
    }),
    second: engine.compile((w, h, batch, a, base) => {
      const { inW, inLambda } = secondOrder(
        engine,
        (x, lambda) => innerLoss(x, withSlots(h, uses.inner, lambda), batch),
        w,
        pick(h, uses.inner),
        a,
      );
      return [inW.map((tensor, i) => tensor.add(base[i])), inLambda];
    }),
    push: engine.compile((w, s, g, h, clock, dw, ds, dg, dh) => {
      const tangents = engine.derivative(
        (x) => {
          const [w2, s2, g2, rates] = cut(x, w.length, s.length, g.length);
          return updates(w2, s2, g2, withSlots(h, optimizerSlots, rates), clock);
        },
        [...w, ...s, ...g, ...pick(h, optimizerSlots)],
        [...dw, ...ds, ...dg, ...pick(dh, optimizerSlots)],
      );
      return cut(tangents, w.length);
    }),
    tangent: engine.compile((w, h, batch, dw, dh) => [
      engine.gradient(
        (x) =>
          engine.derivative(
            (both) => [
              innerLoss(both.slice(0, w.length), withSlots(h, uses.inner, both.slice(w.length)), batch),
            ],
            [...x, ...pick(h, uses.inner)],
            [...dw, ...pick(dh, uses.inner)],
          )[0],
        w,
      ).gradient,
    ]),
    outer: engine.compile(valueAndGradients(outerLoss, uses.outer)),
    inner: engine.compile(valueAndGradients(innerLoss, uses.inner)),
  };

  return {
    problem,
    engine,
    params,
    layout: own,
    innerData,
    outerData,
    uses,
    programs,
    bytes: { weights, state: weights * states },
    warnings,
    clock(step) {
      let tensors = clocks.get(step);
      if (tensors === undefined) {
        const numbers = [step + 1, ...inner.optimizer.shares(step / inner.steps)];
        tensors = numbers.map((value) => engine.tensor({ values: Float32Array.of(value), shape: [] }));
        clocks.set(step, tensors);
      }
      return tensors;
    },
    dispose() {
      innerData.dispose();
      outerData.dispose();
      for (const tensors of clocks.values()) engine.dispose(tensors);
      clocks.clear();
    },
  };

  /** Runs both losses once: what they look at, and whether they are scalars of the right kind. */
  async function probe(): Promise<void> {
    const w = params.leaves.map((leaf) => engine.tensor(leaf));
    const natural = own.natural(own.start);
    const h = own.at(0, inner.steps).map((leaf) => engine.tensor(hyperArray(own, natural, leaf)));
    for (const [loss, data] of [
      [innerLoss, innerData],
      [outerLoss, outerData],
    ] as const) {
      const batch = data.at(0);
      const [[value]] = engine.compile((x, slots, b) => [[loss(x, slots, b)]])(w, h, batch);
      await engine.ready([value]);
      engine.dispose([value]);
      data.release(batch);
    }
    engine.dispose([...w, ...h]);
  }

  /** Hyperparameters that nothing depends on: their gradient is zero whatever is done. */
  function unusedHypers(): string[] {
    const used = new Set(
      [...uses.inner, ...uses.outer, ...uses.optimizer].map((slot) => own.slots[slot].hyper),
    );
    const unused = Object.keys(problem.hypers).filter((name) => !used.has(name));
    if (unused.length === Object.keys(problem.hypers).length)
      throw new InvalidInputError(
        `neither loss nor the optimiser uses ${unused.join(", ")}: the gradient would be zero everywhere`,
      );
    return unused.map(
      (name) =>
        `${name} is used by neither loss and not by the optimiser: its gradient is zero, so it stays where it starts`,
    );
  }
}

/** The natural values of a leaf as an array. */
export function hyperArray(own: Layout, natural: Float64Array, leaf: number) {
  const { offset, size, shape } = own.leaves[leaf];
  return { values: Float32Array.from(natural.subarray(offset, offset + size)), shape };
}

/** Errors of the library inside a user's loss name the loss. */
function within<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TuningError) throw error;
    throw new InvalidInputError(`${what} cannot be computed: ${messageOf(error)}; look at the shapes`, {
      cause: error,
    });
  }
}

function scalar(value: Expr, what: string): Expr {
  if (typeof value !== "object" || value === null || !("raw" in value))
    throw new InvalidInputError(`${what} must return an expression, not ${typeof value}`);
  if (value.shape.length > 0)
    throw new InvalidInputError(
      `${what} must return a scalar, but its shape is [${value.shape.join(", ")}]; end it with .mean() or .sum()`,
    );
  if (!value.isFloat)
    throw new InvalidInputError(
      `${what} returns whole numbers or the outcome of a comparison, which has no gradient; use a smooth loss such as $.crossEntropy`,
    );
  return value;
}

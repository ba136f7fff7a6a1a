/**
 * A hypergradient against finite differences of whole trainings.
 */
import { NumericalError } from "../errors.ts";
import { rng } from "../random.ts";
import { checkMethod, evaluate } from "./evaluate.ts";
import type { HyperValues } from "./hyper.ts";
import type { MethodOptions } from "./method.ts";
import { type Prepared, prepare } from "./prepare.ts";
import type { Bilevel } from "./problem.ts";

export interface CheckOptions {
  /** @default exact reverse */
  readonly method?: MethodOptions;
  /** Random directions that are tried. @default 2 */
  readonly directions?: number;
  /** Of the slope, where differences agree among themselves. @default 0.02 */
  readonly tolerance?: number;
}

/** The slope of the outer loss along a direction, both ways. */
export interface Slope {
  readonly hypergradient: number;
  readonly differences: number;
  /** By how much differences of different steps differ: large where kinks such as ReLU's make training jump. */
  readonly spread: number;
}

/** Steps of central differences on the scale of change; a kink shows as disagreement between them. */
const STEPS = [0.1, 0.03, 0.01];
/** Relative error of an outer loss in single precision after a training. */
const ROUNDING = 3e-7;

/**
 * Compares the hypergradient with central differences along random directions; six trainings each.
 *
 * Where a network has kinks, differences of several steps disagree and the tolerance is widened to what they say.
 *
 * @param start  natural values by name; others as the problem starts
 * @throws {NumericalError} where they differ
 */
export async function checkHypergradient(
  problem: Bilevel,
  start: HyperValues = {},
  { method = { method: "reverse" }, directions = 2, tolerance = 0.02 }: CheckOptions = {},
): Promise<readonly Slope[]> {
  checkMethod(method);
  const p = await prepare(problem);
  try {
    const u = p.layout.encode(start);
    const at = await evaluate(p, u, method);
    const gradient = await at.gradient();
    at.dispose();
    const random = rng(problem.seed, "check");
    const slopes: Slope[] = [];
    for (let k = 0; k < directions; k++) {
      const direction = p.layout.unit.map((unit) => (random.uniform() < 0.5 ? -unit : unit));
      const hypergradient = gradient.reduce((sum, v, i) => sum + v * direction[i], 0);
      const found = await differences(p, u, direction);
      const slope = { hypergradient, ...found };
      const allowed = tolerance * Math.abs(found.differences) + 2 * found.spread;
      if (!(Math.abs(hypergradient - found.differences) <= allowed))
        throw new NumericalError(
          `the hypergradient by ${method.method} says ${hypergradient.toPrecision(4)} along a direction where differences ` +
            `say ${found.differences.toPrecision(4)} ± ${found.spread.toPrecision(1)}; ` +
            "use the exact reverse, or look at what in the losses has no derivative",
        );
      slopes.push(slope);
    }
    return slopes;
  } finally {
    p.dispose();
  }
}

/** The two neighbouring steps whose central differences agree best. */
async function differences(
  p: Prepared,
  u: Float64Array,
  direction: Float64Array,
): Promise<{ differences: number; spread: number }> {
  const slopes: number[] = [];
  let noise = 0;
  for (const step of STEPS) {
    const values: number[] = [];
    for (const sign of [1, -1]) {
      const there = await evaluate(
        p,
        u.map((v, i) => v + sign * step * direction[i]),
        { method: "reverse", truncate: 1 },
      );
      values.push(there.value);
      there.dispose();
    }
    slopes.push((values[0] - values[1]) / (2 * step));
    noise = (ROUNDING * Math.abs(values[0])) / step;
  }
  const pairs = slopes.slice(1).map((slope, i) => ({ slope, spread: Math.abs(slope - slopes[i]) }));
  const best = pairs.reduce((a, b) => (b.spread < a.spread ? b : a));
  return { differences: best.slope, spread: best.spread + noise };
}

/**
 * What samplers are checked on: spaces of every kind, and what they have in common.
 */
import type { Problem } from "../problem.ts";
import type { Sampler } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import {
  array,
  boolean,
  categorical,
  constant,
  float,
  type Group,
  int,
  oneOf,
  ordinal,
  type Space,
  space,
} from "../space.ts";
import { expectEqual } from "./check.ts";
import type { SimulatedObjective } from "./simulate.ts";

export interface SamplerCheckOptions {
  /** Makes the sampler anew. */
  make(): Sampler;
  /** Whether it learns from results, and so must beat random search. */
  readonly models?: boolean;
  /**
   * What it makes of several objectives: it learns from all of them, and so must beat random search; it suggests
   * points whatever they are; or it refuses them, naming a sampler that can. @default "accepts"
   */
  readonly several?: "learns" | "accepts" | "refuses";
  /** Whether it needs spaces of finitely many points. */
  readonly finite?: boolean;
  /** Whether it can do a space; any other it must refuse, naming a sampler that can. @default every space */
  readonly supports?: (space: Space) => boolean;
}

export const spaces: Readonly<Record<string, Space>> = {
  "one real": space({ x: float(-1, 1) }),
  logarithmic: space({ a: float(1e-6, 1, { log: true }), b: int(1, 1000, { log: true }) }),
  stepped: space({ a: float(0, 1, { step: 0.25 }), b: int(0, 9, { step: 3 }), c: ordinal([1, 2, 4]) }),
  choices: space({ a: categorical(["x", "y"]), b: boolean(), c: categorical([1, null, "z"]) }),
  constants: space({ a: constant(3), b: constant("same") }),
  branches: space({
    o: oneOf("t", { sgd: { m: float(0, 1), deep: oneOf("u", { on: { k: int(1, 3) }, off: {} }) }, adam: {} }),
    lr: float(0.1, 1),
  }),
  "finite branches": space({
    o: oneOf("t", { a: { k: int(1, 3) }, b: { l: boolean() } }),
    n: int(0, 2),
    items: array(int(0, 1), { length: "n" }),
  }),
  arrays: space({
    n: int(1, 4),
    units: array(int(16, 256, { log: true }), { length: "n" }),
    blocks: array({ w: float(0, 1) }, { length: 2 }),
  }),
  "two hundred": space(
    Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`p${i}`, float(0, 1)])) as Group,
  ),
};

/** Minimises one objective, with a seed of its own. */
export function problemOf(s: Space, extra: Partial<Problem> = {}): Problem {
  return { space: s, objectives: [{ name: "loss", direction: "minimize" }], seed: 7, limits: {}, ...extra };
}

/** A loss that every parameter moves. */
export const bowl =
  (s: Space): SimulatedObjective =>
  (params) => {
    const { unit, active } = s.encode(params);
    return unit.reduce((sum, u, index) => sum + (active[index] ? (u - 0.3) ** 2 : 0), 0);
  };

function suitable({ finite, supports = () => true }: SamplerCheckOptions): readonly [string, Space][] {
  return Object.entries(spaces).filter(([, s]) => supports(s) && (!finite || Number.isFinite(s.size)));
}

/** Runs on every space that the sampler can do, or on those of these names. */
export async function onEach(
  options: SamplerCheckOptions,
  run: (s: Space, name: string) => Promise<void>,
  names: readonly string[] = Object.keys(spaces),
): Promise<void> {
  for (const [name, s] of suitable(options)) {
    if (!names.includes(name)) continue;
    try {
      await run(s, name);
    } catch (error) {
      throw new Error(`on the space "${name}": ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Throws unless all params are points of the space. */
export const stays = (s: Space, trials: readonly { params: Params }[]) => {
  for (const { params } of trials) expectEqual(s.check(params), params, "params");
};

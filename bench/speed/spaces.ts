/**
 * The spaces on which an ask is timed, and the history that every contender is given.
 */
import { categorical, float, type Group, int, type Params, rng, type Space, space } from "../../src/index.ts";
import type { Task } from "../quality/task.ts";

const NOISE = 0.1;

const floats = space(
  Object.fromEntries(Array.from({ length: 10 }, (_, j) => [`x${j}`, float(0, 1)])) as Group,
);

/** Five floats, two of them in logs; three integers; two choices. */
const mixed = space({
  rate: float(1e-5, 1e-1, { log: true }),
  decay: float(1e-6, 1e-2, { log: true }),
  momentum: float(0, 0.99),
  dropout: float(0, 0.5),
  temperature: float(0.1, 10),
  layers: int(1, 8),
  units: int(16, 512, { log: true }),
  batch: int(8, 256),
  activation: categorical(["relu", "tanh", "sigmoid", "gelu"]),
  optimizer: categorical(["sgd", "adam", "rmsprop"]),
});

/** A noisy sum of squares over the unit cube: something to model, and nothing to compute. */
function bowl(name: string, of: Space): Task {
  return {
    name,
    family: "speed",
    space: of,
    best: 0,
    loss(params) {
      const { unit } = of.encode(params);
      const noise = NOISE * rng(1, "noise", unit.join()).normal();
      return unit.reduce((sum, u, j) => sum + (u - 0.3 - 0.04 * j) ** 2, noise);
    },
  };
}

export const SPACES: Readonly<Record<string, Task>> = {
  floats: bowl("ten floats", floats),
  mixed: bowl("mixed, ten parameters", mixed),
};

/** The same random trials for all. */
export function history({ space: of, loss }: Task, trials: number): { params: Params; loss: number }[] {
  const stream = rng(1, "history");
  return Array.from({ length: trials }, () => {
    const params = of.decode(of.parameters.map(() => stream.uniform()));
    return { params, loss: loss(params) };
  });
}

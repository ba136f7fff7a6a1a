/**
 * Which way to the hypergradient suits a problem, and why.
 */
import type { MethodOptions } from "./method.ts";
import type { Prepared } from "./prepare.ts";

/** What the choice depends on. */
export interface Facts {
  /** How many numbers are tuned. */
  readonly count: number;
  /** Those of the optimiser, by name. */
  readonly optimizerHypers: readonly string[];
  /** Of the inner training. */
  readonly steps: number;
  /** Bytes of weights, state and gradient that one step of the exact reverse keeps. */
  readonly bytesPerStep: number;
  readonly memory: number;
  /** Whether all of inner.data can be seen at once. */
  readonly whole: boolean;
  /** The inner gradient's norm at the end of training, over that at its start; undefined if not measured. */
  readonly convergence?: number;
}

export interface Choice {
  readonly method: MethodOptions;
  readonly why: string;
}

/** What trajectories may take before states are recomputed instead. */
export const MEMORY_BYTES = 512 * 1024 * 1024;
/** Above, forward mode's two trainings for each number are dearer than training again between checkpoints. */
const FORWARD_COUNT = 4;
/** Conjugate gradients' default products; below this many steps implicit differentiation saves nothing. */
const IMPLICIT_STEPS = 40;
/** The inner gradient must have shrunk that much for the implicit function theorem to say anything. */
const CONVERGED = 1e-2;

export function factsOf(p: Prepared, memory: number, convergence?: number): Facts {
  return {
    count: p.layout.size,
    optimizerHypers: [
      ...new Set(
        p.uses.optimizer
          .filter((slot) => !p.uses.inner.includes(slot))
          .map((slot) => p.layout.slots[slot].hyper),
      ),
    ],
    steps: p.problem.inner.steps,
    bytesPerStep: 2 * p.bytes.weights + p.bytes.state,
    memory,
    whole: p.innerData.count !== undefined,
    convergence,
  };
}

/** The method for a problem, in a sentence that says why. */
export function chooseMethod(facts: Facts): Choice {
  const { count, optimizerHypers, steps, bytesPerStep, memory, whole, convergence } = facts;
  const mb = (bytes: number) => `${Math.max(1, Math.round(bytes / 2 ** 20))} MB`;
  const numbers = count === 1 ? "1 number" : `${count} numbers`;
  const full = steps * bytesPerStep;
  const roots = 2 * Math.ceil(Math.sqrt(steps)) * bytesPerStep;
  if (
    optimizerHypers.length === 0 &&
    whole &&
    steps >= IMPLICIT_STEPS &&
    convergence !== undefined &&
    convergence <= CONVERGED
  )
    return {
      method: { method: "implicit" },
      why:
        `implicit: only the losses depend on the hyperparameters, and training converged (its gradient shrank to ` +
        `${convergence.toExponential(0)} of the first), so that conjugate gradients cost less than ${steps} steps back`,
    };
  if (count === 1 && full > memory)
    return {
      method: { method: "forward" },
      why: `forward: 1 number, and ${steps} steps back would keep ${mb(full)}`,
    };
  if (full <= memory)
    return {
      method: { method: "reverse" },
      why: `reverse: exact for ${numbers} at the price of about three trainings, and ${steps} steps keep ${mb(full)}`,
    };
  if (roots <= memory || count > FORWARD_COUNT)
    return {
      method: { method: "reverse", checkpoint: true },
      why:
        `reverse with checkpoints: ${steps} steps would keep ${mb(full)}, above the ${mb(memory)} allowed; ` +
        `every √T-th keeps ${mb(roots)} for one more training`,
    };
  return {
    method: { method: "forward" },
    why: `forward: ${numbers}, and even checkpoints of ${steps} steps would keep ${mb(roots)}, above the ${mb(memory)} allowed`,
  };
}

/** What a method cannot get right in this problem. */
export function methodWarnings(p: Prepared, method: MethodOptions): string[] {
  const { optimizerHypers, steps } = factsOf(p, 0);
  if (optimizerHypers.length === 0) return [];
  const names = optimizerHypers.join(", ");
  if (method.method === "reverse" && method.truncate !== undefined && method.truncate < steps)
    return [
      `truncated to ${method.truncate} of ${steps} steps, the gradient of ${names} can have the wrong sign: ` +
        "short horizons favour small rates; go back through all steps",
    ];
  if (method.method === "firstOrder")
    return [
      `firstOrder looks at the last step only, so the gradient of ${names} can have the wrong sign; use reverse for them`,
    ];
  return [];
}

import { describe, expect, it } from "vitest";
import { checkHypergradient } from "./check.ts";
import { evaluate } from "./evaluate.ts";
import type { MethodOptions } from "./method.ts";
import { adam, mixture, momentum, type Optimizer, rmsprop, sgd } from "./optimizer.ts";
import { prepare } from "./prepare.ts";
import type { Bilevel } from "./problem.ts";
import { network } from "./problems.fixtures.ts";
import { cosineDecay } from "./schedule.ts";

async function gradientBy(problem: Bilevel, method: MethodOptions): Promise<readonly number[]> {
  const p = await prepare(problem);
  const at = await evaluate(p, p.layout.start, method);
  const gradient = [...(await at.gradient())];
  at.dispose();
  p.dispose();
  return gradient;
}

function near(actual: readonly number[], expected: readonly number[], relative: number): void {
  const norm = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0));
  const distance = Math.sqrt(expected.reduce((sum, v, i) => sum + (v - actual[i]) ** 2, 0));
  expect(distance).toBeLessThan(relative * norm);
}

/** With a usual ε, Adam's first step is the sign of the gradient: the outer loss jumps, and differences say nothing. */
const optimizers: Record<string, Optimizer> = {
  sgd: sgd({ lr: "lr" }),
  "sgd with a cosine": sgd({ lr: "lr", schedule: cosineDecay() }),
  momentum: momentum({ lr: "lr", momentum: "mu" }),
  adam: adam({ lr: "lr", beta1: "beta1", decay: 0.01, epsilon: 0.05 }),
  rmsprop: rmsprop({ lr: "lr", rho: 0.8, epsilon: 0.05 }),
  mixture: mixture("opt", { sgd: sgd({ lr: "lr" }), adam: adam({ lr: 0.01 }) }),
};

describe("each optimiser", () => {
  for (const [name, optimizer] of Object.entries(optimizers))
    it(`${name}: reverse, checkpointed and forward agree with each other and with differences`, async () => {
      const problem = network(optimizer);
      const exact = await gradientBy(problem, { method: "reverse" });
      near(await gradientBy(problem, { method: "reverse", checkpoint: true }), exact, 1e-5);
      near(await gradientBy(problem, { method: "forward" }), exact, 1e-3);
      const slopes = await checkHypergradient(problem);
      for (const { spread, differences } of slopes)
        expect(spread).toBeLessThan(0.1 * Math.abs(differences) + 1e-4);
    });
});

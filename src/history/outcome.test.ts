import { describe, expect, test } from "vitest";
import { inline } from "../engines/inline.ts";
import { float, space } from "../space.ts";
import { createStudy } from "../tune.ts";

const s = space({ x: float(0, 1), y: float(0, 1) });

/** A trial whose objective tunes x itself. */
async function ended(steps: readonly (readonly [value: number, x?: number])[], value?: number) {
  const study = await createStudy(s, {
    objectives: { loss: "minimize" },
    sampler: "random",
    pruner: "none",
    trials: 1,
    seed: 1,
  });
  const objective = async (_: unknown, trial: { report: (...told: unknown[]) => Promise<unknown> }) => {
    for (const [k, [loss, x]] of steps.entries())
      await trial.report(k + 1, loss, x === undefined ? {} : { params: { x } });
    return value;
  };
  await study.run(inline(objective as never, { nest: (_, n) => study.paramsOf(n) }));
  return study.trials[0];
}

describe("effective parameters of a trial that tunes some itself", () => {
  test("are those of its last report", async () => {
    const trial = await ended([
      [3, 0.1],
      [2, 0.2],
      [1, 0.3],
    ]);
    expect(trial).toMatchObject({ state: "complete", values: { loss: 1 }, tuned: { x: 0.3 } });
    expect((trial.params as { x: number }).x).not.toBe(0.3);
  });

  test("are those of the report whose value it told in the end", async () => {
    const steps = [
      [3, 0.1],
      [1, 0.2],
      [2, 0.3],
    ] as const;
    expect((await ended(steps, 1)).tuned).toEqual({ x: 0.2 });
    expect((await ended(steps, 0.5)).tuned).toEqual({ x: 0.3 });
  });

  test("are not there where it reported none", async () => {
    expect(await ended([[3], [2]])).not.toHaveProperty("tuned");
  });
});

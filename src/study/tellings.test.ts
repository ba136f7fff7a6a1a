import { expect, test } from "vitest";
import { inline } from "../engines/inline.ts";
import { createStudy, float, type Pruner, space, type Trial } from "../index.ts";

/** Takes down all that it is told. */
function listener(): Pruner<string[]> {
  return {
    name: "listener",
    version: 1,
    init: () => [],
    tell: (told, { number, state, attempt, reports }: Trial) => {
      told.push(
        `${number} ${state} ${attempt} ${reports.map(({ step, values }) => `${step}:${values.value}`)}`,
      );
      return told;
    },
    judge: () => "continue",
  };
}

test("what was told is told again, report by report, when the problem changes", async () => {
  const pruner = listener();
  const states: string[][] = [];
  const kept: Pruner<string[]> = { ...pruner, init: () => states[states.push([]) - 1] };
  const study = await createStudy(space({ x: float(0, 1) }), {
    sampler: "random",
    pruner: kept,
    seed: 1,
    trials: 4,
  });
  await study.run(
    inline(async (_, trial) => {
      for (const step of [1, 3, 2, 3]) await trial.report(step, step + trial.number); // out of order, and one again
      return trial.number;
    }),
  );
  const before = states.at(-1) as string[];
  expect(before).toHaveLength(20);
  await study.extend({ trials: 5 });
  await study.ask(); // begins with a new problem
  const again = states.at(-1) as string[];
  expect(again).not.toBe(before);
  expect(again).toEqual(before);
  expect(before[3]).toBe("0 running 1 1:1,2:2,3:3");
});

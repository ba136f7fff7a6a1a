import { describe, expect, test } from "vitest";
import { terminators } from "../registry.ts";
import type { Terminator } from "../terminator.ts";
import { terminatorChecks } from "../testing/terminator.ts";

/** What each cannot do, with the reason why; `none` is no terminator. */
const abilities: Readonly<Record<string, object>> = {
  expectedModelRegret: {},
  noImprovement: {},
  regretBound: {},
};

describe.each(Object.keys(terminators).filter((name) => name !== "none"))("%s", (name) => {
  test("stands in the list above", () => {
    expect(Object.keys(abilities)).toContain(name);
  });
  test.each(terminatorChecks.map((check) => [check.name, check] as const))(
    "%s",
    (_, check) => check.run({ make: () => terminators[name]()!, ...abilities[name] }),
    60_000,
  );
});

/** Stops after so many trials, whatever came of them. */
function counter(limit: number): Terminator<number> {
  return {
    name: "counter",
    version: 1,
    init: () => 0,
    tell: (count) => count + 1,
    judge: (count) => (count < limit ? {} : { reason: `${limit} trials are enough`, expected: 0 }),
  };
}

test("the checks pass who stops late enough, and neither who stops too soon nor who never stops", async () => {
  const run = (text: string, limit: number) =>
    terminatorChecks.find(({ name }) => name.includes(text))!.run({ make: () => counter(limit) });
  await run("has converged", 100);
  await run("that improves", 100);
  await run("enough trials", 100);
  await expect(run("has converged", 1000)).rejects.toThrow("it went on for 200 trials");
  await expect(run("that improves", 50)).rejects.toThrow("it stopped after 50 trials");
  await expect(run("enough trials", 10)).rejects.toThrow("10 trials are enough");
});

/**
 * Studies that end because they have learned enough.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Place } from "./fettle.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

/** A bowl, in a program that takes some milliseconds. */
const BOWL = "console.log('loss=' + (({x} - 0.3) ** 2 + ({y} - 0.6) ** 2))";
const run = (...flags: string[]) =>
  place.fettle(
    ...["run", "--study", "s", "-p", "x=0.0..1.0", "-p", "y=0.0..1.0", "--min", "loss", "--seed", "1"],
    ...flags,
    "--",
    "node",
    "-e",
    BOWL,
  );

test.each([
  ["no-improvement", /no improvement of more than \S+ in the last 20 trials/],
  ["regret-bound", /with confidence the best is within \S+ of the optimum/],
  ["expected-model-regret", /a trial changes the model's expected regret by less than/],
])("--stop-when %s ends a study that has found its best, and says why", (rule, reason) => {
  const ran = run("-n", "90", "-j", "2", "--stop-when", rule);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(reason);
  const trials = place.trials();
  expect(trials.length).toBeGreaterThanOrEqual(20);
  expect(trials.length).toBeLessThan(90);
  expect(Math.min(...trials.map(({ values }) => values?.loss as number))).toBeLessThan(1e-3);
  expect(place.fettle("show").stdout).toMatch(reason);
  // what it decided does not bind: a study that is resumed goes on
  place.fettle("resume", "-n", String(trials.length + 2));
  expect(place.trials().length).toBeGreaterThan(trials.length);
});

test("options of the rule, and rules that there are not", () => {
  const ran = run("-n", "60", "--stop-when", "regret-bound:error=10");
  expect(ran.stdout).toMatch(/and 10 does not matter/);
  expect(place.trials()).toHaveLength(20);
  for (const [rule, message] of [
    ["no-improvment", "there is no terminator"],
    ["no-improvement:patince=3", 'there is no option "patince" (did you mean "patience"?)'],
    ["no-improvement:patience=none", "patience must be a number above 0"],
  ]) {
    const { code, stderr } = run("--stop-when", rule);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});

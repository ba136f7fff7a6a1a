import { describe, expect, test } from "vitest";
import { turnOf } from "./allotment.ts";
import type { Chain } from "./chains.ts";
import { isHopeless } from "./rivals.ts";

/** A chain of these best losses, one after each of its trials. */
const chainOf = (number: number, losses: readonly number[]): Chain =>
  ({
    number,
    begun: true,
    members: losses.map((_, step) => ({ number, step })),
    descent: { losses, best: { loss: losses[losses.length - 1] } },
  }) as unknown as Chain;
const two = { starts: 2, most: 1, turn: 1 };
const none: ReadonlySet<number> = new Set();

describe("the next trial", () => {
  const [good, fair, bad] = [chainOf(0, [9, 5, 2]), chainOf(1, [8]), chainOf(2, [20])];

  test("begins chains until there are enough, those that are open counted", () => {
    expect(turnOf({ begun: [good], idle: [good], busy: none }, two)).toBeUndefined();
    expect(turnOf({ begun: [good], idle: [good], busy: new Set([7]) }, two)).toBe(good);
  });

  test("goes to the least loss, of several side by side to that of the fewest trials", () => {
    const begun = [bad, fair, good];
    expect(turnOf({ begun, idle: begun, busy: none }, two)).toBe(good);
    expect(turnOf({ begun, idle: begun, busy: none }, { ...two, most: 2 })).toBe(fair);
  });

  test("goes to the best of the others where the leading ones are busy, and begins another where all are", () => {
    const begun = [good, fair, bad];
    expect(turnOf({ begun, idle: [fair, bad], busy: new Set([0]) }, two)).toBe(fair);
    expect(turnOf({ begun, idle: [], busy: new Set([0, 1, 2]) }, two)).toBeUndefined();
  });

  test("is every third time another's where the best gains little: one that gains, else a new one", () => {
    const flat = chainOf(0, [9, 1, 1, 1, 1]);
    const turns = (begun: readonly Chain[]) =>
      [0, 1, 2, 3, 4, 5].map((turn) => turnOf({ begun, idle: begun, busy: none }, { ...two, turn })?.number);
    expect(turns([flat, fair, bad])).toEqual([1, 0, 0, 1, 0, 0]);
    expect(turns([flat, bad])).toEqual([undefined, 0, 0, undefined, 0, 0]); // worse than a middling start
  });
});

test("a chain is without hope once ten times its gain of late would not bring it to the best", () => {
  const best = chainOf(0, [5, 1]);
  expect(isHopeless(chainOf(1, [9, 8.95, 8.93, 8.9]), [best])).toContain("chain 0");
  expect(isHopeless(chainOf(1, [9, 8.5, 8.3, 8]), [best])).toBeUndefined();
  expect(isHopeless(chainOf(1, [9, 8.99, 8.99]), [best])).toBeUndefined(); // too early to say
  expect(isHopeless(best, [best, chainOf(1, [9])])).toBeUndefined();
});

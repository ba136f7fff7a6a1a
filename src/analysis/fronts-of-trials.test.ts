import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import type { Trial } from "../trial.ts";
import { hypervolume } from "./hypervolume.ts";
import { hypervolumeHistory } from "./hypervolume-history.ts";
import { kneeDistances, kneePoint } from "./knee.ts";

const trial = (number: number, losses: readonly number[], extra: Partial<Trial> = {}): Trial => ({
  number,
  state: "complete",
  attempt: 1,
  space: 0,
  params: {},
  losses,
  reports: [],
  times: { created: 0 },
  notes: {},
  ...extra,
});

describe("the history of the hypervolume", () => {
  test.each([1, 2, 3, 4, 5])("is after each trial that of all before, in %i objectives", (m) => {
    const stream = rng(8, m);
    const trials = Array.from({ length: 60 }, (_, number) => {
      const losses = Array.from({ length: m }, () => Math.floor(20 * stream.uniform()));
      const extra = [{}, {}, {}, { state: "pruned" }, { constraints: { c: 1 } }][stream.integer(5)];
      return trial(number, losses, extra as Partial<Trial>);
    });
    const reference = new Array<number>(m).fill(16);
    const { volumes } = hypervolumeHistory(trials, { reference });
    const known: number[] = [];
    trials.forEach(({ state, constraints, losses }, n) => {
      if (state === "complete" && constraints === undefined) known.push(...(losses as number[]));
      const expected = hypervolume(Float64Array.from(known), known.length / m, m, reference);
      expect(volumes[n]).toBeCloseTo(expected, 6);
    });
  });

  test("is bounded by the worst of all the trials where no reference is given", () => {
    const { reference, volumes } = hypervolumeHistory([
      trial(0, [0, 10]),
      trial(1, [10, 0]),
      trial(2, [5, 5]),
    ]);
    expect(reference).toEqual([11, 11]);
    expect(Array.from(volumes)).toEqual([11, 21, 46]);
  });

  test("of nothing, of infinities, and up to a point of another length", () => {
    expect(hypervolumeHistory([])).toEqual({ reference: undefined, volumes: new Float64Array(0) });
    const low = trial(1, [Number.NEGATIVE_INFINITY, 0]);
    const history = hypervolumeHistory([trial(0, [1, 1]), low, low, trial(2, [0, 0])], { reference: [2, 2] });
    expect(Array.from(history.volumes)).toEqual([1, ...new Array<number>(3).fill(Number.POSITIVE_INFINITY)]);
    expect(() => hypervolumeHistory([low], { reference: [1] })).toThrow(
      "the reference point [1] is not 2 numbers",
    );
  });
});

describe("the knee", () => {
  test("of a curve is where its slope is that of the line through its ends", () => {
    // y = (1 − √x)² is steepest at 0; its slope is −1 at x = ¼
    const trials = Array.from({ length: 101 }, (_, i) => trial(i, [i / 100, (1 - Math.sqrt(i / 100)) ** 2]));
    expect(kneePoint(trials)?.number).toBe(25);
    const distances = kneeDistances(Float64Array.from(trials.flatMap(({ losses }) => losses ?? [])), 101, 2);
    expect(distances[25]).toBeCloseTo(0.5 / Math.SQRT2, 12);
    expect(distances[0]).toBe(0);
  });

  test("does not depend on the units, nor on what is dominated, unfinished or constant", () => {
    const rows = [
      [0, 5e8, 7],
      [1e-9, 1e8, 7],
      [9e-9, 0, 7],
      [1e-9, 2e8, 7],
    ];
    const trials = rows.map((losses, number) => trial(number, losses));
    expect(kneePoint([...trials, trial(4, [0, 0, 0], { state: "pruned" })])?.number).toBe(1);
    expect(kneeDistances(Float64Array.from(rows.flat()), 4, 3)[3]).toBe(Number.NaN);
  });

  test("in three objectives", () => {
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0.2, 0.2, 0.2],
      [0.1, 0.5, 0.3],
    ];
    expect(kneePoint(rows.map((losses, number) => trial(number, losses)))?.number).toBe(3);
  });

  test("is nowhere on a line, on a sphere, or among less than three", () => {
    const line = Array.from({ length: 11 }, (_, i) => trial(i, [i, 10 - i]));
    const sphere = Array.from({ length: 11 }, (_, i) => trial(i, [i / 10, Math.sqrt(1 - (i / 10) ** 2)]));
    for (const trials of [line, sphere, line.slice(0, 2), line.slice(0, 1), []])
      expect(kneePoint(trials)).toBeUndefined();
  });
});

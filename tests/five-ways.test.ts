/**
 * The example of five ways, shortened until it takes seconds: what each finds then is luck, and nothing is asserted of it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkHypergradient } from "fettle/gradient";
import { describe, expect, test } from "vitest";
import { loadDigits, type Part, PIXELS, part } from "../examples/digits/data.ts";
import { digitsSpace, type Params } from "../examples/digits/space.ts";
import { descending, OUTER_STEPS, problemOf } from "../examples/five-ways/hypergradients.ts";
import { svgPicture, textPicture } from "../examples/five-ways/picture.ts";
import { techniques } from "../examples/five-ways/techniques.ts";
import { createStudy, grid, successiveHalving } from "../src/index.ts";
import { threads } from "../src/node.ts";
import { EXAMPLES, Place } from "./fettle.ts";

/** Half a minute alone; a machine may be busy with other things. */
const PATIENCE_MS = 400_000;

const small: Params = {
  learningRate: 0.02,
  schedule: "linear",
  epochs: 4,
  batch: 64,
  layers: 1,
  units: [64],
  activation: "tanh",
  dropout: 0.2,
  l1: 1e-5,
  l2: 1e-4,
  optimizer: { type: "sgd", momentum: 0.8 },
};

/** The first so many of a part. */
const first = (count: number, { images, labels }: Part): Part => ({
  count,
  images: images.subarray(0, count * PIXELS),
  labels: labels.subarray(0, count),
});

const five = (...flags: string[]) => {
  const place = new Place();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(EXAMPLES, "five-ways", "tune.ts"), ...flags],
    { cwd: place.folder, encoding: "utf8", env: { ...process.env, INIT_CWD: undefined, NO_COLOR: "1" } },
  );
  return { status, stdout, stderr, place };
};

test(
  "all five run with equal processor time, print a table, and draw",
  () => {
    const { status, stdout, stderr, place } = five("--seconds", "4");
    expect([status, stderr]).toEqual([0, expect.not.stringContaining("rror:")]);
    for (const { name } of techniques) {
      const row = new RegExp(`^ +${name} +(\\d+) +(\\d+) .* (\\d+)$`, "m").exec(stdout);
      const [trials, trained, cpu] = (row?.slice(1) ?? []).map(Number);
      expect(trials).toBeGreaterThanOrEqual(1);
      expect(trained).toBeGreaterThanOrEqual(0);
      expect(cpu).toBeGreaterThanOrEqual(4);
      expect(stdout).toContain(` ${name}: `);
    }
    expect(stdout).toContain("4 CPU seconds");
    const svg = readFileSync(join(place.folder, "five-ways.svg"), "utf8");
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(stdout).toContain(join(place.folder, "five-ways.svg"));
    place.remove();
  },
  PATIENCE_MS,
);

test.each([
  [["--seconds", "0"], "five-ways: --seconds 0: expected a number above 0\n"],
  [["--seed", "x"], "five-ways: --seed x: expected a whole number\n"],
  [["--second", "5"], expect.stringMatching(/^five-ways: Unknown option '--second'.*\n$/)],
])("%j is refused", (flags, message) => {
  const { status, stderr, place } = five(...flags);
  expect([status, stderr]).toEqual([2, message]);
  place.remove();
});

describe("the gradient-based way", () => {
  const digits = loadDigits();

  test.each([
    ["momentum", small],
    [
      "Adam",
      { ...small, learningRate: 0.003, optimizer: { type: "adam", beta1: 0.85, beta2: 0.95 } } as Params,
    ],
  ])("its derivatives are those of whole trainings with %s, dropout included", async (_, params) => {
    const [fit, validation] = [first(128, part(digits, "fit")), first(400, part(digits, "validation"))];
    const along = descending(params);
    const start = Object.fromEntries(Object.entries(along).map(([name, { from }]) => [name, from]));
    const slopes = await checkHypergradient(problemOf(params, fit, validation, 1), start); // throws where they differ
    for (const { hypergradient, differences } of slopes)
      expect(hypergradient / differences).toBeCloseTo(1, 1);
  });

  test("ranges are those of the space, and every real parameter but dropout goes downhill", () => {
    for (const optimizer of [
      { type: "sgd", momentum: 0.99 },
      { type: "adam", beta1: 0.8, beta2: 0.999 },
      { type: "rmsprop", decay: 0.8 },
    ] as const) {
      const params: Params = { ...small, optimizer };
      const flat = digitsSpace.flatten(params);
      const reals = digitsSpace.parameters.filter(({ path, domain }) => path in flat && domain === "real");
      const along = Object.values(descending(params));
      expect(along.map(({ path }) => path).sort()).toEqual(
        reals
          .map(({ path }) => path)
          .filter((path) => path !== "dropout")
          .sort(),
      );
      for (const { path, from, hyper } of along) {
        expect(digitsSpace.find(path)).toMatchObject({ low: hyper.low, high: hyper.high });
        expect(from).toBeCloseTo(flat[path] as number, 2);
      }
    }
  });

  test(
    "starts pause; the best goes on downhill, and its tuned values are the trial's",
    async () => {
      const technique = techniques.find(({ name }) => name === "gradient")!;
      const study = await createStudy(digitsSpace, {
        ...technique.options,
        sampler: grid({ points: { ...gridOf({ ...small, batch: 256 }), learningRate: [0.002, 0.01, 0.03] } }),
        pruner: successiveHalving({ mode: "promote", minResource: 1, reductionFactor: 3 }),
        objectives: { error: "minimize" },
        trials: 3,
        seed: 1,
      });
      const { module } = technique;
      await study.run(threads({ module, parallel: 2, data: digits, nest: digitsSpace.nest }));
      expect(study.history.counts).toMatchObject({ paused: 2, complete: 1, failed: 0 });
      const { best } = study;
      const errors = best?.reports.map(({ values }) => values.error) ?? [];
      expect(errors).toHaveLength(1 + OUTER_STEPS);
      expect(Math.min(...errors)).toBeLessThan(0.3);
      const tuned = best?.tuned ?? {};
      expect(Object.keys(tuned).sort()).toEqual(["l1", "l2", "learningRate", "optimizer.sgd.momentum"]);
      expect(tuned.learningRate).not.toBe(best?.params.learningRate);
      digitsSpace.check({ ...digitsSpace.flatten(best?.params as Params), ...tuned });
    },
    PATIENCE_MS,
  );
});

/** A grid of that one point. */
function gridOf(params: Params) {
  return {
    ...Object.fromEntries(digitsSpace.parameters.map(({ path, ...domain }) => [path, anyValue(domain)])),
    ...Object.fromEntries(
      Object.entries(digitsSpace.flatten(params)).map(([path, value]) => [path, [value]]),
    ),
  };
}

const anyValue = (domain: { readonly low?: number; readonly choices?: readonly unknown[] }) =>
  [domain.low ?? domain.choices?.[0]] as (number | string)[];

describe("pictures", () => {
  const curves = [
    {
      name: "grid & co",
      steps: [
        { at: 1, value: 0.2 },
        { at: 6, value: 0.04 },
      ],
    },
    { name: "none", steps: [] },
    { name: "random", steps: [{ at: 5, value: 0.1 }] },
  ];

  test("a line for each way falls where it found something", () => {
    const lines = textPicture(curves, 10, "GNR");
    const rows = lines.slice(0, 14).map((line) => line.split("│")[1]);
    expect(rows.every((row) => row.length === 64)).toBe(true);
    const column = (k: number) => rows.map((row) => row[k]).join("");
    expect(column(2).trim()).toBe(""); // nothing is found yet
    expect(column(20).trim()).toBe("G");
    expect(column(63).replaceAll(" ", "")).toBe("RG"); // the worse above the better
    expect(lines.at(-1)).toBe("  G grid & co   N none   R random");
    expect(textPicture([curves[1]], 10, "N")).toEqual([]);
  });

  test("the file has a line and a label for each", () => {
    const svg = svgPicture(curves, 10, "errors");
    expect(svg.match(/fill="none"/g)).toHaveLength(2);
    expect(svg).toContain(">grid &amp; co<");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svgPicture([curves[1]], 10, "nothing")).not.toMatch(/NaN|Infinity|undefined/);
  });
});

import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { rowMajor } from "../design-matrix.ts";
import { COLUMNS, classes as classes2, classes3, numbers, ROWS, sample } from "../peers.fixtures.ts";
import { coupled, fitSigmoid, sigmoid } from "./coupling.ts";
import { decide, readMachine } from "./machine.ts";

const libsvm = createRequire(import.meta.url)("libsvm-js/asm");
const rows = rowMajor(sample());
const each = Array.from({ length: ROWS }, (_, r) =>
  Array.from(rows.subarray(r * COLUMNS, (r + 1) * COLUMNS)),
);

function trained(options: Record<string, unknown>, y: Float64Array) {
  const svm = new libsvm({ kernel: "2", gamma: 0.7, cost: 5, tolerance: 1e-4, quiet: true, ...options });
  svm.train(each, Array.from(y));
  const text: string = svm.serializeModel();
  return { svm, text, machine: readMachine(text, rows, COLUMNS, svm.getSVIndices()) };
}

test("numbers are those of libsvm", () => {
  const { svm, machine } = trained({ type: "3", epsilon: 0.05 }, numbers);
  const mine = decide(machine, rows);
  for (const [r, value] of svm.predict(each).entries()) expect(Math.abs(mine[r] - value)).toBeLessThan(1e-6);
  svm.free();
});

test.each([
  ["two", classes2],
  ["three", classes3],
])("probabilities of %s classes are those of libsvm, with its sigmoids and its tolerance", (_, y) => {
  const { svm, text, machine } = trained({ type: "0", probabilityEstimates: true }, y);
  const field = (name: string) =>
    (new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1] ?? "").split(" ").map(Number);
  const [slopes, offsets] = [field("probA"), field("probB")];
  const k = machine.labels.length;
  const decisions = decide(machine, rows);
  for (const [r, row] of each.entries()) {
    const pairs = new Float64Array(k * k);
    for (let i = 0, pair = 0; i < k; i++)
      for (let j = i + 1; j < k; j++, pair++) {
        const decision = decisions[r * offsets.length + pair];
        pairs[i * k + j] = sigmoid(decision, { slope: slopes[pair], offset: offsets[pair] });
        pairs[j * k + i] = 1 - pairs[i * k + j];
      }
    const mine = k === 2 ? [pairs[1], pairs[2]] : coupled(pairs, k, 0.005 / k);
    for (const { label, probability } of svm.predictOneProbability(row).estimates)
      expect(Math.abs(mine[machine.labels.indexOf(label)] - probability)).toBeLessThan(2e-6);
  }
  svm.free();
});

test("probabilities of pairs that agree are coupled into those that they came from", () => {
  const p = [0.5, 0.3, 0.15, 0.05];
  const pairs = Float64Array.from({ length: 16 }, (_, at) => {
    const [i, j] = [at >> 2, at & 3];
    return p[i] / (p[i] + p[j]);
  });
  for (const [i, value] of coupled(pairs, 4).entries()) expect(value).toBeCloseTo(p[i], 7);
});

test("the sigmoid has the slope of the decisions' odds, and stays finite where they separate", () => {
  // decisions −1 and 1, right three times of four: logit ln 3 at 1 but for the smoothed targets
  const decisions = Array.from({ length: 400 }, (_, i) => (i < 200 ? 1 : -1));
  const first = decisions.map((decision, i) => (i % 4 === 0 ? decision < 0 : decision > 0));
  const { slope, offset } = fitSigmoid(decisions, first);
  expect(slope).toBeCloseTo(-Math.log(3), 1);
  expect(offset).toBeCloseTo(0, 6);
  const separated = fitSigmoid([-2, -1, 1, 2], [false, false, true, true]);
  expect(sigmoid(2, separated)).toBeGreaterThan(0.7);
  expect(Number.isFinite(separated.slope)).toBe(true);
});

import { expect, test } from "vitest";
import { createKernels } from "../../math/kernels/kernels.ts";
import { rng } from "../../random.ts";
import { categorical, float, int, oneOf, space } from "../../space.ts";
import { type Features, featuresOf } from "./features.ts";
import { fitHyperparameters } from "./fit.ts";
import { warp, warpable } from "./input-warp.ts";
import { type Data, negativeLogPosterior } from "./likelihood.ts";
import { posterior } from "./posterior.ts";

const mixed = space({
  lr: float(1e-5, 1, { log: true }),
  n: int(1, 8),
  act: categorical(["a", "b", "c"]),
  o: oneOf("t", { sgd: { m: float(0, 1) }, adam: { b: float(0, 1) } }),
});

function draw(n: number, seed = 1): Data & { readonly features: Features } {
  const features = featuresOf(mixed);
  const width = features.numeric + features.nominal;
  const stream = rng(seed, "data");
  const data = {
    ...{ n, features, scales: features.parameters.length, within: 0.3, degrees: 0 },
    x: new Float64Array(n * width),
    y: new Float64Array(n),
    repeats: Float64Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 2 : 1)),
  };
  data.degrees = data.repeats.reduce((sum, count) => sum + count - 1, 0);
  for (let i = 0; i < n; i++) {
    const unit = mixed.parameters.map(() => stream.uniform());
    const point = mixed.encode(mixed.decode(unit));
    features.write(point, data.x, i * width);
    data.y[i] =
      Math.sin(5 * point.unit[0]) + point.unit[1] + (point.unit[2] < 0.3 ? 1 : 0) + 0.1 * stream.normal();
  }
  return data;
}

test("the gradient of the likelihood is its slope", () => {
  const data = draw(23);
  const f = negativeLogPosterior(createKernels(), data);
  const theta = Float64Array.from({ length: data.scales + 2 }, (_, j) => -0.3 * (j % 4));
  const gradient = Float64Array.from(f(theta).gradient);
  for (let j = 0; j < theta.length; j++) {
    const at = (step: number) => f(theta.map((value, k) => (k === j ? value + step : value))).value;
    expect(gradient[j]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
  }
});

test("and so it is by the parameters of the warp", () => {
  const data = draw(17);
  const warped = warpable(data.features, (unit) => unit === 1);
  const f = negativeLogPosterior(createKernels(), data, warped);
  const theta = Float64Array.from(
    { length: data.scales + 2 + 2 * warped.length },
    (_, j) => -0.3 * (j % 4) + 0.2,
  );
  const gradient = Float64Array.from(f(theta).gradient);
  for (let j = 0; j < theta.length; j++) {
    const at = (step: number) => f(theta.map((value, k) => (k === j ? value + step : value))).value;
    expect(gradient[j]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 4);
  }
});

test("a function that changes near one end only is warped, an even one is not", () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const features = featuresOf(s);
  const n = 60;
  const stream = rng(3, "warp");
  const x = Float64Array.from({ length: 2 * n }, () => stream.uniform());
  const fitOf = (f: (x: number, y: number) => number) => {
    const y = Float64Array.from({ length: n }, (_, i) => f(x[2 * i], x[2 * i + 1]));
    const repeats = new Float64Array(n).fill(1);
    const data = { n, features, scales: 2, x, y, repeats, within: 0, degrees: 0 };
    return fitHyperparameters(createKernels(), data, { warpable: Int32Array.of(0, 1) }).warp;
  };
  const found = fitOf((u, v) => 2 * Math.sin(30 * (1 - u) ** 6) + v);
  expect(found.length).toBe(4);
  expect(warp(0.5, found[0], found[1])).toBeGreaterThan(0.7);
  expect(fitOf((u, v) => Math.sin(5 * u) + v).length).toBe(0);
});

test("the posterior's slopes are those of its predictions", () => {
  const data = draw(20);
  const theta = new Float64Array(data.scales + 2).fill(-0.5);
  theta[data.scales + 1] = -4;
  const model = posterior(createKernels(), data, theta, { capacity: 30, batch: 8 })!;
  const width = data.features.numeric + data.features.nominal;
  const x = Float64Array.from({ length: width }, (_, f) => (f < data.features.numeric ? 0.3 + 0.05 * f : 1));
  const { mean, std, meanBy, stdBy } = model.slope(x);
  const at = (f: number, step: number) =>
    model.predict(
      x.map((v, k) => (k === f ? v + step : v)),
      1,
    );
  expect(at(0, 0).mean[0]).toBeCloseTo(mean, 12);
  expect(at(0, 0).std[0]).toBeCloseTo(std, 12);
  for (let f = 0; f < data.features.numeric; f++) {
    expect(meanBy[f]).toBeCloseTo((at(f, 1e-5).mean[0] - at(f, -1e-5).mean[0]) / 2e-5, 6);
    expect(stdBy[f]).toBeCloseTo((at(f, 1e-5).std[0] - at(f, -1e-5).std[0]) / 2e-5, 6);
  }
});

test("what is appended counts as if it had been there, for the pool too", () => {
  const data = draw(30);
  const width = data.features.numeric + data.features.nominal;
  const theta = new Float64Array(data.scales + 2).fill(-0.2);
  theta[data.scales + 1] = -4;
  const whole = posterior(createKernels(), { ...data, repeats: data.repeats.map(() => 1) }, theta, {
    capacity: 40,
    batch: 16,
  })!;
  const head = { ...data, n: 20, repeats: data.repeats.map(() => 1) };
  const grown = posterior(createKernels(), head, theta, { capacity: 40, batch: 16 })!;
  const pool = draw(16, 2).x;
  grown.setPool(pool, 16);
  for (let i = 20; i < 30; i++) grown.append(data.x.slice(i * width, (i + 1) * width), data.y[i]);
  const wanted = whole.predict(pool, 16);
  for (const found of [grown.pool(), grown.predict(pool, 16)])
    for (let c = 0; c < 16; c++) {
      expect(found.mean[c]).toBeCloseTo(wanted.mean[c], 10);
      expect(found.std[c]).toBeCloseTo(wanted.std[c], 10);
    }
  expect(grown.incumbent()).toBeCloseTo(whole.incumbent(), 10);

  const before = grown.pool();
  grown.hold();
  grown.append(pool.slice(0, width));
  expect(grown.pool().mean[0]).toBeCloseTo(before.mean[0], 10);
  expect(grown.pool().std[0]).toBeLessThan(before.std[0]);
  grown.truncate(30);
  expect(grown.pool()).toEqual(before);
});

test("fitting finds the parameter that does nothing", () => {
  const data = draw(60);
  const { theta, value } = fitHyperparameters(createKernels(), data);
  const scaleOf = (path: string) => theta[data.features.parameters.indexOf(mixed.find(path)!.index)];
  expect(scaleOf("lr")).toBeLessThan(scaleOf("o.sgd.m"));
  expect(Number.isFinite(value)).toBe(true);
});

test("a sample of pending points moves the mean as if they had come out so", () => {
  const data = draw(20);
  const width = data.features.numeric + data.features.nominal;
  const theta = new Float64Array(data.scales + 2).fill(-0.5);
  theta[data.scales + 1] = -9;
  const options = { capacity: 30, batch: 8 };
  const [imagining, told] = [0, 1].map(() => posterior(createKernels(), data, theta, options)!);
  const pending = draw(3, 5).x;
  const at = draw(4, 6).x;
  for (let p = 0; p < 3; p++) imagining.append(pending.subarray(p * width, (p + 1) * width));
  const draws = Float64Array.of(0.3, -1.2, 0.7);
  const values = imagining.imagine(draws);
  const { mean, byPending } = imagining.predict(at, 4);
  for (let p = 0; p < 3; p++) told.append(pending.subarray(p * width, (p + 1) * width), values[p]);
  const wanted = told.predict(at, 4).mean;
  for (let c = 0; c < 4; c++) {
    const moved = draws.reduce((sum, draw, p) => sum + byPending![3 * c + p] * draw, mean[c]);
    expect(moved).toBeCloseTo(wanted[c], 2);
  }
});

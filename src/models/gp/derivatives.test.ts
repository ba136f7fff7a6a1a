import { expect, test } from "vitest";
import { createKernels } from "../../math/kernels/kernels.ts";
import { rng } from "../../random.ts";
import { categorical, float, oneOf, space } from "../../space.ts";
import type { Derivatives } from "./derivatives.ts";
import { type Features, featuresOf } from "./features.ts";
import { fitHyperparameters } from "./fit.ts";
import { fitJointly } from "./joint-fit.ts";
import { jointNegativeLogPosterior } from "./joint-likelihood.ts";
import type { Data } from "./likelihood.ts";
import { posterior } from "./posterior.ts";
import { fitWarp } from "./warp.ts";

const mixed = space({
  u: float(0, 1),
  v: float(0, 1),
  act: categorical(["a", "b", "c"]),
  o: oneOf("t", { sgd: { m: float(0, 1) }, adam: { b: float(0, 1) } }),
});
const plane = space({ u: float(0, 1), v: float(0, 1) });

type Point = Readonly<{ unit: Float64Array; active: Uint8Array }>;
interface Drawn {
  readonly data: Data & { readonly features: Features };
  readonly derivatives: Derivatives;
}

/** A function at drawn points; every third has no derivatives, and every fifth only the first of them. */
function draw(
  from: typeof mixed | typeof plane,
  n: number,
  f: (point: Point) => number,
  { all = false, sign = 1, seed = 1 } = {},
): Drawn {
  const features = featuresOf(from);
  const width = features.numeric + features.nominal;
  const stream = rng(seed, "data");
  const data = {
    ...{ n, features, scales: features.parameters.length, within: 0.3, degrees: 3 },
    x: new Float64Array(n * width),
    y: new Float64Array(n),
    repeats: Float64Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 2 : 1)),
  };
  const starts = [0];
  const coordinate: number[] = [];
  const value: number[] = [];
  for (let i = 0; i < n; i++) {
    const point = from.encode(from.decode(from.parameters.map(() => stream.uniform())));
    features.write(point, data.x, i * width);
    data.y[i] = f(point);
    features.unitOf.forEach((unit, c) => {
      if (unit < 0 || !point.active[unit] || (!all && (i % 3 === 0 || (i % 5 === 1 && c > 0)))) return;
      const at = (step: number) =>
        f({ ...point, unit: point.unit.map((one, k) => (k === unit ? one + step : one)) });
      coordinate.push(c);
      value.push((sign * (at(1e-5) - at(-1e-5))) / 2e-5);
    });
    starts.push(value.length);
  }
  return {
    data,
    derivatives: {
      count: value.length,
      from: Int32Array.from(starts),
      coordinate: Int32Array.from(coordinate),
      value: Float64Array.from(value),
    },
  };
}

const wavy = ({ unit, active }: Point) =>
  Math.sin(5 * unit[0]) + unit[1] ** 2 + (unit[2] < 0.3 ? 1 : 0) + (active[4] ? unit[4] : 0);

test.each([
  ["a mixed and conditional space", mixed, 14],
  ["a plane", plane, 11],
])("the gradient of the likelihood is its slope in %s", (_, from, n) => {
  const { data, derivatives } = draw(from, n, from === mixed ? wavy : ({ unit }) => unit[0] * unit[1]);
  expect(derivatives.count).toBeGreaterThan(n / 2);
  const f = jointNegativeLogPosterior(createKernels(), data, derivatives);
  const theta = Float64Array.from({ length: data.scales + 3 }, (_, j) => 0.2 - 0.3 * (j % 4));
  const gradient = Float64Array.from(f(theta).gradient);
  for (let j = 0; j < theta.length; j++) {
    const at = (step: number) => f(theta.map((one, k) => (k === j ? one + step : one))).value;
    expect(gradient[j]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 4);
  }
});

function modelled({ data, derivatives }: Drawn, theta: Float64Array) {
  return posterior(createKernels(), data, theta, { capacity: data.n + 8, batch: 16, derivatives })!;
}

test("a posterior goes through what was reported: values and slopes", () => {
  const drawn = draw(mixed, 14, wavy);
  const { data, derivatives } = drawn;
  const { numeric, nominal } = data.features;
  const theta = new Float64Array(data.scales + 3).fill(-0.3);
  theta.set([0, Math.log(1e-6), Math.log(1e-6)], data.scales);
  const model = modelled(drawn, theta);
  const width = numeric + nominal;
  const steps = 1e-4;
  for (let i = 0; i < data.n; i++) {
    const x = data.x.slice(i * width, (i + 1) * width);
    expect(model.predict(x, 1).mean[0]).toBeCloseTo(data.y[i], 2);
    for (let r = derivatives.from[i]; r < derivatives.from[i + 1]; r++) {
      const c = derivatives.coordinate[r];
      expect(model.slope(x).meanBy[c]).toBeCloseTo(derivatives.value[r], 1);
      const at = (step: number) =>
        model.predict(
          x.map((one, f) => (f === c ? one + step : one)),
          1,
        );
      const [up, down] = [at(steps), at(-steps)];
      expect((up.mean[0] - down.mean[0]) / (2 * steps)).toBeCloseTo(derivatives.value[r], 1);
    }
  }
});

test("its slopes are those of its predictions, whatever was appended", () => {
  const drawn = draw(mixed, 12, wavy);
  const { data } = drawn;
  const { numeric, nominal } = data.features;
  const theta = new Float64Array(data.scales + 3).fill(-0.3);
  theta.set([0.1, -5, -4], data.scales);
  const model = modelled(drawn, theta);
  const other = draw(mixed, 6, wavy, { seed: 2 }).data;
  const width = numeric + nominal;
  const at = (i: number) => other.x.slice(i * width, (i + 1) * width);
  model.append(at(0), 0.4);
  model.append(at(1));
  expect(model.size).toBe(data.n + 2);
  expect(model.predict(at(1), 1).mean[0]).toBeCloseTo(model.means()[data.n + 1], 8);
  for (const i of [2, 3, 4]) {
    const slope = model.slope(at(i));
    expect(slope.mean).toBeCloseTo(model.predict(at(i), 1).mean[0], 8);
    for (let f = 0; f < numeric; f++) {
      const moved = (step: number) =>
        model.predict(
          at(i).map((one, k) => (k === f ? one + step : one)),
          1,
        );
      const [up, down] = [moved(1e-5), moved(-1e-5)];
      expect(slope.meanBy[f]).toBeCloseTo((up.mean[0] - down.mean[0]) / 2e-5, 4);
      expect(slope.stdBy[f]).toBeCloseTo((up.std[0] - down.std[0]) / 2e-5, 4);
    }
  }
  const x = Float64Array.from([...at(2), ...at(3)]);
  model.setPool(x, 2);
  model.hold();
  model.append(at(5), 0.1);
  const [pool, anew] = [model.pool(), model.predict(x, 2)];
  for (const c of [0, 1]) {
    expect(pool.mean[c]).toBeCloseTo(anew.mean[c], 8);
    expect(pool.std[c]).toBeCloseTo(anew.std[c], 8);
  }
});

test("what all others say of a value is what a posterior without it says", () => {
  const drawn = draw(plane, 9, ({ unit }) => Math.sin(4 * unit[0]) - unit[1]);
  const { data, derivatives } = drawn;
  const theta = Float64Array.from([-0.4, -0.2, 0, -6, -5]);
  const { mean, std } = modelled(drawn, theta).leaveOneOut();
  // the value of the last point is as good as unknown if its noise is infinite
  const repeats = Float64Array.from(data.repeats);
  const last = data.n - 1;
  const own = 1 / repeats[last];
  repeats[last] = 1e-12;
  const without = posterior(createKernels(), { ...data, repeats }, theta, {
    capacity: 9,
    batch: 2,
    derivatives,
  })!;
  const there = without.predict(data.x.slice(2 * last), 1);
  expect(mean[last]).toBeCloseTo(there.mean[0], 5);
  expect(std[last]).toBeCloseTo(Math.sqrt(there.std[0] ** 2 + own * without.noise), 5);
});

test("derivatives teach a function from few points, and the fit sees how exact they are", () => {
  const bowl = ({ unit }: Point) => 3 * (unit[0] - 0.3) ** 2 + 2 * (unit[1] - 0.6) ** 2 + unit[0] * unit[1];
  const right = draw(plane, 8, bowl, { all: true });
  const kernels = createKernels();
  const fitOf = ({ data, derivatives }: Drawn) =>
    fitJointly(kernels, data, derivatives, fitHyperparameters(kernels, data).theta)[0];
  const noiseOf = ({ data, derivatives }: Drawn) => fitOf({ data, derivatives })[data.scales + 2];
  expect(noiseOf(right)).toBeLessThan(Math.log(1e-3));
  const stream = rng(7, "noise");
  const many = draw(plane, 16, bowl, { all: true });
  const value = many.derivatives.value.map((one) => one + stream.normal());
  expect(noiseOf({ ...many, derivatives: { ...many.derivatives, value } })).toBeGreaterThan(Math.log(1e-2));
  const theta = fitOf(right);
  const model = modelled(right, theta);
  const test = draw(plane, 16, bowl, { seed: 3 }).data;
  const { mean } = model.predict(test.x, 16);
  for (let i = 0; i < 16; i++) expect(Math.abs(mean[i] - test.y[i])).toBeLessThan(0.1);
});

test("the slope of a warp is that of its values, and none where losses are cut", () => {
  const stream = rng(4, "losses");
  const warp = fitWarp(Array.from({ length: 30 }, () => Math.exp(2 * stream.normal())))!;
  for (const loss of [0.05, 0.4, 1, 3]) {
    const step = 1e-6 * loss;
    const expected = (warp.apply(loss + step) - warp.apply(loss - step)) / (2 * step);
    expect(warp.slope!(loss) / expected).toBeCloseTo(1, 5);
  }
  expect(warp.slope!(1e9)).toBeNaN();
  expect(warp.slope!(Number.NaN)).toBeNaN();
});

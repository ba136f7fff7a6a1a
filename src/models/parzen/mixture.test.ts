import { expect, test } from "vitest";
import { createKernels } from "../../math/kernels/kernels.ts";
import { rng } from "../../random.ts";
import { snapOf } from "../../space/snap.ts";
import { categorical, float, oneOf, type Space, space } from "../../space.ts";
import { share } from "./joint.ts";
import { branchesOf } from "./layout.ts";
import { mixture } from "./mixture.ts";

/** A mixture of these points of a space, each of the same weight. */
function mixtureOf(s: Space, units: readonly number[][]) {
  const snap = snapOf(s);
  const points = units.map((values) => {
    const unit = Float64Array.from(values);
    const active = new Uint8Array(unit.length);
    snap(unit, active);
    return { unit, active };
  });
  const orders = s.parameters.map(({ index }) => {
    const places = Int32Array.from(
      points
        .map((_, place) => place)
        .filter((place) => points[place].active[index])
        .sort((a, b) => points[a].unit[index] - points[b].unit[index]),
    );
    const values = Float64Array.from(places, (place) => points[place].unit[index]);
    return { places, values, size: places.length };
  });
  const component = Int32Array.from(points, (_, place) => place);
  const weights = new Float64Array(points.length + 1).fill(1);
  const kernels = createKernels();
  const branches = branchesOf(s);
  const shared = share(kernels, branches, orders);
  return mixture(kernels, branches, { shared, component, count: points.length, weights });
}

test("a density over reals integrates to one, but for its constant", () => {
  const density = mixtureOf(space({ x: float(0, 1) }), [[0.1], [0.15], [0.8]]);
  let sum = 0;
  for (let k = 0; k < 2000; k++)
    sum +=
      Math.exp(
        density.logDensities([{ unit: Float64Array.of((k + 0.5) / 2000), active: Uint8Array.of(1) }])[0],
      ) / 2000;
  expect(sum / Math.sqrt(2 * Math.PI)).toBeCloseTo(1, 4);
});

test("where a component lacks a branch, the others lend it theirs", () => {
  const s = space({ o: oneOf("t", { a: { x: float(0, 1) }, b: {} }), c: categorical(["u", "v"]) });
  // o = b tells nothing of x: the density of o = a, summed over all x, is that of o alone
  const density = mixtureOf(s, [
    [0.25, 0.2, 0.25],
    [0.25, 0.3, 0.75],
    [0.75, 0.5, 0.25],
  ]);
  let total = 0;
  for (const o of [0.25, 0.75])
    for (const c of [0.25, 0.75]) {
      const active = Uint8Array.of(1, o < 0.5 ? 1 : 0, 1);
      if (o > 0.5) total += Math.exp(density.logDensities([{ unit: Float64Array.of(o, 0.5, c), active }])[0]);
      else
        for (let k = 0; k < 1000; k++)
          total +=
            Math.exp(density.logDensities([{ unit: Float64Array.of(o, (k + 0.5) / 1000, c), active }])[0]) /
            (1000 * Math.sqrt(2 * Math.PI));
    }
  expect(total).toBeCloseTo(1, 4);
});

test("what is drawn looks like the density", () => {
  const density = mixtureOf(space({ x: float(0, 1), c: categorical(["u", "v", "w"]) }), [
    [0.1, 0.1],
    [0.12, 0.1],
    [0.14, 0.1],
  ]);
  const stream = rng(1, "draws");
  const draws = Array.from({ length: 2000 }, () => {
    const unit = new Float64Array(2);
    density.draw(unit, () => true, stream);
    return unit;
  });
  const share = draws.filter(([x, c]) => x < 0.5 && c < 1 / 3).length / draws.length;
  const mass = (x: number, c: number) =>
    Math.exp(density.logDensities([{ unit: Float64Array.of(x, c), active: Uint8Array.of(1, 1) }])[0]);
  let [inside, whole] = [0, 0];
  for (let x = 0.0005; x < 1; x += 0.001)
    for (const c of [1 / 6, 1 / 2, 5 / 6]) {
      whole += mass(x, c);
      if (x < 0.5 && c < 1 / 3) inside += mass(x, c);
    }
  expect(Math.abs(share - inside / whole)).toBeLessThan(0.03);
});

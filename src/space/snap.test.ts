import { expect, test } from "vitest";
import { rng } from "../random.ts";
import { array, boolean, categorical, constant, float, int, oneOf, ordinal, space } from "../space.ts";
import { snapOf } from "./snap.ts";

test("snapping is decoding and encoding again", () => {
  const s = space({
    lr: float(1e-5, 1, { log: true }),
    step: float(0, 1, { step: 0.25 }),
    n: int(0, 4),
    many: int(1, 100_000, { log: true }),
    rank: ordinal([1, 2, 4]),
    c: constant("same"),
    o: oneOf("t", { sgd: { m: float(0, 1), deep: oneOf("u", { on: { k: int(1, 9) }, off: {} }) }, adam: {} }),
    items: array({ w: categorical(["x", "y", "z"]), b: boolean() }, { length: "n" }),
  });
  const snap = snapOf(s);
  const stream = rng(3, "snap");
  for (let n = 0; n < 500; n++) {
    const unit = Float64Array.from(s.parameters, () => 1.2 * stream.uniform() - 0.1);
    const wanted = s.encode(s.decode(unit));
    const active = new Uint8Array(unit.length);
    snap(unit, active);
    expect(active).toEqual(wanted.active);
    for (const { index } of s.parameters) expect(unit[index]).toBeCloseTo(wanted.unit[index], 12);
  }
});

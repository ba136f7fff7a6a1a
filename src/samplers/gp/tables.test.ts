import { expect, test } from "vitest";
import { logH, normalLogCdf } from "../../math/special.ts";
import { hazard, quickH, quickLogCdf } from "./tables.ts";

const places = Array.from({ length: 4001 }, (_, i) => -20 + i / 100 + 0.0037);

test("what is looked up is what is computed", () => {
  for (const z of places) {
    expect(Math.abs(quickH(z) / Math.exp(logH(z)) - 1)).toBeLessThan(1e-6);
    expect(Math.abs(quickLogCdf(z) - normalLogCdf(z))).toBeLessThan(1e-8);
  }
});

test("the hazard is the slope of the logarithm", () => {
  for (const z of [-30, -8, -1, 0, 2, 7])
    expect(hazard(z)).toBeCloseTo((normalLogCdf(z + 1e-5) - normalLogCdf(z - 1e-5)) / 2e-5, 4);
});

import { expect, it } from "vitest";
import { cosineOfHalfTurn, cosineOfTurns } from "./cosine.ts";

it("agrees with the platform's cosine", () => {
  for (let x = 0; x <= 1; x += 1 / 64) expect(cosineOfHalfTurn(x)).toBeCloseTo(Math.cos(Math.PI * x), 10);
  for (let x = -4; x <= 4; x += 1 / 32) expect(cosineOfTurns(x)).toBeCloseTo(Math.cos(2 * Math.PI * x), 10);
});

import { expect, test } from "vitest";

import { flatten, isNdArray, type NdArray, zeros } from "../autodiff/arrays.ts";
import { hp } from "./hyper.ts";
import { layout } from "./layout.ts";

test("what is tuned to a bound is that bound, and may be a start again", () => {
  const bounds = [1e-7, 3e-4, 1e-3, 0.05, 0.07, 0.1, 0.3, 7, 13];
  const params = flatten<NdArray>({ w: zeros([1]) }, isNdArray, "params");
  for (const low of bounds)
    for (const high of bounds.filter((bound) => bound > low)) {
      const { lower, upper, decode, encode } = layout({ a: hp.log(low, high) }, params, 0);
      expect(decode(lower)).toEqual({ a: low });
      expect(decode(upper)).toEqual({ a: high });
      expect(encode(decode(upper))).toEqual(upper);
    }
});

import { beforeAll, describe, expect, it } from "vitest";
import { UnsupportedError } from "../errors.ts";
import { array, flatten, isNdArray, zeros } from "./arrays.ts";
import { autodiffChecks } from "./conformance.ts";
import type { Engine } from "./engine.ts";
import { jaxEngine } from "./jax.ts";

describe("jax-js in WebAssembly", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await jaxEngine();
  });
  for (const check of autodiffChecks) it(check.name, () => check.run(engine));
});

it("says what to install where the library is missing", async () => {
  const missing = jaxEngine({ load: () => Promise.reject(new Error("Cannot find package '@jax-js/jax'")) });
  await expect(missing).rejects.toThrow(UnsupportedError);
  await expect(missing).rejects.toThrow("npm install @jax-js/jax@0.1.25");
});

it("flattens trees of arrays and builds them again", () => {
  const tree = { layers: [{ w: zeros([2, 3]) }, { w: zeros([3]) }], b: array([1, 2]) };
  const flat = flatten(tree, isNdArray, "init");
  expect(flat.names).toEqual(["layers.0.w", "layers.1.w", "b"]);
  expect(flat.rebuild(flat.leaves)).toEqual(tree);
  expect(() => flatten({ w: new Float32Array(3) } as never, isNdArray, "init")).toThrow("array(values");
  expect(() => array([1, 2, 3], [2, 2])).toThrow("has 4 numbers, but 3 were given");
});

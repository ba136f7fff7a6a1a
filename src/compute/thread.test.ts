import { expect, test } from "vitest";
import type { ComputeTask } from "../compute.ts";
import { createKernels } from "../math/kernels/kernels.ts";
import { runFit } from "../models/gp/fit-task.ts";
import { rng } from "../random.ts";
import { threadCompute } from "./thread.ts";

const stream = rng(1, "thread");
const n = 40;
const args = {
  ...{ n, scales: 2, within: 0, degrees: 0, numeric: 2, nominal: 0 },
  scaleOf: Float64Array.of(0, 1),
  warpable: new Float64Array(0),
  x: Float64Array.from({ length: 2 * n }, () => stream.uniform()),
  y: Float64Array.from({ length: n }, () => stream.normal()),
  repeats: new Float64Array(n).fill(1),
};
const fit: ComputeTask = {
  module: new URL("../models/gp/fit-task.ts", import.meta.url).href,
  name: "runFit",
  run: runFit,
};

test("a fit in a thread gives the same bits, and so does one where the thread cannot do it", async () => {
  createKernels();
  const here = runFit(args);
  const compute = threadCompute();
  expect(await compute.run({ ...fit, run: () => ({}) }, args)).toEqual(here);
  expect(await compute.run({ ...fit, module: "data:text/javascript,0" }, args)).toEqual(here);
  const unfinished = compute.run(fit, args);
  await compute.close();
  expect(await unfinished).toEqual(here);
});

test("what the work throws reaches who asked", async () => {
  const compute = threadCompute();
  const run = () => {
    throw new Error("singular");
  };
  await expect(compute.run({ ...fit, name: "none", run }, args)).rejects.toThrow("singular");
  await compute.close();
});

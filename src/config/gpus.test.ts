import { expect, test } from "vitest";
import { readGpus } from "./gpus.ts";

const ids = (given: Parameters<typeof readGpus>[0], visible?: string) =>
  readGpus(given, 1, "--gpus", visible)?.ids;

test.each<[Parameters<typeof readGpus>[0], string | undefined, readonly string[] | undefined]>([
  [undefined, undefined, undefined],
  ["0,1", "", ["0", "1"]],
  ["0, 3", "", ["0", "3"]],
  ["GPU-8932f937,MIG-1/2/3", "", ["GPU-8932f937", "MIG-1/2/3"]],
  ["3,", "", ["3"]],
  [[0, 1], "", ["0", "1"]],
  [[2], "", ["2"]],
  ["2", "4,6,7", ["4", "6"]],
  [2, "4,6,7", ["4", "6"]],
])("%j where %j are visible", (given, visible, expected) => {
  expect(ids(given, visible)).toEqual(expected);
});

test("a number alone is how many", () => {
  const before = process.env.CUDA_VISIBLE_DEVICES;
  delete process.env.CUDA_VISIBLE_DEVICES;
  try {
    expect(readGpus("3")?.ids).toEqual(["0", "1", "2"]);
    expect(readGpus("4", 2)).toEqual({ ids: ["0", "1", "2", "3"], perTrial: 2 });
    expect(() => readGpus("2", 3)).toThrow("a trial cannot have 3 GPUs where there are 2");
  } finally {
    if (before !== undefined) process.env.CUDA_VISIBLE_DEVICES = before;
  }
});

test.each([
  ["", '"" is no GPU'],
  ["0,0", "GPU 0 is given twice"],
  ["0,,1", '"" is no GPU'],
  ["one two", '"one two" is no GPU'],
  ["-1", '"-1" is no GPU'],
  [[], "expected GPUs"],
])("%j is refused", (given, message) => {
  expect(() => ids(given)).toThrow(message);
});

test("more than are visible, or a share of none", () => {
  expect(() => ids("3", "4,6")).toThrow(
    "--gpus: CUDA_VISIBLE_DEVICES=4,6 has 2, not 3; for GPU 3 alone write 3,",
  );
  expect(() => readGpus(undefined, 2)).toThrow("say which GPUs there are too");
});

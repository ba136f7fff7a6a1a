import { describe, expect, test } from "vitest";
import { rng } from "../../random.ts";
import { type Slot, slots, slotVariables } from "./slots.ts";

test("each slot has its number and a GPU, in turns", () => {
  const { take } = slots(4, ["0", "1"]);
  expect(["a", "b", "c", "d"].map(take)).toEqual([
    { index: 0, gpus: ["0"] },
    { index: 1, gpus: ["1"] },
    { index: 2, gpus: ["0"] },
    { index: 3, gpus: ["1"] },
  ]);
});

test("a slot is free again when its trial has ended, not before", () => {
  const { take, release } = slots(2, ["0", "1"]);
  take("a");
  take("b");
  release("a");
  expect(take("c")).toEqual({ index: 0, gpus: ["0"] });
  release("c");
  release("b");
  expect(take("d").index).toBe(0);
});

test("the GPU with the fewest trials comes first", () => {
  const { take, release } = slots(4, ["0", "1"]);
  for (const id of ["a", "b", "c"]) take(id);
  release("a");
  release("b"); // only c runs, in slot 2 on GPU 0
  expect(take("d")).toEqual({ index: 1, gpus: ["1"] });
});

test("several GPUs a trial; what is left over is not used", () => {
  const { take } = slots(3, ["0", "1", "2", "3", "4"], 2);
  expect(["a", "b", "c"].map((id) => take(id).gpus)).toEqual([
    ["0", "1"],
    ["2", "3"],
    ["0", "1"],
  ]);
});

describe("whatever begins and ends", () => {
  test.each([1, 2, 3, 5])("slots differ and %i GPUs are shared evenly", (count) => {
    const parallel = 7;
    const gpus = Array.from({ length: count }, (_, gpu) => String(gpu));
    const { take, release } = slots(parallel, gpus);
    const running = new Map<string, Slot>();
    const stream = rng(1, "slots", count);
    for (let step = 0; step < 300; step++) {
      if (running.size === parallel || (running.size > 0 && stream.uniform() < 0.4)) {
        const id = [...running.keys()][stream.integer(running.size)];
        running.delete(id);
        release(id);
        continue;
      }
      const loads = new Map(gpus.map((gpu) => [gpu, 0]));
      for (const { gpus: own } of running.values()) loads.set(own[0], (loads.get(own[0]) ?? 0) + 1);
      const slot = take(`t${step}`);
      // the fullest GPU is only chosen where the others have no slot left
      const share = Math.ceil(parallel / count);
      const open = [...loads.values()].filter((load) => load < Math.floor(parallel / count));
      if (open.length > 0) expect(loads.get(slot.gpus[0])).toBe(Math.min(...loads.values()));
      expect((loads.get(slot.gpus[0]) as number) + 1).toBeLessThanOrEqual(share);
      running.set(`t${step}`, slot);
      const indices = [...running.values()].map(({ index }) => index);
      expect(new Set(indices).size).toBe(indices.length);
      expect(Math.max(...indices)).toBeLessThan(parallel);
    }
  });
});

test("more than were planned find a place too", () => {
  const { take } = slots(1, ["0"]);
  expect(["a", "b"].map((id) => take(id).index)).toEqual([0, 1]);
});

test("what the program is told", () => {
  expect(slotVariables({ index: 1, gpus: ["2", "3"] })).toEqual({
    FETTLE_SLOT: "1",
    CUDA_VISIBLE_DEVICES: "2,3",
    HIP_VISIBLE_DEVICES: "2,3",
  });
  expect(slotVariables({ index: 0, gpus: [] })).toEqual({ FETTLE_SLOT: "0" });
});

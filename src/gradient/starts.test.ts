import { expect, it } from "vitest";
import { evaluate } from "./evaluate.ts";
import { prepare } from "./prepare.ts";
import { network } from "./problems.fixtures.ts";
import { sortedStarts } from "./starts.ts";

it("spreads starts evenly over the ranges, the best first and the given one among them, the same each time", async () => {
  const p = await prepare(network());
  try {
    const { start, lower, upper } = p.layout;
    const found = await sortedStarts(p, start, 9);
    expect(found).toEqual(await sortedStarts(p, start, 9));
    expect(found).toContainEqual(start);
    const values: number[] = [];
    for (const u of found) {
      const at = await evaluate(p, u, { method: "reverse", truncate: 1 });
      values.push(at.value);
      at.dispose();
    }
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    // Eight points of the design: two in each quarter of each bounded range.
    const drawn = found.filter((u) => u.some((v, i) => v !== start[i]));
    expect(drawn).toHaveLength(8);
    const { offset } = p.layout.leaves.find(({ hyper }) => hyper === "lr")!;
    const quarters = drawn.map((u) =>
      Math.floor((4 * (u[offset] - lower[offset])) / (upper[offset] - lower[offset])),
    );
    expect(quarters.toSorted()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(await sortedStarts(p, start, 1)).toEqual([start]);
  } finally {
    p.dispose();
  }
});

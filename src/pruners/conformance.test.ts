import { describe, expect, test } from "vitest";
import type { Pruner } from "../pruner.ts";
import { pruners } from "../registry.ts";
import { type PrunerCheckOptions, prunerChecks } from "../testing/pruner.ts";

/** What a pruner needs or cannot do, with the reason why. */
const abilities: Readonly<
  Record<string, Omit<PrunerCheckOptions, "make"> & { readonly options?: readonly object[] }>
> = {
  auto: {},
  // a curve is fitted to a quarter of a training, and several objectives have no single end
  curve: { grace: 9, single: true },
  hyperband: {
    needsSteps: true,
    options: [{}, { mode: "promote" }, { reductionFactor: 4, minResource: 1 }],
    grace: 1,
  },
  median: {},
  pasha: { needsSteps: true },
  // waits for four reports that bring nothing; curves that fall all the time are never stuck but for the tolerance
  patient: {
    options: [{ pruner: "median", patience: 4, least: 1 }],
    compares: false,
    grace: 4,
  },
  percentile: { options: [{}, { percentile: 75, startup: 3 }] },
  successiveHalving: { options: [{}, { best: true }, { reductionFactor: 4 }] },
  // knows no other trial
  threshold: { options: [{ worst: 10 }, { worst: { loss: 10 }, grace: 2 }], compares: false, grace: 0 },
  // two reports are the fewest, and a test over several objectives has no direction
  wilcoxon: { single: true, grace: 2 },
};

const cases = Object.keys(pruners)
  .filter((name) => name !== "none")
  .flatMap((name) => {
    const { options = [{}], ...rest } = abilities[name] ?? {};
    return options.map((one) => ({ label: `${name} ${JSON.stringify(one)}`, name, one, rest }));
  });
const promoting = {
  label: 'successiveHalving {"mode":"promote"}',
  name: "successiveHalving",
  one: { mode: "promote" },
  rest: { needsSteps: true },
};

test.each(Object.keys(pruners))("%s stands in the list above", (name) => {
  if (name !== "none") expect(Object.keys(abilities)).toContain(name);
});

describe.each([...cases, promoting])("$label", ({ name, one, rest }) => {
  test.each(prunerChecks.map((check) => [check.name, check] as const))(
    "%s",
    (_, check) => check.run({ make: () => pruners[name](one) as Pruner, ...rest }),
    60_000,
  );
  test("an option that it does not have is refused", () => {
    expect(() => pruners[name]({ ...one, graze: 3 })).toThrow(`${name}: there is no option "graze"`);
  });
});

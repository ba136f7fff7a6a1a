import { expect, test } from "vitest";
import { pruners, samplers, terminators } from "../registry.ts";
import { NAMES } from "./main.ts";

test("the help names what the registry has", () => {
  expect(NAMES.samplers.split(", ").sort()).toEqual(Object.keys(samplers).sort());
  expect(NAMES.pruners.split(", ").sort()).toEqual(Object.keys(pruners).sort());
  expect(NAMES.terminators.split(", ").sort()).toEqual(Object.keys(terminators).sort());
});

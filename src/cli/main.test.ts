import { expect, test } from "vitest";
import { pruners, samplers, terminators } from "../registry.ts";
import { NAMES } from "./main.ts";

/** As the command line writes it. */
const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

test.each([
  ["samplers", samplers],
  ["pruners", pruners],
  ["terminators", terminators],
] as const)("the help names the %s of the registry", (kind, registry) => {
  expect(NAMES[kind].split(", ")).toEqual(Object.keys(registry).map(kebab).sort());
});

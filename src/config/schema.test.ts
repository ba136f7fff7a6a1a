import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Config } from "./config.ts";
import { configJsonSchema, type configSchema } from "./schema.ts";

test("schema/config.schema.json is what the schema says now; node scripts/schema.mjs writes it anew", () => {
  const published = readFileSync(new URL("../../schema/config.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

test("the type Config and the schema have the same keys", () => {
  const same: keyof Config extends keyof z.infer<typeof configSchema> ? true : false = true;
  expect(same).toBe(true);
});

test("every key but $schema is described or described by its parts", () => {
  const { properties } = configJsonSchema() as {
    properties: Record<string, { description?: string; enum?: unknown }>;
  };
  const silent = Object.entries(properties).filter(([, { description }]) => description === undefined);
  expect(silent.map(([name]) => name)).toEqual(["$schema"]);
});

test("the JSON Schema tells good files from bad ones, as the schema does", () => {
  const published = z.fromJSONSchema(configJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (value: unknown) => published.safeParse(value).success;
  expect(accepts({ params: { lr: { type: "float", min: 0, max: 1 }, opt: ["a", "b"], x: "1..2" } })).toBe(
    true,
  );
  expect(accepts({ metric: { name: "loss", goal: "minimize" }, trials: 3, time: "2h" })).toBe(true);
  expect(accepts({ metric: { name: "loss", goal: "min" } })).toBe(false);
  expect(accepts({ trails: 3 })).toBe(false);
  expect(accepts({ params: { lr: { type: "float", mn: 0 } } })).toBe(false);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InvalidInputError, NotFoundError } from "../errors.ts";
import { findConfig, loadConfig } from "./load.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fettle-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

test.each(["fettle.yaml", "fettle.yml", "fettle.json"])("%s is found in its folder", async (name) => {
  write(name, '{ "trials": 3 }');
  expect(findConfig(folder)).toBe(name);
  const loaded = await loadConfig(".", folder);
  expect(loaded).toMatchObject({ file: name, folder, config: { trials: 3 } });
});

test("a folder without one has none", async () => {
  expect(findConfig(folder)).toBeUndefined();
  await expect(loadConfig(".", folder)).rejects.toThrow(
    new NotFoundError("there is no configuration in .; it would be called fettle.yaml"),
  );
});

test("two of them are one too many", () => {
  write("fettle.yaml", "");
  write("fettle.json", "{}");
  expect(() => findConfig(folder)).toThrow(
    new InvalidInputError(`fettle.yaml and fettle.json are both in ${folder}; name the one that is meant`),
  );
});

test("mistakes name the file as it was given", async () => {
  mkdirSync(join(folder, "a"));
  write("a/tune.yaml", "trails: 3");
  await expect(loadConfig("a/tune.yaml", folder)).rejects.toThrow(
    'a/tune.yaml:1:1 trails: unknown key (did you mean "trials"?)',
  );
});

test.each(["ts", "mjs", "js"])("a module .%s is imported", async (type) => {
  const typed = type === "ts" ? ": number" : "";
  write(`fettle.config.${type}`, `const n${typed} = 7;\nexport default { trials: n, objective: () => 1 };\n`);
  const { config, where } = await loadConfig(`fettle.config.${type}`, folder);
  expect(config.trials).toBe(7);
  expect(config.objective).toBeTypeOf("function");
  expect(where(["trials"])).toBe(`fettle.config.${type} trials`);
});

test("a module that throws says why", async () => {
  write("fettle.config.mjs", 'throw new Error("no such data");');
  await expect(loadConfig("fettle.config.mjs", folder)).rejects.toThrow(
    new InvalidInputError("fettle.config.mjs cannot be imported: no such data"),
  );
});

test("a module without a default export is no configuration", async () => {
  write("fettle.config.mjs", "export const trials = 3;");
  await expect(loadConfig("fettle.config.mjs", folder)).rejects.toThrow(
    "fettle.config.mjs: its default export is no configuration; write export default defineConfig({ … })",
  );
});

test.each([
  ["fetle.yaml", 'there is no configuration fetle.yaml (did you mean "fettle.yaml"?)'],
  ["other/x.yaml", "there is no configuration other/x.yaml; there is no folder "],
])("%s does not exist", async (given, message) => {
  write("fettle.yaml", "");
  await expect(loadConfig(given, folder)).rejects.toThrow(message);
});

test("a program is no configuration", async () => {
  write("train.py", "");
  await expect(loadConfig("train.py", folder)).rejects.toThrow(
    "train.py is no configuration (.yaml, .yml, .json, .ts, .mts, .mjs, .js); a program to tune follows --, as in fettle run -- train.py",
  );
});

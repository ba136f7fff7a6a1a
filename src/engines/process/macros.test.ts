import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expandMacro, fillVariables, isMacro, writeMacroFiles } from "./macros.ts";

test("only a whole argument is a macro", () => {
  expect(["{wandb.args}", "{wandb.config_file}"].map(isMacro)).toEqual([true, true]);
  expect(["wandb.args", "--x={wandb.args}", "{wandb.arg}", "{args}", "{{wandb.args}}"].some(isMacro)).toBe(
    false,
  );
  expect(expandMacro("{lr}", { lr: 1 }, {})).toBeUndefined();
});

test("files are written where something names them, and what wandb reads has a value for each name", () => {
  const folder = mkdtempSync(join(tmpdir(), "fettle-"));
  try {
    const params = { lr: 0.1, "optimizer.name": "adam", "optimizer.beta": 0.9 };
    expect(writeMacroFiles(folder, params, ["python", "{wandb.args}"])).toEqual({});
    expect(readdirSync(folder)).toEqual([]);
    const files = writeMacroFiles(folder, params, ["{wandb.args_json_file}", "{wandb.config_file}"]);
    const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
    expect(read(files.args_json_file)).toEqual({ lr: 0.1, optimizer: { name: "adam", beta: 0.9 } });
    expect(read(files.config_file)).toEqual({
      lr: { value: 0.1 },
      optimizer: { value: { name: "adam", beta: 0.9 } },
      wandb_version: 1,
    });
    expect(fillVariables({ A: "{wandb.config_file}", B: "{lr}" }, params, files)).toEqual({
      A: files.config_file,
      B: "{lr}",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

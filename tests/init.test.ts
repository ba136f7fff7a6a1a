/**
 * `fettle init`: from a program's help to a configuration that runs.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Place } from "./fettle.ts";

const PROGRAM = `const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.error("usage: train [--lr LR] [--units N]\\n\\noptions:\\n  --lr LR    learning rate (default: 0.01)\\n  --units N  (default: 32)\\n  --opt {sgd,adam}\\n\\nPrints val_loss.");
  process.exit(2);
}
const value = (flag) => args[args.indexOf(flag) + 1];
console.log("val_loss=" + Math.abs(Math.log10(value("--lr")) + 3) / value("--units") + " " + value("--opt"));
`;

let place: Place;
beforeEach(() => {
  place = new Place();
  writeFileSync(join(place.folder, "train.mjs"), PROGRAM);
});
afterEach(() => place.remove());

const from = ["init", "--from", `${process.execPath} train.mjs --help`];

test("it is printed where nobody can be asked, and written with --yes; then it runs", () => {
  const shown = place.fettle(...from);
  expect([shown.code, shown.stderr]).toEqual([0, ""]);
  expect(shown.stdout).toContain("lr: 0.00001..0.1:log:default=0.01");
  expect(existsSync(join(place.folder, "fettle.yaml"))).toBe(false);
  expect(place.fettle(...from, "--yes").code).toBe(0);
  expect(readFileSync(join(place.folder, "fettle.yaml"), "utf8")).toBe(shown.stdout);
  expect(place.fettle("check").stdout).toContain("minimize val_loss");
  expect(place.fettle("run", "--study", "s", "-n", "4", "--seed", "1").code).toBe(0);
  expect(place.trials().map(({ state }) => state)).toEqual(Array(4).fill("complete"));
  const again = place.fettle(...from, "--yes");
  expect([again.code, again.stderr]).toEqual([
    2,
    "fettle: fettle.yaml is there already; delete it, or write elsewhere with -o\n",
  ]);
});

test.each([
  ["nothing", ["init", "--from", "true"], /^fettle: --from true: it printed no options; give the command/],
  ["no program", ["init", "--from", "no-such --help"], /^fettle: no-such: command not found/],
  ["a shell", ["init", "--from", "true --help | head"], /^fettle: "\|" needs a shell/],
  ["no command", ["init", "--from", " "], /^fettle: --from: a command is missing/],
])("%s is a line", (_, args, message) => {
  const { code, stdout, stderr } = place.fettle(...args);
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import { EXAMPLES, Place } from "./fettle.ts";
import { needs } from "./needs.ts";

needs("three minutes: FETTLE_TEST_ALL=1", () => process.env.FETTLE_TEST_ALL === "1").test(
  "the quickstart ends at a test accuracy of at least 95 %, and its study replays",
  async () => {
    const place = new Place();
    const child = spawn(process.execPath, [join(EXAMPLES, "digits", "tune.ts")], {
      cwd: place.folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    const accuracy = Number(/test accuracy ([\d.]+) %\s*$/.exec(output)?.[1]);
    expect(accuracy).toBeGreaterThanOrEqual(95);
    expect(place.fettle("check", "digits.db").code).toBe(0);
    expect(place.fettle("replay", "--storage", "digits.db").stdout).toContain("no difference");
    place.remove();
  },
  600_000,
);

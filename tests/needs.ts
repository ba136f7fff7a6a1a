/**
 * Tests that need what not every machine has: skipped by name, but failures where FETTLE_TEST_ALL is set.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";

/** `test` where it is there; otherwise a skip whose name says what is missing. */
export function needs(
  what: string,
  isThere: () => boolean,
): { test: (name: string, body: () => Promise<void>, timeoutMs?: number) => void } {
  const there = isThere();
  return {
    test(name, body, timeoutMs) {
      if (there) test(name, body, timeoutMs);
      else if (process.env.FETTLE_TEST_ALL)
        test(name, () => {
          throw new Error(`this test needs ${what}, which is not here`);
        });
      else test.skip(`${name} (needs ${what})`, () => {});
    },
  };
}

/** Whether a program can be run. */
export function hasProgram(program: string, ...args: string[]): () => boolean {
  return () => {
    try {
      execFileSync(program, args, { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
}

export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "fettle-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

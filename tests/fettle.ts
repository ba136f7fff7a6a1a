/**
 * Runs the built command line in a folder of its own.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const BINARY = fileURLToPath(new URL("../bin/fettle.mjs", import.meta.url));
export const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder to run in, and what runs there. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), "fettle-"));

  /** Runs to the end. */
  fettle(...args: readonly string[]): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BINARY, ...args], {
      cwd: this.folder,
      encoding: "utf8",
      env: this.env(),
      input: "",
    });
    return { code: status, stdout, stderr };
  }

  /** Runs a request a line through `fettle stdio`. */
  stdio(...requests: readonly (object | string)[]): Record<string, never>[] {
    const input = requests
      .map((request) => (typeof request === "string" ? request : JSON.stringify(request)))
      .join("\n");
    const { stdout } = spawnSync(process.execPath, [BINARY, "stdio"], {
      cwd: this.folder,
      encoding: "utf8",
      env: this.env(),
      input,
    });
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, never>);
  }

  /** Starts, and does not wait. */
  start(...args: readonly string[]): ChildProcess & { ended: Promise<Ran> } {
    const child = spawn(process.execPath, [BINARY, ...args], {
      cwd: this.folder,
      env: this.env(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name]?.on("data", (chunk: Buffer) => (text[name] += chunk.toString()));
    const ended = new Promise<Ran>((resolve) => child.on("close", (code) => resolve({ code, ...text })));
    return Object.assign(child, { ended });
  }

  trials(study = "s"): {
    number: number;
    state: string;
    attempt: number;
    values?: Record<string, number | string>;
    error?: { message: string };
    reports: { step: number }[];
    notes: Record<string, unknown>;
    params: Record<string, unknown>;
  }[] {
    const { code, stdout, stderr } = this.fettle("trials", study, "--json");
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private env(): NodeJS.ProcessEnv {
    const { npm_lifecycle_event: _, INIT_CWD: __, ...env } = process.env;
    return { ...env, CI: "", NO_COLOR: "1" };
  }
}

/** Processes whose command line has that text. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Waits until something holds; throws after a time in which it must. */
export async function until(what: string, holds: () => boolean, withinMs = 20_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

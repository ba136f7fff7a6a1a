import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NewEvent } from "../src/events.ts";
import { createStudy, float, space } from "../src/index.ts";
import type { Storage } from "../src/storage.ts";
import { memory } from "../src/storages/memory.ts";
import { sqlite } from "../src/storages/sqlite.ts";
import { storageChecks } from "../src/testing/storage.ts";
import { canMount, needs } from "./needs.ts";

let folder: string;
let handles: Storage[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fettle-"));
});
afterEach(async () => {
  for (const handle of handles) await handle.close();
  handles = [];
  rmSync(folder, { recursive: true, force: true });
});

const open = (options = {}): Storage => {
  const handle = sqlite(join(folder, "s.db"), options);
  handles.push(handle);
  return handle;
};

describe.each(["memory", "sqlite", "sqlite (power)"])("%s", (kind) => {
  test.each(storageChecks.map((check) => [check.name, check] as const))("%s", async (_, check) => {
    const shared = memory();
    const site = {
      open: async () => (kind === "memory" ? shared : open(kind === "sqlite" ? {} : { durability: "power" })),
    };
    await check.run(site);
  });
});

describe("a study file that cannot be used is told in one line", () => {
  const path = () => join(folder, "s.db");

  test("missing, with what is near; nothing is made", () => {
    writeFileSync(join(folder, "other.db"), "");
    expect(() => open({ create: false })).toThrow(/does not exist; there is other\.db$/);
    expect(existsSync(path())).toBe(false);
    expect(() => sqlite(join(folder, "no", "s.db"))).toThrow("does not exist");
  });

  test("a folder, a text, another database", () => {
    expect(() => sqlite(folder)).toThrow("is a folder, not a study file");
    writeFileSync(path(), "this is no database, however long one looks at it. ".repeat(50));
    expect(() => open()).toThrow("is not a study file");
    rmSync(path());
    const other = new DatabaseSync(path());
    other.exec("CREATE TABLE t (x)");
    other.close();
    expect(() => open()).toThrow("is a database, but not a study file");
  });

  test("from a newer version", async () => {
    await open().close();
    const database = new DatabaseSync(path());
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(() => open()).toThrow(/newer version of fettle \(schema 99.*upgrade fettle/);
  });

  test("damaged: what is read says so", async () => {
    const study = await createStudy(space({ x: float(0, 1) }), { storage: open(), trials: 300 });
    for await (const trial of study) await trial.tell(trial.params.x);
    await handles[0].close();
    handles = [];
    const bytes = Buffer.alloc(4096 * 6, 0x7a);
    const { openSync, writeSync, closeSync } = await import("node:fs");
    const file = openSync(path(), "r+");
    writeSync(file, bytes, 0, bytes.length, 4096 * 2);
    closeSync(file);
    await expect((async () => open().read("study", 0))()).rejects.toThrow(/is damaged|not a study file/);
  });

  needs("a mount of its own (root)", canMount).test(
    "on a full disk the append is refused whole, and goes through once there is room",
    async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=600k", "tmpfs", folder]);
      try {
        const storage = open();
        await storage.create("s", [{ kind: "stopped", reason: "", client: "a", seq: 1 }]);
        writeFileSync(join(folder, "ballast"), Buffer.alloc(300_000));
        const note = (seq: number, size: number): NewEvent => ({
          kind: "noted",
          key: "k",
          value: "x".repeat(size),
          client: "a",
          seq,
        });
        await expect(storage.append("s", [note(2, 10), note(3, 400_000)])).rejects.toThrow(
          "the disk is full; free some space",
        );
        expect((await storage.read("s", 0)).length).toBe(1);
        rmSync(join(folder, "ballast"));
        expect(await storage.append("s", [note(2, 10)])).toBe(2);
        await storage.close();
        handles = [];
      } finally {
        execFileSync("umount", ["-l", folder]);
      }
    },
  );

  test("locked by another process for long", async () => {
    await open().close();
    const other = new DatabaseSync(path());
    other.exec("BEGIN IMMEDIATE");
    await expect((async () => open().create("s", []))()).rejects.toThrow(
      "is locked by another process; try again",
    );
    other.exec("COMMIT");
    other.close();
    await open().create("s", [{ kind: "stopped", reason: "", client: "a", seq: 1 }]);
  });

  test("opened to read, it cannot be written", async () => {
    await open().close();
    const reader = open({ readOnly: true });
    await expect(reader.create("s", [])).rejects.toThrow("is read-only");
    expect(await reader.list()).toEqual([]);
  });
});

test("writers that are killed in mid-append lose nothing that was acknowledged, and apply nothing twice", async () => {
  const path = join(folder, "s.db");
  const first = open();
  await first.create("s", [{ kind: "stopped", reason: "", client: "maker", seq: 1 }]);
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < 4; round++) {
    const writers = Array.from({ length: 3 }, (_, n) => startWriter(path, `r${round}w${n}`, acknowledged));
    await new Promise((resolve) => setTimeout(resolve, 700));
    await Promise.all(writers.map((kill) => kill()));
  }
  const events = await open().read("s", 0);
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  for (const [client, last] of acknowledged) {
    const seqs = events.filter((event) => event.client === client).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs.length).toBeGreaterThanOrEqual(last);
    expect(seqs.length % 2).toBe(0); // they came in pairs: none is half there
  }
  expect([...acknowledged.values()].reduce((sum, last) => sum + last, 0)).toBeGreaterThan(100);
  const database = new DatabaseSync(path);
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  database.close();
});

/** Appends pairs of events as fast as it can, and says the number of each one that was acknowledged. */
function startWriter(path: string, client: string, acknowledged: Map<string, number>) {
  const module = new URL("../src/storages/sqlite.ts", import.meta.url).href;
  const program = `
    const { sqlite } = await import(${JSON.stringify(module)});
    const storage = sqlite(${JSON.stringify(path)});
    for (let seq = 1; ; seq += 2) {
      const events = [seq, seq + 1].map((n) => ({ kind: "noted", key: "k", value: n, client: ${JSON.stringify(client)}, seq: n }));
      await storage.append("s", events);
      process.stdout.write((seq + 1) + "\\n");
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) acknowledged.set(client, Number(lines[lines.length - 1]));
  });
  return () =>
    new Promise<void>((resolve) => {
      child.on("close", () => resolve());
      child.kill("SIGKILL");
    });
}

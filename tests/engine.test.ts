import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inline } from "../src/engines/inline.ts";
import { processes } from "../src/engines/process.ts";
import { simulated } from "../src/engines/simulated.ts";
import { threads } from "../src/engines/threads.ts";
import { createStudy, float, type Objective, space } from "../src/index.ts";
import { type EngineSite, engineChecks } from "../src/testing/engine.ts";
import objective from "./objective.ts";

const files = mkdtempSync(join(tmpdir(), "fettle-"));
afterAll(() => rmSync(files, { recursive: true, force: true }));

const module = new URL("./objective.ts", import.meta.url);
/** A verdict stops a program by a signal, so that it has to live long enough to get one. */
const script = `case "$FETTLE_PARAM_BEHAVIOUR" in
  fail) echo it is broken >&2; exit 3;;
  silent) exit 0;;
  wait) echo step=1 loss=10; sleep 600;;
  *) for step in 1 2 3; do echo "step=$step loss=$((10 * step))"; sleep 0.2; done; echo "loss=5";;
esac`;

const sites: Record<string, EngineSite> = {
  inline: { make: (parallel) => inline(objective as Objective, { parallel }) },
  simulated: { make: (parallel) => simulated(objective as Objective, { parallel }) },
  threads: { make: (parallel) => threads({ module, parallel }) },
  process: {
    make: (parallel) => processes({ command: ["sh", "-c", script], files, parallel, graceMs: 500 }),
  },
};

describe.each(Object.entries(sites))("%s", (_, site) => {
  test.each(engineChecks.map((check) => [check.name, check] as const))("%s", (_, check) => check.run(site));
});

describe("threads", () => {
  const s = space({ x: float(0, 1) });
  const run = async (url: URL) => {
    const study = await createStudy(s, { trials: 2 });
    return study.run(threads({ module: url }));
  };

  test("a module that cannot be used ends the run with its reason", async () => {
    await expect(run(new URL("./nowhere.ts", import.meta.url))).rejects.toThrow("nowhere.ts");
    await expect(run(new URL("./needs.ts", import.meta.url))).rejects.toThrow(
      "no default export that is a function",
    );
  });

  test("a thread that ends its process fails only its trial", async () => {
    const engine = threads({ module });
    await engine.submit([
      { study: "s", trial: 0, attempt: 1, params: { behaviour: "exit" }, objectives: ["loss"], seed: 1 },
    ]);
    for await (const [event] of engine.events()) {
      expect(event).toMatchObject({
        kind: "exit",
        outcome: { kind: "failed", error: { message: expect.stringContaining("exit code 3") } },
      });
      break;
    }
    await engine.close();
  });
});

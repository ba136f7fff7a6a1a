/**
 * What every storage must do, as checks that any test runner can call.
 */
import { ConflictError, NotFoundError } from "../errors.ts";
import type { EventBody, NewEvent } from "../events.ts";
import type { Storage } from "../storage.ts";
import { type Check, deepEqual, expectEqual, expectRejection } from "./check.ts";

/** Opens handles on one place that is empty at first. */
export interface StorageSite {
  open(): Promise<Storage>;
}

const created: EventBody = {
  kind: "created",
  format: 1,
  problem: {
    space: { x: { type: "float", low: 0, high: 1 } },
    objectives: [{ name: "loss", direction: "minimize" }],
    seed: 1,
  },
};

function numbered(client: string, first: number, bodies: readonly EventBody[]): NewEvent[] {
  return bodies.map((body, index) => ({ ...body, client, seq: first + index }));
}

const note = (value: string | number): EventBody => ({ kind: "noted", key: "n", value });

async function fresh(site: StorageSite, study = "s"): Promise<Storage> {
  const storage = await site.open();
  await storage.create(study, numbered("maker", 1, [created]));
  return storage;
}

export const storageChecks: readonly Check<StorageSite>[] = [
  {
    name: "events come back as they went in, numbered from 1, at times that never decrease",
    async run(site) {
      const storage = await fresh(site);
      const last = await storage.append(
        "s",
        numbered("a", 1, [note("ü\n\u0000🎛"), note("b"), { kind: "stopped", reason: "" }]),
      );
      expectEqual(last, 4, "position of the last event");
      const events = await storage.read("s", 0);
      expectEqual(
        events.map(({ position }) => position),
        [1, 2, 3, 4],
        "positions",
      );
      expectEqual(
        events.map(({ client, seq }) => [client, seq]),
        [
          ["maker", 1],
          ["a", 1],
          ["a", 2],
          ["a", 3],
        ],
        "clients",
      );
      expectEqual((events[1] as { value?: unknown }).value, "ü\n\u0000🎛", "text");
      for (let i = 1; i < events.length; i++)
        if (events[i].time < events[i - 1].time) throw new Error("time went back");
    },
  },
  {
    name: "pages follow each other without gap or overlap",
    async run(site) {
      const storage = await fresh(site);
      await storage.append(
        "s",
        numbered(
          "a",
          1,
          Array.from({ length: 25 }, (_, i) => note(i)),
        ),
      );
      const seen: number[] = [];
      for (let after = 0; ; ) {
        const page = await storage.read("s", after, 7);
        seen.push(...page.map(({ position }) => position));
        if (page.length < 7) break;
        after = page[page.length - 1].position;
      }
      expectEqual(
        seen,
        Array.from({ length: 26 }, (_, i) => i + 1),
        "positions",
      );
      expectEqual((await storage.read("s", 26)).length, 0, "events after the last");
    },
  },
  {
    name: "NaN and the infinities, as strings, survive",
    async run(site) {
      const storage = await fresh(site);
      const values = { a: "NaN", b: "Infinity", c: "-Infinity", d: -1e300, e: 5e-324 } as const;
      await storage.append(
        "s",
        numbered("a", 1, [{ kind: "reported", trial: 0, attempt: 1, step: 1, values }]),
      );
      expectEqual(((await storage.read("s", 1))[0] as { values?: unknown }).values, values, "values");
    },
  },
  {
    name: "appenders at the same time lose nothing, and each one's events stay in order",
    async run(site) {
      const handles = [await fresh(site), await site.open(), await site.open()];
      await Promise.all(
        handles.flatMap((storage, h) =>
          Array.from({ length: 40 }, (_, i) =>
            storage.append("s", numbered(`c${h}`, 2 * i + 1, [note(i), note(i)])),
          ),
        ),
      );
      const events = await handles[1].read("s", 1);
      expectEqual(events.length, 240, "events");
      expectEqual(
        events.map(({ position }) => position),
        Array.from({ length: 240 }, (_, i) => i + 2),
        "positions",
      );
      for (const h of [0, 1, 2]) {
        const seqs = events.filter(({ client }) => client === `c${h}`).map(({ seq }) => seq);
        expectEqual(
          seqs,
          Array.from({ length: 80 }, (_, i) => i + 1),
          `events of client ${h}`,
        );
      }
    },
  },
  {
    name: "an `expired` is refused while the lease is live, with all that was appended with it",
    async run(site) {
      const storage = await fresh(site);
      await storage.append("s", numbered("w", 1, [{ kind: "claimed", worker: "w", leaseMs: 60_000 }]));
      const expired: EventBody = { kind: "expired", trial: 0, attempt: 1, owner: "w", until: 0 };
      await expectRejection(storage.append("s", numbered("r", 1, [note("lost"), expired])), ConflictError);
      expectEqual((await storage.read("s", 2)).length, 0, "events of the refused append");
      await storage.renew("s", "w", -1);
      await storage.append("s", numbered("r", 1, [expired]));
      await storage.append("s", numbered("r", 2, [{ ...expired, owner: "never seen" }]));
      expectEqual((await storage.read("s", 2)).length, 2, "events after the lease ended");
    },
  },
  {
    name: "leases show who lives, and until when",
    async run(site) {
      const storage = await fresh(site);
      await storage.append("s", numbered("w", 1, [{ kind: "claimed", worker: "w", leaseMs: 60_000 }]));
      await storage.renew("s", "v", 1000);
      const { now, leases } = await storage.leases("s");
      const left = Object.fromEntries(leases.map(({ client, until }) => [client, until - now]));
      expectEqual(Object.keys(left).sort(), ["v", "w"], "clients");
      if (!(left.w > 50_000 && left.w <= 60_000 && left.v > 0 && left.v <= 1000))
        throw new Error(`leases end in ${JSON.stringify(left)} ms`);
    },
  },
  {
    name: "a study exists once, is listed, and is gone when it is deleted",
    async run(site) {
      const storage = await fresh(site, "one");
      await storage.create("two", numbered("maker", 1, [created]));
      await expectRejection(storage.create("one", numbered("other", 1, [created])), ConflictError);
      expectEqual(await storage.list(), ["one", "two"], "studies");
      expectEqual((await storage.read("one", 0)).length, 1, "events of the study that was there");
      await storage.delete("one");
      expectEqual(await storage.list(), ["two"], "studies after one was deleted");
      await storage.create("one", numbered("maker", 1, [created]));
      expectEqual((await storage.read("one", 0)).length, 1, "events of the new study");
    },
  },
  {
    name: "a study that does not exist is named",
    async run(site) {
      const storage = await site.open();
      await expectRejection(storage.read("gone", 0), NotFoundError, "gone");
      await expectRejection(storage.append("gone", numbered("a", 1, [note(1)])), NotFoundError, "gone");
      await expectRejection(storage.delete("gone"), NotFoundError, "gone");
    },
  },
  {
    name: "what was appended is there for the next handle",
    async run(site) {
      const storage = await fresh(site);
      await storage.append("s", numbered("a", 1, [note("kept")]));
      const before = await storage.read("s", 0);
      await storage.close();
      const again = await site.open();
      if (!deepEqual(await again.read("s", 0), before)) throw new Error("the log changed over a reopening");
    },
  },
  {
    name: "the table of trials takes only what is newer",
    async run(site) {
      const storage = await fresh(site);
      const { projection } = storage;
      if (projection === undefined) return;
      const trial = {
        number: 0,
        attempt: 1,
        space: 0,
        params: { x: 0.5 },
        reports: [],
        times: { created: 1 },
        notes: {},
      };
      const summary = {
        study: "s",
        state: "idle",
        counts: { complete: 1 },
        objectives: [],
        created: 1,
        updated: 1,
      } as const;
      expectEqual(await projection.position("s"), 0, "position at first");
      await projection.save(
        "s",
        9,
        [{ trial: { ...trial, state: "complete", values: { loss: 1 } }, position: 8 }],
        summary,
      );
      await projection.save("s", 5, [{ trial: { ...trial, state: "running" }, position: 4 }], {
        ...summary,
        counts: {},
      });
      expectEqual(await projection.position("s"), 9, "position");
      expectEqual(
        (await storage.summaries?.())?.map(({ study, counts }) => [study, counts]),
        [["s", { complete: 1 }]],
        "summaries",
      );
    },
  },
];

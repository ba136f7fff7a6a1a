/**
 * What every engine must do, as checks that any test runner can call.
 */
import type { Engine, Handle, Job, JobEvent } from "../engine.ts";
import { type Check, expectEqual } from "./check.ts";

/** What a job of a check is to do; each engine is given a program or function that does so. */
export type Behaviour = "report" | "wait" | "fail" | "silent";

/**
 * Makes engines whose objective follows `params.behaviour`:
 * - "report": reports steps 1, 2, 3 with values 10, 20, 30, and ends with 5; ends early on a verdict
 * - "wait": reports step 1, then does nothing until it is ended
 * - "fail": fails, with "broken" in what it says
 * - "silent": ends without a value
 */
export interface EngineSite {
  make(parallel: number): Engine;
}

const job = (trial: number, behaviour: Behaviour, attempt = 1): Job => {
  return { study: "s", trial, attempt, params: { behaviour }, objectives: ["loss"], seed: trial };
};

/** Collects events in the background; answers every report with "continue" unless told otherwise. */
function listen(
  engine: Engine,
  verdictOf: (handle: Handle, step: number) => "continue" | "stop" = () => "continue",
) {
  const events: JobEvent[] = [];
  let wake = () => {};
  const done = (async () => {
    for await (const batch of engine.events()) {
      for (const event of batch) {
        events.push(event);
        if (event.kind === "report")
          await engine.decide(event.handle, event.report.step, verdictOf(event.handle, event.report.step));
      }
      wake();
    }
  })();
  return {
    events,
    done,
    async until(test: (events: readonly JobEvent[]) => boolean): Promise<void> {
      while (!test(events))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}

const exits = (events: readonly JobEvent[]) => events.filter((event) => event.kind === "exit");
const reports = (events: readonly JobEvent[], trial: number) =>
  events.flatMap((event) =>
    event.kind === "report" && event.handle.trial === trial
      ? [[event.report.step, event.report.values.loss]]
      : [],
  );

export const engineChecks: readonly Check<EngineSite>[] = [
  {
    name: "reports come in order, and then the end with its value",
    async run(site) {
      const engine = site.make(2);
      const heard = listen(engine);
      await engine.submit([job(0, "report"), job(1, "report")]);
      await heard.until((events) => exits(events).length === 2);
      for (const trial of [0, 1])
        expectEqual(
          reports(heard.events, trial),
          [
            [1, 10],
            [2, 20],
            [3, 30],
          ],
          `reports of trial ${trial}`,
        );
      for (const exit of exits(heard.events))
        expectEqual(exit.outcome, { kind: "ended", values: { loss: 5 } }, "outcome");
      await engine.close();
      await heard.done;
    },
  },
  {
    name: "a job that is known is not started again",
    async run(site) {
      const engine = site.make(2);
      const heard = listen(engine);
      await engine.submit([job(0, "wait")]);
      await heard.until((events) => reports(events, 0).length > 0);
      await engine.submit([job(0, "wait")]);
      expectEqual(await engine.capacity(), { free: 1, total: 2 }, "capacity");
      expectEqual(await engine.list("s"), [{ study: "s", trial: 0, attempt: 1 }], "list");
      await engine.cancel({ study: "s", trial: 0, attempt: 1 }, { graceMs: 100 });
      await engine.cancel({ study: "s", trial: 0, attempt: 1 }, { graceMs: 100 });
      await heard.until((events) => exits(events).length > 0);
      expectEqual(
        exits(heard.events).map(({ outcome }) => outcome.kind),
        ["cancelled"],
        "ends",
      );
      expectEqual(await engine.capacity(), { free: 2, total: 2 }, "capacity at the end");
      await engine.close();
    },
  },
  {
    name: "a verdict reaches the job, and ends it early",
    async run(site) {
      const engine = site.make(1);
      const heard = listen(engine, (_, step) => (step === 2 ? "stop" : "continue"));
      await engine.submit([job(0, "report")]);
      await heard.until((events) => exits(events).length > 0);
      expectEqual(exits(heard.events)[0].outcome.kind, "cancelled", "outcome");
      if (reports(heard.events, 0).length < 2) throw new Error("the job ended before its verdict");
      await engine.close();
    },
  },
  {
    name: "a failure says what went wrong, and the engine goes on",
    async run(site) {
      const engine = site.make(1);
      const heard = listen(engine);
      await engine.submit([job(0, "fail")]);
      await heard.until((events) => exits(events).length === 1);
      const { outcome } = exits(heard.events)[0];
      if (outcome.kind !== "failed") throw new Error(`expected a failure, got ${outcome.kind}`);
      if (!`${outcome.error.message}${outcome.error.tail}`.includes("broken"))
        throw new Error(`the message is ${outcome.error.message}`);
      expectEqual(outcome.error.kind, "program", "kind of the error");
      await engine.submit([job(1, "report")]);
      await heard.until((events) => exits(events).length === 2);
      expectEqual(exits(heard.events)[1].outcome.kind, "ended", "the next job");
      await engine.close();
    },
  },
  {
    name: "a job that ends without a value gives none",
    async run(site) {
      const engine = site.make(1);
      const heard = listen(engine);
      await engine.submit([job(0, "silent")]);
      await heard.until((events) => exits(events).length > 0);
      const { outcome } = exits(heard.events)[0];
      if (outcome.kind === "ended" && outcome.values !== undefined)
        throw new Error("it gave a value from nowhere");
      if (outcome.kind === "cancelled") throw new Error("nobody cancelled it");
      await engine.close();
    },
  },
  {
    name: "closing ends what runs, and then the events",
    async run(site) {
      const engine = site.make(2);
      const heard = listen(engine);
      await engine.submit([job(0, "wait"), job(1, "wait")]);
      await heard.until((events) => reports(events, 0).length > 0 && reports(events, 1).length > 0);
      await engine.close();
      await heard.done;
    },
  },
];

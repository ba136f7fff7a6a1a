import { describe, expect, test } from "vitest";
import type { Event, EventBody } from "./events.ts";
import { apply, begin, type History, left, limitReached } from "./history.ts";
import { float, space } from "./space.ts";
import type { Trial } from "./trial.ts";

const s = space({ x: float(0, 1) });

/** A log in hand: appends events one second apart and folds them. */
function study(limits = {}, objectives = [{ name: "loss", direction: "minimize" as const }]) {
  let position = 1;
  const seqs = new Map<string, number>([["w", 1]]);
  const created: EventBody = {
    kind: "created",
    format: 1,
    problem: { space: s.toJSON(), objectives, seed: 1 },
  };
  const history = begin({ ...created, client: "w", seq: 1, position: 1, time: 0 } as Event);
  const append = (body: EventBody, client = "w", seq?: number, time?: number): History => {
    position++;
    const next = seq ?? (seqs.get(client) ?? 0) + 1;
    seqs.set(client, Math.max(next, seqs.get(client) ?? 0));
    return apply(history, { ...body, client, seq: next, position, time: time ?? position * 1000 } as Event);
  };
  append({ kind: "configured", limits });
  return { history, append };
}

const claimed: EventBody = { kind: "claimed", worker: "w", leaseMs: 30_000 };
const started = (trial: number, attempt = 1, x = 0.5): EventBody => {
  return {
    kind: "started",
    trial,
    attempt,
    params: { x },
    basis: 1,
    sampler: { name: "random", version: 1 },
  };
};
const finished = (trial: number, loss: number, attempt = 1): EventBody => {
  return { kind: "finished", trial, attempt, state: "complete", values: { loss } };
};

describe("numbers", () => {
  test("claims get numbers in their order, and no more than the limit", () => {
    const { history, append } = study({ trials: 2 });
    append(claimed);
    append(claimed, "v");
    expect([...history.claims.keys()]).toEqual([0, 1]);
    append(claimed);
    expect(history.last.rejected).toBe("no trial is left to claim");
    expect(left(history).trials).toBe(0);
    expect(limitReached(history)?.kind).toBe("trials");
  });

  test("a number that was given back unstarted goes to the next claim", () => {
    const { history, append } = study({ trials: 3 });
    append(claimed);
    append(claimed);
    append({ kind: "withdrawn", trial: 0, attempt: 1 });
    append(claimed, "v");
    expect(history.claims.get(0)?.client).toBe("v");
    expect(history.trials.length).toBe(2);
  });

  test("an enqueued point is claimed before any new number", () => {
    const { history, append } = study();
    append(claimed);
    append({ kind: "enqueued", params: { x: 0.25 } });
    append(claimed);
    expect(history.last.number).toBe(1);
    expect(history.trials[1]?.params).toEqual({ x: 0.25 });
  });

  test("imported trials of the study use numbers; those of another study do not", () => {
    const { history, append } = study({ trials: 3 });
    const trials = [{ params: { x: 0.1 }, state: "complete" as const, values: { loss: 2 } }];
    append({ kind: "imported", trials });
    expect(history.last.ended).toEqual([0]);
    append({ kind: "imported", source: { study: "other", space: s.toJSON() }, trials });
    expect(history.trials.length).toBe(1);
    expect(history.problem.sources?.[0].trials[0].losses).toEqual([2]);
  });
});

describe("losers are rejected", () => {
  test("a repeated event counts once", () => {
    const { history, append } = study();
    append(claimed, "w", 10);
    append(claimed, "w", 10);
    expect(history.claims.size).toBe(1);
    expect(history.last.rejected).toBe("repeated");
  });

  test("a second finish, and one of a stale attempt", () => {
    const { history, append } = study();
    append(claimed);
    append(started(0));
    append({ kind: "expired", trial: 0, attempt: 1, owner: "w", until: 4500 });
    expect(history.trials[0]?.state).toBe("waiting");
    append(claimed, "v");
    append(started(0, 2), "v");
    append(finished(0, 7, 1));
    expect(history.last.rejected).toBe("attempt 1 of trial 0 is not the current one");
    append(finished(0, 3, 2), "v");
    append(finished(0, 9, 2), "v");
    expect(history.last.rejected).toBe("trial 0 is complete already");
    expect(history.trials[0]?.values).toEqual({ loss: 3 });
  });

  test("an expiry by the name of another, and of a claim that never expires", () => {
    const { history, append } = study();
    append(claimed);
    append({ kind: "expired", trial: 0, attempt: 1, owner: "v", until: 0 });
    expect(history.last.rejected).toContain("another's");
    append({ kind: "claimed", worker: "w" });
    append({ kind: "expired", trial: 1, attempt: 1, owner: "w", until: 0 });
    expect(history.last.rejected).toContain("never expires");
  });
});

describe("ends", () => {
  test("the value is what was told, else that of the last step", () => {
    const { history, append } = study();
    append(claimed);
    append(started(0));
    append({ kind: "reported", trial: 0, attempt: 1, step: 2, values: { loss: 5 } });
    append({ kind: "reported", trial: 0, attempt: 1, step: 1, values: { loss: 9 } });
    append({ kind: "reported", trial: 0, attempt: 1, step: 2, values: { loss: 4 } });
    append({ kind: "finished", trial: 0, attempt: 1, state: "complete" });
    expect(history.trials[0]?.reports.map(({ step, values }) => [step, values.loss])).toEqual([
      [1, 9],
      [2, 4],
    ]);
    expect(history.trials[0]?.values).toEqual({ loss: 4 });
  });

  test("losses are minimised, and the best is the first of equals", () => {
    const { history, append } = study({}, [{ name: "loss", direction: "maximize" as never }]);
    for (const [trial, loss] of [1, 5, 5].entries()) {
      append(claimed);
      append(started(trial));
      append(finished(trial, loss));
    }
    expect(history.trials[1]?.losses).toEqual([-5]);
    expect(history.best).toBe(1);
  });

  test("NaN and a missing value are failures that say so; infinity is a value", () => {
    const { history, append } = study();
    for (let trial = 0; trial < 3; trial++) {
      append(claimed);
      append(started(trial));
    }
    append({ kind: "finished", trial: 0, attempt: 1, state: "complete", values: { loss: "NaN" } });
    append({ kind: "finished", trial: 1, attempt: 1, state: "complete", values: { other: 1 } });
    append({ kind: "finished", trial: 2, attempt: 1, state: "complete", values: { loss: "Infinity" } });
    expect(history.trials[0]?.error?.message).toBe("loss is NaN");
    expect(history.trials[1]?.error?.message).toBe("the trial gave no value of loss");
    expect(history.trials[2]?.losses).toEqual([Number.POSITIVE_INFINITY]);
    expect(history.counts).toMatchObject({ failed: 2, complete: 1, running: 0 });
  });

  test("a lost trial is tried again with the same params, a failed one only if asked for", () => {
    const { history, append } = study({ retriesLost: 1 });
    append(claimed);
    append(started(0));
    append({ kind: "expired", trial: 0, attempt: 1, owner: "w", until: 5000 });
    append(claimed);
    expect(history.claims.get(0)?.attempt).toBe(2);
    append(started(0, 2));
    append({ kind: "expired", trial: 0, attempt: 2, owner: "w", until: 8000 });
    expect(history.trials[0]).toMatchObject({ state: "failed", error: { kind: "infrastructure" } });
    append(claimed);
    append(started(1));
    const error = { kind: "program" as const, message: "exit 1" };
    append({ kind: "finished", trial: 1, attempt: 1, state: "failed", error });
    expect(history.trials[1]).toMatchObject({ state: "failed", error });
  });

  test("a trial that was told to stop, and whose worker died, is pruned", () => {
    const { history, append } = study();
    append(claimed);
    append(started(0));
    append({ kind: "reported", trial: 0, attempt: 1, step: 1, values: { loss: 5 } });
    append({ kind: "judged", trial: 0, attempt: 1, step: 1, verdict: "stop" });
    append({ kind: "expired", trial: 0, attempt: 1, owner: "w", until: 8000 });
    expect(history.trials[0]).toMatchObject({ state: "pruned", losses: [5] });
  });

  test("trials that were handed out are frozen and do not change", () => {
    const { history, append } = study();
    append(claimed);
    append(started(0));
    const before = history.trials[0] as Trial;
    append(finished(0, 1));
    expect(before.state).toBe("running");
    expect(Object.isFrozen(before) && Object.isFrozen(history.trials[0])).toBe(true);
  });
});

describe("limits", () => {
  test("time counts only while a trial is claimed, and not after a dead worker's lease", () => {
    const { history, append } = study({ seconds: 60 });
    append({ kind: "noted", key: "idle", value: 1 }, "w", undefined, 100_000);
    append(claimed, "w", undefined, 100_000);
    append(started(0), "w", undefined, 110_000);
    append({ kind: "expired", trial: 0, attempt: 1, owner: "w", until: 130_000 }, "v", undefined, 900_000);
    expect(history.activeMs).toBe(30_000);
    expect(left(history).seconds).toBe(30);
    append(claimed, "v", undefined, 900_000);
    append({ kind: "noted", key: "idle", value: 2 }, "v", undefined, 931_000);
    append(claimed, "v", undefined, 931_000);
    expect(history.last.rejected).toContain("time limit");
  });

  test("target, failures, stop and resume", () => {
    const { history, append } = study({ target: { loss: 1 }, failures: 1 });
    append({ kind: "stopped", reason: "enough" });
    append(claimed);
    expect(history.last.rejected).toBe("enough");
    append({ kind: "resumed" });
    append(claimed);
    append(claimed);
    append(started(0));
    append(started(1));
    append({ kind: "finished", trial: 0, attempt: 1, state: "failed" });
    expect(limitReached(history)?.kind).toBe("failures");
    append(finished(1, 0.5));
    expect(limitReached(history)?.reason).toBe("trial 1 reached the target");
    append({ kind: "configured", limits: { target: { loss: 0 }, failures: 5 } });
    expect(limitReached(history)).toBeUndefined();
  });
});

test("a log of a newer format is refused", () => {
  const event = { kind: "created", format: 2, problem: {}, client: "w", seq: 1, position: 1, time: 0 };
  expect(() => begin(event as unknown as Event)).toThrow("upgrade fettle");
});

/** Programs that train in stages, through the command line: promotion, checkpoints, verdicts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place, processesWith } from "./fettle.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
  writeFileSync(join(place.folder, "train.mjs"), TRAINING);
});
afterEach(() => place.remove());

/** Trains from its checkpoint up to its budget, and writes down which steps it did. */
const TRAINING = `
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
const { FETTLE_PARAMS, FETTLE_BUDGET, FETTLE_CHECKPOINT_DIR, FETTLE_RESUME_FROM, FETTLE_TRIAL, FETTLE_ATTEMPT } = process.env;
const { x } = JSON.parse(FETTLE_PARAMS);
let step = FETTLE_RESUME_FROM ? Number(readFileSync(FETTLE_RESUME_FROM + "/state", "utf8")) : 0;
while (step < Number(FETTLE_BUDGET)) {
  step++;
  const folder = FETTLE_CHECKPOINT_DIR + "/" + step;
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + "/state", String(step));
  appendFileSync("trace.txt", FETTLE_TRIAL + "." + FETTLE_ATTEMPT + "." + step + "\\n");
  console.log(JSON.stringify({ step, loss: x + 1 / step }));
}
`;

const run = (...flags: string[]) =>
  place.fettle(
    ...["run", "--study", "s", "-p", "x=0.0..1.0", "--min", "loss", "--seed", "1", "--sampler", "random"],
    ...[...flags, "--", process.execPath, "train.mjs"],
  );
const PROMOTE = ["--pruner", "successive-halving:mode=promote,minResource=3", "--max-steps", "9"];

/** The steps that each attempt did, by trial. */
function traced(): Map<number, { attempt: number; step: number }[]> {
  const steps = new Map<number, { attempt: number; step: number }[]>();
  for (const line of readFileSync(join(place.folder, "trace.txt"), "utf8").trim().split("\n")) {
    const [trial, attempt, step] = line.split(".").map(Number);
    steps.set(trial, [...(steps.get(trial) ?? []), { attempt, step }]);
  }
  return steps;
}

describe("promotion", () => {
  test("trials pause at the first rung, and the best go on from their checkpoints", () => {
    const ran = run("-n", "9", "-j", "2", ...PROMOTE);
    expect(ran.stderr + ran.stdout).toContain("paused");
    expect(ran.code).toBe(0);
    const trials = place.trials();
    const complete = trials.filter(({ state }) => state === "complete");
    expect(complete.length).toBeGreaterThanOrEqual(1);
    expect(trials.filter(({ state }) => state === "paused")).toHaveLength(9 - complete.length);
    const best = trials.reduce((a, b) => ((b.params.x as number) < (a.params.x as number) ? b : a));
    expect(complete.map(({ number }) => number)).toContain(best.number);
    for (const { number } of complete) {
      const steps = traced().get(number) ?? [];
      expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]); // none twice
      expect(steps.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 2, 2, 2, 2, 2]);
    }
    expect(place.fettle("replay").stdout).toMatch(
      /9 suggestions replayed, no difference\n\d+ verdicts and promotions replayed, no difference/,
    );
  });

  test("a checkpoint that is gone means: from the start, and a note says so", () => {
    const gone = `if (step === 3) rmSync(FETTLE_CHECKPOINT_DIR, { recursive: true });\n  console.log`;
    writeFileSync(join(place.folder, "train.mjs"), TRAINING.replace("console.log", gone));
    expect(run("-n", "9", "-j", "2", ...PROMOTE).code).toBe(0);
    const promoted = place.trials().filter(({ attempt }) => attempt === 2);
    expect(promoted.length).toBeGreaterThanOrEqual(1);
    for (const { number, state, notes, reports } of promoted) {
      expect(state).toBe("complete");
      expect(notes.checkpoint).toContain("begun anew from step 0");
      expect(reports.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      const again = (traced().get(number) ?? []).filter(({ attempt }) => attempt === 2);
      expect(again[0].step).toBe(1);
    }
  });
});

test("a seed means the same trials with the default pruner, however fast the program is", () => {
  writeFileSync(
    join(place.folder, "train.mjs"),
    `const { x } = JSON.parse(process.env.FETTLE_PARAMS);
    console.log(Array.from({ length: 34 }, (_, k) => JSON.stringify({ step: k + 1, loss: x + 1 / (k + 1) })).join("\\n"));`,
  );
  const flags = "-p x=0.0..1.0 --min loss --seed 1 -n 12 --max-steps 34".split(" ");
  const ends = ["s", "t"].map((study) => {
    expect(place.fettle("run", "--study", study, ...flags, "--", process.execPath, "train.mjs").code).toBe(0);
    return place
      .trials(study)
      .map(({ params, state, values, reports }) => [params, state, values, reports.length]);
  });
  expect(ends[1]).toEqual(ends[0]);
  expect(ends[0].some(([, state]) => state === "paused")).toBe(true);
  expect(place.fettle("replay", "s").code).toBe(0);
});

test("a program that ignores the request to end is ended, and nothing outlives the run", () => {
  writeFileSync(
    join(place.folder, "stubborn.sh"),
    `trap '' TERM; echo '{"step":1,"loss":5}'; sleep 60 & wait; echo loss=0`,
  );
  const ran = place.fettle(
    ...["run", "--study", "s", "-p", "x=0.0..1.0", "--min", "loss", "-n", "2", "--seed", "1"],
    ...["--pruner", "threshold:worst=1", "--grace", "1s", "-j", "2", "--", "sh", "stubborn.sh"],
  );
  expect(ran.stderr).not.toContain("error");
  expect(place.trials().map(({ state }) => state)).toEqual(["pruned", "pruned"]);
  expect(processesWith("stubborn.sh")).toEqual([]);
});

/**
 * No process survives any way in which a run can end.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Place, processesWith, until } from "./fettle.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

/** A trial with a grandchild; both carry the folder's name in their command line, so that they can be found. */
const script = (extra = "") =>
  `${extra} sh -c 'sleep 300; : '$PWD & echo step=1 loss={x}; while :; do sleep 1; : $PWD; done`;
const mine = () => processesWith(place.folder).filter((pid) => commandOf(pid).startsWith("sh"));
const commandOf = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
};

const begin = async (program: string) => {
  writeFileSync(join(place.folder, "trial.sh"), program);
  const run = place.start(
    "run",
    "--study",
    "s",
    "-p",
    "x=0.0..1.0",
    "--min",
    "loss",
    "-n",
    "9",
    "-j",
    "2",
    "--",
    "sh",
    join(place.folder, "trial.sh"),
    "{x}",
  );
  await until("two trials run", () => mine().length >= 4).catch(async (error) => {
    run.kill("SIGKILL");
    throw new Error(`${error.message}: ${(await run.ended).stderr}`);
  });
  return run;
};
test("Ctrl-C twice: running trials are ended, and wait to be tried again", async () => {
  const run = await begin(script().replaceAll("{x}", "$1"));
  run.kill("SIGINT");
  await until("it says that it finishes", () => mine().length >= 4);
  await new Promise((resolve) => setTimeout(resolve, 300));
  run.kill("SIGINT");
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(stderr).toContain("finishing the running trials");
  await until("nothing is left", () => mine().length === 0);
  expect(place.trials().map(({ state }) => state)).toEqual(["waiting", "waiting"]);
});

test("Ctrl-C once: what runs may finish, nothing new begins", async () => {
  const run = place.start(
    "run",
    "--study",
    "s",
    "-p",
    "x=0.0..1.0",
    "--min",
    "loss",
    "-n",
    "9",
    "-j",
    "2",
    "--",
    "sh",
    "-c",
    "sleep 1.5; echo loss={x}",
  );
  await until("the study is there", () => existsSync(join(place.folder, "fettle-files", "s", "1")));
  run.kill("SIGINT");
  expect((await run.ended).code).toBe(130);
  expect(place.trials().map(({ state }) => state)).toEqual(["complete", "complete"]);
});

test("SIGTERM: the same as twice", async () => {
  const run = await begin(script("trap '' TERM;").replaceAll("{x}", "$1"));
  run.kill("SIGTERM");
  expect((await run.ended).code).toBe(130);
  await until("nothing is left", () => mine().length === 0);
});

test("kill -9 of the coordinator: its supervisor ends everything, and the study goes on", async () => {
  const run = await begin(script().replaceAll("{x}", "$1"));
  run.kill("SIGKILL");
  await run.ended;
  await until("nothing is left", () => mine().length === 0);
  expect(place.trials().map(({ state }) => state)).toEqual(["running", "running"]);
});

test("kill -9 of the supervisor: its programs are ended, and tried again", async () => {
  const run = await begin(script().replaceAll("{x}", "$1"));
  const before = new Set(mine());
  const record = JSON.parse(readFileSync(firstRecord(), "utf8"));
  process.kill(record.supervisor.pid, "SIGKILL");
  await until("the old programs are gone", () => mine().every((pid) => !before.has(pid)));
  await until("they are tried again", () => place.trials().some(({ attempt }) => attempt === 2));
  run.kill("SIGTERM");
  await run.ended;
  await until("nothing is left", () => mine().length === 0);
});

test("kill -9 of both: the next start ends what survived", async () => {
  const run = await begin(script().replaceAll("{x}", "$1"));
  const record = JSON.parse(readFileSync(firstRecord(), "utf8"));
  process.kill(record.supervisor.pid, "SIGKILL");
  run.kill("SIGKILL");
  await run.ended;
  place.fettle(
    "run",
    "--study",
    "other",
    "-p",
    "x=0.0..1.0",
    "--min",
    "loss",
    "-n",
    "1",
    "--",
    "sh",
    "-c",
    "echo loss=1",
  );
  await until("nothing is left", () => mine().length === 0);
});

function firstRecord(): string {
  const folder = join(place.folder, "fettle-files", ".running");
  return join(folder, readdirSync(folder)[0]);
}

test("a normal end: what a program left behind outside its group ends with the run", async () => {
  const script = "setsid sh -c 'while :; do sleep 1; : '$PWD'; done' & echo loss=1";
  expect(
    place.fettle(
      "run",
      "--study",
      "s",
      "-p",
      "x=0.0..1.0",
      "--min",
      "loss",
      "-n",
      "2",
      "--",
      "sh",
      "-c",
      script,
    ).code,
  ).toBe(0);
  expect(mine()).toEqual([]);
});

test("stop from elsewhere: running trials finish, or end with --now", async () => {
  const run = await begin(script().replaceAll("{x}", "$1"));
  expect(place.fettle("stop", "s", "--now").stderr).toContain(
    "study s is stopped; 2 running trials are ended and wait",
  );
  const { code, stdout } = await run.ended;
  expect([code, stdout]).toEqual([1, expect.stringContaining("stopped from the command line")]);
  expect(mine()).toEqual([]);
});

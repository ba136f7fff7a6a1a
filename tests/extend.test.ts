import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { samplers } from "../src/registry.ts";
import { Place, until } from "./fettle.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const PROGRAM = ["--", "sh", "-c", 'echo loss=$FETTLE_PARAM_LR "$@"', "sh", "--act", "{act}"];
const run = (params: readonly string[], ...flags: string[]) => {
  const given = params.flatMap((text) => ["-p", text]);
  return place.fettle("run", "--study", "s", ...given, "--min", "loss", "--seed", "1", ...flags, ...PROGRAM);
};
const BEFORE = ["lr=1e-4..0.1:log", "act=relu,tanh"];

describe.each(["random", "gp", "tpe"])("a space that is extended in the middle, with %s", (sampler) => {
  test("goes on, by resume and by run, and replays", () => {
    expect(run(BEFORE, "-n", "6", "--sampler", sampler).code).toBe(0);
    const flags = [
      "-p",
      "lr=1e-6..1:log",
      "-p",
      "act=relu,tanh,gelu",
      "-p",
      "dropout=0..0.5:float:default=0.1",
    ];
    const extended = place.fettle("extend", "s", ...flags, "-n", "+6");
    expect(extended).toMatchObject({ code: 0, stdout: "" });
    expect(extended.stderr.split("\n")).toEqual([
      "fettle: lr: low 0.0001 → 0.000001",
      "fettle: lr: high 0.1 → 1",
      'fettle: act: choices + "gelu"',
      "fettle: dropout: added",
      "fettle: warning: {dropout} is not in the command; the program can read it as FETTLE_PARAM_DROPOUT",
      "fettle: study s now ends at trials 12; fettle resume s goes on",
      "",
    ]);
    expect(place.fettle("resume", "s").code).toBe(0);
    const again = ["lr=1e-6..1:log", "act=relu,tanh,gelu", "dropout=0..0.5:float"];
    expect(run(again, "-n", "15").code).toBe(0);
    const trials = place.trials();
    expect(trials.map(({ params }) => "dropout" in params)).toEqual(
      Array.from({ length: 15 }, (_, number) => number >= 6),
    );
    expect(place.fettle("replay", "s").stdout).toContain("15 suggestions replayed, no difference");
  });
});

test("grid goes on with the points that are new", () => {
  const grid = (text: string) => place.fettle("extend", "s", "-p", text);
  const flags = ["--study", "s", "-p", "lr=1..3", "-p", "act=a,b", "--min", "loss", "--sampler", "grid"];
  place.fettle("run", ...flags, ...PROGRAM);
  expect(grid("lr=1..4").stderr).toContain("has no limit");
  expect(place.fettle("resume", "s").code).toBe(0);
  expect(place.trials().map(({ params }) => params.lr)).toEqual([1, 2, 3, 1, 2, 3, 4, 4]);
});

test("a run that is under way takes the change in, and replays", async () => {
  const args = ["--study", "s", "-p", "x=0.0..1.0", "--min", "loss", "-n", "12", "-j", "2", "--seed", "1"];
  const program = ["--", "sh", "-c", "sleep 0.3; echo loss=$FETTLE_PARAM_X"];
  const running = place.start("run", ...args, "--sampler", "tpe", ...program);
  await until("some trials are done", () => {
    const { stdout } = place.fettle("trials", "s", "--json");
    return stdout !== "" && JSON.parse(stdout).length >= 4;
  });
  const extended = place.fettle("extend", "s", "-p", "x=0.5..2.0", "-p", "opt=a,b:default=a");
  expect(extended.code).toBe(0);
  expect((await running.ended).code).toBe(0);
  const later = place.trials().map(({ params }) => "opt" in params);
  expect(later.slice(0, 4)).toEqual([false, false, false, false]);
  expect(later.slice(8)).toEqual([true, true, true, true]);
  expect(place.fettle("replay", "s").stdout).toContain("12 suggestions replayed, no difference");
});

describe("what cannot be is refused in one line that says what to do", () => {
  beforeEach(() => void run([...BEFORE, "size=s,m:ordinal", "w=1.0..2.0"], "-n", "1"));
  test.each([
    [
      "dropout=0..0.5",
      "dropout: a parameter that is added needs a default, which the older trials take; write it as -p dropout=0..0.5:default=0.25",
    ],
    [
      "act=relu,gelu",
      "act: choices cannot be removed (tanh) while a study goes on; begin another that learns from it, with --study NAME --warm-start s",
    ],
    ["lr=1e-6..1", "lr: log cannot change (true → false); write it as -p lr=1e-6..1:log"],
    ["w=1..3", "w: type cannot change (float → int); write it as -p w=1..3:float"],
    ["size=s,m,l", "size: type cannot change (ordinal → categorical); write it as -p size=s,m,l:ordinal"],
    [
      "lr=relu,tanh",
      "lr: type cannot change (float → categorical) while a study goes on; begin another that learns from it, with --study NAME --warm-start s",
    ],
    ["lr=1e-4..", "-p lr=1e-4..: the upper bound is missing; write both, such as -p lr=1e-4..1.0001"],
  ])("-p %s", (text, message) => {
    const { code, stderr } = place.fettle("extend", "s", "-p", text);
    expect([code, stderr]).toEqual([2, `fettle: ${message}\n`]);
  });

  test("a space that is the same changes nothing", () => {
    const { code, stderr } = place.fettle("extend", "s", "-p", "act=relu,tanh");
    expect(code).toBe(0);
    expect(stderr).toContain("nothing changes: that is the space of study s already");
  });

  test("run with another space shows the command that changes it, which does", () => {
    const params = [
      "lr=1e-4..10:log",
      "act=relu,tanh,leaky relu",
      "size=s,m:ordinal",
      "w=1.0..2.0",
      "d=0..1:float",
    ];
    const { code, stderr } = run(params, "-n", "2");
    expect(code).toBe(2);
    const command =
      "fettle extend s -p lr=0.0001..10:log -p 'act=relu,tanh,leaky relu' -p d=0..1:float:default=0.5";
    expect(stderr).toContain(`to change it: ${command} (as the default of d, what older trials had)`);
    const flags = ["-p", params[0], "-p", params[1], "-p", "d=0..1:float:default=0.5"];
    expect(place.fettle("extend", "s", ...flags).code).toBe(0);
    expect(run(params, "-n", "2").code).toBe(0);
  });

  test("run with a space that cannot follow says to begin another study", () => {
    const { code, stderr } = run(BEFORE);
    expect(code).toBe(2);
    expect(stderr).toContain("a parameter cannot be removed while a study goes on");
    expect(stderr).toContain("--warm-start s");
    expect(stderr).not.toContain("fettle extend");
  });
});

test("+N counts from the limit, not from the trials that were made", () => {
  run(BEFORE, "-n", "30", "--time", "1ms");
  expect(place.fettle("extend", "s", "-n", "+5").stderr).toContain("now ends at trials 35");
});

test("the sampler that was given last is that of resume", () => {
  run(BEFORE, "-n", "2", "--sampler", "random");
  run(BEFORE, "-n", "3", "--sampler", "tpe");
  expect(place.fettle("resume", "s", "-n", "4").code).toBe(0);
  const log = place.fettle("export", "s", "--format", "log").stdout.trim().split("\n");
  const names = log.flatMap((line) => {
    const event = JSON.parse(line) as { kind: string; sampler?: { name: string } };
    return event.kind === "started" ? [event.sampler?.name] : [];
  });
  expect(names).toEqual(["random", "random", "tpe", "tpe"]);
});

test("a warm start tries first what was best there, says what it learns from, and refuses what is not there", () => {
  run(BEFORE, "-n", "8", "--sampler", "random");
  const warm = ["run", "--study", "w", "-p", BEFORE[0], "-p", BEFORE[1], "--min", "loss", "-n", "4"];
  const { code, stderr } = place.fettle(...warm, "--warm-start", "s", ...PROGRAM);
  expect([code, stderr]).toEqual([0, expect.stringContaining("learns from 8 trials of study s")]);
  const losses = (study: string) =>
    (JSON.parse(place.fettle("trials", study, "--json").stdout) as { values: { loss: number } }[]).map(
      ({ values }) => values.loss,
    );
  expect(losses("w")[0]).toBe(Math.min(...losses("s")));
  expect(place.fettle("replay", "w").stdout).toContain("4 suggestions replayed, no difference");
  const missing = place.fettle(...warm, "--study", "v", "--warm-start", "no.db:s", ...PROGRAM);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("--warm-start no.db:s:");
});

test("the help of run names every sampler", () => {
  const { stdout } = place.fettle("run", "--help");
  for (const name of Object.keys(samplers)) expect(stdout).toContain(name);
});

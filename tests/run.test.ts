import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "./fettle.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

/** Runs a shell script as the program, with one parameter. */
const run = (script: string, ...flags: string[]) =>
  place.fettle(
    "run",
    "--study",
    "s",
    "-p",
    "x=0.0..1.0",
    "--min",
    "loss",
    "-n",
    "3",
    "--seed",
    "1",
    ...flags,
    "--",
    "sh",
    "-c",
    script,
  );

describe("a program in any language", () => {
  test("is tuned by what it prints, and its study can be asked for everything", () => {
    const ran = run("echo step=1 loss={x}; echo step=2 loss={x}5");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("s: 3 complete (the limit of 3 trials was reached)");
    const trials = place.trials();
    expect(trials.map(({ state, reports }) => [state, reports.length])).toEqual([
      ["complete", 2],
      ["complete", 2],
      ["complete", 2],
    ]);
    const best = JSON.parse(place.fettle("best", "--json").stdout);
    expect(best.values.loss).toBe(Math.min(...trials.map(({ values }) => values?.loss as number)));
    expect(place.fettle("best", "--command").stdout.trim()).toBe(
      `sh -c 'echo step=1 loss=${best.params.x}; echo step=2 loss=${best.params.x}5'`,
    );
    expect(place.fettle("best", "--env").stdout).toBe(`FETTLE_PARAM_X=${best.params.x}\n`);
    expect(place.fettle("logs", "0").stdout).toBe(
      `step=1 loss=${trials[0].params.x}\nstep=2 loss=${trials[0].params.x}5\n`,
    );
    expect(place.fettle("replay").stdout).toContain("3 suggestions replayed, no difference");
    expect(place.fettle("check", "fettle.db").stdout).toContain("s: ");
  });

  test("finds its params in the environment, in a file, and in the command; reports into a file", () => {
    const script = `test "$FETTLE_PARAM_X" = {x} && grep -q {x} "$FETTLE_PARAMS_FILE" && echo "$FETTLE_PARAMS" | grep -q {x} &&
      test "$FETTLE_TRIAL" = {trial} && test "$FETTLE_STUDY" = s && test "$FETTLE_ATTEMPT" = 1 && test -d "$FETTLE_CHECKPOINT_DIR" &&
      echo '{"step":1,"loss":0.5}' >> "$FETTLE_REPORT" && echo '{"step":2,"loss":0.25,"gradient":{"x":-1}}' >> "$FETTLE_REPORT"`;
    expect(run(script).code).toBe(0);
    const [trial] = place.trials();
    expect(trial.values).toEqual({ loss: 0.25 });
    expect(trial.reports[1]).toMatchObject({ step: 2, gradient: { x: -1 } });
  });

  test("a trial's value is its last report, or its best one", () => {
    const script = "echo step=1 loss=1; echo step=2 loss=3";
    run(script);
    expect(place.trials().map(({ values }) => values?.loss)).toEqual([3, 3, 3]);
    const flags = ["-p", "x=0.0..1.0", "--min", "loss", "-n", "2", "--value", "best"];
    place.fettle("run", "--study", "b", ...flags, "--", "sh", "-c", script);
    expect(place.trials("b").map(({ values }) => values?.loss)).toEqual([1, 1]);
  });

  test("an attempt after a failed one finds the newest checkpoint that was reported", async () => {
    const script = `cd "$FETTLE_CHECKPOINT_DIR"; mkdir -p 2 9 10 11; echo "step=10 loss=\${FETTLE_RESUME_FROM##*/}9"
      test "$FETTLE_ATTEMPT" = 2 || exit 1`;
    expect(run(script, "--retries", "1").code).toBe(0);
    expect(place.trials().map(({ values }) => values?.loss)).toEqual([109, 109, 109]);
    const kept = readdirSync(join(place.folder, "fettle-files", "s", "0", "checkpoints"));
    expect(kept.sort()).toEqual(["10", "11"]); // the newest two
  });

  test("two runs that begin at the same moment share one study", async () => {
    const flags = "run --study s -p x=0.0..1.0 --min loss -n 8 --seed 1 -q".split(" ");
    const runs = [0, 1].map(() => place.start(...flags, "--", "sh", "-c", "sleep 0.1; echo loss={x}"));
    const codes = await Promise.all(runs.map(({ ended }) => ended.then(({ code }) => code)));
    expect(codes).toEqual([0, 0]);
    expect(place.trials().map(({ state }) => state)).toEqual(Array(8).fill("complete"));
  });

  test("several objectives give a front", () => {
    const args = [
      "run",
      "--study",
      "s",
      "-p",
      "x=0..4",
      "--min",
      "a",
      "--max",
      "b",
      "--sampler",
      "grid",
      "--",
      "sh",
      "-c",
      "echo a={x}; echo b={x}",
    ];
    const ran = place.fettle(...args);
    expect(ran.stderr).toContain("grid: 5 points");
    expect(ran.stdout).toContain("5 trials that no other beats in everything");
    expect(JSON.parse(place.fettle("best", "--json").stdout)).toHaveLength(5);
  });

  test("a conditional flag is dropped with its value; an array comes comma-joined", () => {
    const flags = [
      "-p",
      "opt=sgd,adam",
      "-p",
      "opt.sgd.m=0.5..0.9",
      "-p",
      "n=1..3",
      "-p",
      "units=16..64:length=n",
    ];
    const script = 'echo "$*" > args; echo loss=1';
    const ran = place.fettle(
      "run",
      "--study",
      "s",
      "--min",
      "loss",
      "-n",
      "8",
      ...flags,
      "--",
      "sh",
      "-c",
      script,
      "x",
      "--opt",
      "{opt}",
      "-m",
      "{opt.sgd.m}",
      "--units={units}",
    );
    expect(ran.code).toBe(0);
    const last = place.trials().at(-1)!.params;
    const units = Array.from({ length: last.n as number }, (_, i) => last[`units.${i}`]).join(",");
    const m = last.opt === "sgd" ? ` -m ${last["opt.sgd.m"]}` : "";
    expect(readFileSync(join(place.folder, "args"), "utf8").trim()).toBe(
      `--opt ${last.opt}${m} --units=${units}`,
    );
  });

  test("goes on where it ended: more trials by run, extend and resume", () => {
    run("echo loss={x}");
    expect(run("echo loss={x}", "-n", "5").code).toBe(0);
    place.fettle("extend", "-n", "+2");
    expect(place.fettle("resume").stdout).toContain("7 complete");
    expect(
      place
        .fettle("resume", "s", "-n", "8", "--json")
        .stdout.trim()
        .split("\n")
        .map((line) => JSON.parse(line).kind)
        .at(-1),
    ).toBe("ended");
    expect(place.trials().map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(place.fettle("replay").stdout).toContain("8 suggestions replayed, no difference");
  });

  test("two runs on one study share its trials and its limit", async () => {
    const args = [
      "run",
      "--study",
      "s",
      "-p",
      "x=0.0..1.0",
      "--min",
      "loss",
      "-n",
      "30",
      "-j",
      "3",
      "--seed",
      "1",
      "--",
      "sh",
      "-c",
      "sleep 0.1; echo loss={x}",
    ];
    run("echo loss={x}", "-n", "1");
    const both = [
      place.start(...args.slice(0, -1), "echo loss={x}"),
      place.start(...args.slice(0, -1), "echo loss={x}"),
    ];
    for (const { ended } of both) expect((await ended).code).toBe(0);
    const trials = place.trials();
    expect(trials.map(({ number, state, attempt }) => [number, state, attempt])).toEqual(
      Array.from({ length: 30 }, (_, n) => [n, "complete", 1]),
    );
    expect(new Set(trials.map(({ params }) => params.x)).size).toBe(30);
    expect(place.fettle("replay").stdout).toContain("30 suggestions replayed, no difference");
  });
});

describe("a program that goes wrong", () => {
  const failure = (script: string, ...flags: string[]) => {
    const ran = run(script, ...flags);
    expect(ran.code).toBe(1);
    const [trial] = place.trials();
    expect(trial.state).toBe("failed");
    expect(ran.stderr).toContain(trial.error?.message);
    expect(ran.stdout).toContain("fettle logs s 0");
    return trial.error?.message;
  };

  test.each([
    ["exits with an error", "echo 'CUDA out of memory' >&2; exit 7", "exit 7: CUDA out of memory"],
    ["exits with an error after a value", "echo loss=1; exit 1", "exit 1: loss=1"],
    ["prints no metric", "echo hello", "it ended well, but printed no loss; print a line such as loss=0.5"],
    [
      "prints another metric",
      "echo val_loss=0.3",
      "it ended well, but printed no loss; did you mean val_loss, which it printed?",
    ],
    ["prints text", "echo loss=None", 'loss is "None", not a number'],
    ["prints NaN", "echo loss=nan", "loss is NaN"],
    ["kills itself", "kill -SEGV $$", "killed by SIGSEGV (a crash in native code)"],
  ])("%s", (_, script, message) => {
    expect(failure(script)).toBe(message);
  });

  test("hangs", () => {
    expect(failure("sleep 600", "--trial-timeout", "300ms", "-n", "1")).toBe("timed out after 0.3 s");
  });

  test("changes its metric's name halfway: the last value that has the name counts", () => {
    expect(run("echo step=1 loss=1; echo step=2 lossy=2").code).toBe(0);
    expect(place.trials()[0].values).toEqual({ loss: 1 });
  });

  test("writes three hundred megabytes: the log keeps head and end", () => {
    expect(run("yes 'nothing of note here' | head -c 300000000; echo; echo loss=1", "-n", "1").code).toBe(0);
    const log = join(place.folder, "fettle-files", "s", "0", "log.1.txt");
    expect(statSync(log).size).toBeLessThan(8.5e6);
    const text = readFileSync(log, "utf8");
    expect(text.startsWith("nothing of note here\n")).toBe(true);
    expect(text).toContain("bytes left out");
    expect(text.trimEnd().endsWith("loss=1")).toBe(true);
  });

  test("fails ten times and never succeeds: the study stops", () => {
    const ran = run("exit 1", "-n", "50");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("the first 10 trials all failed");
    expect(place.trials().length).toBeLessThanOrEqual(11); // the next one may have been claimed with the tenth end
  });

  test("is tried again if that was asked for", () => {
    expect(run('test "$FETTLE_ATTEMPT" -ge 2 && echo loss=1', "--retries", "1").code).toBe(0);
    expect(place.trials().map(({ attempt }) => attempt)).toEqual([2, 2, 2]);
  });

  test("--max-failures, --target and --time end a study", () => {
    expect(run("exit 1", "-n", "9", "--max-failures", "2").stdout).toContain("2 trials failed");
    const base = ["run", "-p", "x=0.0..1.0", "--min", "loss"];
    const target = place.fettle(
      ...base,
      "--study",
      "t",
      "--target",
      "loss=2",
      "--",
      "sh",
      "-c",
      "echo loss={x}",
    );
    expect(target.stdout).toContain("trial 0 reached the target");
    const time = place.fettle(
      ...base,
      "--study",
      "u",
      "--time",
      "1s",
      "--",
      "sh",
      "-c",
      "sleep 0.3; echo loss={x}",
    );
    expect(time.stdout).toContain("the time limit of 1 s was reached");
    expect(time.code).toBe(0);
  });
});

describe("a command that cannot be meant exits with 2, and begins nothing", () => {
  const base = ["run", "-p", "x=0.0..1.0", "--min", "loss"];
  test.each<[string, string[], RegExp]>([
    [
      "misspelt flag",
      [...base, "--trails", "3", "--", "true"],
      /unknown option '--trails'.*Did you mean --trials\?/s,
    ],
    ["misspelt command", ["rnu"], /unknown command 'rnu'/],
    ["low above high", ["run", "-p", "x=5..1", "--min", "loss", "--", "true"], /-p x=5\.\.1.*5.*1/],
    ["log of zero", ["run", "-p", "x=0..1:log", "--min", "loss", "--", "true"], /x=0\.\.1:log.*log/],
    [
      "step that does not fit",
      ["run", "-p", "x=0.0..1.0:step=0.3", "--min", "loss", "--", "true"],
      /step 0\.3 does not fit/,
    ],
    ["no choices", ["run", "-p", "x=", "--min", "loss", "--", "true"], /-p x=/],
    ["a name twice", [...base, "-p", "x=1..2", "--", "true"], /x is given already/],
    [
      "no such branch",
      [...base, "-p", "o=a,b", "-p", "o.c.m=1..2", "--", "true"],
      /"c" is not one of the choices of o/,
    ],
    ["unknown placeholder", [...base, "--", "echo", "{y}"], /\{y\} in the command is no parameter/],
    ["no program", [...base], /nothing to run/],
    ["program that is not there", [...base, "--", "no-such-program"], /no-such-program: command not found/],
    ["no metric", ["run", "-p", "x=1..2", "--", "true"], /metric/],
    ["no parameters", ["run", "--min", "loss", "--", "true"], /no parameters/],
    [
      "unknown sampler",
      [...base, "--sampler", "sobul", "--", "true"],
      /no sampler "sobul" \(did you mean "sobol"\?\)/,
    ],
    [
      "grid over a real",
      [...base, "--sampler", "grid", "--", "true"],
      /grid: x has too many values; list some/,
    ],
    ["a bad number", [...base, "-n", "many", "--", "true"], /-n many: expected a whole number/],
    ["program without --", [...base, "python", "train.py"], /put -- before the program/],
    ["missing configuration", ["run", "nowhere.yaml"], /nowhere\.yaml/],
  ])("%s", (_, args, message) => {
    const { code, stderr, stdout } = place.fettle(...args);
    expect(stderr.trimEnd()).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
    expect(existsSync(join(place.folder, "fettle.db"))).toBe(false);
  });

  test("a parameter that no placeholder names is warned of", () => {
    const { code, stderr } = place.fettle(
      ...base,
      "-p",
      "y=1..2",
      "-n",
      "1",
      "--",
      "sh",
      "-c",
      "echo loss={x}",
    );
    expect(code).toBe(0);
    expect(stderr).toContain("warning: {y} is not in the command; the program can read it as FETTLE_PARAM_Y");
  });

  test("another space under the same name is refused with the difference", () => {
    run("echo loss={x}");
    const { code, stderr } = place.fettle(
      "run",
      "--study",
      "s",
      "-p",
      "x=0.0..2.0",
      "--min",
      "loss",
      "--",
      "sh",
      "-c",
      "echo loss={x}",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("study s has another space (x: high 1 → 2)");
    expect(stderr).toContain("fettle extend s");
  });
});

test("reading commands never make a file, and name what is near", () => {
  for (const args of [
    ["ls"],
    ["best"],
    ["trials"],
    ["show"],
    ["resume"],
    ["stop"],
    ["replay"],
    ["export"],
    ["tell", "0", "1"],
    ["ask"],
  ]) {
    const { code, stderr } = place.fettle(...args);
    expect([args[0], code]).toEqual([args[0], 2]);
    expect(stderr).toContain("fettle.db does not exist");
  }
  expect(readdirSync(place.folder)).toEqual([]);
  run("echo loss={x}");
  expect(place.fettle("best", "other").stderr).toContain("has no study other; it has s");
  expect(place.fettle("show", "s", "99").stderr).toContain("study s has no trial 99; it has 3");
  expect(place.fettle("ls", "--storage", "fetle.db").stderr).toContain("there is fettle.db");
});

test("a configuration in YAML and one in TypeScript", () => {
  writeFileSync(
    join(place.folder, "fettle.yaml"),
    "study: s\ncommand: sh -c 'echo loss={x}'\nmetric: {name: loss, goal: minimize}\nparams:\n  x: {type: float, min: 1e-5, max: 0.1, log: true}\ntrials: 4\n",
  );
  expect(place.fettle("check").stdout).toContain("4 trials, 1 at a time");
  expect(place.fettle("run").code).toBe(0);
  expect(place.trials()).toHaveLength(4);
  writeFileSync(
    join(place.folder, "bad.yaml"),
    "command: true\nmetric: {name: loss, goal: minimise}\nparams: {x: '0..1'}\n",
  );
  const bad = place.fettle("check", "bad.yaml");
  expect([bad.code, bad.stderr.trim()]).toEqual([
    2,
    expect.stringMatching(/bad\.yaml:\d+:\d+ metric\.goal.*minimize/),
  ]);
  const source = new URL("../dist/index.js", import.meta.url).href;
  writeFileSync(
    join(place.folder, "fettle.config.ts"),
    `import { float, space } from ${JSON.stringify(source)};
     export default { space: space({ x: float(0, 1) }), metric: { name: "loss", goal: "minimize" as const }, objective: ({ x }: { x: number }) => ({ loss: x }), trials: 5, study: "ts" };`,
  );
  expect(place.fettle("run", "fettle.config.ts").code).toBe(0);
  expect(place.trials("ts")).toHaveLength(5);
});

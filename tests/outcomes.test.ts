/**
 * Limits on outcomes, sweep files and slots, from the command line to the program.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "./fettle.ts";
import { hasProgram, needs } from "./needs.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

describe("limits on outcomes", () => {
  const run = (...flags: string[]) =>
    place.fettle(
      ...["run", "--study", "s", "-p", "x=0.0..1.0", "--min", "loss", "-n", "12", "--seed", "1"],
      ...flags,
      "--",
      "sh",
      "-c",
      "echo loss={x}; echo latency={x} size=3",
    );

  test("the best is the best of those that keep them", () => {
    expect(run("--subject-to", "latency >= 0.4", "--subject-to", "size < 5").code).toBe(0);
    const best = JSON.parse(place.fettle("best", "--json").stdout);
    const latencies = place.trials().map(({ params }) => params.x as number);
    expect(Math.min(...latencies)).toBeLessThan(0.4);
    expect(best.params.x).toBe(Math.min(...latencies.filter((x) => x >= 0.4)));
    expect(best.constraints["latency >= 0.4"]).toBeCloseTo(0.4 - best.params.x, 12);
    expect(best.constraints["size <= 5"]).toBe(-2);
    expect(best.values).toEqual({ loss: best.params.x, latency: best.params.x, size: 3 });
    expect(place.fettle("replay").stdout).toContain("12 suggestions replayed, no difference");
  });

  test("an objective may be limited too", () => {
    expect(run("--subject-to", "0.5 <= loss").code).toBe(0);
    const best = JSON.parse(place.fettle("best", "--json").stdout);
    const losses = place.trials().map(({ values }) => values?.loss as number);
    expect(best.values.loss).toBe(Math.min(...losses.filter((loss) => loss >= 0.5)));
  });

  test("in the file", () => {
    writeFileSync(
      join(place.folder, "fettle.yaml"),
      "study: s\ncommand: sh -c 'echo loss={x} latency={x}'\nmetric: {name: loss, goal: maximize}\nsubject_to: latency <= 0.5\nparams: {x: 0.0..1.0}\ntrials: 8\n",
    );
    expect(place.fettle("run").code).toBe(0);
    expect(JSON.parse(place.fettle("best", "--json").stdout).params.x).toBeLessThanOrEqual(0.5);
  });

  test("a program that does not print the outcome has failed, and says so", () => {
    const ran = run("--subject-to", "latncy <= 1", "-n", "1");
    expect(ran.code).toBe(1);
    expect(place.trials()[0].error?.message).toBe(
      "it ended well, but printed no latncy; did you mean latency, which it printed?",
    );
  });

  test("nothing keeps them: the study goes on, and has no best trial", () => {
    const ran = run("--subject-to", "latency >= 2");
    expect([ran.code, place.trials().length]).toEqual([0, 12]);
    expect(place.fettle("best").code).toBe(1);
  });

  test("a study that goes on keeps its limits", () => {
    run("--subject-to", "latency >= 0.4", "-n", "2");
    const { code, stderr } = run("--subject-to", "latency >= 0.5");
    expect([code, stderr]).toEqual([2, expect.stringContaining("study s has other constraints")]);
    expect(run().code).toBe(0);
    expect(place.trials()).toHaveLength(12);
  });

  test.each([
    ["latency", "expected a metric"],
    ["x <= 0.5", "x is a parameter, no outcome"],
  ])("%j cannot be meant", (text, message) => {
    const { code, stderr } = run("--subject-to", text);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(readdirSync(place.folder)).toEqual([]);
  });
});

describe("slots", () => {
  const script = (text: string) => ["--", "sh", "-c", text];
  const flags = ["run", "--study", "s", "-p", "x=0.0..1.0", "--min", "loss", "--seed", "1"];
  const told = () =>
    readdirSync(place.folder)
      .filter((name) => name.startsWith("trial-"))
      .map((name) => readFileSync(join(place.folder, name), "utf8").trim().split(" "));

  test("four at a time share two GPUs, and none is given out twice at a time", () => {
    const program = `exec 9> lock-$FETTLE_SLOT; flock -n 9 || echo busy >> clash
      echo $FETTLE_SLOT $CUDA_VISIBLE_DEVICES $HIP_VISIBLE_DEVICES > trial-$FETTLE_TRIAL; sleep 0.{trial}; echo loss=1`;
    const ran = place.fettle(...flags, "-n", "9", "-j", "4", "--gpus", "3,5", ...script(program));
    expect(ran.code).toBe(0);
    expect(readdirSync(place.folder)).not.toContain("clash");
    const found = told();
    expect(found).toHaveLength(9);
    expect(new Set(found.map((words) => words.join(" ")))).toEqual(
      new Set(["0 3 3", "1 5 5", "2 3 3", "3 5 5"]),
    );
  });

  test("as many at a time as there are GPUs; resume goes on so", () => {
    const program = "echo $FETTLE_SLOT $CUDA_VISIBLE_DEVICES > trial-{trial}; sleep 0.2; echo loss=1";
    const more = ["--gpus", "0,1,2,7", "--gpus-per-trial", "2"];
    expect(place.fettle(...flags, "-n", "2", ...more, ...script(program)).code).toBe(0);
    expect(told()).toEqual([
      ["0", "0,1"],
      ["1", "2,7"],
    ]);
    expect(place.fettle("resume", "-n", "4").code).toBe(0);
    expect(told().map(([, gpus]) => gpus)).toEqual(["0,1", "2,7", "0,1", "2,7"]);
  });

  test("without GPUs only the slot is told", () => {
    place.fettle(...flags, "-n", "1", ...script("echo $FETTLE_SLOT > trial-0; echo loss=1"));
    expect(told()).toEqual([["0"]]);
  });

  test("GPUs that cannot be meant", () => {
    const { code, stderr } = place.fettle(...flags, "--gpus", "0,0", ...script("true"));
    expect([code, stderr]).toEqual([2, expect.stringContaining("--gpus 0,0: GPU 0 is given twice")]);
  });
});

const SWEEP = `program: train.py
method: random
name: s
run_cap: 5
metric: { name: val/loss, goal: minimize }
parameters:
  lr: { distribution: log_uniform_values, min: 1.0e-4, max: 1.0 }
  amp: { values: [true, false] }
  optimizer:
    parameters:
      momentum: { distribution: normal, mu: 0.9, sigma: 0.01 }
  epochs: { value: 2 }
command: ["\${env}", python3, "\${program}", "\${args_no_boolean_flags}", --fixed, "{text}"]
`;
/** As scripts for W&B are: argparse, and the metrics logged, here printed. */
const TRAIN = `import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, required=True)
parser.add_argument("--amp", action="store_true")
parser.add_argument("--optimizer.momentum", type=float, required=True, dest="momentum")
parser.add_argument("--epochs", type=int, required=True)
parser.add_argument("--fixed")
args = parser.parse_args()
assert args.fixed == "{text}"
for epoch in range(args.epochs):
    print(json.dumps({"step": epoch + 1, "val/loss": args.lr * (2 - epoch) + args.amp}))
`;

needs("python3", hasProgram("python3", "--version")).test("a W&B sweep file as it is", async () => {
  writeFileSync(join(place.folder, "sweep.yaml"), SWEEP);
  writeFileSync(join(place.folder, "train.py"), TRAIN);
  const ran = place.fettle("run", "sweep.yaml", "--seed", "1");
  expect([ran.code, ran.stderr]).toEqual([
    0,
    expect.stringContaining(
      "warning: sweep.yaml:11:17 parameters.optimizer.parameters.momentum: normal is searched 3 standard deviations",
    ),
  ]);
  const trials = place.trials();
  expect(trials).toHaveLength(5);
  for (const { state, params, values, reports } of trials) {
    expect([state, reports.length, params.epochs]).toEqual(["complete", 2, 2]);
    expect(values?.["val/loss"]).toBeCloseTo((params.lr as number) + Number(params.amp), 9);
    expect(params["optimizer.momentum"]).toBeGreaterThan(0.86);
  }
  const { stdout } = place.fettle("best", "--command");
  expect(stdout).toMatch(
    /^\/usr\/bin\/env python3 train\.py --lr=\S+ (--amp )?--optimizer\.momentum=\S+ --epochs=2 --fixed '\{text\}'\n$/,
  );
});

test("a sweep stops trials early by what they print", () => {
  writeFileSync(
    join(place.folder, "sweep.yaml"),
    `program: train.mjs
method: random
metric: { name: loss }
run_cap: 12
parameters:
  x: { min: 0.0, max: 1.0 }
early_terminate: { type: hyperband, min_iter: 2 }
command: [node, "\${program}", "\${args_json}"]
`,
  );
  writeFileSync(
    join(place.folder, "train.mjs"),
    `const { x } = JSON.parse(process.argv[2]);
for (let step = 1; step <= 8; step++) {
  console.log(JSON.stringify({ step, loss: x + 1 / step }));
  await new Promise((resolve) => setTimeout(resolve, 60));
}
`,
  );
  const ran = place.fettle("run", "sweep.yaml", "--study", "s", "--seed", "1", "-j", "2");
  expect(ran.code).toBe(0);
  const trials = place.trials();
  const pruned = trials.filter(({ state }) => state === "pruned");
  expect(pruned.length).toBeGreaterThanOrEqual(3);
  const best = Math.min(...trials.map(({ params }) => params.x as number));
  expect(pruned.map(({ params }) => params.x)).not.toContain(best);
});

test("a script that takes no arguments finds its parameters where wandb.init reads them", () => {
  writeFileSync(
    join(place.folder, "sweep.yaml"),
    `program: train.mjs
method: random
metric: { name: loss }
run_cap: 3
parameters:
  x: { min: 0.0, max: 1.0 }
  optimizer: { parameters: { momentum: { value: 0.9 } } }
command: [node, "\${program}"]
`,
  );
  writeFileSync(
    join(place.folder, "train.mjs"),
    `import { readFileSync } from "node:fs";
const { x, optimizer } = JSON.parse(readFileSync(process.env.WANDB_SWEEP_PARAM_PATH, "utf8"));
console.log("loss=" + x.value * optimizer.value.momentum);
`,
  );
  expect(place.fettle("run", "sweep.yaml", "--study", "s", "--seed", "1").code).toBe(0);
  for (const { params, values } of place.trials())
    expect(values?.loss).toBeCloseTo(0.9 * (params.x as number), 9);
});

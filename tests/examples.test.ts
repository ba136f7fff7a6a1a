/**
 * Every example runs. Those that are told to people as commands are run by those commands.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadDigits } from "../examples/digits/data.ts";
import { digitsSpace } from "../examples/digits/space.ts";
import { external, readExternal } from "../src/automl/families/external.ts";
import { createStudy } from "../src/index.ts";
import { threads } from "../src/node.ts";
import { rng } from "../src/random.ts";
import { space } from "../src/space.ts";
import { BINARY, EXAMPLES, Place } from "./fettle.ts";
import { hasProgram, needs } from "./needs.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const python = needs("python3", hasProgram("python3", "--version"));
const torch = needs("PyTorch", hasProgram("python3", "-c", "import torch"));
const sklearn = needs("scikit-learn", hasProgram("python3", "-c", "import sklearn"));
const script = (path: string) =>
  spawnSync(process.execPath, [join(EXAMPLES, path)], { cwd: place.folder, encoding: "utf8" });

python.test("python: a training script that knows nothing of Fettle", async () => {
  const config = join(EXAMPLES, "python", "fettle.yaml");
  const { code, stderr } = place.fettle("run", config, "--study", "s", "-n", "12", "--seed", "1");
  expect([code, stderr]).toEqual([0, expect.stringContaining("best so far")]);
  const trials = place.trials();
  const complete = trials.filter(({ state }) => state === "complete");
  expect(complete.length).toBeGreaterThanOrEqual(3);
  expect(complete.every(({ reports }) => reports.length === 15)).toBe(true);
  expect(trials.every(({ state }) => state === "complete" || state === "paused")).toBe(true); // a look at the others
  expect(Math.min(...complete.map(({ values }) => values?.val_loss as number))).toBeLessThan(0.55);
});

needs("xz", hasProgram("xz", "--version")).test("shell: size against time of a compressor", async () => {
  const flags = "-p preset=0..9 -p extreme=true,false -p dict=64..4096:log --min bytes --min seconds".split(
    " ",
  );
  const program = ["sh", join(EXAMPLES, "shell", "compress.sh"), "{preset}", "{extreme}", "{dict}"];
  expect(
    place.fettle("run", "--study", "s", ...flags, "-n", "8", "-j", "2", "--seed", "1", "--", ...program).code,
  ).toBe(0);
  const front = JSON.parse(place.fettle("best", "s", "--json").stdout);
  expect(front.length).toBeGreaterThanOrEqual(1);
  expect(
    place.trials().every(({ values }) => (values?.bytes as number) > 1000 && values?.seconds !== undefined),
  ).toBe(true);
});

test("pareto: three codecs, each with its own settings, size against time", () => {
  const config = join(EXAMPLES, "pareto", "fettle.yaml");
  const { code, stdout } = place.fettle("run", config, "--study", "s", "-n", "24", "--seed", "1");
  expect([code, stdout]).toEqual([0, expect.stringContaining("trials that no other beats in everything")]);
  const front: { values: { bytes: number; cpu_ms: number } }[] = JSON.parse(
    place.fettle("best", "s", "--json").stdout,
  );
  expect(front.length).toBeGreaterThanOrEqual(4);
  const bySize = front.map(({ values }) => values).sort((a, b) => a.bytes - b.bytes);
  bySize.slice(1).forEach((values, i) => {
    expect(values.cpu_ms).toBeLessThanOrEqual(bySize[i].cpu_ms); // what is larger is quicker
  });
  const commands = place.fettle("best", "s", "--command").stdout.trim().split("\n");
  expect(commands).toHaveLength(front.length);
  for (const command of commands)
    expect(command).toMatch(/^node compress\.mjs --codec (gzip|brotli|zstd) --level \d+ --window \d+$/);
});

python.test("hyperband-python: only the best go on, from their checkpoints", async () => {
  const config = join(EXAMPLES, "hyperband-python", "fettle.yaml");
  const { code, stderr } = place.fettle("run", config, "--study", "s", "-n", "20", "--seed", "1");
  expect([code, stderr]).toEqual([0, expect.stringContaining("best so far")]);
  const trials = place.trials();
  expect(new Set(trials.map(({ state }) => state))).toEqual(new Set(["complete", "paused"]));
  expect(trials.some(({ attempt }) => attempt > 1)).toBe(true);
  for (const { reports } of trials as { reports: { step: number }[] }[])
    expect(reports.map(({ step }) => step)).toEqual(reports.map((_, k) => k + 1)); // no epoch is trained twice
  expect(Math.min(...trials.map(({ values }) => values?.val_loss as number))).toBeLessThan(0.7);
  expect(place.fettle("replay", "s").stdout).toMatch(/verdicts and promotions replayed, no difference/);
});

/** Chains of several trials, whose losses fall from the first to the best. */
const chainsOf = (trials: readonly { origin?: unknown; values?: object }[]) => {
  const chains = new Map<number, number[]>();
  for (const { origin, values } of trials) {
    const { chain } = origin as { chain: number };
    chains.set(chain, [...(chains.get(chain) ?? []), (values as { val_loss: number }).val_loss]);
  }
  return [...chains.values()].filter((losses) => losses.length > 3);
};

python.test("gradient-python: penalties along the derivatives that the program prints", async () => {
  const config = join(EXAMPLES, "gradient-python", "fettle.yaml");
  const { code, stderr } = place.fettle("run", config, "--study", "s", "--seed", "1");
  expect([code, stderr]).toEqual([0, expect.stringContaining("best so far")]);
  const trials = place.trials() as Parameters<typeof chainsOf>[0];
  expect(trials).toHaveLength(40);
  const chains = chainsOf(trials);
  expect(chains.length).toBeGreaterThan(0);
  for (const losses of chains) expect(Math.min(...losses)).toBeLessThan(losses[0]);
  expect(Math.min(...chains.flat())).toBeLessThan(0.1448); // the optimum with cosines is 0.14475
  expect(place.fettle("replay", "s").stdout).toContain("40 suggestions replayed, no difference");
});

torch.test("gradient-torch: back-propagation through a whole training", async () => {
  const config = join(EXAMPLES, "gradient-torch", "fettle.yaml");
  const { code, stderr } = place.fettle("run", config, "--study", "s", "-n", "10", "--seed", "1");
  expect([code, stderr]).toEqual([0, expect.stringContaining("best so far")]);
  const trials = place.trials() as Parameters<typeof chainsOf>[0];
  const [losses] = chainsOf(trials);
  expect(Math.min(...losses)).toBeLessThan(0.7 * losses[0]);
});

test("pbt: a schedule, found while a population trains", () => {
  const config = join(EXAMPLES, "pbt", "fettle.yaml");
  const smaller = ["--sampler", "pbt:population=5,interval=16", "-n", "25"];
  const { code, stderr } = place.fettle("run", config, "--study", "s", ...smaller, "--seed", "1");
  expect([code, stderr]).toEqual([0, expect.stringContaining("best so far")]);
  const trials = place.trials() as unknown as { state: string; fork?: { trial: number; step: number } }[];
  expect(trials.filter(({ state }) => state === "complete")).toHaveLength(5);
  expect(trials.filter(({ fork }) => fork !== undefined)).toHaveLength(20);
  const { stdout } = spawnSync(process.execPath, [join(EXAMPLES, "pbt", "schedule.ts")], {
    input: place.fettle("trials", "s", "--json").stdout,
    encoding: "utf8",
  });
  expect(Number(/error ([\d.]+), trained with/.exec(stdout)?.[1])).toBeLessThan(0.2);
  expect(stdout).toMatch(/ {2}steps 1 to \d+: lr [\de.-]+, momentum [\d.]+/);
  expect(stdout).toMatch(/to 80: lr /);
});

test("typescript: a typed objective", () => {
  const { status, stdout } = script("typescript/ridge.ts");
  expect(status).toBe(0);
  expect(Number(/error ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(0.3);
});

test("ask-tell, in TypeScript and over standard input and output", () => {
  const { status, stdout } = script("ask-tell/ask-tell.ts");
  expect([status, stdout]).toEqual([
    0,
    expect.stringContaining("the limit of 40 trials was reached; best is #"),
  ]);
});

python.test("ask-tell in Python", async () => {
  const client = join(EXAMPLES, "ask-tell", "client.py");
  const output = execFileSync("python3", [client, process.execPath, BINARY], {
    cwd: place.folder,
    encoding: "utf8",
  });
  expect(output).toMatch(/best of 40: trial \d+, loss [\d.]+/);
  expect(place.fettle("replay").stdout).toContain("40 suggestions replayed, no difference");
});

test("digits: two small networks learn, in threads", async () => {
  const fixed = {
    epochs: 4,
    batch: 128,
    layers: 1,
    "units.0": 64,
    learningRate: 0.003,
    optimizer: "adam",
    activation: "relu",
  };
  const study = await createStudy(digitsSpace, {
    objectives: { error: "minimize" },
    trials: 2,
    seed: 1,
    fixed,
  });
  const module = new URL("../examples/digits/train.ts", import.meta.url);
  await study.run(threads({ module, parallel: 2, data: loadDigits(), nest: digitsSpace.nest }));
  expect(study.trials.map(({ state, reports }) => [state, reports.length])).toEqual([
    ["complete", 4],
    ["complete", 4],
  ]);
  expect(study.best?.values?.error).toBeLessThan(0.15);
});

sklearn.test(
  "automl-sklearn: models of another program, fitted and used by a worker that keeps running",
  async () => {
    const stream = rng(1);
    const rows = 400;
    const values = Float32Array.from({ length: 2 * rows }, () => 4 * stream.uniform() - 2);
    const radius = Float64Array.from({ length: rows }, (_, r) => Math.hypot(values[r], values[rows + r]));
    const x = { rows, columns: 2, values, levels: new Int32Array(2) };
    for (const kind of ["forest", "boosting", "svm"]) {
      const family = external(readExternal(join(EXAMPLES, "automl-sklearn", `${kind}.yaml`)));
      const params = Object.fromEntries(
        space(family.space({} as never)).parameters.map((parameter) => [
          parameter.path,
          "default" in parameter ? (parameter.default ?? null) : null,
        ]),
      );
      const tuned: Record<string, number> = kind === "svm" ? { C: 10, gamma: 1 } : {};
      const common = { x, params: { ...params, ...tuned }, rng: rng(1), stop: () => false };

      const ring = { kind: "classification", classes: ["out", "in"] } as const;
      const inside = radius.map((r) => (r > 0.7 && r < 1.6 ? 1 : 0));
      const classifier = await family.fit({ ...common, task: ring, y: inside });
      const probabilities = await family.predict(classifier, x, ring);
      const right = inside.filter((k, r) => (probabilities[2 * r + 1] > 0.5 ? 1 : 0) === k);
      expect(right.length / rows).toBeGreaterThan(0.85);
      expect(probabilities[0] + probabilities[1]).toBeCloseTo(1);

      const number = { kind: "regression" } as const;
      const regressor = await family.fit({ ...common, task: number, y: radius });
      const predictions = await family.predict(regressor, x, number);
      const errors = radius.map((r, i) => (r - predictions[i]) ** 2);
      expect(errors.reduce((a, b) => a + b) / rows).toBeLessThan(0.03); // the variance is 0.33
      family.close();
    }
  },
  120_000,
);

/**
 * Constraints on parameters and permutations, from the command line to the program.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "./fettle.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const ab = ["-p", "a=0.0..1.0", "-p", "b=0.0..1.0"];
const program = ["--", "sh", "-c", "echo loss={a}"];
const run = (...flags: string[]) =>
  place.fettle("run", "--study", "s", ...ab, "--min", "loss", "-n", "6", "--seed", "1", ...flags, ...program);
const wheres = (...texts: string[]) => texts.flatMap((text) => ["--where", text]);

describe("--where", () => {
  test("every trial satisfies it; the study goes on, shows it, replays and takes more", () => {
    expect(run(...wheres("a + b = 1", "a <= b")).code).toBe(0);
    for (const { params } of place.trials() as unknown as { params: { a: number; b: number } }[]) {
      expect(params.a + params.b).toBeCloseTo(1, 9);
      expect(params.a).toBeLessThanOrEqual(params.b);
    }
    expect(place.fettle("show", "s").stdout).toContain("--where 'a <= b'");
    expect(place.fettle("replay").stdout).toContain("6 suggestions replayed, no difference");
    expect(run(...wheres("a+b == 1", "a<=b"), "-n", "7").code, "the same, written otherwise").toBe(0);
    const other = run(...wheres("a + b = 1", "a <= b", "a > 0.2"));
    expect(other.code).toBe(2);
    expect(other.stderr).toContain(`(where: + "a > 0.2"); to change it: fettle extend s --where 'a > 0.2'`);
    expect(place.fettle("extend", "s", "--where", "a > 0.2", "-n", "+3").stderr).toContain(
      'where: + "a > 0.2"',
    );
    expect(place.fettle("resume", "s").code).toBe(0);
    const last = place.trials().slice(-3);
    for (const { params } of last) expect(params.a).toBeGreaterThan(0.2);
  });

  test.each([
    [["a > b", "b > a + 0.1"], 'where: no point of 10,000 satisfies both "a > b" and "b > a + 0.1"'],
    [["a + b = 3"], 'where: no point of 10,000 satisfies "a + b = 3"'],
    [["a < c"], '--where "a < c": there is no parameter c'],
    [["a <"], '--where "a <": Expected expression after <'],
    [["process.exit(0)"], '--where "process.exit(0)": only functions are called'],
    [["a + b"], "it is no condition"],
  ])("%j is refused before anything is begun", (texts, message) => {
    const { code, stderr } = run(...wheres(...texts));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(place.fettle("ls").code).toBe(2); // there is no study file
  });

  test("with what is settled, and in the queue", () => {
    const settled = run(...wheres("a <= b", "b < 0.5"), "--fix", "a=0.9");
    expect(settled).toMatchObject({ code: 2 });
    expect(settled.stderr).toContain('with a = 0.9 satisfies both "a <= b" and "b < 0.5"');
    expect(run(...wheres("a <= b")).code).toBe(0);
    expect(place.fettle("enqueue", "a=0.9", "b=0.1")).toMatchObject({ code: 2 });
    expect(place.fettle("enqueue", "a=0.9", "b=0.1").stderr).toContain('where "a <= b"');
    expect(place.fettle("enqueue", "a=0.1", "b=0.9").code).toBe(0);
  });
});

describe("in files", () => {
  const yaml = (text: string) => writeFileSync(join(place.folder, "fettle.yaml"), text);
  const head = "study: s\ncommand: sh -c 'echo loss={a}'\nmetric: {name: loss, goal: minimize}\ntrials: 5\n";

  test("check lists them, run keeps to them", () => {
    yaml(`${head}params: {a: 0.0..1.0, n: 1..9}\nwhere:\n  - a * n <= 0.5\n`);
    const checked = place.fettle("check");
    expect(checked.code).toBe(0);
    expect(checked.stdout).toContain("--where 'a * n <= 0.5'");
    expect(place.fettle("run").code).toBe(0);
    for (const { params } of place.trials() as unknown as { params: { a: number; n: number } }[])
      expect(params.a * params.n).toBeLessThanOrEqual(0.5);
  });

  test("a mistake is shown with its place", () => {
    yaml(`${head}params: {a: 0.0..1.0}\nwhere:\n  - a < 1\n  - a < bb\n`);
    const { code, stderr } = place.fettle("check");
    expect(code).toBe(2);
    expect(stderr).toMatch(/fettle\.yaml:8:5 where\[1\]: there is no parameter bb/);
    yaml(`${head}params: {a: 0.0..1.0}\nwhere: [a < 0.5, a > 0.6]\n`);
    expect(place.fettle("check").stderr).toContain('satisfies both "a < 0.5" and "a > 0.6"');
  });

  test("functions of a configuration module: run goes on with them, resume refuses", () => {
    writeFileSync(
      join(place.folder, "space.mjs"),
      `import { float, space } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).pathname)};
export default {
  study: "s",
  space: space({ a: float(0, 1), b: float(0, 1) }, { where: { near: ({ a, b }) => Math.abs(a - b) < 0.1 } }),
  metric: { name: "loss", goal: "minimize" },
  objective: ({ a, b }) => ({ loss: a + b }),
  trials: 4,
};`,
    );
    expect(place.fettle("run", "space.mjs").code).toBe(0);
    expect(place.fettle("run", "space.mjs", "-n", "6").code).toBe(0);
    const trials = place.trials() as unknown as { params: { a: number; b: number } }[];
    expect(trials).toHaveLength(6);
    for (const { params } of trials) expect(Math.abs(params.a - params.b)).toBeLessThan(0.1);
    expect(place.fettle("show", "s").stdout).toContain("where near: a function, which is not here");
    const refused = place.fettle("ask", "s");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'where "near" is a function, which only the program that made the space has',
    );
    expect(place.fettle("replay", "s").code).toBe(3);
  });
});

describe("permutations", () => {
  const order = ["-p", "order=relu,norm,drop:permutation"];

  test("the program reads one value, in its arguments and its environment", () => {
    const { code } = place.fettle(
      ...[
        "run",
        "--study",
        "s",
        ...order,
        "--min",
        "loss",
        "-n",
        "4",
        "--where",
        "order.norm < order.relu",
        "--",
      ],
      ...["sh", "-c", 'echo "order=$FETTLE_PARAM_ORDER"; echo {order} $FETTLE_PARAMS; echo loss=1'],
    );
    expect(code).toBe(0);
    const [, , log] = [0, 0, place.fettle("logs", "s", "0").stdout];
    const seen = /order=(\S+)/.exec(log)?.[1] as string;
    expect(seen.split(",").sort()).toEqual(["drop", "norm", "relu"]);
    expect(seen.indexOf("norm")).toBeLessThan(seen.indexOf("relu"));
    expect(log).toContain(`${seen} {"order":"${seen}"}`);
    expect(place.fettle("enqueue", "order=norm,drop,relu").code).toBe(0);
    expect(place.fettle("enqueue", "order=relu,drop,norm")).toMatchObject({ code: 2 });
    expect(place.fettle("enqueue", "order=relu,drop")).toMatchObject({ code: 2 });
    expect(place.fettle("best", "--env").stdout).toMatch(/^FETTLE_PARAM_ORDER=\w+,\w+,\w+\n$/);
  });

  test("grid search tries each order once; one item is no harm", () => {
    const grid = place.fettle(
      ...["run", "--study", "s", ...order, "-p", "alone=x:permutation", "--sampler", "grid", "--min", "loss"],
      ...["--", "sh", "-c", "echo loss=1 {order} {alone}"],
    );
    expect(grid.code).toBe(0);
    expect(grid.stderr).toContain("grid: 6 points");
    expect(new Set(place.trials().map(({ params }) => JSON.stringify(params))).size).toBe(6);
  });

  test.each([
    ["order=a,a:permutation", 'item "a" is given twice'],
    ["order=:permutation", "a value is missing"],
    ["order=a,b:permutation:log", '":log" does not apply to a list'],
    ["order=a,b:permutation:default=a", 'default ["a"] does not have each item once'],
  ])("-p %s is refused", (flag, message) => {
    const { code, stderr } = place.fettle("run", "-p", flag, "--min", "loss", "--", "true");
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

test("stdio takes constraints as texts", () => {
  const range = { type: "float", low: 0, high: 1 };
  const answers = place.stdio(
    { id: 1, method: "create", params: { space: { a: range, b: range, where: ["a + b = 1"] }, seed: 1 } },
    { id: 2, method: "ask" },
  );
  const { params } = (answers[1] as unknown as { result: { params: { a: number; b: number } } }).result;
  expect(params.a + params.b).toBeCloseTo(1, 9);
});

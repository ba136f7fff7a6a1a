/**
 * Trials that others run, told on the command line and over standard input: what they tuned, and derivatives.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Place } from "./fettle.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const create = {
  id: 1,
  method: "create",
  params: {
    study: "s",
    space: {
      lr: { type: "float", low: 0.001, high: 1, log: true },
      act: { type: "categorical", choices: ["relu", "tanh"] },
    },
    objectives: { loss: "minimize" },
    limits: { trials: 5 },
    seed: 1,
    pruner: "none",
  },
};

test("stdio: report takes params and gradient, tell what was tuned", () => {
  const answers = place.stdio(
    create,
    { id: 2, method: "ask" },
    {
      id: 3,
      method: "report",
      params: { trial: 0, step: 1, values: 2, params: { lr: 0.1 }, gradient: { lr: "NaN" } },
    },
    {
      id: 4,
      method: "tell",
      params: { trial: 0, values: 1, tuned: { lr: 0.2 }, gradient: { lr: -0.5 } },
    },
    { id: 5, method: "ask" },
    { id: 6, method: "tell", params: { trial: 1, values: 1, gradient: { act: 1 } } },
    { id: 7, method: "report", params: { trial: 1, step: 1, values: 1, params: { lr: 7 } } },
    { id: 8, method: "report", params: { trial: 1, step: 1, values: 1, gradient: 4 } },
    { id: 9, method: "tell", params: { trial: 1, values: 1, gradient: { lr: "steep" } } },
  ) as unknown as readonly { result?: object | string; error?: { code: string; message: string } }[];
  expect(answers[2].result).toBe("continue");
  expect(answers[3].result).toMatchObject({
    state: "complete",
    tuned: { lr: 0.2 },
    gradient: { lr: -0.5 },
    reports: [{ step: 1, params: { lr: 0.1 }, gradient: { lr: "NaN" } }],
  });
  expect(answers.slice(5).map(({ error }) => error?.message)).toEqual([
    "gradient: act: a choice has no derivative; leave it out",
    expect.stringMatching(/^params: lr: 7 is above/),
    'gradient: 4 is not an object by parameter, such as {"lr": -0.3}',
    'gradient: lr: "steep" is not a number',
  ]);
  expect(new Set(answers.slice(5).map(({ error }) => error?.code))).toEqual(new Set(["invalid-input"]));
});

test("fettle tell takes --tuned and --gradient, at the end and with --step", () => {
  place.stdio(create, { id: 2, method: "ask" });
  const tell = (...flags: string[]) => place.fettle("tell", "0", ...flags);
  expect(tell("2", "--step", "1", "--tuned", "lr=0.1", "--gradient", "lr=4").stdout).toBe("continue\n");
  expect(tell("1", "--gradient", "act=1")).toMatchObject({
    code: 2,
    stderr: "fettle: gradient: act: a choice has no derivative; leave it out\n",
  });
  expect(tell("1", "--tuned", "lr=7")).toMatchObject({ code: 2, stderr: expect.stringContaining("lr: 7") });
  expect(tell("1", "--gradient", "lr")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--gradient lr: expected a name, "=" and a value'),
  });
  expect(tell("1", "--tuned", "lr=0.2", "--tuned", "act=tanh", "--gradient", "lr=-0.5").code).toBe(0);
  expect(place.trials()[0]).toMatchObject({
    state: "complete",
    tuned: { lr: 0.2, act: "tanh" },
    gradient: { lr: -0.5 },
    reports: [{ step: 1, params: { lr: 0.1 }, gradient: { lr: 4 } }],
  });
  expect(place.fettle("show", "s", "0").stdout).toContain("tuned by the trial itself to: lr 0.2  act tanh");
});

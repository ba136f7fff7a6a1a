/**
 * Functions from the literature: always available.
 */
import {
  boolean,
  categorical,
  float,
  type Group,
  int,
  oneOf,
  type Params,
  type Space,
  space,
} from "../../../src/index.ts";
import type { Task } from "../task.ts";

const reals = (d: number, low: number, high: number): Space =>
  space(Object.fromEntries(Array.from({ length: d }, (_, j) => [`x${j}`, float(low, high)])) as Group);
const vector = (params: Params): number[] => Object.values(params) as number[];

function formula(name: string, s: Space, f: (x: number[]) => number, best = 0): Task {
  return { name, family: "synthetic", space: s, loss: (params) => f(vector(params)), best };
}

const { cos, sin, exp, PI, sqrt, abs } = Math;
const sum = (x: readonly number[], f: (v: number, i: number) => number) =>
  x.reduce((s, v, i) => s + f(v, i), 0);

const HARTMANN3 = {
  a: [
    [3, 10, 30],
    [0.1, 10, 35],
    [3, 10, 30],
    [0.1, 10, 35],
  ],
  p: [
    [0.3689, 0.117, 0.2673],
    [0.4699, 0.4387, 0.747],
    [0.1091, 0.8732, 0.5547],
    [0.0381, 0.5743, 0.8828],
  ],
};
const HARTMANN6 = {
  a: [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ],
  p: [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ],
};
const hartmann =
  ({ a, p }: typeof HARTMANN3) =>
  (x: number[]) =>
    -sum([1, 1.2, 3, 3.2], (c, i) => c * exp(-sum(x, (v, j) => a[i][j] * (v - p[i][j]) ** 2)));
const ackley = (x: number[]) =>
  -20 * exp(-0.2 * sqrt(sum(x, (v) => v * v) / x.length)) -
  exp(sum(x, (v) => cos(2 * PI * v)) / x.length) +
  20 +
  Math.E;
const rosenbrock = (x: number[]) => sum(x.slice(1), (v, i) => 100 * (v - x[i] ** 2) ** 2 + (1 - x[i]) ** 2);
const levy = (x: number[]) => {
  const w = x.map((v) => 1 + (v - 1) / 4);
  const last = w[w.length - 1];
  return (
    sin(PI * w[0]) ** 2 +
    sum(w.slice(0, -1), (v) => (v - 1) ** 2 * (1 + 10 * sin(PI * v + 1) ** 2)) +
    (last - 1) ** 2 * (1 + sin(2 * PI * last) ** 2)
  );
};

/** Jenatton et al. 2017, "Bayesian optimization with tree-structured dependencies": four leaves, two shared values. */
function jenatton(): Task {
  const s = space({
    a: oneOf("t", {
      left: { r: float(0, 1), b: oneOf("t", { p: { x: float(-1, 1) }, q: { x: float(-1, 1) } }) },
      right: { r: float(0, 1), b: oneOf("t", { p: { x: float(-1, 1) }, q: { x: float(-1, 1) } }) },
    }),
  });
  return {
    name: "jenatton",
    family: "synthetic",
    space: s,
    best: 0.1,
    loss(params) {
      const side = params.a as string;
      const leaf = params[`a.${side}.b`] as string;
      const x = params[`a.${side}.b.${leaf}.x`] as number;
      return (
        x * x +
        0.1 +
        (side === "left" ? 0 : 0.1) * 1 +
        (leaf === "p" ? 0 : 0.1) +
        (params[`a.${side}.r`] as number)
      );
    },
  };
}

/** An Ackley function of five reals, three integers and two choices. */
function mixed(): Task {
  const s = space({
    ...(Object.fromEntries(Array.from({ length: 5 }, (_, j) => [`x${j}`, float(-3, 3)])) as Group),
    ...(Object.fromEntries(Array.from({ length: 3 }, (_, j) => [`n${j}`, int(-3, 3)])) as Group),
    c: categorical(["a", "b", "c", "d"]),
    d: boolean(),
  });
  const shift: Readonly<Record<string, number>> = { a: 0.7, b: 0, c: -0.5, d: 1.2 };
  return {
    name: "ackley-mixed",
    family: "synthetic",
    space: s,
    best: 0,
    loss: (params) =>
      ackley([
        ...Array.from({ length: 5 }, (_, j) => (params[`x${j}`] as number) - 0.3),
        ...Array.from({ length: 3 }, (_, j) => (params[`n${j}`] as number) - 1),
        shift[params.c as string],
        params.d ? 0 : 0.8,
      ]),
  };
}

export function formulas(): Task[] {
  return [
    formula(
      "branin",
      space({ x: float(-5, 10), y: float(0, 15) }),
      ([x, y]) =>
        (y - (5.1 / (4 * PI ** 2)) * x * x + (5 / PI) * x - 6) ** 2 + 10 * (1 - 1 / (8 * PI)) * cos(x) + 10,
      0.39788735772973816,
    ),
    formula("hartmann3", reals(3, 0, 1), hartmann(HARTMANN3), -3.862779787332663),
    formula("hartmann6", reals(6, 0, 1), hartmann(HARTMANN6), -3.322368011415515),
    formula("ackley-10", reals(10, -5, 9), (x) => ackley(x.map((v) => v - 0.7))),
    formula("levy-6", reals(6, -10, 10), levy),
    formula("rosenbrock-5", reals(5, -2, 2), rosenbrock),
    formula(
      "rastrigin-5",
      reals(5, -4, 5),
      (x) => 10 * x.length + sum(x, (v) => v * v - 10 * cos(2 * PI * v)),
    ),
    formula(
      "griewank-5",
      reals(5, -50, 70),
      (x) => 1 + sum(x, (v) => v * v) / 4000 - x.reduce((product, v, j) => product * cos(v / sqrt(j + 1)), 1),
    ),
    formula(
      "schwefel-4",
      reals(4, -500, 500),
      (x) => 418.9828872724338 * x.length - sum(x, (v) => v * sin(sqrt(abs(v)))),
    ),
    formula(
      "styblinski-5",
      reals(5, -5, 5),
      (x) => sum(x, (v) => v ** 4 - 16 * v * v + 5 * v) / 2,
      -39.16616570377142 * 5,
    ),
    formula(
      "michalewicz-5",
      reals(5, 0, PI),
      (x) => -sum(x, (v, j) => sin(v) * sin(((j + 1) * v * v) / PI) ** 20),
      -4.687658179088148,
    ),
    jenatton(),
    mixed(),
  ];
}

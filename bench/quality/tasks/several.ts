/**
 * Functions from the literature with several objectives, of which the best front is known: always available.
 *
 * @see Zitzler, Deb and Thiele 2000, "Comparison of multiobjective evolutionary algorithms" (ZDT); Deb, Thiele, Laumanns
 *   and Zitzler 2005, "Scalable test problems for evolutionary multiobjective optimization" (DTLZ); Jain and Deb 2014, "An
 *   evolutionary many-objective optimization algorithm using reference-point based nondominated sorting approach, part II"
 *   (C2-DTLZ2)
 */
import {
  boolean,
  categorical,
  float,
  type Group,
  int,
  type Params,
  type Space,
  space,
} from "../../../src/index.ts";
import { volumeBeyond } from "../fronts.ts";
import type { SeveralTask } from "../task.ts";

const { sin, cos, sqrt, PI, abs, max, min } = Math;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const units = (d: number): Space =>
  space(Object.fromEntries(Array.from({ length: d }, (_, j) => [`x${j}`, float(0, 1)])) as Group);
const vector = (params: Params): number[] => Object.values(params) as number[];

/**
 * A function of two or three objectives.
 *
 * @param front  the least last objective there is where the others are these, each of which goes from 0 to 1
 */
function formula(
  name: string,
  s: Space,
  losses: (params: Params) => readonly number[],
  front: (...others: number[]) => number,
  limits?: SeveralTask["limits"],
): SeveralTask {
  const count = front.length + 1;
  return {
    name,
    family: `formulas-${count}`,
    space: s,
    objectives: Array.from({ length: count }, (_, k) => `f${k + 1}`),
    losses,
    ...(limits && { limits }),
    bestVolume: (point) => volumeBeyond(front, point),
  };
}

/** The ZDT functions: `h` of the first objective and of g, which grows with the mean distance in 0 to 1. */
const zdt =
  (h: (ratio: number, first: number) => number) =>
  (first: number, distances: readonly number[]): readonly number[] => {
    const g = 1 + 9 * mean(distances);
    return [first, g * h(first / g, first)];
  };
const zdt1 = zdt((ratio) => 1 - sqrt(ratio));
const zdt2 = zdt((ratio) => 1 - ratio ** 2);
const zdt3 = zdt((ratio, first) => 1 - sqrt(ratio) - ratio * sin(10 * PI * first));

const ofVector =
  (f: (first: number, distances: readonly number[]) => readonly number[]) =>
  (params: Params): readonly number[] => {
    const [first, ...others] = vector(params);
    return f(first, others);
  };

/** ZDT1 of four reals, two integers and two choices; the best lies within, not at the ends of the ranges. */
function mixed(): SeveralTask {
  const s = space({
    ...(Object.fromEntries(Array.from({ length: 4 }, (_, j) => [`x${j}`, float(0, 1)])) as Group),
    ...(Object.fromEntries(Array.from({ length: 2 }, (_, j) => [`n${j}`, int(0, 10)])) as Group),
    c: categorical(["a", "b", "c", "d"]),
    d: boolean(),
  });
  const ofChoice: Readonly<Record<string, number>> = { a: 0.6, b: 0.3, c: 0, d: 1 };
  const centres = [0.35, 0.6, 0.2];
  return formula(
    "zdt1-mixed",
    s,
    (params) =>
      zdt1(params.x0 as number, [
        ...centres.map((c, j) => abs((params[`x${j + 1}`] as number) - c) / max(c, 1 - c)),
        ...[0, 1].map((j) => abs((params[`n${j}`] as number) - 7) / 7),
        ofChoice[params.c as string],
        params.d ? 0 : 0.5,
      ]),
    (a) => 1 - sqrt(a),
  );
}

/** Where the distance parameters of DTLZ2 are best: not in the middle, where some samplers begin. */
const CENTRES = [0.4, 0.65, 0.3, 0.55, 0.7];

function onSphere(params: Params): readonly number[] {
  const [a, b, ...others] = vector(params);
  const radius = 1 + others.reduce((sum, x, j) => sum + (x - CENTRES[j]) ** 2, 0);
  const [angle, turn] = [(a * PI) / 2, (b * PI) / 2];
  return [radius * cos(angle) * cos(turn), radius * cos(angle) * sin(turn), radius * sin(angle)];
}

/** DTLZ2 with three objectives: the front is an eighth of the unit sphere. */
function dtlz2(): SeveralTask {
  const front = (a: number, b: number) => sqrt(max(0, 1 - a * a - b * b));
  return formula("dtlz2", units(2 + CENTRES.length), onSphere, front);
}

/** C2-DTLZ2: of the sphere only what lies within balls around its corners and its middle is feasible. */
function limited(): SeveralTask {
  const radius = 0.4;
  const balls = [[1, 0, 0], [0, 1, 0], [0, 0, 1], Array<number>(3).fill(1 / sqrt(3))];
  const missed = (losses: readonly number[]) =>
    min(...balls.map((ball) => ball.reduce((sum, c, k) => sum + (losses[k] - c) ** 2, 0) - radius ** 2));
  // whoever is beyond the sphere and feasible is so on the sphere below, as the balls' middles lie on it
  const front = (a: number, b: number) => {
    const onto = max(1, sqrt(a * a + b * b));
    const losses = [a / onto, b / onto, sqrt(max(0, 1 - a * a - b * b))];
    return missed(losses) <= 0 ? losses[2] : Number.POSITIVE_INFINITY;
  };
  return formula("c2-dtlz2", units(2 + CENTRES.length), onSphere, front, {
    names: ["outside"],
    missed: (params) => [missed(onSphere(params))],
  });
}

/** DTLZ7 with three objectives: four separate pieces of front. */
function dtlz7(): SeveralTask {
  const f = (params: Params) => {
    const [a, b, ...others] = vector(params);
    const g = 1 + 9 * mean(others);
    const part = (x: number) => (x / (1 + g)) * (1 + sin(3 * PI * x));
    return [a, b, (1 + g) * (3 - part(a) - part(b))];
  };
  const lift = (x: number) => x * (1 + sin(3 * PI * x));
  return formula("dtlz7", units(6), f, (a, b) => 6 - lift(a) - lift(b));
}

export function severalFormulas(): SeveralTask[] {
  return [
    mixed(),
    formula("zdt2", units(8), ofVector(zdt2), (a) => 1 - a * a),
    formula("zdt3", units(6), ofVector(zdt3), (a) => 1 - sqrt(a) - a * sin(10 * PI * a)),
    dtlz2(),
    dtlz7(),
    limited(),
  ];
}

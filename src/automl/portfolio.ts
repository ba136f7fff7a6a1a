/**
 * Configurations that are tried first, before anything was learned about the table.
 */
import { adopt, type Params, space } from "../space.ts";
import type { Family, Shape } from "./family.ts";

export interface Entry {
  readonly family: string;
  /** By the family's own names; what is not named takes its default. */
  readonly params: Params;
}

/**
 * After the defaults of every family: what `bench/automl/portfolio.ts` picked on five tables (there with 320 trees). On tables that it was not
 * learned from, the best single model was no better with these than with the defaults alone; an ensemble has more to choose
 * from.
 */
const LEARNED: readonly Entry[] = [
  { family: "extra-trees", params: { trees: 100, columns: 0.5, minRows: 1 } },
  {
    family: "boosting",
    params: {
      ...{
        rate: 0.013,
        growth: "depth",
        "growth.depth.depth": 5,
        rows: 0.65,
        columns: 0.38,
        nodeColumns: 0.8,
      },
      ...{ minRows: 2, minHessian: 1, l1: 0.5, l2: 0.6, smoothing: 59, categoryL2: 62 },
    },
  },
  {
    family: "network",
    params: {
      ...{ layers: 2, "units.0": 128, "units.1": 256, activation: "tanh", dropout: 0, batch: 128 },
      ...{ l1: 1e-6, l2: 3.6e-5, schedule: "step", optimizer: "rmsprop" },
      ...{ "optimizer.rmsprop.learningRate": 0.003, "optimizer.rmsprop.rho": 0.974 },
    },
  },
];

/** The defaults of each family, those first that are expected to take least; then what did well on other tables. */
export function portfolio(families: readonly Family[], shape: Shape): Entry[] {
  const names = families.map(({ name }) => name);
  const work = new Map(families.map((family) => [family.name, usualWork(family, shape)]));
  const ordered = [...names].sort((a, b) => (work.get(a) as number) - (work.get(b) as number));
  return [
    ...ordered.map((family) => ({ family, params: {} })),
    ...LEARNED.filter(({ family }) => names.includes(family)),
  ];
}

/** Work that a fit with a family's defaults is expected to take. */
export function usualWork(family: Family, shape: Shape): number {
  return family.work(shape, adopt(space(family.space(shape)), {}) as Params);
}

/**
 * Tuning models of a table as a study: one choice between families, each with a branch of parameters of its own.
 */

import {
  adoptEncoded,
  categorical,
  type Group,
  type Node,
  oneOf,
  type Params,
  type Space,
  space,
} from "../space.ts";
import type { Family, Shape } from "./family.ts";

/** The name of the choice between families. */
export const FAMILY = "family";
/** The name of the parameter that says how the target is learned: as it is, or its logarithm. */
export const TARGET = "target";

/** A step of an evaluation: a model is fitted to (some of) the training rows of one fold, and scored on its rest. */
export interface Stage {
  readonly fold: number;
  /** Only so many of the training rows; absent: all. */
  readonly rows?: number;
}

/** First looks: with more training rows than `above`, one fold's model is fitted to `rows` of them. */
const LOOKS = [
  { above: 20_000, rows: 8_000 },
  { above: 120_000, rows: 40_000 },
] as const;

/** What one evaluation does, step by step: cheap looks first where there are many rows, then every fold. */
export function stagesOf(folds: number, rows: number): Stage[] {
  const looks = LOOKS.filter(({ above }) => rows > above);
  return [
    ...looks.map((look) => ({ fold: 0, rows: look.rows })),
    ...Array.from({ length: folds }, (_, fold) => ({ fold })),
  ];
}

/** The space of a study over these families. @param skewed  whether the target's logarithm is worth trying */
export function spaceOf(families: readonly Family[], shape: Shape, skewed: boolean): Space {
  const branches: Record<string, Group> = {};
  for (const family of families) branches[family.name] = family.space(shape);
  const all: Record<string, Node> = { [FAMILY]: oneOf("name", branches) };
  if (skewed) all[TARGET] = categorical(["log", "raw"], { default: "log" });
  return space(all) as Space;
}

/** The parameters of a family by their own names, out of those of the study. */
export function ownParams(params: Params, family: string): Params {
  const prefix = `${FAMILY}.${family}.`;
  return Object.fromEntries(
    Object.entries(params).flatMap(([path, value]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), value]] : [],
    ),
  );
}

/** A point of the study's space: a family with some of its parameters, within their ranges, the others at their defaults. */
export function pointOf(all: Space, family: string, own: Params = {}, rest: Params = {}): Params | undefined {
  const prefix = `${FAMILY}.${family}.`;
  const named = Object.fromEntries(Object.entries(own).map(([name, value]) => [prefix + name, value]));
  const encoded = adoptEncoded(all, { [FAMILY]: family, ...named, ...rest }, true);
  return encoded && all.decode(encoded.unit);
}

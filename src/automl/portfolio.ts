/**
 * Configurations that are tried first, before anything was learned about the table.
 */
import type { Params } from "../space/types.ts";
import type { Family } from "./family.ts";

export interface Entry {
  readonly family: string;
  /** By the family's own names; what is not named takes its default. */
  readonly params: Params;
}

/** After the defaults of every family. */
const LEARNED: readonly Entry[] = [];

/** The defaults of each family, in the order of the list; then what did well on other tables. */
export function portfolio(families: readonly Family[]): Entry[] {
  const names = families.map(({ name }) => name);
  return [
    ...names.map((family) => ({ family, params: {} })),
    ...LEARNED.filter(({ family }) => names.includes(family)),
  ];
}

/**
 * Hints at what a wrong name may have been meant to be.
 */
import { nearestName } from "../errors.ts";

/** " (did you mean …?)" with the nearest candidate, else the only one that `name` abbreviates; or nothing. */
export function suggest(name: string, candidates: readonly string[]): string {
  const longer = candidates.filter(
    (candidate) => name.length > 1 && candidate.startsWith(name.toLowerCase()),
  );
  const meant = longer.length === 1 ? longer[0] : nearestName(name, candidates);
  return meant === undefined ? "" : ` (did you mean ${JSON.stringify(meant)}?)`;
}

/** `"a", "b" or "c"` */
export function oneOfText(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}

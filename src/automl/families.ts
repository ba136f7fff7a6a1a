/**
 * Families of models by name: one line each.
 */
import { bayes } from "./families/bayes.ts";
import { boosting } from "./families/boosting.ts";
import { constant } from "./families/constant.ts";
import { extraTrees } from "./families/extra-trees.ts";
import { forest } from "./families/forest.ts";
import { linear } from "./families/linear.ts";
import { neighbours } from "./families/neighbours.ts";
import { network } from "./families/network.ts";
import { vectors } from "./families/vectors.ts";
import type { Family } from "./family.ts";

export const families: Readonly<Record<string, Family>> = {
  constant,
  linear,
  boosting,
  forest,
  vectors,
  network,
  "extra-trees": extraTrees,
  neighbours,
  bayes,
};

/**
 * Extremely randomised trees.
 */
import type { Family } from "../family.ts";
import { forests } from "./forests.ts";

export const extraTrees: Family = forests("extra-trees", true, 1);

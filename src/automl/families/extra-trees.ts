/**
 * Extremely randomised trees.
 */
import type { Family } from "../family.ts";
import { forests } from "./forests.ts";

/** Work of one row, column and level, measured beside that of boosting. */
const PER_CELL = 2.7;

export const extraTrees: Family = forests("extra-trees", true, PER_CELL);

/**
 * Random forests.
 */
import type { Family } from "../family.ts";
import { forests } from "./forests.ts";

/** Work of one row, column and level, measured beside that of boosting. */
const PER_CELL = 1.5;

export const forest: Family = forests("forest", false, PER_CELL);

/**
 * Random forests.
 */
import type { Family } from "../family.ts";
import { forests } from "./forests.ts";

export const forest: Family = forests("forest", false, 1);

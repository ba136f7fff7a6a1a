/**
 * Stops a trial whose best loss so far is worse than the median of what complete trials had at the same step.
 */

import { refuseUnknown } from "../options.ts";
import type { Pruner } from "../pruner.ts";
import type { Curves } from "./curves.ts";
import { behind, type MedianOptions } from "./percentile.ts";

/**
 * Stops a trial that is behind half of the complete ones.
 *
 * @see Golovin et al. 2017, "Google Vizier", §3.2.2
 */
export function median(options: MedianOptions = {}): Pruner<Curves> {
  refuseUnknown("median", options, ["startup", "grace", "enqueued"]);
  return behind("median", 50, options, options);
}

/**
 * Stops a trial whose best loss so far is worse than a percentile of what complete trials had at the same step.
 */

import { checkChoice, checkNumber, given, refuseUnknown } from "../options.ts";
import type { Pruner } from "../pruner.ts";
import { type Curve, type Curves, curveOf, lossesFrom, lowestUntil, noCurves, tellCurve } from "./curves.ts";
import { betterThan, isBetter, isHopeless } from "./rank.ts";
import { graceOf } from "./rungs.ts";

export interface PercentileOptions {
  /** Per cent of the complete trials that a trial may be behind. @default 25 */
  readonly percentile?: number;
  /** Nothing is stopped before so many trials are complete. @default 5 */
  readonly startup?: number;
  /** Nor before this step. @default a 17th of a training */
  readonly grace?: number;
  /** Whether trials that somebody enqueued are stopped too, and not only those that a sampler suggested. @default true */
  readonly enqueued?: boolean;
}

/** What median takes: the percentile is settled. */
export type MedianOptions = Omit<PercentileOptions, "percentile">;

const STARTUP = 5;
const PERCENTILE = 25;

/**
 * Stops a trial that is behind the best `percentile` per cent of the complete ones; with several objectives, one that
 * more than so many of them dominate.
 *
 * @see Golovin et al. 2017, "Google Vizier", §3.2.2, for the median
 */
export function percentile(options: PercentileOptions = {}): Pruner<Curves> {
  refuseUnknown("percentile", options, ["percentile", "startup", "grace", "enqueued"]);
  const { percentile: percent = PERCENTILE } = options;
  checkNumber("percentile", "percentile", percent, { least: 0, most: 100 });
  return behind("percentile", percent, options, options);
}

/** A percentile rule under another name. */
export function behind(
  name: string,
  percent: number,
  { startup = STARTUP, grace, enqueued = true }: MedianOptions,
  options: object,
): Pruner<Curves> {
  checkNumber(name, "startup", startup, { least: 1, whole: true });
  checkNumber(name, "grace", grace, { least: 0 });
  checkChoice(name, "enqueued", enqueued, [true, false]);
  return {
    name,
    version: 1,
    ...given(options),
    init: noCurves,
    tell(curves, trial) {
      tellCurve(curves, trial);
      return curves;
    },
    judge(curves, trial) {
      if (trial.enqueued && !enqueued) return "continue";
      const curve = curveOf(curves, trial.number);
      if (curve === undefined || curves.completed < startup) return "continue";
      const first = grace ?? (curves.full === undefined ? 1 : graceOf(curves.full));
      if (!(curve.reached >= first) || curve.reached >= (curves.full ?? Number.POSITIVE_INFINITY))
        return "continue";
      return isBehind(curves, curve, percent) ? "stop" : "continue";
    },
  };
}

function isBehind({ list }: Curves, curve: Curve, percent: number): boolean {
  const own = lowestUntil(curve, curve.reached) as readonly number[];
  if (isHopeless(own)) return true;
  const others = list.flatMap((other) => {
    if (other.state !== "complete" || other.violation > curve.violation) return []; // these stand behind it
    if (other.violation < curve.violation) return [own.map(() => Number.NEGATIVE_INFINITY)]; // and these before it
    const losses = lossesFrom(other, curve.reached);
    return losses === undefined ? [] : [losses];
  });
  if (others.length === 0) return false;
  if (own.length > 1) return betterThan(own, others) > (percent / 100) * others.length;
  return isBetter(
    [
      quantile(
        others.map(([loss]) => loss),
        percent / 100,
      ),
    ],
    own,
  );
}

/** The quantile between the two nearest of the values; NaN is the highest. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value));
  sorted.sort((a, b) => (a === b ? 0 : a < b ? -1 : 1));
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === high ? low : low + (at - Math.floor(at)) * (high - low);
}

/**
 * Stops a trial whose steps are repeats of the same thing, such as folds or seeds, once it is significantly worse
 * than the best.
 */
import { UnsupportedError } from "../errors.ts";
import { signedRankP } from "../math/signed-rank.ts";
import { checkNumber, given, refuseUnknown } from "../options.ts";
import type { Pruner } from "../pruner.ts";
import { type Curve, type Curves, curveOf, noCurves, tellCurve } from "./curves.ts";
import { orWorst } from "./rank.ts";

export interface WilcoxonOptions {
  /** A trial is stopped below this probability that it is as good as the best. @default 0.1 */
  readonly p?: number;
  /** Nothing is stopped before so many common steps. @default 2 */
  readonly startup?: number;
}

/** Not below: fewer pairs are never significant, and a single one is not a comparison. */
const FEWEST = 2;

/**
 * The signed-rank test of a trial against the best complete one, over the steps that both reported: "step" is the
 * number of the fold, seed or prompt. A trial whose mean over them is not worse always goes on.
 *
 * @throws {UnsupportedError} on `init`, for several objectives
 * @see Wilcoxon 1945, "Individual Comparisons by Ranking Methods"
 */
export function wilcoxon(options: WilcoxonOptions = {}): Pruner<Curves> {
  refuseUnknown("wilcoxon", options, ["p", "startup"]);
  const { p = 0.1, startup = FEWEST } = options;
  checkNumber("wilcoxon", "p", p, { above: 0, most: 1 });
  checkNumber("wilcoxon", "startup", startup, { least: FEWEST, whole: true });
  return {
    name: "wilcoxon",
    version: 1,
    ...given(options),
    init(problem) {
      requireOne("wilcoxon", problem.objectives.length);
      return noCurves(problem);
    },
    tell(curves, trial) {
      tellCurve(curves, trial);
      return curves;
    },
    judge(curves, trial) {
      const curve = curveOf(curves, trial.number);
      const best = bestComplete(curves);
      if (curve === undefined || best === undefined || best === curve) return "continue";
      if (curve.violation < best.violation) return "continue"; // nearer to the limits than any complete one
      const gaps = differences(curve, best);
      if (gaps.length < startup) return "continue";
      const sum = gaps.reduce((total, gap) => total + gap, 0);
      if (!(sum > 0) && !Number.isNaN(sum)) return "continue";
      return signedRankP(gaps) < p ? "stop" : "continue";
    },
  };
}

/** @throws {UnsupportedError} if there are several objectives */
export function requireOne(name: string, objectives: number): void {
  if (objectives === 1) return;
  throw new UnsupportedError(
    `${name} compares trials by one objective, and there are ${objectives}: use the pruner auto, successiveHalving or median`,
  );
}

/**
 * The complete trial with the lowest loss, of those that miss the limits on outcomes least; the one told first of
 * equal ones.
 */
export function bestComplete({ list }: Curves): Curve | undefined {
  let best: Curve | undefined;
  for (const curve of list) {
    if (curve.final === undefined) continue;
    if (best === undefined || curve.violation < best.violation) best = curve;
    else if (curve.violation === best.violation && curve.final[0] < (best.final as number[])[0]) best = curve;
  }
  return best;
}

/** Own loss − the other's at each step that both have; what is no number is infinitely bad. Shape (common steps). */
function differences(own: Curve, other: Curve): number[] {
  const gaps: number[] = [];
  let at = 0;
  own.steps.forEach((step, i) => {
    while (at < other.steps.length && other.steps[at] < step) at++;
    if (other.steps[at] !== step) return;
    const [a, b] = [orWorst(own.losses[i][0]), orWorst(other.losses[at][0])];
    gaps.push(a === b ? 0 : a - b);
  });
  return gaps;
}

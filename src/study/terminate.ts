/**
 * Whether a study has learned enough, by its terminator.
 */
import type { Compute } from "../compute.ts";
import { ending } from "../history.ts";
import { rng } from "../random.ts";
import type { Log } from "./log.ts";

/**
 * Asks the terminator, if trials have ended since it was asked last, and writes down that the study stops.
 * What runs may finish.
 *
 * @returns whether it stopped the study just now
 */
export async function judgeStudy(log: Log, compute: Compute): Promise<boolean> {
  const { follower } = log;
  const { terminator, history, ends } = follower;
  if (terminator === undefined || ends === follower.judged || ending(history) !== undefined) return false;
  follower.judged = ends;
  const judgement = await log.exclusive(async () => {
    follower.prepare();
    return terminator.judge(follower.terminatorState, {
      rng: rng(history.problem.seed, "terminate", ends),
      compute,
    });
  });
  const { reason, expected } = judgement;
  if (reason === undefined) return false;
  const [change] = await log.append({
    kind: "stopped",
    reason,
    ...(expected !== undefined && Number.isFinite(expected) && { expected }),
  });
  return change.rejected === undefined;
}

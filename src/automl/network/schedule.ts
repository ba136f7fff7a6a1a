/**
 * How the learning rate goes as training goes on.
 */
import { cosineOfHalfTurn } from "../../math/cosine.ts";

export const SCHEDULES = ["constant", "cosine", "step", "one-cycle"] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** One-cycle climbs for this part of the way, from this share of the rate. */
const CLIMB = 0.25;
const LOW = 0.04;

/**
 * The learning rate as a share of the largest.
 *
 * @param done  the part of training that is done, 0 … 1
 * @see Loshchilov and Hutter 2017, eq. 5 (cosine); He et al. 2016 (a tenth at a half and at three quarters);
 *   Smith and Topin 2018, "Super-Convergence" (one cycle)
 */
export function shareAt(schedule: Schedule, done: number): number {
  switch (schedule) {
    case "constant":
      return 1;
    case "cosine":
      return (1 + cosineOfHalfTurn(done)) / 2;
    case "step":
      return done < 0.5 ? 1 : done < 0.75 ? 0.1 : 0.01;
    case "one-cycle":
      return done < CLIMB
        ? LOW + ((1 - LOW) * done) / CLIMB
        : (1 + cosineOfHalfTurn((done - CLIMB) / (1 - CLIMB))) / 2;
  }
}

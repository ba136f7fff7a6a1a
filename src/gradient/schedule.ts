/**
 * Schedules of the learning rate: a factor as a function of the part of training that is done, 0 … 1.
 */
import { InvalidInputError } from "../errors.ts";

export type Schedule = (done: number) => number;

/** Always 1. */
export function constant(): Schedule {
  return () => 1;
}

/** From 1 straight down to `end`. */
export function linearDecay(end = 0): Schedule {
  return (done) => 1 + (end - 1) * done;
}

/** Half a cosine from 1 down to `end` (Loshchilov and Hutter 2017, eq. 5). */
export function cosineDecay(end = 0): Schedule {
  return (done) => end + ((1 - end) * (1 + cosineOfHalfTurn(done))) / 2;
}

/** Up from 0 over the first `part` of the way, then as `then` says. */
export function warmUp(part: number, then: Schedule = constant()): Schedule {
  if (!(part > 0 && part < 1))
    throw new InvalidInputError(`warmUp: the part is between 0 and 1, not ${part}`);
  return (done) => (done < part ? done / part : then((done - part) / (1 - part)));
}

/** cos(πx) on [0, 1], within 1e-10 and with the same bits on every engine: a series around the middle. */
function cosineOfHalfTurn(x: number): number {
  const angle = (0.5 - x) * Math.PI; // cos(πx) = sin(π/2 − πx)
  const square = angle * angle;
  let [term, sum] = [angle, angle];
  for (let n = 1; n <= 9; n++) {
    term *= -square / (2 * n * (2 * n + 1));
    sum += term;
  }
  return sum;
}

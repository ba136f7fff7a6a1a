/**
 * Schedules of the learning rate: a factor as a function of the part of training that is done, 0 … 1.
 */
import { InvalidInputError } from "../errors.ts";
import { cosineOfHalfTurn } from "../math/cosine.ts";

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

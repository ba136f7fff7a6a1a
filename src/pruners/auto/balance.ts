/**
 * When a full training is due, rather than a look at another trial.
 */
import { type Curve, type Curves, isExhausted } from "../curves.ts";
import { type Pace, secondsLeft, secondsPerStep } from "../pace.ts";

/** What trials came to, and how long they took. */
export interface Balance {
  readonly curves: Curves;
  readonly pace: Pace;
}

/** The share of all steps that goes into full trainings. @see docs/pruners.md, where it was measured */
const TRAINING_SHARE = 0.4;
/** Where only the number of trials is limited, one in so many is trained to its end, and not fewer than three. */
const TRIALS_PER_TRAINING = 6;
const FEWEST_TRAININGS = 3;
/** Before a time limit all trainings come last, but for one, unless there is time for so few rounds of them. */
const FEW_ROUNDS = 2;
/** What a training takes beyond the time of its steps, as a factor. */
const MARGIN = 1.02;

/**
 * How many trainings were begun before, if another one is to begin now; otherwise undefined.
 *
 * @param full   step of a full training
 * @param grace  up to which step trials are looked at
 * @param waits  whether a trial could be trained to its end now
 */
export function isDue(
  { curves, pace }: Balance,
  full: number,
  grace: number,
  waits: (curve: Curve) => boolean,
): { readonly trainings: number } | undefined {
  const { looking, training, trainings } = spent(curves, full, grace, waits);
  const due = { trainings };
  if (isExhausted(curves)) {
    const wanted = Math.max(FEWEST_TRAININGS, Math.ceil(curves.list.length / TRIALS_PER_TRAINING));
    if (trainings < wanted) return due;
  }
  const planned = plan({ curves, pace }, full, grace);
  if (planned?.isTraining) return due;
  if (planned !== undefined && (trainings > 0 || planned.rounds <= FEW_ROUNDS)) return undefined;
  return training + full <= (TRAINING_SHARE / (1 - TRAINING_SHARE)) * looking ? due : undefined;
}

/**
 * What the time limit allows: in how many rounds the workers can train, one after the other, within the share of
 * trainings, and whether these have begun; undefined where there is no limit, or no step was timed yet.
 */
function plan({ curves, pace }: Balance, full: number, grace: number) {
  const { seconds } = curves.problem.limits;
  const left = secondsLeft(pace, curves.problem);
  const step = secondsPerStep(pace);
  if (seconds === undefined || left === undefined || step === undefined) return undefined;
  const needed = MARGIN * step * full;
  const rounds = Math.max(1, Math.round((TRAINING_SHARE * seconds) / needed));
  return { rounds, isTraining: left < rounds * needed + step * grace };
}

/** Whether a trial can be trained to its end in the time that is left, at its own pace. */
export function endsInTime({ curves, pace }: Balance, { number }: Curve, full: number): boolean {
  const left = secondsLeft(pace, curves.problem);
  const step = secondsPerStep(pace, number);
  return left === undefined || step === undefined || step * full <= left;
}

/** Steps that went into looks and into trainings; of those that still run, all that they will take. */
function spent({ list }: Curves, full: number, grace: number, waits: (curve: Curve) => boolean) {
  let [looking, training, trainings] = [0, 0, 0];
  for (const curve of list) {
    looking += Math.min(Math.max(0, curve.reached), grace);
    if (curve.reached < grace || waits(curve)) continue;
    const isOver = curve.state === "pruned" || curve.state === "failed";
    training += isOver ? curve.reached - grace : full;
    if (!isOver) trainings++;
  }
  return { looking, training, trainings };
}

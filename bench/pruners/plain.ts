/**
 * The plain rule that every pruner is held against: the first steps of everything on half of the budget, then the best
 * of them fully.
 */
import type { Ran, Run } from "./drive.ts";

/**
 * Trains as many configurations as half of the budget allows for `first` steps, then the best of them to the end, one
 * after the other. Those restart, or go on where they were with `checkpoints`.
 */
export function plainRule(
  first: number,
  { task, order, budget, workers = 1, checkpoints = false }: Run,
): Ran {
  const { full, losses } = task;
  const lossOf = (number: number, step: number) => losses[order[number] * full + step - 1];
  const orWorst = (loss: number) => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);
  // With several workers everything goes in rounds, one trial a worker.
  const seconds = (budget * full) / workers;
  const rounds = Math.floor(seconds / 2 / first);
  const looked = Math.min(order.length, rounds * workers);
  const cost = checkpoints ? full - first : full;
  const trainings = Math.min(looked, workers * Math.floor((seconds - rounds * first) / cost));
  const best = Array.from({ length: looked }, (_, i) => i)
    .sort((a, b) => {
      const [x, y] = [orWorst(lossOf(a, first)), orWorst(lossOf(b, first))];
      return x === y ? a - b : x < y ? -1 : 1;
    })
    .slice(0, Math.max(1, trainings));
  const finals = best.map((number) => ({ number, loss: orWorst(lossOf(number, full)) }));
  const found = trainings === 0 ? finals[0] : finals.reduce((a, b) => (b.loss < a.loss ? b : a));
  return {
    recommended: order[found.number],
    loss: lossOf(found.number, full),
    complete: trainings,
    started: looked,
    steps: looked * first + trainings * cost,
    judgeMs: 0,
  };
}

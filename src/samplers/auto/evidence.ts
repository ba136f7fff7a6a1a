/**
 * Which model has predicted better so far: each suggestion keeps in its origin what every model expected of it.
 */
import type { Json, Trial } from "../../trial.ts";

/** So many of the latest predictions count. */
const LATEST = 30;

/** What was predicted of a trial before it ran, by model: lower is better; only the order counts. */
export type Predictions = Readonly<Record<string, number>>;

export interface Evidence {
  readonly list: { readonly number: number; readonly loss: number; readonly predicted: Predictions }[];
}

/** Takes down how a prediction came out. */
export function compare({ list }: Evidence, trial: Trial): void {
  const predicted = predictionsIn(trial.origin);
  const loss = trial.state === "failed" ? Number.POSITIVE_INFINITY : trial.losses?.[0];
  if (predicted === undefined || loss === undefined || Number.isNaN(loss)) return;
  const before = list.findIndex(({ number }) => number === trial.number);
  if (before >= 0) list.splice(before, 1);
  list.push({ number: trial.number, loss, predicted });
}

function predictionsIn(origin: Json | undefined): Predictions | undefined {
  if (typeof origin !== "object" || origin === null || Array.isArray(origin)) return undefined;
  return (origin as { readonly predicted?: Predictions }).predicted;
}

export interface Scores {
  /** How many predictions were compared. */
  readonly count: number;
  /** Rank correlation of predicted and true order by model, −1 to 1 (Spearman). */
  readonly correlation: (model: string) => number;
}

/** How well the order of the latest outcomes was predicted by those models that predicted all of them. */
export function scoresOf({ list }: Evidence, models: readonly string[]): Scores {
  const latest = list.filter(({ predicted }) => models.every((model) => model in predicted)).slice(-LATEST);
  const losses = ranks(latest.map(({ loss }) => loss));
  return {
    count: latest.length,
    correlation: (model) => pearson(ranks(latest.map(({ predicted }) => predicted[model])), losses),
  };
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b] || 0);
  const result = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) result[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return result;
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (v: readonly number[]) => v.reduce((sum, one) => sum + one, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  let xy = 0;
  let xx = 0;
  let yy = 0;
  x.forEach((v, i) => {
    xy += (v - mx) * (y[i] - my);
    xx += (v - mx) * (v - mx);
    yy += (y[i] - my) * (y[i] - my);
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/**
 * Measures of predicted classes. `y` has the class's index, shape (rows); `predictions` probabilities, row-major, shape
 * (rows, classes); `weights` shape (rows). With two classes, the second is the one that is looked for.
 */
import { log } from "../../math/elementary.ts";
import { mean } from "./regression.ts";

/** Probabilities are taken to be at least this, so that one sure mistake is bad and not infinitely so. */
const LEAST = 1e-15;

/**
 * The area under the receiver operating characteristic: the chance that a row of the class has a higher probability of it
 * than one of another class, equal ones counting half. With many classes the mean of each against the rest (classes that
 * do not occur, or alone, are left out). 0.5 where nothing can be compared.
 */
export function areaUnderCurve(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): number {
  return meanOverClasses(y, predictions, classes, weights, rankedArea, 0.5);
}

/** Area under precision over recall, as steps; with many classes the mean of each against the rest. */
export function averagePrecision(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): number {
  return meanOverClasses(y, predictions, classes, weights, steppedPrecision, 0);
}

/** Mean of −ln of the probability that the right class was given. */
export function logLoss(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): number {
  return mean(y.length, weights, (i) => -log(Math.max(LEAST, predictions[i * classes + y[i]])));
}

/** Squared error of the probabilities: of the second class if there are two, otherwise summed over classes (Brier 1950). */
export function brierScore(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): number {
  return mean(y.length, weights, (i) => {
    if (classes === 2) return (predictions[i * 2 + 1] - y[i]) * (predictions[i * 2 + 1] - y[i]);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const difference = predictions[i * classes + c] - (y[i] === c ? 1 : 0);
      sum += difference * difference;
    }
    return sum;
  });
}

/** Share of rows whose most probable class is the right one. */
export function accuracy(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): number {
  return mean(y.length, weights, (i) => (mostProbable(predictions, i, classes) === y[i] ? 1 : 0));
}

/** Mean over the classes that occur of the share of their rows that is recognised. */
export function balancedAccuracy(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): number {
  const table = confusion(y, predictions, classes, weights);
  let sum = 0;
  let occurring = 0;
  for (let c = 0; c < classes; c++) {
    let total = 0;
    for (let p = 0; p < classes; p++) total += table[c * classes + p];
    if (total === 0) continue;
    sum += table[c * classes + c] / total;
    occurring++;
  }
  return sum / occurring;
}

/** Harmonic mean of precision and recall: of the second class if there are two, otherwise the mean over classes. */
export function f1Score(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): number {
  const table = confusion(y, predictions, classes, weights);
  let sum = 0;
  let counted = 0;
  for (let c = classes === 2 ? 1 : 0; c < classes; c++) {
    let both = 0; // in the class, plus said to be in it
    for (let other = 0; other < classes; other++)
      both += table[c * classes + other] + table[other * classes + c];
    if (both === 0 && classes > 2) continue;
    sum += both === 0 ? 0 : (2 * table[c * classes + c]) / both;
    counted++;
  }
  return counted === 0 ? 0 : sum / counted;
}

/** Correlation of right and predicted classes (Gorodkin 2004, for any number of them); 0 where either does not vary. */
export function matthews(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): number {
  const table = confusion(y, predictions, classes, weights);
  const right = new Float64Array(classes);
  const said = new Float64Array(classes);
  let total = 0;
  let met = 0;
  for (let c = 0; c < classes; c++) {
    met += table[c * classes + c];
    for (let p = 0; p < classes; p++) {
      right[c] += table[c * classes + p];
      said[p] += table[c * classes + p];
      total += table[c * classes + p];
    }
  }
  let together = 0;
  let rightSquares = 0;
  let saidSquares = 0;
  for (let c = 0; c < classes; c++) {
    together += right[c] * said[c];
    rightSquares += right[c] * right[c];
    saidSquares += said[c] * said[c];
  }
  const spread = Math.sqrt(total * total - rightSquares) * Math.sqrt(total * total - saidSquares);
  return spread > 0 ? (met * total - together) / spread : 0;
}

/**
 * How often each class was taken for each.
 *
 * @returns (weighted) counts, row-major, shape (classes, classes): right class, then predicted class
 */
function confusion(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights?: Float64Array,
): Float64Array {
  const table = new Float64Array(classes * classes);
  for (let i = 0; i < y.length; i++) {
    const said = mostProbable(predictions, i, classes);
    table[y[i] * classes + said] += weights === undefined ? 1 : weights[i];
  }
  return table;
}

/** The most probable class of a row; the first of equal ones. */
function mostProbable(predictions: Float64Array, row: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++)
    if (predictions[row * classes + c] > predictions[row * classes + best]) best = c;
  return best;
}

/** Scores and membership of one class against the rest, or their mean over classes. */
function meanOverClasses(
  y: Float64Array,
  predictions: Float64Array,
  classes: number,
  weights: Float64Array | undefined,
  measure: (member: Uint8Array, scores: Float64Array, weights?: Float64Array) => number | undefined,
  otherwise: number,
): number {
  const scores = new Float64Array(y.length);
  const member = new Uint8Array(y.length);
  let sum = 0;
  let counted = 0;
  for (let c = classes === 2 ? 1 : 0; c < classes; c++) {
    for (let i = 0; i < y.length; i++) {
      scores[i] = predictions[i * classes + c];
      member[i] = y[i] === c ? 1 : 0;
    }
    if (scores.some(Number.isNaN)) return Number.NaN;
    const value = measure(member, scores, weights);
    if (value === undefined) continue;
    sum += value;
    counted++;
  }
  return counted === 0 ? otherwise : sum / counted;
}

/**
 * The chance that a member scores higher than another row, ties counting half.
 *
 * @returns undefined if all rows are members, or none
 */
export function rankedArea(
  member: Uint8Array,
  scores: Float64Array,
  weights?: Float64Array,
): number | undefined {
  if (weights !== undefined) return weightedArea(member, scores, weights);
  let members = 0;
  for (let i = 0; i < member.length; i++) members += member[i];
  const inside = new Float64Array(members);
  const outside = new Float64Array(member.length - members);
  let a = 0;
  let b = 0;
  for (let i = 0; i < member.length; i++) {
    if (member[i] === 1) inside[a++] = scores[i];
    else outside[b++] = scores[i];
  }
  if (inside.length === 0 || outside.length === 0) return undefined;
  inside.sort();
  outside.sort();
  let below = 0; // outside rows of a lower score
  let upTo = 0; // outside rows of a score at most as high
  let sum = 0;
  for (const score of inside) {
    while (below < outside.length && outside[below] < score) below++;
    while (upTo < outside.length && outside[upTo] <= score) upTo++;
    sum += below + upTo;
  }
  return sum / (2 * inside.length * outside.length);
}

function weightedArea(member: Uint8Array, scores: Float64Array, weights: Float64Array): number | undefined {
  const order = ascending(scores);
  let sum = 0;
  let inside = 0;
  let outside = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tiedInside = 0;
    let tiedOutside = 0;
    for (; to < order.length && scores[order[to]] === scores[order[from]]; to++) {
      if (member[order[to]] === 1) tiedInside += weights[order[to]];
      else tiedOutside += weights[order[to]];
    }
    sum += tiedInside * (outside + tiedOutside / 2);
    inside += tiedInside;
    outside += tiedOutside;
    from = to;
  }
  return inside > 0 && outside > 0 ? sum / (inside * outside) : undefined;
}

function steppedPrecision(
  member: Uint8Array,
  scores: Float64Array,
  weights?: Float64Array,
): number | undefined {
  const order = ascending(scores);
  let members = 0;
  for (let i = 0; i < member.length; i++) members += member[i] * (weights === undefined ? 1 : weights[i]);
  if (members === 0) return undefined;
  let met = 0;
  let seen = 0;
  let sum = 0;
  for (let from = order.length - 1; from >= 0; ) {
    let to = from;
    let step = 0;
    for (; to >= 0 && scores[order[to]] === scores[order[from]]; to--) {
      const weight = weights === undefined ? 1 : weights[order[to]];
      step += member[order[to]] * weight;
      seen += weight;
    }
    met += step;
    if (seen > 0) sum += (step * met) / seen;
    from = to;
  }
  return sum / members;
}

/** Rows by ascending score. */
function ascending(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b] || a - b);
}

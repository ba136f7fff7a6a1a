/**
 * Which parameters mattered: PED-ANOVA (Watanabe, Bansal and Hutter 2023, "PED-ANOVA: Efficiently Quantifying
 * Hyperparameter Importance in Arbitrary Subspaces").
 */
import { exp, log } from "../math/elementary.ts";
import { type Rng, rng } from "../random.ts";
import type { Parameter, Space } from "../space/types.ts";
import { toUnit } from "../space.ts";
import type { Trial } from "../trial.ts";

export interface ImportanceOptions {
  /** Index of the objective. @default 0 */
  readonly objective?: number;
}

/** The share of one parameter. */
export interface Importance {
  readonly path: string;
  /** At least 0; all sum to 1. */
  readonly share: number;
  /** Whether it exceeds what the same trials give with their values shuffled, in 95 of 100 shuffles. */
  readonly significant: boolean;
}

/** Cells that a numeric parameter is divided into. */
const CELLS = 50;
/** The share of best trials that is compared with all, and how many it has at least. */
const TOP = 0.1;
const FEWEST_TOP = 10;
/** Fewer complete trials tell nothing. */
const FEWEST = 20;
const SHUFFLES = 100;
/** What rounding leaves of a divergence that is 0. */
const TINY = 1e-20;

/**
 * How much each parameter tells of whether a trial is among the best: the divergence of its distribution among the
 * best tenth from that among all (their eq. 16), over the trials in which it was active.
 *
 * @returns  largest share first; empty with fewer than 20 complete trials, or where no parameter varies
 */
export function importance(
  trials: readonly Trial[],
  space: Space,
  options: ImportanceOptions = {},
): readonly Importance[] {
  const { objective = 0 } = options;
  const complete = trials.filter(({ state, losses }) => state === "complete" && losses !== undefined);
  if (complete.length < FEWEST) return [];
  const lossOf = ({ losses }: Trial) => losses?.[objective] ?? Number.POSITIVE_INFINITY;
  const sorted = [...complete].sort((a, b) => (lossOf(a) < lossOf(b) ? -1 : Number(lossOf(a) > lossOf(b))));
  const losses = sorted.map(lossOf);
  const columns = space.parameters
    .filter(varies)
    .map((parameter) => columnOf(parameter, sorted, losses))
    .filter((column) => column !== undefined);
  const raw = columns.map((column) => divergence(column, identity(sorted.length)));
  const total = raw.reduce((sum, value) => sum + value, 0);
  if (!(total > TINY)) return [];
  const threshold = noiseLevel(columns, sorted.length);
  const shares = new Map(
    columns.map(({ path }, index) => [
      path,
      { share: raw[index] / total, significant: raw[index] > threshold },
    ]),
  );
  return space.parameters
    .filter(varies)
    .map(({ path }) => ({ path, ...(shares.get(path) ?? { share: 0, significant: false }) }))
    .sort((a, b) => b.share - a.share);
}

interface Column {
  readonly path: string;
  /** Cell of each trial, best trial first; −1 where the parameter is inactive. */
  readonly cells: Int32Array;
  readonly count: number;
  /** The estimate from a list of cells. */
  readonly estimate: (cells: readonly number[], count: number) => Float64Array;
  /** The estimate from all trials. Shape (count). */
  readonly all: Float64Array;
  /** How many active trials are among the best. */
  readonly top: number;
  /** The share of trials in which the parameter is active. */
  readonly active: number;
}

function varies(parameter: Parameter): boolean {
  return parameter.domain === "real" || parameter.size > 1;
}

/** What is known of a parameter; undefined if it was active too rarely to tell anything. */
function columnOf(
  parameter: Parameter,
  trials: readonly Trial[],
  losses: readonly number[],
): Column | undefined {
  const { path } = parameter;
  const smooth = parameter.domain !== "choice" || parameter.ordered;
  const count =
    parameter.domain === "real" ? CELLS : smooth ? Math.min(CELLS, parameter.size) : parameter.size;
  const cells = Int32Array.from(trials, ({ params }) => {
    const value = params[path];
    return value === undefined ? -1 : Math.min(count - 1, Math.floor(unitOf(parameter, value) * count));
  });
  const active = identity(trials.length).filter((index) => cells[index] >= 0);
  if (active.length < FEWEST) return undefined;
  let top = Math.max(FEWEST_TOP, Math.floor(TOP * active.length));
  while (top < active.length && losses[active[top]] === losses[active[top - 1]]) top++; // equals belong together
  const estimate = smooth ? parzen : frequencies;
  const all = estimate(
    active.map((index) => cells[index]),
    count,
  );
  return { path, cells, count, estimate, all, top, active: active.length / trials.length };
}

/** Params of an older space may lie outside a range that was narrowed since: they fall into the end cells. */
function unitOf(parameter: Parameter, value: Trial["params"][string]): number {
  return Math.min(1, Math.max(0, toUnit(parameter, value)));
}

/** E_p[(p′ / p − 1)²] of the first active trials of that order, scaled by the share of trials that are active. */
function divergence({ cells, count, estimate, all, top, active }: Column, order: ArrayLike<number>): number {
  const best: number[] = [];
  for (let i = 0; best.length < top; i++) if (cells[order[i]] >= 0) best.push(cells[order[i]]);
  const density = estimate(best, count);
  let sum = 0;
  for (let cell = 0; cell < count; cell++) sum += all[cell] * (density[cell] / all[cell] - 1) ** 2;
  return sum * active;
}

/** Shares of the cells, with one observation spread over all of them. Shape (count). */
function frequencies(cells: readonly number[], count: number): Float64Array {
  const shares = new Float64Array(count).fill(1 / count / (cells.length + 1));
  for (const cell of cells) shares[cell] += 1 / (cells.length + 1);
  return shares;
}

/** A Parzen estimate over cells with Scott's bandwidth, and one observation spread over all. Shape (count). */
function parzen(cells: readonly number[], count: number): Float64Array {
  const n = cells.length;
  const mean = cells.reduce((sum, cell) => sum + cell, 0) / n;
  const std = Math.sqrt(cells.reduce((sum, cell) => sum + (cell - mean) ** 2, 0) / Math.max(1, n - 1));
  const sorted = [...cells].sort((a, b) => a - b);
  const iqr = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const spread = iqr > 0 ? Math.min(iqr / 1.34, std) : std;
  const bandwidth = Math.max(0.5 / 1.64, 1.059 * spread * exp(-0.2 * log(n)));
  const weights = new Float64Array(count);
  for (const cell of cells) weights[cell] += 1 / (n + 1);
  const kernel = Float64Array.from({ length: count }, (_, distance) =>
    exp(-0.5 * (distance / bandwidth) ** 2),
  );
  const density = new Float64Array(count).fill(1 / count / (n + 1));
  for (let from = 0; from < count; from++) {
    if (weights[from] === 0) continue;
    let mass = 0;
    for (let to = 0; to < count; to++) mass += kernel[Math.abs(to - from)];
    for (let to = 0; to < count; to++) density[to] += (weights[from] * kernel[Math.abs(to - from)]) / mass;
  }
  return density;
}

/** The quantile of a sorted list, between its neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** The 95th percentile of the largest divergence over parameters, where values have nothing to do with params. */
function noiseLevel(columns: readonly Column[], n: number): number {
  const maxima = Array.from({ length: SHUFFLES }, (_, shuffle) => {
    const order = shuffled(n, rng(0, "importance", shuffle));
    return Math.max(...columns.map((column) => divergence(column, order)));
  }).sort((a, b) => a - b);
  return maxima[Math.floor(0.95 * SHUFFLES) - 1];
}

function identity(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index);
}

function shuffled(n: number, stream: Rng): number[] {
  const order = identity(n);
  for (let i = n - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

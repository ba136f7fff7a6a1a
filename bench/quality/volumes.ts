/**
 * What hypervolumes are measured by: a reference point, the largest volume known, and what random search finds in ten
 * trials.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hypervolume, type Rng, rng } from "../../src/index.ts";
import { allSeen } from "./curves.ts";
import type { SeveralTask } from "./task.ts";

/** Random points of which the reference point is a quantile, objective by objective. */
const POINTS = 10_000;
const QUANTILE = 0.99;
/** Random search: how long, how often. */
const TRIALS = 10;
const SEEDS = 100;
/** Points of the search for the best front, where it is not known. */
const STEPS = 40_000;
/** Of such a front one point is kept in each of so many parts of an objective's range, by the number of objectives. */
const PARTS: Readonly<Record<number, number>> = { 2: 300, 3: 25 };

type Losses = readonly number[];

export interface VolumeReference {
  /** Shape (objectives). */
  readonly point: Losses;
  /** The largest volume there is, or known. */
  readonly best: number;
  /** The median over seeds of the volume of ten random trials. */
  readonly random: number;
  /** Some of the best losses known, where these are not known as a function. Shape (n, objectives). */
  readonly front?: readonly Losses[];
}

const file = fileURLToPath(new URL("volumes.json", import.meta.url));

/** The volume that points dominate below a reference point. Shapes (n, objectives), (objectives). */
export function volumeOf(points: readonly Losses[], point: Losses): number {
  return hypervolume(Float64Array.from(points.flat()), points.length, point.length, point);
}

/** The references of a task; where its best front is not known, with what any curve found. */
export function volumeReferenceOf(task: SeveralTask): VolumeReference {
  const { front, ...frozen } = frozenVolumesOf(task);
  if (front === undefined) return frozen;
  const all = nonDominated([...front, ...allSeen<Losses>(task.name)]);
  return { ...frozen, best: Math.max(frozen.best, volumeOf(all, frozen.point)), front: all };
}

/** The references of a task as they are kept; computed once. */
export function frozenVolumesOf(task: SeveralTask): VolumeReference {
  const known: Record<string, VolumeReference> = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8"))
    : {};
  if (!(task.name in known)) {
    known[task.name] = referenceOf(task);
    const lines = Object.entries(known).map(
      ([name, one]) => `${JSON.stringify(name)}: ${JSON.stringify(one)}`,
    );
    writeFileSync(file, `{\n${lines.join(",\n")}\n}\n`);
  }
  return known[task.name];
}

function referenceOf(task: SeveralTask): VolumeReference {
  const point = referencePoint(task);
  const random = randomVolume(task, point);
  if (task.bestVolume !== undefined) return { point, best: task.bestVolume(point), random };
  const front = nonDominated([...searchFront(task, point), ...allSeen<Losses>(task.name)]);
  return { point, best: volumeOf(front, point), random, front: thinned(front, point) };
}

const drawn = ({ space }: SeveralTask, stream: Rng) =>
  Float64Array.from(space.parameters, () => stream.uniform());
const isThere = (losses: Losses) => losses.every(Number.isFinite);

function referencePoint(task: SeveralTask): Losses {
  const stream = rng(1, "reference point", task.name);
  const all = Array.from({ length: POINTS }, () =>
    task.losses(task.space.decode(drawn(task, stream))),
  ).filter(isThere);
  return task.objectives.map(
    (_, k) => all.map((losses) => losses[k]).sort((a, b) => a - b)[Math.ceil(QUANTILE * all.length) - 1],
  );
}

function randomVolume(task: SeveralTask, point: Losses): number {
  const volumes = Array.from({ length: SEEDS }, (_, seed) => {
    const stream = rng(seed, "volume of ten", task.name);
    const all = Array.from({ length: TRIALS }, () => task.space.decode(drawn(task, stream)))
      .filter((params) => task.limits?.missed(params).every((missed) => missed <= 0) ?? true)
      .map(task.losses);
    return volumeOf(all.filter(isThere), point);
  }).sort((a, b) => a - b);
  return (volumes[SEEDS / 2 - 1] + volumes[SEEDS / 2]) / 2;
}

interface Found {
  readonly unit: Float64Array;
  readonly losses: Losses;
}

/** Random points, then neighbours and crossings of those that nothing dominates, each drawn by a direction. */
function searchFront(task: SeveralTask, point: Losses): readonly Losses[] {
  const { space } = task;
  const stream = rng(1, "front", task.name);
  let archive: Found[] = [];
  /** The best in a random direction: dense parts of the archive are not drawn more often than others. */
  const parent = () => {
    const weights = point.map(() => -Math.log(1 - stream.uniform()));
    const low = point.map((_, k) =>
      archive.reduce((least, { losses }) => Math.min(least, losses[k]), point[k]),
    );
    const height = ({ losses }: Found) =>
      losses.reduce(
        (most, value, k) => Math.max(most, (weights[k] * (value - low[k])) / (point[k] - low[k])),
        0,
      );
    const heights = archive.map(height);
    return archive[heights.indexOf(heights.reduce((a, b) => Math.min(a, b)))];
  };
  for (let step = 0; step < STEPS; step++) {
    let unit = drawn(task, stream);
    if (step >= STEPS / 8 && archive.length > 0) {
      const [one, other] = [parent(), archive[stream.integer(archive.length)]];
      const width = 10 ** (-0.5 - 2.5 * stream.uniform());
      unit = one.unit.map((u, j) => {
        if (stream.uniform() < 0.2) return other.unit[j];
        return stream.uniform() < 0.4 ? Math.min(1, Math.max(0, u + width * stream.normal())) : u;
      });
    }
    const losses = task.losses(space.decode(unit));
    if (!losses.every((value, k) => value < point[k])) continue; // also where one is not a number
    if (archive.some((one) => one.losses.every((value, k) => value <= losses[k]))) continue;
    archive = archive.filter((one) => one.losses.some((value, k) => value < losses[k]));
    archive.push({ unit, losses });
  }
  return archive.map(({ losses }) => losses).sort((a, b) => a[0] - b[0]);
}

/** One point in each box of a grid, the one that is nearest to its lower corner; written short. */
function thinned(front: readonly Losses[], point: Losses): readonly Losses[] {
  const low = point.map((_, k) => front.reduce((least, losses) => Math.min(least, losses[k]), point[k]));
  const boxes = new Map<string, { readonly losses: Losses; readonly above: number }>();
  for (const losses of front) {
    const places = losses.map((value, k) => (PARTS[point.length] * (value - low[k])) / (point[k] - low[k]));
    const box = places.map(Math.floor).join();
    const above = places.reduce((sum, place) => sum + (place % 1), 0);
    if (above < (boxes.get(box)?.above ?? Number.POSITIVE_INFINITY)) boxes.set(box, { losses, above });
  }
  return [...boxes.values()].map(({ losses }) => losses.map((one) => Number(one.toPrecision(7))));
}

/** Points that no other is at least as good as in everything; of equal ones, one. */
function nonDominated(points: Iterable<Losses>): readonly Losses[] {
  let kept: Losses[] = [];
  for (const losses of points) {
    if (kept.some((one) => one.every((value, k) => value <= losses[k]))) continue;
    kept = kept.filter((one) => one.some((value, k) => value < losses[k]));
    kept.push(losses);
  }
  return kept;
}

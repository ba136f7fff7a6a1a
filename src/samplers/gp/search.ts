/**
 * Maximises the acquisition over a mixed and conditional space: many candidates, hill climbing from the best of
 * them, and quasi-Newton steps on the real coordinates at the end.
 */
import { type Minimum, minimise } from "../../math/lbfgs.ts";
import type { Features } from "../../models/gp/features.ts";
import type { Rng } from "../../random.ts";
import type { Snap } from "../../space/snap.ts";
import type { Encoded, Parameter } from "../../space/types.ts";
import { mutate } from "../neighbours.ts";
import type { Acquisition } from "./surface.ts";

/** Random candidates of each ask, besides the pool. */
const FRESH = 300;
const CLIMBERS = 6;
const ROUNDS = 10;
const CHILDREN = 16;
const FIRST_STEP = 0.2;
const SHORTER = 0.6;
/** Candidates that are looked at further. */
const KEPT = 60;
/** Climbers whose real coordinates are polished, and as many of the best that did not climb. */
const POLISHED = 3;
const POLISH_EVALUATIONS = 40;

export interface Candidate extends Encoded {
  readonly acquisition: number;
}

export interface Search {
  readonly parameters: readonly Parameter[];
  /** What coordinates there are, however warped. */
  readonly features: Pick<Features, "unitOf">;
  readonly acquisition: Acquisition;
  readonly snap: Snap;
  /** Added to the acquisition, where something is: what the user expects, what a trial costs. Shape (points). */
  readonly bonus?: (points: readonly Encoded[]) => Float64Array;
  /** Settles the coordinates that are not to be searched. */
  readonly settle: (unit: Float64Array) => void;
  /** The points to mutate, and how often each of them. */
  readonly elite: readonly Float64Array[];
  readonly mutations: number;
  /** The pool's points, in the order of the models' pools. */
  readonly pool: readonly Encoded[];
  readonly rng: Rng;
}

/** Candidates, best first, all different from each other. */
export function search(task: Search): readonly Candidate[] {
  const { rng, parameters } = task;
  const d = parameters.length;
  const units: Float64Array[] = [];
  for (let n = 0; n < FRESH; n++) units.push(Float64Array.from({ length: d }, () => rng.uniform()));
  for (const parent of task.elite)
    for (let n = 0; n < task.mutations; n++) units.push(mutate(parameters, parent, 1 / d, 0.1, rng));
  const all = [...evaluate(task, units), ...evaluatePool(task)].sort(byAcquisition);
  const found = distinct(all.slice(0, KEPT));
  const climbed = climb(task, found.slice(0, CLIMBERS));
  const starts = [...climbed.slice(0, POLISHED), ...found.slice(0, POLISHED)];
  const polished = starts.map((candidate) => polish(task, candidate));
  return distinct([...polished, ...climbed, ...found].sort(byAcquisition));
}

const byAcquisition = (a: Candidate, b: Candidate) => b.acquisition - a.acquisition;

function distinct(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ unit }) => {
    const key = unit.join();
    return !seen.has(key) && seen.add(key);
  });
}

/** The acquisition at points, snapped and settled. */
function evaluate({ acquisition, snap, settle, bonus }: Search, units: readonly Float64Array[]): Candidate[] {
  const points = units.map((unit) => {
    const active = new Uint8Array(unit.length);
    settle(unit);
    snap(unit, active);
    return { unit, active };
  });
  return valued(points, acquisition.at(points), bonus);
}

function evaluatePool({ acquisition, pool, bonus }: Search): Candidate[] {
  return pool.length === 0 ? [] : valued(pool, acquisition.pool(), bonus);
}

function valued(points: readonly Encoded[], acquisition: Float64Array, bonus: Search["bonus"]): Candidate[] {
  const added = bonus?.(points);
  return points.map((point, c) => ({ ...point, acquisition: acquisition[c] + (added?.[c] ?? 0) }));
}

/** Each climber tries some mutants a round, and shortens its steps when none is better. */
function climb(task: Search, starts: readonly Candidate[]): Candidate[] {
  const { parameters, rng } = task;
  const climbers = starts.map((at) => ({ at, step: FIRST_STEP }));
  const share = Math.max(1 / parameters.length, 0.2);
  for (let round = 0; round < ROUNDS; round++) {
    const units = climbers.flatMap(({ at, step }) =>
      Array.from({ length: CHILDREN }, () => mutate(parameters, at.unit, share, step, rng)),
    );
    const children = evaluate(task, units);
    climbers.forEach((climber, c) => {
      const own = children.slice(c * CHILDREN, (c + 1) * CHILDREN);
      const better = own.reduce(
        (most, child) => (child.acquisition > most.acquisition ? child : most),
        climber.at,
      );
      if (better === climber.at) climber.step *= SHORTER;
      climber.at = better;
    });
  }
  return climbers.map(({ at }) => at).sort(byAcquisition);
}

/** L-BFGS on the active real coordinates that are not settled. */
function polish(task: Search, start: Candidate): Candidate {
  const { features, acquisition, parameters, settle } = task;
  const settled = Float64Array.from(start.unit, () => Number.NaN);
  settle(settled);
  const moving: { readonly j: number; readonly f: number }[] = [];
  features.unitOf.forEach((j, f) => {
    if (j >= 0 && parameters[j].domain === "real" && start.active[j] && Number.isNaN(settled[j]))
      moving.push({ j, f });
  });
  if (moving.length === 0) return start;
  const unit = Float64Array.from(start.unit);
  const write = (at: Float64Array) => {
    moving.forEach(({ j }, m) => {
      unit[j] = at[m];
    });
  };
  const { x: found }: Minimum = minimise(
    (at) => {
      write(at);
      const { value, gradient } = acquisition.slope({ unit, active: start.active });
      return { value: -value, gradient: Float64Array.from(moving, ({ f }) => -gradient[f]) };
    },
    moving.map(({ j }) => start.unit[j]),
    {
      lower: new Float64Array(moving.length),
      upper: new Float64Array(moving.length).fill(1),
      tolerance: 1e-3,
      evaluations: POLISH_EVALUATIONS,
      step: 0.1,
    },
  );
  write(found);
  const [polished] = evaluate(task, [unit]);
  return polished.acquisition > start.acquisition ? polished : start;
}

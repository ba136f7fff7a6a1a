/**
 * The fold that CMA-ES and CatCMA share: generations of trials, the distributions that they move, and restarts.
 */
import type { Problem } from "../../problem.ts";
import { type Rng, rng } from "../../random.ts";
import type { Answer, Slot } from "../../sampler.ts";
import type { Trial } from "../../trial.ts";
import { byRank, type Observation, observationOf } from "../observed.ts";
import { refuseSeveral } from "../one-objective.ts";
import { uniformPoint } from "../random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "../seen.ts";
import { settler } from "../settler.ts";
import { type Categories, categoriesOf, drawChoices, updateChoices } from "./categories.ts";
import { type Constants, constantsOf, populationOf } from "./constants.ts";
import {
  type Coordinates,
  coordinatesOf,
  memberOf,
  type Point,
  pointOf,
  rounds,
  unitOf,
} from "./coordinates.ts";
import { draw, type Gaussian, gaussianOf, update } from "./gaussian.ts";
import { before, dampen, type LearningRates, learningRatesOf } from "./learning-rate.ts";
import { keepMargin } from "./margin.ts";
import { type Course, hasEnded, median, nextRun, type Restarts, type Spent } from "./restarts.ts";
import { anywhere, type Beginning, beginning } from "./start.ts";

export interface Strategy {
  readonly sampler: string;
  /** Whether unordered choices are categories. */
  readonly categories: boolean;
  readonly population: number | undefined;
  readonly sigma: number;
  readonly restarts: Restarts;
  readonly lra: boolean;
}

/** One run, from its beginning to its end. */
interface Run {
  /** Its first generation. */
  readonly since: number;
  readonly course: Course;
  readonly constants: Constants;
  readonly gaussian: Gaussian;
  readonly categories: Categories;
  readonly rates: LearningRates | undefined;
  readonly first?: Float64Array;
}

interface Member extends Point {
  readonly observation: Observation;
}

export interface EvolutionState {
  readonly problem: Problem;
  readonly strategy: Strategy;
  readonly coordinates: Coordinates;
  readonly seen: Seen;
  /** This study's trials that are in no generation, by number: the first run begins near the best. */
  readonly elsewhere: Map<number, Observation>;
  /** Of the open generation, by the trials' numbers. */
  readonly members: Map<number, Member>;
  /** Numbers of the trials that moved a distribution: what is told of them again changes nothing. */
  readonly used: Set<number>;
  /** Counts on over restarts. */
  generation: number;
  /** Absent until something needs it. */
  run: Run | undefined;
  readonly spent: Spent;
}

/**
 * So many generations late a trial still counts, in the open one: with eight workers a sphere in ten dimensions takes
 * 1,129 trials to 1e-6, where late ones are lost 1,961.
 */
const LATEST = 2;
/** By how much draws widen, each in turn, where what they round to was tried already. */
const WIDENING = 0.25;

/** @throws {UnsupportedError} as `coordinatesOf`; if there are several objectives */
export function begin(problem: Problem, strategy: Strategy): EvolutionState {
  refuseSeveral(strategy.sampler, problem);
  return {
    problem,
    strategy,
    coordinates: coordinatesOf(strategy.sampler, problem.space, strategy.categories),
    seen: seenNothing(problem),
    elsewhere: new Map(),
    members: new Map(),
    used: new Set(),
    generation: 0,
    run: undefined,
    spent: { large: 0, small: 0, doublings: 0 },
  };
}

export function follow(state: EvolutionState, trial: Trial): void {
  remember(state.seen, trial);
  const observation = observationOf(state.problem, trial);
  if (observation === undefined) return;
  const member = memberOf(state.coordinates, trial);
  if (member === undefined) {
    if (state.generation > 0 || state.members.size > 0) return;
    state.elsewhere.set(trial.number, observation);
    state.run = undefined;
    return;
  }
  const run = runOf(state);
  const { generation } = state;
  if (state.used.has(trial.number) || member.generation > generation) return;
  if (member.generation < Math.max(run.since, generation - LATEST)) return;
  state.members.set(trial.number, { ...member, observation });
  if (state.members.size >= run.course.population) close(state, run);
}

export function suggest(state: EvolutionState, slot: Slot): Answer {
  const { coordinates, problem, generation, members } = state;
  const run = runOf(state);
  const settle = settler(problem.space, slot.fixed);
  const tried: Float64Array[] = [];
  const isFirst = slot.number === 0 && generation === 0 && members.size === 0;
  const answer = firstUnseen(state.seen, slot, (n) => {
    const point =
      n === 0 && isFirst && run.first !== undefined
        ? pointOf(coordinates, run.first)
        : drawPoint(run, coordinates, slot.rng, 1 + WIDENING * n);
    const unit = unitOf(coordinates, point);
    settle(unit);
    tried.push(pointOf(coordinates, unit).x);
    return unit;
  });
  if (typeof answer === "string") return answer;
  const x =
    tried.findLast((drawn) => rounds(coordinates, drawn, answer.params)) ??
    pointOf(coordinates, problem.space.encode(answer.params).unit).x;
  return { ...answer, origin: { generation, x: Array.from(x) } };
}

function runOf(state: EvolutionState): Run {
  return (state.run ??= firstRun(state));
}

function firstRun(state: EvolutionState): Run {
  const { problem, coordinates, strategy, elsewhere } = state;
  const start = beginning(problem, coordinates, [...elsewhere.values()], strategy.sigma);
  const longest = Number.POSITIVE_INFINITY;
  return runFrom(
    strategy,
    start,
    { bests: [], medians: [], ...baseOf(state), small: false, longest },
    state.generation,
  );
}

/** Population and step size of the first run. */
function baseOf({ coordinates, strategy }: EvolutionState) {
  const { sigma, population = populationOf(coordinates.numeric.length + coordinates.nominal.length) } =
    strategy;
  return { sigma, population };
}

function runFrom({ categories, lra }: Strategy, start: Beginning, course: Course, since: number): Run {
  const n = start.mean.length;
  return {
    since,
    course,
    constants: constantsOf(Math.max(1, n), course.population, !categories),
    gaussian: gaussianOf(start),
    categories: categoriesOf(start.probabilities),
    rates: lra && n > 0 ? learningRatesOf(n) : undefined,
    ...(start.first !== undefined && { first: start.first }),
  };
}

/** Moves the distributions by the members of a generation, and opens the next one, maybe of another run. */
function close(state: EvolutionState, run: Run): void {
  const { coordinates, strategy, spent } = state;
  const { constants, gaussian, categories, rates, course } = run;
  const ranked = [...state.members]
    .sort(([i, a], [j, b]) => byRank(a.observation, b.observation) || i - j)
    .map(([, member]) => member);
  for (const number of state.members.keys()) state.used.add(number);
  state.members.clear();
  state.generation++;
  spent[course.small ? "small" : "large"] += ranked.length;
  if (gaussian.n > 0) {
    const old = rates && before(gaussian);
    update(
      gaussian,
      constants,
      ranked.map(({ x }) => x),
    );
    if (rates !== undefined && old !== undefined) dampen(gaussian, old, rates);
    keepMargin(gaussian, coordinates, 1 / (course.population * (gaussian.n + coordinates.nominal.length)));
  }
  updateChoices(
    categories,
    ranked.map(({ choices }) => choices),
    constants.weights,
  );
  const losses = ranked.map(({ observation: { loss } }) =>
    Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss,
  );
  course.bests.push(losses[0]);
  course.medians.push(median(losses));
  if (strategy.restarts === "none" || !hasEnded(course, gaussian, coordinates, losses)) return;
  const stream = rng(state.problem.seed, strategy.sampler, "restart", state.generation);
  const next = nextRun(strategy.restarts, spent, baseOf(state), stream);
  const mean = uniformPoint(stream, gaussian.n);
  state.run = runFrom(strategy, anywhere(coordinates, mean, next.sigma), next, state.generation);
}

/** A draw; where coordinates are real, what falls outside of the cube is moved to the border. */
function drawPoint({ gaussian, categories }: Run, { cells }: Coordinates, stream: Rng, width: number): Point {
  const x = draw(gaussian, stream, width);
  return {
    x: x.map((u, j) => (cells[j] === undefined ? Math.min(1, Math.max(0, u)) : u)),
    choices: drawChoices(categories, stream),
  };
}

/**
 * What population based training and its bandit variant share: who trains next, up to which step, from which checkpoint.
 */
import { InvalidInputError, UnsupportedError } from "../../errors.ts";
import { given, refuseUnknown } from "../../options.ts";
import type { Problem } from "../../problem.ts";
import type { Answer, Sampler, Slot } from "../../sampler.ts";
import type { Params } from "../../space/types.ts";
import { place } from "../../space.ts";

import { type Design, initialDesign } from "../design.ts";
import { type Episode, episodeOf, membersOf, placeOf } from "./episodes.ts";
import { parentOf } from "./exploit.ts";
import { carriedOn } from "./explore.ts";

export interface PopulationOptions {
  /** How many members train side by side, at least 2. @default 8, or the number of workers if that is larger */
  readonly population?: number;
  /**
   * Steps between two comparisons, at least 1.
   * @default a tenth of the largest step; of a study limited to n trials, what lets every member come to its end
   */
  readonly interval?: number;
}

/** Finds params for a member that goes on from another's checkpoint. */
type Explore = (state: PopulationState, parent: Episode, slot: Slot) => Float64Array | Promise<Float64Array>;

export interface PopulationState {
  readonly problem: Problem;
  readonly design: Design;
  /** The last step of all. */
  readonly most: number;
  readonly interval: number;
  /** By number of the trial. */
  readonly episodes: Map<number, Episode>;
}

const POPULATION = 8;
const GENERATIONS = 10;

/** The sampler of that name. @throws {InvalidInputError} if an option cannot be meant */
export function populationBased(
  name: string,
  options: PopulationOptions,
  explore: Explore,
): Sampler<PopulationState> {
  refuseUnknown(name, options, ["population", "interval"]);
  const { population, interval } = options;
  const refuse = (what: string, value: unknown, least: number): never => {
    throw new InvalidInputError(
      `${name}: ${what} ${JSON.stringify(value)} is not a whole number of at least ${least}`,
    );
  };
  if (population !== undefined && !(Number.isSafeInteger(population) && population >= 2))
    refuse("population", population, 2);
  if (interval !== undefined && !(Number.isSafeInteger(interval) && interval >= 1))
    refuse("interval", interval, 1);
  return {
    name,
    version: 1,
    stages: true,
    ...given(options),
    init(problem) {
      const most = problem.steps?.max;
      if (most === undefined)
        throw new UnsupportedError(
          `${name} tunes schedules, and must know how many steps a training has: give --max-steps, or use auto`,
        );
      const steps = interval ?? defaultInterval(problem, most, population ?? POPULATION);
      requireTrials(name, problem, population ?? POPULATION, Math.ceil(most / steps));
      return {
        problem,
        design: initialDesign(problem),
        most,
        interval: steps,
        episodes: new Map(),
      };
    },
    tell(state, trial) {
      const episode = episodeOf(state.problem, trial);
      if (episode !== undefined) state.episodes.set(trial.number, episode);
      return state;
    },
    ask: (state, slot) => next(state, slot, population ?? Math.max(POPULATION, slot.workers), explore),
  };
}

function defaultInterval({ limits }: Problem, most: number, population: number): number {
  const generations =
    limits.trials === undefined
      ? GENERATIONS
      : Math.min(GENERATIONS, Math.max(2, Math.floor(limits.trials / population)));
  return Math.max(1, Math.ceil(most / generations));
}

/** @throws {InvalidInputError} if the limit on trials lets no member train to its end: who is furthest behind goes first */
function requireTrials(name: string, { limits }: Problem, population: number, generations: number): void {
  const least = population * (generations - 1) + 1;
  if (limits.trials === undefined || limits.trials >= least) return;
  throw new InvalidInputError(
    `${name}: ${limits.trials} trials train none of ${population} members to its end, each in ${generations} intervals: ` +
      `give -n ${population * generations}, or fewer members (${name}:population=${Math.max(2, Math.floor(population / 2))})`,
  );
}

/** Begins another member while there are too few; else the member that is furthest behind goes on. */
async function next(
  state: PopulationState,
  slot: Slot,
  population: number,
  explore: Explore,
): Promise<Answer> {
  const { problem, most, interval } = state;
  const busy = new Set(slot.open.flatMap((trial) => placeOf(trial)?.member ?? []));
  const members = membersOf(state.episodes.values());
  for (let member = 0; member < population; member++)
    if (!busy.has(member) && (members[member]?.length ?? 0) === 0) return beginning(state, slot, member);
  const idle = members.filter((own) => own.length > 0 && !busy.has(own[0].member));
  const waiting = idle.map((own) => own[own.length - 1]).filter(({ step }) => step < most);
  if (waiting.length === 0) return busy.size > 0 ? "wait" : "done";
  const own = waiting.reduce((first, one) => (one.step < first.step ? one : first));
  const parent = parentOf(own, members, population, slot.rng.stream("parent"));
  const budget = Math.min(most, own.step + interval);
  const where = { member: own.member, generation: own.generation + 1 };
  if (parent === undefined)
    return {
      params: freshPoint(state, slot),
      budget,
      origin: { ...where, why: "begins again: nobody can be gone on from" },
    };
  const isOwn = parent === own;
  const kept = isOwn ? carriedOn(problem.space, own.params, slot.fixed) : undefined;
  const params = kept ?? place(problem.space, await explore(state, parent, slot), slot.fixed);
  return {
    params,
    budget,
    fork: { trial: parent.trial, step: parent.step },
    origin: {
      ...where,
      parent: parent.trial,
      why: isOwn ? "goes on" : `goes on from member ${parent.member}`,
    },
  };
}

function beginning({ problem, design, most, interval }: PopulationState, slot: Slot, member: number): Answer {
  return {
    params: place(problem.space, design.point(member), slot.fixed),
    budget: Math.min(most, interval),
    origin: { member, generation: 0, why: design.why(member) },
  };
}

function freshPoint({ problem }: PopulationState, { rng, fixed }: Slot): Params {
  const stream = rng.stream("fresh");
  return place(
    problem.space,
    Float64Array.from(problem.space.parameters, () => stream.uniform()),
    fixed,
  );
}

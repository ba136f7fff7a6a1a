/**
 * The default: chooses a sampler for each trial, and says in its `origin` which it chose and why.
 */

import { type NoOptions, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import type { Json } from "../trial.ts";
import { compare, type Evidence, scoresOf } from "./auto/evidence.ts";
import { catcma } from "./catcma.ts";
import type { EvolutionState } from "./cmaes/evolution.ts";
import { modelOf } from "./gp/model.ts";
import { type GpState, gp, predictMean } from "./gp.ts";
import type { GenerationState } from "./nsga/generations.ts";
import { nsga2 } from "./nsga2.ts";
import { nsga3 } from "./nsga3.ts";
import { densityRatio, type TpeState, tpe } from "./tpe.ts";
import { type TurboState, turbo } from "./turbo.ts";

export interface AutoState {
  readonly gp: GpState;
  readonly tpe: TpeState;
  /** Absent where there are several objectives. */
  readonly turbo?: TurboState;
  /** Absent where there are several objectives, or the space has conditions. */
  readonly catcma?: EvolutionState;
  /** Only where there are several objectives. */
  readonly nsga?: GenerationState;
  readonly evidence: Evidence;
}

interface Choice {
  readonly chosen: "design" | "gp" | "tpe" | "turbo" | "catcma" | "nsga2" | "nsga3";
  readonly why: string;
}

/** Every so many trials the Gaussian process has its turn, where the other predicts better. */
const TURN = 8;
/**
 * Where the fitted noise is more than this share of the signal, the landscape is rougher than the kernel can follow:
 * the Parzen estimator, which stays near what was good, has every other trial. Of 35 tasks it was so on grids of
 * trained networks, Rastrigin's, Griewank's and Michalewicz's functions, and on no smooth one after 30 trials.
 */
const ROUGH = 0.02;
/**
 * Beyond so many trials the Gaussian process of all trials takes turns with that of a trust region, which goes nearer
 * to an optimum. Beyond many more an evolution strategy goes on from the best of them; in spaces with conditions,
 * which that cannot do, trust region and Parzen estimator take turns.
 */
const MOST_GP = 400;
const MOST_SHARED = 1000;
/** By how much the rank correlation must be better, over how many predictions, for the Parzen estimator to lead. */
const LEAD = 0.2;
const LEAST_EVIDENCE = 20;

/** Sobol points at first; then what fits the space and has predicted best. */
export function auto(options: NoOptions = {}): Sampler<AutoState> {
  refuseUnknown("auto", options, []);
  const process = gp();
  const estimator = tpe();
  const region = turbo();
  const evolution = catcma();
  const populations = { nsga2: nsga2(), nsga3: nsga3() };
  const askMember = (state: AutoState, { chosen }: Choice, slot: Slot) => {
    if ((chosen === "nsga2" || chosen === "nsga3") && state.nsga !== undefined)
      return populations[chosen].ask(state.nsga, slot);
    if (chosen === "tpe") return estimator.ask(state.tpe, slot);
    if (chosen === "turbo" && state.turbo !== undefined) return region.ask(state.turbo, slot);
    if (chosen === "catcma" && state.catcma !== undefined) return evolution.ask(state.catcma, slot);
    return process.ask(state.gp, slot);
  };
  return {
    name: "auto",
    version: 5,
    init(problem) {
      const models = { gp: process.init(problem), tpe: estimator.init(problem), evidence: { list: [] } };
      if (problem.objectives.length > 1)
        return { ...models, nsga: populations[populationFor(problem)].init(problem) };
      const turbo = region.init(problem);
      return isFlat(problem) ? { ...models, turbo, catcma: evolution.init(problem) } : { ...models, turbo };
    },
    tell(state, trial) {
      process.tell(state.gp, trial);
      estimator.tell(state.tpe, trial);
      if (state.nsga !== undefined) populations[populationFor(state.nsga.problem)].tell(state.nsga, trial);
      if (state.turbo !== undefined) region.tell(state.turbo, trial);
      if (state.catcma !== undefined) evolution.tell(state.catcma, trial);
      compare(state.evidence, trial);
      return state;
    },
    async ask(state, slot) {
      const choice = await choose(state, slot);
      const answer = await askMember(state, choice, slot);
      if (typeof answer === "string") return answer;
      const own = answer.origin as object | undefined;
      return { ...answer, origin: { ...choice, ...own, ...(await predicted(state, choice, answer, slot)) } };
    },
  };
}

async function choose({ gp, evidence, catcma, nsga }: AutoState, { number, compute }: Slot): Promise<Choice> {
  const { observed, design, memo } = gp;
  const n = observed.list.length;
  if (number < design.size || n < Math.ceil(design.size / 2))
    return { chosen: "design", why: design.why(number) };
  if (nsga !== undefined) return chooseForSeveral(observed.problem, n, number);
  if (n > MOST_SHARED && catcma !== undefined)
    return { chosen: "catcma", why: `no conditions, and more than ${MOST_SHARED} trials` };
  if (n > MOST_GP) {
    const most = n > MOST_SHARED ? MOST_SHARED : MOST_GP;
    const others = n > MOST_SHARED ? (["turbo", "tpe"] as const) : (["gp", "turbo"] as const);
    return { chosen: others[number % 2], why: `takes turns after ${most} trials` };
  }
  const { count, correlation } = scoresOf(evidence, ["gp", "tpe"]);
  const [ours, theirs] = [correlation("gp"), correlation("tpe")];
  if (count >= LEAST_EVIDENCE && theirs > ours + LEAD) {
    const why = `predicted the order of the last ${count} better: ${theirs.toFixed(2)} against ${ours.toFixed(2)}`;
    return number % TURN === 0 ? { chosen: "gp", why: "its turn" } : { chosen: "tpe", why };
  }
  const model = number % 2 === 0 ? undefined : await modelOf(memo, observed, compute);
  if (model !== undefined && model.posterior.noise > ROUGH * model.posterior.amplitude)
    return { chosen: "tpe", why: "takes turns where the landscape is rough" };
  return { chosen: "gp", why: "up to a few hundred trials" };
}

/** Up to so many trials the Gaussian processes of several objectives, one each, search alone … */
const MOST_SEVERAL = 150;
/** … where their hypervolume can be cut into boxes. */
const MOST_MODELLED = 3;

/** For several objectives: what improves the hypervolume most while it can be modelled, then what is cheap. */
function chooseForSeveral(problem: Problem, n: number, number: number): Choice {
  const m = problem.objectives.length;
  if (n > MOST_SHARED)
    return { chosen: populationFor(problem), why: `${m} objectives, and more than ${MOST_SHARED} trials` };
  if (m > MOST_MODELLED) return { chosen: "tpe", why: `more than ${MOST_MODELLED} objectives` };
  if (n <= MOST_SEVERAL) return { chosen: "gp", why: `${m} objectives, up to ${MOST_SEVERAL} trials` };
  const why = `takes turns after ${MOST_SEVERAL} trials of ${m} objectives`;
  return n <= MOST_GP && number % 2 === 0 ? { chosen: "gp", why } : { chosen: "tpe", why };
}

/** Reference directions help from four objectives on. */
function populationFor({ objectives }: Problem): "nsga2" | "nsga3" {
  return objectives.length > MOST_MODELLED ? "nsga3" : "nsga2";
}

/** Whether no parameter depends on another. */
function isFlat({ space }: Problem): boolean {
  return space.parameters.every(({ conditions }) => conditions.length === 0);
}

/** What both models expect of a suggestion, for the comparison when it has ended. */
async function predicted(
  state: AutoState,
  { chosen }: Choice,
  { params }: Exclude<Answer, string>,
  slot: Slot,
): Promise<{ readonly predicted?: Json }> {
  if (chosen === "design" || state.nsga !== undefined || state.gp.observed.list.length > MOST_GP) return {};
  const mean = await predictMean(state.gp, params, slot);
  const ratio = densityRatio(state.tpe.orders, state.tpe.observed, params).acquisition;
  if (mean === undefined || ratio === undefined) return {};
  return { predicted: { gp: round(mean), tpe: round(-ratio) } };
}

/** Enough digits for an order; the log is read by people too. */
const round = (value: number) => Number(value.toPrecision(6));

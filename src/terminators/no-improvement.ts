/**
 * Stops a study that has stood still for long and, where a model can say so, is not expected to move again.
 */
import { hypervolume } from "../analysis/hypervolume.ts";
import { referencePoint } from "../analysis/reference-point.ts";
import { checkNumber, refuseUnknown } from "../options.ts";
import type { Judgement, Terminator } from "../terminator.ts";
import { chanceOf } from "./improvement.ts";
import { type Memo, memoOf, modelOf } from "./model.ts";
import { bestPlace, scaleOf, shown, type Told, take, toldNothing } from "./told.ts";

export interface NoImprovementOptions {
  /** How many trials in a row must have improved nothing. @default a quarter of all, at least 20 */
  readonly patience?: number;
}

export interface NoImprovementState {
  readonly told: Told;
  readonly memo: Memo;
}

const FEWEST_TRIALS = 20;
const PATIENCE = 0.25;
/** What is less than this share of the losses' scale, or of the hypervolume, is no improvement. */
const LEAST = 1e-3;
/** A candidate that improves with at least this probability is worth a trial. */
const LIKELY = 0.05;

/** No improvement for a quarter of the trials, and none likely; with several objectives, of the hypervolume. */
export function noImprovement(options: NoImprovementOptions = {}): Terminator<NoImprovementState> {
  refuseUnknown("noImprovement", options, ["patience"]);
  checkNumber("noImprovement", "patience", options.patience, { above: 0 });
  const patienceOf = (n: number) => Math.ceil(options.patience ?? Math.max(FEWEST_TRIALS, PATIENCE * n));
  return {
    name: "noImprovement",
    version: 1,
    ...(options.patience !== undefined && { options: { patience: options.patience } }),
    init(problem) {
      const told = toldNothing(problem);
      return { told, memo: memoOf(told) };
    },
    tell(state, trial) {
      take(state.told, trial);
      return state;
    },
    async judge(state, { compute }) {
      const { told, memo } = state;
      const { list, problem } = told;
      const patience = patienceOf(list.length);
      if (list.length < Math.max(FEWEST_TRIALS, patience + 1)) return {};
      if (problem.objectives.length > 1) return judgeFront(told, patience);
      const [before, now] = [bestPlace(told, list.length - patience), bestPlace(told)];
      if (before < 0) return {};
      const least = LEAST * scaleOf(told);
      if (list[before].loss - list[now].loss > least) return {};
      const model = await modelOf(memo, told, compute);
      const chance = model && chanceOf(model, memo, told, least);
      if (chance !== undefined && chance.probability >= LIKELY) return { expected: chance.expected };
      const stood = `no improvement of more than ${shown(least)} in the last ${patience} trials`;
      if (chance === undefined) return { reason: stood };
      return {
        reason: `${stood}, and nowhere is one as likely as ${100 * LIKELY} %`,
        expected: chance.expected,
      };
    },
  };
}

/** The same of the hypervolume that the ranked trials dominate; no model speaks of it. */
function judgeFront({ list, problem }: Told, patience: number): Judgement {
  const m = problem.objectives.length;
  const ranked = list.map((entry, place) => ({ ...entry, place })).filter((entry) => entry.ranked);
  const losses = new Float64Array(ranked.length * m);
  ranked.forEach((entry, i) => {
    losses.set(entry.losses, i * m);
  });
  const reference = referencePoint(losses, ranked.length, m);
  const earlier = ranked.filter(({ place }) => place < list.length - patience).length;
  if (reference === undefined || earlier === 0) return {};
  const now = hypervolume(losses, ranked.length, m, reference);
  const before = hypervolume(losses.slice(0, earlier * m), earlier, m, reference);
  if (!(now - before <= LEAST * now)) return {};
  return {
    reason: `the hypervolume grew by no more than ${100 * LEAST} % in the last ${patience} trials`,
  };
}

/**
 * Fettle's core: spaces, studies, samplers, the storage in memory and the engine in this thread. It runs in Node
 * and in the browser, and depends on nothing.
 */
export { nondominatedRanks } from "./analysis/fronts.ts";
export {
  hypervolume,
  hypervolumeContributions,
  hypervolumeImprovement,
} from "./analysis/hypervolume.ts";
export { type HypervolumeHistory, hypervolumeHistory } from "./analysis/hypervolume-history.ts";
export { importance } from "./analysis/importance.ts";
export { kneeDistances, kneePoint } from "./analysis/knee.ts";
export { lineage, type Stage, schedule } from "./analysis/lineage.ts";
export { dominates, paretoFront } from "./analysis/pareto.ts";
export { referencePoint } from "./analysis/reference-point.ts";
export { selectSubset } from "./analysis/subset.ts";
export type * from "./compute.ts";
export type * from "./engine.ts";
export { inline } from "./engines/inline.ts";
export { type Simulated, type SimulatedOptions, simulated } from "./engines/simulated.ts";
export * from "./errors.ts";
export type * from "./events.ts";
export { apply, begin, type History, isFeasible, startedTrials } from "./history.ts";
export type * from "./objective.ts";
export type * from "./problem.ts";
export type * from "./pruner.ts";
export { auto as autoPruner } from "./pruners/auto.ts";
export { type CurveOptions, curve } from "./pruners/curve.ts";
export { type HyperbandOptions, hyperband } from "./pruners/hyperband.ts";
export { median } from "./pruners/median.ts";
export { type PashaOptions, pasha } from "./pruners/pasha.ts";
export { type PatientOptions, patient } from "./pruners/patient.ts";
export { type MedianOptions, type PercentileOptions, percentile } from "./pruners/percentile.ts";
export { type SuccessiveHalvingOptions, successiveHalving } from "./pruners/successive-halving.ts";
export { type ThresholdOptions, threshold } from "./pruners/threshold.ts";
export { type WilcoxonOptions, wilcoxon } from "./pruners/wilcoxon.ts";
export { type Rng, rng } from "./random.ts";
export { makePruner, makeSampler, makeTerminator } from "./registry.ts";
export type * from "./sampler.ts";
export { auto } from "./samplers/auto.ts";
export { bohb } from "./samplers/bohb.ts";
export { catcma } from "./samplers/catcma.ts";
export { type CmaesOptions, cmaes } from "./samplers/cmaes.ts";
export { type DehbOptions, dehb } from "./samplers/dehb.ts";
export { type EciOptions, eci } from "./samplers/eci.ts";
export { forest } from "./samplers/forest.ts";
export { gp } from "./samplers/gp.ts";
export { type GradientOptions, gradient } from "./samplers/gradient.ts";
export { grid } from "./samplers/grid.ts";
export { halton } from "./samplers/halton.ts";
export { type NsgaOptions, nsga2 } from "./samplers/nsga2.ts";
export { nsga3 } from "./samplers/nsga3.ts";
export { ordered } from "./samplers/ordered.ts";
export { type Pb2Options, pb2 } from "./samplers/pb2.ts";
export { type PbtOptions, pbt } from "./samplers/pbt.ts";
export { type PriorbandOptions, priorband } from "./samplers/priorband.ts";
export { random } from "./samplers/random.ts";
export { sobol } from "./samplers/sobol.ts";
export { tpe } from "./samplers/tpe.ts";
export { turbo } from "./samplers/turbo.ts";
export * from "./space.ts";
export type { Lease, Projection, Storage, Summary } from "./storage.ts";
export { type MemoryOptions, memory } from "./storages/memory.ts";
export { type Replay, replay } from "./study/replay.ts";
export {
  type Added,
  AskedTrial,
  type RunEnd,
  type RunOptions,
  Study,
  type StudyParts,
  type StudyTrial,
  type Told,
  type WarmStart,
} from "./study.ts";
export type { Judgement, Terminator } from "./terminator.ts";
export { type ExpectedModelRegretOptions, expectedModelRegret } from "./terminators/expected-model-regret.ts";
export { type NoImprovementOptions, noImprovement } from "./terminators/no-improvement.ts";
export { type RegretBoundOptions, regretBound } from "./terminators/regret-bound.ts";
export type * from "./trial.ts";
export {
  createStudy,
  openStudy,
  type StudyOptions,
  type TuneOptions,
  type TuneResult,
  tune,
} from "./tune.ts";

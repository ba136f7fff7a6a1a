/**
 * Checks of what every storage, engine, sampler and pruner must do, for any test runner.
 */
export type { Check } from "./check.ts";
export { constraintChecks } from "./constraints.ts";
export { type EngineSite, engineChecks } from "./engine.ts";
export { type PrunerCheckOptions, prunerChecks } from "./pruner.ts";
export { type SamplerCheckOptions, samplerChecks } from "./sampler.ts";
export { type Simulation, simulate } from "./simulate.ts";
export { type StorageSite, storageChecks } from "./storage.ts";
export { type TerminatorCheckOptions, terminatorChecks } from "./terminator.ts";
export { curve, simulateTraining, type Training } from "./training.ts";

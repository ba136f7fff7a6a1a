/**
 * What a trial's program finds in its environment.
 */
import type { Job } from "../../engine.ts";
import { InvalidInputError } from "../../errors.ts";
import type { Params } from "../../space/types.ts";

/** The variable of a parameter: upper case, and `_` for whatever a shell's name cannot have. */
export function variableOf(path: string): string {
  return `FETTLE_PARAM_${path.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/** @throws {InvalidInputError} if two parameters would share a variable */
export function checkVariables(paths: readonly string[]): void {
  const owners = new Map<string, string>();
  for (const path of paths) {
    const variable = variableOf(path);
    const other = owners.get(variable);
    if (other !== undefined)
      throw new InvalidInputError(
        `parameters ${other} and ${path} would both be ${variable} in the environment; rename one`,
      );
    owners.set(variable, path);
  }
}

export function parameterVariables(params: Params): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([path, value]) => [variableOf(path), String(value)]));
}

export interface Places {
  readonly paramsFile: string;
  readonly report: string;
  readonly checkpoints: string;
  readonly resumeFrom?: string;
}

/** The variables that every program of a trial gets, without those of this process. */
export function trialEnvironment(job: Job, places: Places, token: string): Record<string, string> {
  return {
    ...parameterVariables(job.params),
    FETTLE_STUDY: job.study,
    FETTLE_TRIAL: String(job.trial),
    FETTLE_ATTEMPT: String(job.attempt),
    FETTLE_SEED: String(job.seed),
    FETTLE_PARAMS: JSON.stringify(job.params),
    FETTLE_PARAMS_FILE: places.paramsFile,
    FETTLE_REPORT: places.report,
    FETTLE_CHECKPOINT_DIR: places.checkpoints,
    ...(places.resumeFrom !== undefined && { FETTLE_RESUME_FROM: places.resumeFrom }),
    ...(job.budget !== undefined && { FETTLE_BUDGET: String(job.budget) }),
    ...(job.repeat !== undefined && { FETTLE_REPEAT: String(job.repeat) }),
    FETTLE_TOKEN: token,
  };
}

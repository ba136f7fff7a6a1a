/**
 * What a study takes over from others: their finished trials, copied into its log, so that replay opens no other.
 */
import { InvalidInputError } from "../errors.ts";
import { type EventBody, type ImportedTrial, numbersToWire } from "../events.ts";
import type { Params, Space } from "../space/types.ts";
import { isFinished, type Numbers, type ObjectiveSpec, type TrialState } from "../trial.ts";

/** Another study's space and trials. */
export interface WarmStart {
  /** Its name, for people. */
  readonly study: string;
  readonly space: Space;
  /** What its values are; those of the new study unless given. */
  readonly objectives?: readonly ObjectiveSpec[];
  readonly trials: readonly {
    /** Flat values by path. */
    readonly params: Params;
    readonly values?: Numbers;
    /** By path, where the trial tuned some params itself. */
    readonly tuned?: Params;
    /** @default "complete" */
    readonly state?: TrialState;
  }[];
}

/**
 * The event that brings another study's trials in.
 *
 * @param objectives  the new study's
 * @throws {InvalidInputError} if the two have no parameter, or not the objective in common
 */
export function sourceEvent(
  { study, space, trials, objectives: theirs }: WarmStart,
  own: Space,
  objectives: readonly ObjectiveSpec[],
): EventBody {
  if (!own.parameters.some(({ path }) => space.find(path) !== undefined))
    throw new InvalidInputError(
      `warm start: study ${study} has none of this study's parameters; leave it out`,
    );
  const names = objectives.map((objective) => [
    objective.name,
    sourceName(study, objective, objectives, theirs),
  ]);
  const imported = trials.flatMap(({ params, values, tuned, state = "complete" }): ImportedTrial[] => {
    if (!isFinished(state)) return [];
    const known = values && names.every(([, name]) => name in values) ? values : undefined;
    const renamed = known && Object.fromEntries(names.map(([name, other]) => [name, known[other]]));
    if (renamed === undefined && state === "complete") return [];
    return [
      {
        params,
        state: state as ImportedTrial["state"],
        ...(renamed && { values: numbersToWire(renamed) }),
        ...(tuned && { tuned }),
      },
    ];
  });
  return { kind: "imported", source: { study, space: space.toJSON() }, trials: imported };
}

/** The other study's name of an objective: the same, or whatever its only one is called. */
function sourceName(
  study: string,
  { name, direction }: ObjectiveSpec,
  objectives: readonly ObjectiveSpec[],
  theirs: readonly ObjectiveSpec[] | undefined,
): string {
  if (theirs === undefined) return name;
  const same = theirs.find((other) => other.name === name);
  const found = same ?? (theirs.length === 1 && objectives.length === 1 ? theirs[0] : undefined);
  if (found === undefined)
    throw new InvalidInputError(`warm start: study ${study} has no objective ${name}; leave it out`);
  if (found.direction !== direction)
    throw new InvalidInputError(
      `warm start: study ${study} was to ${found.direction} ${found.name}, this one is to ${direction} ${name}; leave it out`,
    );
  return found.name;
}

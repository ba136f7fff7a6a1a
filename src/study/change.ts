/**
 * A change of a study's space: what it says, and whether it may be.
 */
import { InvalidInputError } from "../errors.ts";
import type { EventBody } from "../events.ts";
import type { History } from "../history.ts";
import type { Pruner } from "../pruner.ts";
import type { Sampler } from "../sampler.ts";
import { changes, refusal } from "../space/change.ts";
import type { Space } from "../space/types.ts";
import { requireAllowed } from "../space.ts";

/**
 * The lines that differ, and the event that changes it; no lines, where nothing does.
 *
 * @throws {InvalidInputError} if a parameter or a choice is missing, a type differs, or an added one has no default
 * @throws {InvalidInputError} if its constraints contradict each other
 * @throws {UnsupportedError} if the sampler or the pruner cannot do the new space
 */
export function spaceChange(
  { problem, configuration }: History,
  space: Space,
  { sampler, pruner }: { readonly sampler: Sampler; readonly pruner?: Pruner },
): { readonly lines: readonly string[]; readonly event: EventBody } {
  const refused = refusal(problem.space, space);
  if (refused !== undefined)
    throw new InvalidInputError(
      refused.kind === "default"
        ? `${refused.message}; give it one`
        : `${refused.message} while a study goes on; begin a new one that learns from its trials (warmStart)`,
    );
  const lines = changes(problem.space, space);
  const changed = { ...problem, space };
  requireAllowed(space, configuration.fixed);
  sampler.count?.(sampler.init(changed)); // refuses before anything is written
  pruner?.init(changed);
  return { lines, event: { kind: "spaceChanged", space: space.toJSON() } };
}

/**
 * Samplers that learn from one objective only.
 */
import { UnsupportedError } from "../errors.ts";
import type { Problem } from "../problem.ts";

/**
 * For `init` of a sampler that would learn from the first of several objectives only.
 *
 * @throws {UnsupportedError} if there are several, naming samplers that learn from all
 */
export function refuseSeveral(sampler: string, { objectives }: Pick<Problem, "objectives">): void {
  if (objectives.length <= 1) return;
  const names = objectives.map(({ name }) => name).join(", ");
  throw new UnsupportedError(
    `${sampler}: it learns from one objective, and there are ${objectives.length} (${names}); use auto, gp, tpe or nsga2`,
  );
}

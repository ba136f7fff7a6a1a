/**
 * Which GPUs trials may use, as flag and file write it.
 */
import { InvalidInputError } from "../errors.ts";

/** The GPUs that trials share, and how many each gets. */
export interface Gpus {
  /** Indices or UUIDs, as `CUDA_VISIBLE_DEVICES` has them. */
  readonly ids: readonly string[];
  readonly perTrial: number;
}

const EXAMPLE = "2 for two of them, 0,3 for these two, 3, for this one";

/**
 * A number alone is how many, the first of those that are visible; with a comma, which ones. A file's list is which
 * ones, its number how many.
 *
 * @param visible  what `CUDA_VISIBLE_DEVICES` says here
 * @throws {InvalidInputError} with the place of what cannot be meant
 */
export function readGpus(
  given: string | number | readonly (string | number)[] | undefined,
  perTrial = 1,
  place = "gpus",
  visible: string | undefined = process.env.CUDA_VISIBLE_DEVICES,
): Gpus | undefined {
  if (given === undefined) {
    if (perTrial === 1) return undefined;
    throw new InvalidInputError(`${place}: say which GPUs there are too, with --gpus`);
  }
  const ids = typeof given === "object" ? given.map(String) : namesIn(String(given), place, visible);
  for (const id of ids) {
    if (!/^(\d+|[A-Za-z][\w/-]*)$/.test(id))
      throw new InvalidInputError(`${place}: ${JSON.stringify(id)} is no GPU; write ${EXAMPLE}`);
    if (ids.indexOf(id) !== ids.lastIndexOf(id))
      throw new InvalidInputError(`${place}: GPU ${id} is given twice; leave one out`);
  }
  if (ids.length === 0) throw new InvalidInputError(`${place}: expected GPUs; write ${EXAMPLE}`);
  if (perTrial > ids.length)
    throw new InvalidInputError(
      `${place}: a trial cannot have ${perTrial} GPUs where there are ${ids.length}; lower --gpus-per-trial`,
    );
  return { ids, perTrial };
}

function namesIn(text: string, place: string, visible: string | undefined): readonly string[] {
  if (!/^\s*\d+\s*$/.test(text))
    return text
      .replace(/,\s*$/, "")
      .split(",")
      .map((id) => id.trim());
  const count = Number(text);
  const known = visible?.split(",").filter((id) => id.trim() !== "");
  if (known !== undefined && count > known.length)
    throw new InvalidInputError(
      `${place}: CUDA_VISIBLE_DEVICES=${visible} has ${known.length}, not ${count}; for GPU ${count} alone write ${count},`,
    );
  return (
    known?.slice(0, count).map((id) => id.trim()) ?? Array.from({ length: count }, (_, id) => String(id))
  );
}

/**
 * When a chain gives way to others.
 */
import type { Problem } from "../../problem.ts";
import { bestMember, type Chain } from "./chains.ts";
import { distance } from "./descent.ts";

/** Trials after which a chain is compared with others. */
const FEWEST = 4;
/** Over at most so many trials its pace is measured, … */
const PACE = 5;
/** … and so many times what it gained in them may still be hoped for. */
const HOPED = 10;
/** Chains whose best points are no further apart in any unit coordinate have come to the same place. */
const NEAR = 0.03;

/** Why a chain cannot be expected to come to the best of the others; undefined if it may. */
export function isHopeless({ number, descent }: Chain, others: readonly Chain[]): string | undefined {
  const { losses, best } = descent;
  if (losses.length < FEWEST) return undefined;
  const lately = losses[Math.max(0, losses.length - 1 - PACE)] - best.loss;
  const rival = others.find(
    (other) => other.number !== number && other.descent.best.loss < best.loss - HOPED * lately,
  );
  return rival && `at its pace it would not come to what chain ${rival.number} has`;
}

/** Whose best point, no worse, is where this chain has come to; undefined if nobody's. */
export function nearOther(
  { space }: Pick<Problem, "space">,
  chain: Chain,
  others: readonly Chain[],
): string | undefined {
  if (chain.members.length < FEWEST) return undefined;
  const own = bestMember(chain);
  const rival = others.find((other) => {
    if (other.number === chain.number || !isAhead(other, chain)) return false;
    const theirs = bestMember(other);
    const hasChoices = space.parameters.every(
      ({ domain, path }) => domain !== "choice" || theirs.params[path] === own.params[path],
    );
    return hasChoices && distance(theirs.unit, own.unit) < NEAR;
  });
  return rival && `it came to where chain ${rival.number} is`;
}

function isAhead(a: Chain, b: Chain): boolean {
  const [ours, theirs] = [a.descent.best.loss, b.descent.best.loss];
  return ours === theirs ? a.number < b.number : ours < theirs;
}

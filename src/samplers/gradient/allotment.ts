/**
 * Which chain the next trial goes to, or whether it begins another.
 */
import type { Chain } from "./chains.ts";

/** A chain gains little if its last trials, so many, … */
const LATELY = 3;
/** … brought less than this share of what lies between its loss and that of a middling start. */
const LITTLE = 0.003;
/** One of so many trials is then for others. */
const SHARED = 3;

/** What a turn is chosen from. */
export interface Field {
  /** All chains that were begun and told of, … */
  readonly begun: readonly Chain[];
  /** … those of them that go on and that nobody has, … */
  readonly idle: readonly Chain[];
  /** … and the numbers of those that somebody has, told of or not. */
  readonly busy: ReadonlySet<number>;
}

/**
 * - At first so many chains are begun, with one trial each.
 * - Then the chains of the least losses go on, as many as `most`; among them that of the fewest trials.
 * - Once such a chain gains little, every third trial goes to the best chain that gains more and whose loss is less than
 *   that of a middling start; if there is none, another begins.
 * - Where all of these are at work, the best of the others goes on; if there is none, another begins.
 *
 * @param starts  how many chains are begun before one goes on
 * @param most    how many go on side by side
 * @param turn    a number that counts on from ask to ask
 * @returns undefined if another chain is to begin
 */
export function turnOf(
  { begun, idle, busy }: Field,
  { starts, most, turn }: { readonly starts: number; readonly most: number; readonly turn: number },
): Chain | undefined {
  const told = new Set(begun.map(({ number }) => number));
  const unknown = [...busy].filter((number) => !told.has(number));
  if (begun.length + unknown.length < starts) return undefined;
  const ranked = begun.filter((chain) => busy.has(chain.number) || idle.includes(chain)).sort(byLoss);
  const isIdle = (chain: Chain) => idle.includes(chain);
  const leading = ranked.slice(0, most);
  const next = leading
    .filter(isIdle)
    .reduce<Chain | undefined>(
      (a, b) => (a === undefined || b.members.length < a.members.length ? b : a),
      undefined,
    );
  const middling = middle(begun.map(({ descent }) => descent.losses[0]));
  const gains = (chain: Chain) => !gainsLittle(chain, middling);
  if (next !== undefined && (gains(next) || turn % SHARED !== 0)) return next;
  const others = ranked.filter((chain) => isIdle(chain) && chain !== next);
  if (next === undefined) return others[0];
  return others.find((chain) => gains(chain) && chain.descent.best.loss < middling);
}

const byLoss = (a: Chain, b: Chain) => a.descent.best.loss - b.descent.best.loss || a.number - b.number;

function gainsLittle({ descent: { losses } }: Chain, middling: number): boolean {
  if (losses.length <= LATELY) return false;
  const now = losses[losses.length - 1];
  return losses[losses.length - 1 - LATELY] - now < LITTLE * (middling - now);
}

/** The median of those that are numbers, the larger of two. */
function middle(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

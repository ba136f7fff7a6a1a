/**
 * Family by family: the first contender against random and against the peer that does best there.
 */
import type { Contender } from "./contenders.ts";
import type { Curves } from "./regrets.ts";
import { byFamily, common, difference } from "./score.ts";
import { share, table } from "./tables.ts";

/** Who must never win. */
const RANDOM = "random";

export function goalTable(
  contenders: readonly Contender[],
  track: string,
  n: number,
  { families, kinds, regrets }: Curves,
): string[] {
  const [first, ...others] = contenders;
  const own = regrets(first.name, track, n);
  const peers = others.filter(({ isPeer }) => isPeer);
  const inFamily = (name: string, kind: string) => {
    const some = (all: typeof own) => new Map([...all].filter(([task]) => families.get(task) === kind));
    return common(some(own), some(regrets(name, track, n)));
  };
  const meanIn = (of: typeof own, kind: string) => byFamily(of, families).get(kind) as number;
  const rows = kinds.flatMap((kind) => {
    if (![...own.keys()].some((task) => families.get(task) === kind)) return [];
    const [oursBeside, random] = inFamily(RANDOM, kind);
    let verdict = ["", ""];
    if (first.name !== RANDOM && random.size > 0) {
      const { mean, high } = difference(oursBeside, random, families);
      const sure = high <= 0 ? "yes" : "yes, within chance";
      verdict = [share(meanIn(random, kind)), mean <= 0 ? sure : "**no**"];
    }
    // each peer on the tasks that it ran; the best is the one next to which the first looks worst
    const ratios = peers
      .flatMap(({ name }) => {
        const [ours, theirs] = inFamily(name, kind);
        if (theirs.size === 0) return [];
        const [a, b] = [meanIn(ours, kind), meanIn(theirs, kind)];
        return [{ name, mean: b, ratio: a === 0 ? 0 : a / b, tasks: theirs.size }];
      })
      .sort((a, b) => b.ratio - a.ratio);
    const best = ratios[0];
    const beside =
      best === undefined
        ? ["", "", ""]
        : [`${best.name} on ${best.tasks}`, share(best.mean), best.ratio.toFixed(2)];
    return [[kind, share(meanIn(own, kind)), ...verdict, ...beside]];
  });
  const bar = kinds.includes("conditional") ? " (bar: conditional at most 0.67)" : "";
  return [
    `${first.name} by family at ${n}: never worse than random? And its mean as a share of the best peer's, on common tasks${bar}:`,
    "",
    ...table(["family", first.name, RANDOM, "no worse than random", "best peer", "its mean", "ratio"], rows),
  ];
}

/**
 * The tables of a part of the protocol in which each contender is held against itself: with several workers, with
 * what the user knows.
 */
import type { Contender } from "./contenders.ts";
import type { Curves } from "./regrets.ts";
import type { Reported } from "./report.ts";
import { difference, meanRegret } from "./score.ts";
import { interval, share, table } from "./tables.ts";
import type { Part, Track } from "./tracks.ts";

export function effects(
  contenders: readonly Contender[],
  { base, tracks, counts }: Part & { readonly base: Track },
  curves: Curves,
): Reported {
  const { families } = curves;
  const data: Record<string, unknown> = {};
  const rows = contenders.flatMap(({ name, version }) =>
    [base, ...tracks].flatMap((track) => {
      const means = counts.map((n) => meanRegret(curves.regrets(name, track.name, n), families));
      const changes = counts.map((n) => {
        const [with_, without] = [curves.regrets(name, track.name, n), curves.regrets(name, base.name, n)];
        const isThere = track !== base && with_.size > 0 && without.size > 0;
        return isThere ? difference(with_, without, families) : undefined;
      });
      const runs = curves.cells(name, track.name).length;
      if (runs === 0) return [];
      data[`${name} ${track.name}`] = { version, counts, means, changes };
      const cells = means.map((mean, at) => {
        const change = changes[at];
        return change === undefined ? share(mean) : `${share(mean)}: ${interval(change)}`;
      });
      return [[`${name} ${version}`, track.name, String(runs), ...cells]];
    }),
  );
  const lines = [
    `Mean normalised regret over ${families.size} tasks; after the colon its rise over ${base.name}, with a 95 % interval:`,
    "",
    ...table(["contender", "track", "runs", ...counts.map((n) => `n=${n}`)], rows, { left: 2 }),
  ];
  return { markdown: lines.join("\n"), data };
}

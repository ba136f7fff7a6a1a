/**
 * The tables of a part of the protocol in which contenders are held against each other.
 */
import type { Contender } from "./contenders.ts";
import { goalTable } from "./goals.ts";
import { TWELVE } from "./limits.ts";
import type { Curves } from "./regrets.ts";
import { byFamily, common, difference, meanRegret, wins } from "./score.ts";
import { interval, share, table } from "./tables.ts";
import type { Part } from "./tracks.ts";

/** Where families and tasks are looked at one by one. */
const CLOSER = [50, 100];

export interface Reported {
  readonly markdown: string;
  /** The same for programs. */
  readonly data: unknown;
}

export function report(
  contenders: readonly Contender[],
  track: string,
  { counts, measure = "normalised regret" }: Pick<Part, "counts" | "measure">,
  curves: Curves,
): Reported {
  const { families, kinds } = curves;
  const taking = contenders.filter(({ name }) => curves.cells(name, track).length > 0);
  if (taking.length === 0) return { markdown: "Nothing was run.\n", data: {} };
  const reached = counts.filter((n) => taking.some(({ name }) => curves.regrets(name, track, n).size > 0));
  const last = reached[reached.length - 1];
  const closer = CLOSER.filter((n) => reached.includes(n));
  if (closer.length === 0) closer.push(last);
  const lines: string[] = [
    `Mean ${measure} over ${families.size} tasks in ${kinds.length} families (0 = best known, 1 = random's best of ten):`,
    "",
    ...meansTable(taking, track, reached, curves),
  ];
  const few = TWELVE.filter((task) => families.has(task));
  const sizes = taking.map(({ name }) => curves.regrets(name, track, reached[0]).size);
  if (few.length > 1 && Math.min(...sizes) < families.size)
    lines.push(
      `The same over the ${few.length} tasks that every contender runs:`,
      "",
      ...table(
        ["contender", ...reached.map((n) => `n=${n}`)],
        taking.map(({ name }) => [
          name,
          ...reached.map((n) => {
            const regrets = curves.regrets(name, track, n, few);
            return regrets.size === few.length ? share(meanRegret(regrets, families)) : "";
          }),
        ]),
      ),
    );
  for (const n of closer)
    lines.push(
      `By family at ${n} (in brackets on how many tasks, where not on all):`,
      "",
      ...familyTable(taking, track, n, curves),
    );
  lines.push(...differences(taking, track, closer, curves));
  for (const n of closer) lines.push(...goalTable(taking, track, n, curves));
  for (const n of closer)
    lines.push(
      `By task at ${n}:`,
      "",
      ...table(
        ["task", ...taking.map(({ name }) => name)],
        [...families.keys()].map((task) => [
          task,
          ...taking.map(({ name }) => share(meanOf(curves.regrets(name, track, n, [task]).get(task)))),
        ]),
      ),
    );
  return { markdown: lines.join("\n"), data: dataOf(taking, track, reached, curves) };
}

const meanOf = (seeds: ReadonlyMap<number, number> | undefined) =>
  seeds && [...seeds.values()].reduce((sum, value) => sum + value, 0) / seeds.size;

function meansTable(
  contenders: readonly Contender[],
  track: string,
  counts: readonly number[],
  curves: Curves,
) {
  return table(
    ["contender", "tasks", "runs", ...counts.map((n) => `n=${n}`), "CPU ms an ask", "failed trials"],
    contenders.map(({ name, version }) => {
      const cells = curves.cells(name, track);
      const failed = cells.reduce(
        (sum, { losses }) => sum + losses.filter((loss) => loss === null).length,
        0,
      );
      return [
        `${name} ${version}`,
        String(curves.regrets(name, track, counts[0]).size),
        String(cells.length),
        ...counts.map((n) => share(meanRegret(curves.regrets(name, track, n), curves.families))),
        cpuOf(curves, name, track).toPrecision(3),
        String(failed),
      ];
    }),
  );
}

function cpuOf(curves: Curves, name: string, track: string): number {
  const cells = curves.cells(name, track);
  return (1000 * cells.reduce((sum, { cpu }) => sum + cpu, 0)) / cells.length;
}

function familyTable(contenders: readonly Contender[], track: string, n: number, curves: Curves): string[] {
  const { families, kinds } = curves;
  return table(
    ["contender", ...kinds],
    contenders.map(({ name }) => {
      const regrets = curves.regrets(name, track, n);
      const means = byFamily(regrets, families);
      return [
        name,
        ...kinds.map((kind) => {
          const all = [...families.values()].filter((family) => family === kind).length;
          const own = [...regrets.keys()].filter((task) => families.get(task) === kind).length;
          return own === 0 ? "" : `${share(means.get(kind))}${own < all ? ` (${own})` : ""}`;
        }),
      ];
    }),
  );
}

/** The first contender against each other one, on the tasks that both ran. */
function differences(
  [first, ...others]: readonly Contender[],
  track: string,
  counts: readonly number[],
  curves: Curves,
): string[] {
  if (others.length === 0) return [];
  const rows = others.map(({ name }) => [
    name,
    ...counts.flatMap((n) => {
      const [a, b] = [curves.regrets(first.name, track, n), curves.regrets(name, track, n)];
      if (common(a, b)[0].size === 0) return ["", ""];
      const found = difference(a, b, curves.families);
      return [`${interval(found)} on ${found.tasks}`, share(wins(a, b))];
    }),
  ]);
  return [
    `Differences of ${first.name} on common tasks (below 0: it is better), with 95 % intervals; share of runs that it wins:`,
    "",
    ...table(["against", ...counts.flatMap((n) => [`n=${n}`, "wins"])], rows),
  ];
}

function dataOf(contenders: readonly Contender[], track: string, counts: readonly number[], curves: Curves) {
  const { families } = curves;
  return Object.fromEntries(
    contenders.map(({ name, version }) => [
      name,
      {
        version,
        counts,
        means: counts.map((n) => meanRegret(curves.regrets(name, track, n), families)),
        families: Object.fromEntries(
          counts.map((n) => [n, Object.fromEntries(byFamily(curves.regrets(name, track, n), families))]),
        ),
        tasks: Object.fromEntries(
          counts.map((n) => [
            n,
            Object.fromEntries(
              [...curves.regrets(name, track, n)].map(([task, seeds]) => [task, meanOf(seeds)]),
            ),
          ]),
        ),
        cpuMs: cpuOf(curves, name, track),
      },
    ]),
  );
}

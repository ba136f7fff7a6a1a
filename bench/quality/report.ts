/**
 * The tables of the benchmark.
 */
import type { Cell } from "./cell.ts";
import type { Contender } from "./contenders.ts";
import { readCells } from "./curves.ts";
import { type Reference, referenceOf } from "./references.ts";
import {
  byFamily,
  common,
  difference,
  type Families,
  meanRegret,
  type Regrets,
  regret,
  wins,
} from "./score.ts";
import type { Task } from "./task.ts";

interface Wanted {
  readonly contenders: readonly Contender[];
  readonly tasks: readonly Task[];
  readonly track: string;
  readonly trials: number;
}

const COUNTS = [10, 20, 30, 50, 64, 75, 100];
const share = (value: number) => (Number.isFinite(value) ? value.toFixed(3).replace(/^(-?)0\./, "$1.") : "");

export function report({ contenders, tasks, track, trials }: Wanted) {
  const families: Families = new Map(tasks.map(({ name, family }) => [name, family]));
  const references = new Map<string, Reference>(tasks.map((task) => [task.name, referenceOf(task)]));
  const counts = COUNTS.filter((n) => n <= trials);
  const cells = new Map<string, ReadonlyMap<string, readonly Cell[]>>(
    contenders.map(({ name, version }) => [
      name,
      new Map(tasks.map((task) => [task.name, readCells(name, version, track, task.name)])),
    ]),
  );
  const regretsOf = (name: string, n: number): Regrets => {
    const regrets = new Map<string, ReadonlyMap<number, number>>();
    for (const [task, list] of cells.get(name) ?? []) {
      const long = list.filter(({ losses }) => losses.length >= n);
      const reference = references.get(task) as Reference;
      if (long.length > 0)
        regrets.set(task, new Map(long.map((cell) => [cell.seed, regret(cell, n, reference)])));
    }
    return regrets;
  };
  const names = [...new Set(families.values())];
  const last = counts.at(-1) as number;
  const lines = [
    `Track ${track}: mean normalised regret over ${tasks.length} tasks in ${names.length} families (0 = best known, 1 = random's best of ten)`,
    "",
    `| contender | tasks | runs | ${counts.map((n) => `n=${n}`).join(" | ")} | ${names.map((name) => `${name} (${last})`).join(" | ")} | CPU ms an ask | failed |`,
    `|---|--:|--:|${counts.map(() => "--:|").join("")}${names.map(() => "--:|").join("")}--:|--:|`,
  ];
  const data: Record<string, unknown> = {};
  for (const { name, version } of contenders) {
    const all = [...(cells.get(name)?.values() ?? [])].flat();
    const families100 = byFamily(regretsOf(name, last), families);
    const means = counts.map((n) => meanRegret(regretsOf(name, n), families));
    const cpu = (1000 * all.reduce((sum, cell) => sum + cell.cpu, 0)) / all.length;
    const failed = all.reduce((sum, { losses }) => sum + losses.filter((loss) => loss === null).length, 0);
    lines.push(
      `| ${name} ${version} | ${regretsOf(name, last).size} | ${all.length} | ${means.map(share).join(" | ")} | ${names
        .map((family) => share(families100.get(family) ?? Number.NaN))
        .join(" | ")} | ${cpu.toPrecision(3)} | ${failed} |`,
    );
    data[name] = { version, counts, means, families: Object.fromEntries(families100), cpuMs: cpu };
  }
  const [first, ...others] = contenders;
  lines.push(
    "",
    `Differences of ${first.name} on common tasks, with 95 % intervals; share of runs that it wins:`,
    "",
  );
  lines.push(
    `| against | ${counts
      .filter((n) => n >= 50)
      .map((n) => `n=${n} | wins`)
      .join(" | ")} |`,
  );
  lines.push(
    `|---|${counts
      .filter((n) => n >= 50)
      .map(() => "---|--:|")
      .join("")}`,
  );
  for (const { name } of others) {
    const parts = counts
      .filter((n) => n >= 50)
      .map((n) => {
        const [a, b] = [regretsOf(first.name, n), regretsOf(name, n)];
        if (common(a, b)[0].size === 0) return " | ";
        const { mean, low, high, tasks: on } = difference(a, b, families);
        return `${share(mean)} [${share(low)}, ${share(high)}] on ${on} | ${share(wins(a, b))}`;
      });
    lines.push(`| ${name} | ${parts.join(" | ")} |`);
  }
  const perTask = tasks.map(
    (task) =>
      `| ${task.name} | ${contenders
        .map(({ name }) => {
          const seeds = regretsOf(name, last).get(task.name);
          return seeds === undefined
            ? ""
            : share([...seeds.values()].reduce((s, v) => s + v, 0) / seeds.size);
        })
        .join(" | ")} |`,
  );
  lines.push("", `By task at ${last}:`, "", `| task | ${contenders.map(({ name }) => name).join(" | ")} |`);
  lines.push(`|---|${contenders.map(() => "--:|").join("")}`, ...perTask);
  return { markdown: lines.join("\n"), data };
}

/**
 * Tables of what was measured: mean ranks, errors by table, and how ours stands to each peer.
 */
import type { Cell } from "./cells.ts";

/** Two standard errors of paired differences, beyond which one is worse for certain. */
const ERRORS = 2;

export function report(cells: readonly Cell[], tables: readonly string[]): string[] {
  const systems = [...new Set(cells.map(({ system }) => system))];
  const seeds = [...new Set(cells.map(({ seed }) => seed))].sort();
  const errorOf = (system: string, table: string, seed: number) =>
    cells.find((one) => one.system === system && one.table === table && one.seed === seed)?.error;
  const meanOf = (system: string, table: string) =>
    mean(seeds.flatMap((seed) => errorOf(system, table, seed) ?? []));
  const shown = tables.filter((table) => cells.some((cell) => cell.table === table));
  const lines = ["", `error by table (mean of ${seeds.length} seeds)`, row("", systems)];
  for (const table of shown)
    lines.push(
      row(
        table,
        systems.map((system) => meanOf(system, table).toPrecision(4)),
      ),
    );
  lines.push(
    row(
      "mean rank",
      systems.map((system) => mean(shown.map((table) => rankOf(system, table))).toFixed(2)),
    ),
  );
  function rankOf(system: string, table: string): number {
    const own = meanOf(system, table);
    const others = systems.map((other) => meanOf(other, table));
    if (Number.isNaN(own)) return systems.length;
    const better = others.filter((other) => other < own).length;
    return better + (others.filter((other) => other === own).length + 1) / 2;
  }
  for (const peer of systems.filter((system) => system !== "fettle" && systems.includes("fettle"))) {
    const ratios = shown.flatMap((table) => {
      const ratio = meanOf("fettle", table) / meanOf(peer, table);
      return Number.isNaN(ratio) ? [] : [ratio];
    });
    if (ratios.length === 0) continue;
    const sorted = [...ratios].sort((a, b) => a - b);
    const middle =
      (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
    const worse = shown.filter((table) => isWorse(table, peer));
    lines.push(
      "",
      `beside ${peer}: better on ${ratios.filter((ratio) => ratio < 1).length} of ${ratios.length}; error ${percent(middle)} at the median, ${percent(mean(ratios))} on average; ` +
        `worse than 5 % and ${ERRORS} paired standard errors: ${worse.length === 0 ? "none" : worse.join(", ")}`,
    );
  }
  function isWorse(table: string, peer: string): boolean {
    const pairs = seeds.flatMap((seed) => {
      const [ours, theirs] = [errorOf("fettle", table, seed), errorOf(peer, table, seed)];
      return ours === undefined || theirs === undefined ? [] : [ours - 1.05 * theirs];
    });
    // where ours failed and the peer did not there is no difference, and no excuse
    if (Number.isNaN(meanOf("fettle", table)) && !Number.isNaN(meanOf(peer, table))) return true;
    const at = mean(pairs);
    const variance = pairs.reduce((sum, pair) => sum + (pair - at) ** 2, 0) / Math.max(1, pairs.length - 1);
    return at > ERRORS * Math.sqrt(variance / pairs.length);
  }
  const ours = cells.filter(({ system, told }) => system === "fettle" && told !== undefined);
  if (ours.length > 0)
    lines.push(
      "",
      `told by fettle before the test, over the error on it: ${mean(ours.map(({ told = 0, error }) => told / error)).toFixed(3)} on average`,
    );
  for (const system of systems) {
    const walls = cells.filter((cell) => cell.system === system).map(({ wall }) => wall);
    lines.push(`${system}: at most ${Math.max(...walls).toFixed(1)} s of wall time`);
  }
  return lines;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(ratio: number): string {
  return `${ratio < 1 ? "−" : "+"}${(100 * Math.abs(ratio - 1)).toFixed(1)} %`;
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(15) + cells.map((cell) => cell.padStart(13)).join("");
}

/**
 * Markdown, and how numbers are written in it.
 */

/** A regret or a share, to three places. */
export const share = (value: number | undefined) =>
  value === undefined || !Number.isFinite(value) ? "" : value.toFixed(3).replace(/^(-?)0\./, "$1.");

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export const interval = ({ mean, low, high }: Interval) => `${share(mean)} [${share(low)}, ${share(high)}]`;

/** A table, numbers to the right, and an empty line after it. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { left = 1 }: { readonly left?: number } = {},
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = `|${header.map((_, column) => (column < left ? "---|" : "--:|")).join("")}`;
  return [line(header), rule, ...rows.map(line), ""];
}

/** Processor time of this process and its threads, in seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** What a task prints, and whether it met its bound. */
export interface Line {
  readonly what: string;
  readonly found: string;
  readonly wanted?: string;
  readonly met?: boolean;
}

/** A number with its bound. */
export function bound(what: string, found: number, wanted: "≤" | "≥", limit: number, digits = 3): Line {
  const met = wanted === "≤" ? found <= limit : found >= limit;
  return { what, found: found.toFixed(digits), wanted: `${wanted} ${limit}`, met };
}

/** Of Student's t, two-sided 95 %, by degrees of freedom up to 30. */
const T95 = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1,
  2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04,
];

/** The mean of numbers, and half the width of its 95 % interval. */
export function interval(numbers: readonly number[]): { readonly mean: number; readonly half: number } {
  const n = numbers.length;
  const mean = numbers.reduce((sum, v) => sum + v, 0) / n;
  const variance = numbers.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, half: (T95[n - 2] ?? 2) * Math.sqrt(variance / n) };
}

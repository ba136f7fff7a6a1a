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

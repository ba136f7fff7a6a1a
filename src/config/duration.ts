/**
 * Durations as people write them: "90s", "10m", "1h30m", "500ms".
 */
import { InvalidInputError } from "../errors.ts";

/** Units in milliseconds, the longest first. */
const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

const NUMBER = String.raw`\d+(?:\.\d+)?|\.\d+`;
const PLAIN = new RegExp(`^(?:${NUMBER})$`);
/** Each unit at most once, the longest first. */
const WITH_UNITS = new RegExp(
  `^${UNITS.map(([unit]) => `(?:(${NUMBER})\\s*${unit}(?![a-z])\\s*)?`).join("")}$`,
);

/**
 * A duration in milliseconds; a plain number counts seconds.
 *
 * @throws {InvalidInputError} if it is none, or not above 0
 * @example
 * parseDuration("1h30m"); // 5_400_000
 */
export function parseDuration(given: string | number): number {
  const text = String(given).trim();
  const ms = PLAIN.test(text) ? Number(text) * 1000 : withUnits(text);
  if (ms === undefined || !Number.isFinite(ms))
    throw new InvalidInputError(
      `${JSON.stringify(given)} is no duration; write it like 90s, 10m, 2h or 1h30m`,
    );
  const whole = Math.round(ms);
  if (whole <= 0)
    throw new InvalidInputError(
      `${JSON.stringify(given)} is no time at all; write a duration above 0, such as 90s`,
    );
  return whole;
}

function withUnits(text: string): number | undefined {
  const counts = WITH_UNITS.exec(text)?.slice(1);
  if (counts === undefined || counts.every((count) => count === undefined)) return undefined;
  return counts.reduce((sum, count, index) => sum + Number(count ?? 0) * UNITS[index][1], 0);
}

/** Milliseconds as text that `parseDuration` reads back to the same: "1h30m", "1.5s", "500ms". */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  if (rest < 1000) return `${rest}ms`;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = unit === "s" ? rest / 1000 : Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest = unit === "s" ? 0 : rest - count * size;
  }
  return parts.join("");
}

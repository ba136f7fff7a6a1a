/**
 * Numbers, params and curves as people read them.
 */
import type { Trial } from "../trial.ts";

const BARS = "▁▂▃▄▅▆▇█";

/** A number with `digits` significant digits, as people write it. */
export function short(value: number, digits = 4): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(Math.max(0, digits - 2)).replace("e+", "e");
  return String(Number(value.toPrecision(digits)));
}

/** 03:12, or 1:03:12. */
export function clockTime(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1000));
  const parts = [Math.floor(all / 60) % 60, all % 60].map((part) => String(part).padStart(2, "0"));
  return all >= 3600 ? `${Math.floor(all / 3600)}:${parts.join(":")}` : parts.join(":");
}

/** Params in one line: `lr 2.9e-3  layers 3`. */
export function paramsLine({ params }: Pick<Trial, "params">): string {
  return Object.entries(params)
    .map(([path, value]) => `${path} ${typeof value === "number" ? short(value, 3) : String(value)}`)
    .join("  ");
}

/** Values in one line: a number where there is one, else with names. */
export function valuesLine(values: Readonly<Record<string, number>>, names: readonly string[]): string {
  if (names.length === 1) return short(values[names[0]]);
  return names.map((name) => `${name} ${short(values[name])}`).join("  ");
}

/** Best value so far over the finished trials, as bars. */
export function sparkline(values: readonly number[], width: number): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return "";
  const picked = Array.from(
    { length: Math.min(width, finite.length) },
    (_, index, { length } = finite) =>
      finite[Math.round((index * (length - 1)) / Math.max(1, Math.min(width, length) - 1))],
  );
  const low = Math.min(...picked);
  const span = Math.max(...picked) - low;
  return picked
    .map((value) => BARS[span === 0 ? 0 : Math.round(((value - low) / span) * (BARS.length - 1))])
    .join("");
}

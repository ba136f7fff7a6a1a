/**
 * How often a configuration is evaluated, as flag and file write it.
 */
import { InvalidInputError } from "../errors.ts";
import type { Repeats } from "../events.ts";
import type { RepeatsConfig } from "./config.ts";

/** `--repeats 5` races, `--repeats 5:all` evaluates every configuration five times. @throws {InvalidInputError} */
export function readRepeats(
  text: string | undefined,
  config: RepeatsConfig | undefined,
): Repeats | undefined {
  if (text === undefined) return typeof config === "number" ? { most: config } : config;
  const [, number, all] = /^(\d+)(:all)?$/.exec(text.trim()) ?? [];
  if (number === undefined || Number(number) < 1)
    throw new InvalidInputError(
      `--repeats ${text}: expected a whole number of at least 1: 5 for the best configurations, 5:all for every one`,
    );
  return { most: Number(number), ...(all && { all: true }) };
}

/**
 * Gradients that a program prints, taken in by the Gaussian process: from the command line to replay.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Place } from "./fettle.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

/** A bowl in awk. */
const PROGRAM = `awk -v x={x} -v y={y} 'BEGIN {
  printf "{\\"loss\\": %.9f, \\"gradient\\": {\\"x\\": %.9f, \\"y\\": %.9f, \\"z\\": 1}}\\n",
    (x - 0.3) ^ 2 + (y - x) ^ 2, 2 * (x - 0.3) - 2 * (y - x), 2 * (y - x)
}'`;

test("a program's gradients are used, what is meant by them is said, and the study replays", () => {
  const flags = [
    "--study",
    "s",
    "-p",
    "x=-1.0..1.0",
    "-p",
    "y=-2.0..2.0",
    "--min",
    "loss",
    "-n",
    "14",
    "--seed",
    "1",
  ];
  const ran = place.fettle("run", ...flags, "--sampler", "gp:gradients=true", "--", "sh", "-c", PROGRAM);
  expect(ran.code, ran.stderr).toBe(0);
  const best = JSON.parse(place.fettle("best", "s", "--json").stdout) as { values: { loss: number } };
  expect(best.values.loss).toBeLessThan(1e-3);
  const { origin } = JSON.parse(place.fettle("show", "s", "13", "--json").stdout) as {
    origin: { gradients: string };
  };
  expect(origin.gradients).toMatch(
    /^used: losses are foretold .* better with them; left out: z \(no parameter\)$/,
  );
  expect(place.fettle("show", "s").stdout).toContain("gp:gradients=true");
  expect(place.fettle("replay", "s").stdout).toContain("14 suggestions replayed, no difference");
});

test("an option that is none is refused before anything starts", () => {
  const ran = place.fettle(
    "run",
    "-p",
    "x=0.0..1.0",
    "--min",
    "loss",
    "--sampler",
    "gp:gradients=maybe",
    "--",
    "true",
  );
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('gp: gradients must be true or false, not "maybe"');
});

/**
 * The schedule that the best trial was trained with, from the checkpoints that it goes back to:
 *
 *     fettle trials --json | node schedule.ts
 */
import { readFileSync } from "node:fs";
import { schedule, type Trial } from "fettle";

const trials: Trial[] = JSON.parse(readFileSync(0, "utf8"));
const errorOf = ({ values }: Trial) => Number(values?.error);
const ended = trials.filter(({ state }) => state === "complete");
const best = ended.reduce((a, b) => (errorOf(b) < errorOf(a) ? b : a));

console.log(`trial ${best.number}: error ${errorOf(best).toPrecision(3)}, trained with`);
for (const { from, to, params } of schedule(trials, best.number)) {
  const settings = Object.entries(params).map(([name, value]) => `${name} ${Number(value).toPrecision(3)}`);
  console.log(`  steps ${from + 1} to ${to}: ${settings.join(", ")}`);
}

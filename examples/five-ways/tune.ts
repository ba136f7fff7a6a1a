/**
 * Five ways to tune the same network on the same digits, with equal processor time.
 *
 *     npm run five-ways
 *     npm run five-ways -- --seconds 300 --seed 2
 *
 * Prints a table, and draws the best error against time, here and in five-ways.svg.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs, styleText } from "node:util";
import { type Digits, loadDigits, part } from "../digits/data.ts";
import { train } from "../digits/network.ts";
import { type Curve, svgPicture, textPicture } from "./picture.ts";
import { type Course, cpuSeconds, race } from "./race.ts";
import { techniques } from "./techniques.ts";

/** Processor seconds for each way: with two cores, five minutes in all. */
const SECONDS = 100;
const MARKS = "GRBDA";
const COLOURS = ["blue", "yellow", "green", "magenta", "cyan"] as const;
const FILE = "five-ways.svg";

const { seconds, seed } = settings();
const workers = Math.min(4, Math.max(2, availableParallelism()));
const digits = loadDigits();
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
console.log(
  `Five ways to tune a neural network on real digits: ${seconds} CPU seconds each, ${workers} threads, seed ${seed}.`,
);

const courses: Course[] = [];
for (const [k, technique] of techniques.entries()) {
  console.log(`\n${k + 1}/${techniques.length} ${technique.name}: ${technique.how}`);
  const course = await race(technique, { digits, seconds, seed, workers, signal: interrupted.signal });
  if (interrupted.signal.aborted) break;
  courses.push(course);
  const best = course.best.at(-1);
  console.log(
    best === undefined
      ? `    no network was trained to its end within ${seconds} CPU seconds; give it more with --seconds`
      : `    ${course.trainings} networks trained, the best with a validation accuracy of ${accuracy(best.error)}`,
  );
}
if (interrupted.signal.aborted) {
  console.log("Interrupted: nothing to compare.");
  process.exit(130);
}

console.log(
  "\nThe winner of each was chosen on the validation part. Now it learns from all 8,000 digits, and meets",
);
console.log("the others once.\n");
const tests: (number | undefined)[] = [];
for (const { best } of courses) tests.push(await testError(digits, best.at(-1)?.params));

const curves = courses.map(
  ({ technique: { name }, best }): Curve => ({
    name,
    steps: best.map(({ cpu, error }) => ({ at: cpu, value: error })),
  }),
);
console.log(table(courses, tests).join("\n"));
const picture = textPicture(curves, seconds, MARKS, paint);
if (picture.length > 0) console.log(["\nbest validation error so far", ...picture].join("\n"));
const file = resolve(process.env.INIT_CWD ?? process.cwd(), FILE);
writeFileSync(
  file,
  svgPicture(curves, seconds, "Best validation error, five ways to tune a network on digits"),
);
console.log(`\ndrawn in ${file}; ${Math.round(cpuSeconds())} CPU seconds in all`);

/** What the command line asks for; says in a line what of it cannot be meant. */
function settings(): { readonly seconds: number; readonly seed: number } {
  try {
    const { values } = parseArgs({ options: { seconds: { type: "string" }, seed: { type: "string" } } });
    const { seconds = String(SECONDS), seed = "1" } = values;
    if (!(Number(seconds) > 0) || !Number.isFinite(Number(seconds)))
      throw new Error(`--seconds ${seconds}: expected a number above 0`);
    if (seed.trim() === "" || !Number.isSafeInteger(Number(seed)))
      throw new Error(`--seed ${seed}: expected a whole number`);
    return { seconds: Number(seconds), seed: Number(seed) };
  } catch (error) {
    console.error(`five-ways: ${(error as Error).message}`);
    process.exit(2);
  }
}

/** The error on digits that no choice has seen, of a network that was trained on all others. */
async function testError(all: Digits, params: Course["best"][number]["params"] | undefined) {
  if (params === undefined) return undefined;
  const network = await train(params, part(all, "train"), 1);
  return network.errorOn(part(all, "test"));
}

function table(all: readonly Course[], testErrors: readonly (number | undefined)[]): string[] {
  const rows = all.map(({ technique, trials, trainings, best, cpu }, k) => [
    technique.name,
    String(trials),
    String(trainings),
    accuracy(best.at(-1)?.error),
    accuracy(testErrors[k]),
    best.length === 0 ? "" : best[best.length - 1].cpu.toFixed(0),
    cpu.toFixed(0),
  ]);
  const head = ["", "trials", "trained", "validation", "test", "found at", "CPU s"];
  const widths = head.map((text, c) => Math.max(text.length, ...rows.map((row) => row[c].length)));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join("  ")}`;
  return [
    line(head),
    ...rows.map(line),
    "",
    "  2,000 test digits and one seed: accuracies that differ by less than a point may do so by luck.",
  ];
}

function accuracy(error: number | undefined): string {
  return error === undefined ? "none" : `${(100 * (1 - error)).toFixed(1)} %`;
}

function paint(text: string, curve: number): string {
  const isPlain = !process.stdout.isTTY || process.env.NO_COLOR !== undefined;
  return isPlain ? text : styleText(COLOURS[curve % COLOURS.length], text);
}

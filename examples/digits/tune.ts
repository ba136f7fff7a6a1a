/**
 * The quickstart: tunes a neural network on 10,000 real handwritten digits, in threads.
 *
 *     npm run quickstart
 *
 * The study is kept in digits.db; a second run goes on with it.
 */
import { availableParallelism } from "node:os";
import { createStudy, openStudy } from "fettle";
import { bestCard, importanceBars, showLive, sqlite, threads } from "fettle/node";
import { loadDigits, part } from "./data.ts";
import { train } from "./network.ts";
import { digitsSpace } from "./space.ts";

/** What each run adds to the study, whichever comes first. */
const TRIALS = 100;
const SECONDS = 130;

const storage = sqlite("digits.db");
// Trainings of four to twelve epochs are short: what the first epoch shows is not worth stopping any.
const options = { objectives: { error: "minimize" }, pruner: "none", study: "digits", storage } as const;
const known = (await storage.list()).includes("digits");
const study = known
  ? await openStudy(digitsSpace, options)
  : await createStudy(digitsSpace, { ...options, seed: 1 });
const { trials, activeMs } = study.history;
await study.extend({ trials: trials.length + TRIALS, seconds: activeMs / 1000 + SECONDS });

const digits = loadDigits();
const workers = Math.min(4, Math.max(2, availableParallelism()));
console.log(
  `${known ? "Going on with" : "Tuning"} a neural network on real digits: at most ${SECONDS} s, ${workers} threads.`,
);

const module = new URL("./train.ts", import.meta.url);
const engine = threads({ module, parallel: workers, data: digits, nest: digitsSpace.nest });
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
const live = showLive(study, { workers });
const end = await study.run(engine, { signal: interrupted.signal }).finally(live.close);

const { best, history } = study;
await study.close();
await storage.close();
if (best === undefined || end.kind === "aborted") {
  console.log(`Ended early (${end.reason}); npm run quickstart goes on.`);
  process.exit(130);
}
console.log(`\n${history.counts.complete} networks trained.`);
console.log([...bestCard(history), ...importanceBars(history)].join("\n"));

// The winner was chosen on the validation part. Now it learns from all 8,000 digits, and meets the others once.
const network = await train(best.params, part(digits, "train"), 1);
const error = await network.errorOn(part(digits, "test"));
console.log(`
next:
  npm run quickstart                                          tune on
  npm run fettle -- trials --storage digits.db                every trial
  npm run fettle -- show digits ${best.number} --storage digits.db              the best one
test accuracy ${(100 * (1 - error)).toFixed(1)} %`);

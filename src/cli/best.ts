/**
 * `fettle best`: the best trial, or the front of several objectives.
 */
import { kneePoint } from "../analysis/knee.ts";
import { paretoFront } from "../analysis/pareto.ts";
import { comparePlaceholders, fillCommand, shellQuote } from "../engines/process/command.ts";
import { parameterVariables } from "../engines/process/environment.ts";
import { InvalidInputError } from "../errors.ts";
import { bestTrial, configurations } from "../history.ts";
import { rng } from "../random.ts";
import { type Params, written } from "../space.ts";
import type { Study } from "../study.ts";
import { frontCard } from "../terminal/front.ts";
import { bestCard } from "../terminal/summary.ts";
import { effectiveParams, type Trial } from "../trial.ts";
import { withStudy } from "./context.ts";
import { EXIT } from "./exit.ts";
import { write } from "./output.ts";
import type { Plan } from "./plan.ts";
import { trialJson } from "./trial-json.ts";

interface BestFlags {
  readonly storage: string;
  readonly study?: string;
  readonly json?: boolean;
  readonly env?: boolean;
  readonly command?: boolean;
}

export async function action(name: string | undefined, flags: BestFlags): Promise<number> {
  return withStudy({ ...flags, study: name ?? flags.study }, async (study) => {
    const { history } = study;
    const several = history.problem.objectives.length > 1;
    const best = several
      ? paretoFront(configurations(history))
      : [bestTrial(history)].filter((trial) => trial !== undefined);
    if (best.length === 0) {
      const { complete } = history.counts;
      process.stderr.write(
        complete === 0
          ? `fettle: study ${study.name} has no complete trial yet\n`
          : `fettle: none of the ${complete} complete trials of study ${study.name} keeps its limits\n`,
      );
      return EXIT.failed;
    }
    if (flags.json) write(JSON.stringify(several ? best.map(trialJson) : trialJson(best[0]), null, 2));
    else if (flags.env) printVariables(paramsOf(study, chosenOf(best)));
    else if (flags.command) for (const trial of best) write(commandOf(study, trial));
    else write((several ? frontCard(history) : bestCard(history)).join("\n"));
    return EXIT.done;
  });
}

/** The best trial; of a front its knee, or else its first, which a comment names. */
function chosenOf(best: readonly Trial[]): Trial {
  if (best.length === 1) return best[0];
  const knee = kneePoint(best);
  const chosen = knee ?? best[0];
  write(`# trial ${chosen.number}, ${knee ? "the knee" : "the first"} of a front of ${best.length}`);
  return chosen;
}

/** As the program reads them. */
function paramsOf(study: Study, trial: Trial): Params {
  return written(study.history.spaces[trial.space], effectiveParams(trial));
}

function printVariables(params: Params): void {
  for (const [variable, value] of Object.entries(parameterVariables(params)))
    write(`${variable}=${shellQuote(value)}`);
}

/** The command line that runs the trial again. @throws {InvalidInputError} if the study was not run by one */
function commandOf(study: Study, trial: Trial): string {
  const { argv } = (study.history.configuration.command ?? {}) as Partial<Plan>;
  if (argv === undefined)
    throw new InvalidInputError(
      `study ${study.name} has no command line; its best params: fettle best ${study.name} --json`,
    );
  const seed = rng(study.history.problem.seed, "trial", trial.number).bits();
  const builtIn = {
    study: study.name,
    trial: trial.number,
    attempt: trial.attempt,
    seed,
    budget: trial.budget ?? study.history.problem.steps?.max,
  };
  const params = paramsOf(study, trial);
  const command = fillCommand(argv, params, builtIn).map(shellQuote);
  const { unused } = comparePlaceholders(argv, Object.keys(params));
  const variables = parameterVariables(Object.fromEntries(unused.map((path) => [path, params[path]])));
  return [
    ...Object.entries(variables).map(([name, value]) => `${name}=${shellQuote(value)}`),
    ...command,
  ].join(" ");
}

/**
 * `fettle ask`: claims a trial for the caller to run.
 */
import { wholeNumber } from "../config/flags.ts";
import { shellQuote } from "../engines/process/command.ts";
import { parameterVariables } from "../engines/process/environment.ts";
import type { AskedTrial } from "../study.ts";
import { withStudy } from "./context.ts";
import { EXIT } from "./exit.ts";
import { write } from "./output.ts";

interface AskFlags {
  readonly storage: string;
  readonly study?: string;
  readonly count?: string;
  readonly env?: boolean;
}

export async function action(name: string | undefined, flags: AskFlags): Promise<number> {
  const count = wholeNumber("-n", flags.count, 1);
  return withStudy({ ...flags, study: name ?? flags.study }, async (study) => {
    const trials = await study.ask(count ?? 1);
    if (trials.length === 0) {
      process.stderr.write(
        `fettle: nothing to ask of study ${study.name}: ${study.ended ?? "every point was tried"}\n`,
      );
      return EXIT.failed;
    }
    if (flags.env) {
      const { number, attempt, flat } = trials[0];
      const variables = {
        FETTLE_TRIAL: String(number),
        FETTLE_ATTEMPT: String(attempt),
        ...parameterVariables(flat),
      };
      for (const [variable, value] of Object.entries(variables)) write(`${variable}=${shellQuote(value)}`);
    } else write(JSON.stringify(count === undefined ? askedJson(trials[0]) : trials.map(askedJson)));
    return EXIT.done;
  });
}

/** What a caller needs to run a trial. */
export function askedJson({ number, attempt, flat, budget, fork, repeatOf }: AskedTrial): object {
  return {
    number,
    attempt,
    params: flat,
    ...(budget !== undefined && { budget }),
    ...(fork && { fork }),
    ...(repeatOf !== undefined && { repeatOf }),
  };
}

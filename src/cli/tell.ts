/**
 * `fettle tell`: ends a trial that was asked for, or reports how far it is.
 */
import { nameAndText, wholeNumber } from "../config/flags.ts";
import { InvalidInputError } from "../errors.ts";
import { fromWire, type WireNumber } from "../events.ts";
import type { ObjectiveSpec } from "../trial.ts";
import { withStudy } from "./context.ts";
import { write } from "./output.ts";
import { findTrial } from "./show.ts";

interface TellFlags {
  readonly storage: string;
  readonly study?: string;
  readonly failed?: string | true;
  readonly step?: string;
  readonly attempt?: string;
  readonly gradient?: readonly string[];
  readonly tuned?: readonly string[];
}

export async function action(trial: string, texts: readonly string[], flags: TellFlags): Promise<undefined> {
  await withStudy(flags, async (study) => {
    const { number } = findTrial(study, trial);
    const given = wholeNumber("--attempt", flags.attempt, 1);
    const attempt = given === undefined ? {} : { attempt: given };
    if (flags.failed !== undefined) {
      await study.tell(number, {
        state: "failed",
        error: flags.failed === true ? "told that it failed" : flags.failed,
        ...attempt,
      });
      return;
    }
    const values = readValues(texts, study.history.problem.objectives);
    const step = wholeNumber("--step", flags.step);
    const gradient = byName("--gradient", flags.gradient, (_, value) => readNumber(value));
    const tuned = byName("--tuned", flags.tuned, study.history.problem.space.parse);
    if (step === undefined) await study.tell(number, { values, gradient, tuned, ...attempt });
    else write(await study.report(number, step, values, { gradient, params: tuned, ...attempt }));
  });
}

/** `name=value` texts of a flag by name; undefined where it was not given. */
function byName<T>(
  flag: string,
  texts: readonly string[] | undefined,
  read: (name: string, text: string) => T,
): Readonly<Record<string, T>> | undefined {
  return (
    texts &&
    Object.fromEntries(
      texts.map((text) => {
        const [name, value] = nameAndText(flag, text, "lr=0.01");
        return [name, read(name, value)];
      }),
    )
  );
}

/** One number, or `metric=value` for each objective. */
function readValues(texts: readonly string[], objectives: readonly ObjectiveSpec[]): Record<string, number> {
  const example = objectives.map(({ name }) => `${name}=0.5`).join(" ");
  if (texts.length === 0) throw new InvalidInputError(`tell what? For example: fettle tell 0 ${example}`);
  if (texts.length === 1 && !texts[0].includes("=") && objectives.length === 1)
    return { [objectives[0].name]: readNumber(texts[0]) };
  return Object.fromEntries(
    texts.map((text) => {
      const [name, value] = nameAndText("tell", text, example);
      if (!objectives.some((one) => one.name === name))
        throw new InvalidInputError(
          `tell ${text}: there is no objective ${name}; there is ${objectives.map((one) => one.name).join(", ")}`,
        );
      return [name, readNumber(value)];
    }),
  );
}

function readNumber(text: string): number {
  const value = fromWire(text as WireNumber);
  if (text.trim() === "" || (Number.isNaN(value) && !/^nan$/i.test(text)))
    throw new InvalidInputError(`tell ${text}: that is not a number`);
  return value;
}

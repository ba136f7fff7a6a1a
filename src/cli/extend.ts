/**
 * `fettle extend`: gives a study more trials or time, or changes its space.
 */
import { durationAt, nameAndText, wholeNumber } from "../config/flags.ts";
import { InvalidInputError } from "../errors.ts";
import type { Limits } from "../events.ts";
import type { History } from "../history.ts";
import type { Study } from "../study.ts";
import { withStudy } from "./context.ts";
import { extendedSpace } from "./space-change.ts";

interface ExtendFlags {
  readonly storage: string;
  readonly study?: string;
  readonly param?: readonly string[];
  readonly where?: readonly string[];
  readonly trials?: string;
  readonly time?: string;
  readonly target?: readonly string[];
  readonly maxFailures?: string;
}

export async function action(name: string | undefined, flags: ExtendFlags): Promise<undefined> {
  await withStudy({ ...flags, study: name ?? flags.study }, async (study) => {
    const limits = readLimits(flags, study.history);
    const { param = [], where = [] } = flags;
    const isChanged = param.length > 0 || where.length > 0;
    if (Object.keys(limits).length === 0 && !isChanged)
      throw new InvalidInputError(
        "extend by what? For example: fettle extend -n +20, --time 2h, or -p lr=1e-6..1:log",
      );
    if (isChanged) await changeSpace(study, param, where);
    if (Object.keys(limits).length > 0) await study.extend(limits);
    const told = Object.entries(study.history.limits).map(
      ([limit, value]) => `${limit} ${typeof value === "object" ? JSON.stringify(value) : value}`,
    );
    const ends = told.length > 0 ? `now ends at ${told.join(", ")}` : "has no limit";
    say(`study ${study.name} ${ends}; fettle resume ${study.name} goes on`);
  });
}

async function changeSpace(study: Study, param: readonly string[], where: readonly string[]): Promise<void> {
  const { space, unused } = extendedSpace(study, param, where);
  const lines = await study.changeSpace(space);
  for (const line of lines) say(line);
  if (lines.length === 0) say(`nothing changes: that is the space of study ${study.name} already`);
  for (const line of unused) say(`warning: ${line}`);
}

function say(line: string): void {
  process.stderr.write(`fettle: ${line}\n`);
}

function readLimits(flags: ExtendFlags, history: History): Limits {
  const { trials, time, target, maxFailures } = flags;
  const more = trials?.startsWith("+") ? Math.max(history.limits.trials ?? 0, history.trials.length) : 0;
  const count = wholeNumber("-n", trials?.replace(/^\+/, ""), 1);
  return {
    ...(count !== undefined && { trials: more + count }),
    ...(time !== undefined && { seconds: durationAt(`--time ${time}`, time) / 1000 }),
    ...(maxFailures !== undefined && { failures: wholeNumber("--max-failures", maxFailures, 1) }),
    ...(target && { target: Object.fromEntries(target.map((text) => readTarget(text, history))) }),
  };
}

function readTarget(text: string, { problem }: History): [string, number] {
  const [name, value] = nameAndText("--target", text, `${problem.objectives[0].name}=0.1`);
  const number = Number(value);
  if (!problem.objectives.some((one) => one.name === name) || Number.isNaN(number))
    throw new InvalidInputError(
      `--target ${text}: expected one of ${problem.objectives.map((one) => one.name).join(", ")} and a number`,
    );
  return [name, number];
}

/**
 * `fettle resume`: goes on with a study as it was run before.
 */
import { begunOf } from "../automl/continued.ts";
import { threadCompute } from "../compute/thread.ts";
import { durationAt, wholeNumber } from "../config/flags.ts";
import { InvalidInputError } from "../errors.ts";
import type { Study } from "../study.ts";
import { openStudy } from "../tune.ts";
import { chooseStudy, filesDirectory, openStorage } from "./context.ts";
import { execute } from "./execute.ts";
import { engineFor, type Placement, planOfStudy, toConfiguration } from "./plan.ts";

interface ResumeFlags {
  readonly storage: string;
  readonly study?: string;
  readonly trials?: string;
  readonly parallel?: string;
  readonly time?: string;
  readonly files?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function action(name: string | undefined, flags: ResumeFlags): Promise<number> {
  const trials = wholeNumber("-n", flags.trials, 1);
  const parallel = wholeNumber("-j", flags.parallel, 1);
  const seconds =
    flags.time === undefined ? undefined : durationAt(`--time ${flags.time}`, flags.time) / 1000;
  const storage = await openStorage(flags.storage);
  try {
    const study = (await openStudy(undefined, {
      storage,
      study: await chooseStudy(storage, name ?? flags.study),
      compute: threadCompute(),
    })) as Study;
    try {
      refuseTables(study);
      const plan = planOfStudy(study);
      const { configuration } = study.history;
      const before = configuration.engine as Partial<Placement> | undefined;
      const placement: Placement = {
        parallel: parallel ?? before?.parallel ?? 1,
        files: filesDirectory(flags.storage, flags.files, configuration),
        ...(before?.gpus && { gpus: before.gpus }),
      };
      await study.resume();
      const limits = { ...(trials !== undefined && { trials }), ...(seconds !== undefined && { seconds }) };
      await study.configure({ ...toConfiguration(plan, placement), limits });
      const engine = await engineFor(study, plan, placement, undefined);
      const shown = flags.storage === "fettle.db" ? "" : ` --storage ${flags.storage}`;
      return await execute(study, engine, {
        ...flags,
        parallel: placement.parallel,
        graceMs: plan.graceMs,
        flags: shown,
        guard: true,
      });
    } finally {
      await study.close();
    }
  } finally {
    await storage.close();
  }
}

/** @throws {InvalidInputError} if the study needs its table to go on */
function refuseTables(study: Study): void {
  const begun = begunOf(study.history);
  if (begun !== undefined)
    throw new InvalidInputError(
      `study ${study.name} tunes models of a table; go on with fettle automl TABLE --target ${begun.target} --study ${study.name}`,
    );
}

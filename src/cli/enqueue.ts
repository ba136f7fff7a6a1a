/**
 * `fettle enqueue`: puts a point in the queue, to be tried before anything that the sampler suggests.
 */
import { nameAndText } from "../config/flags.ts";
import { InvalidInputError } from "../errors.ts";
import { withStudy } from "./context.ts";

export async function action(
  texts: readonly string[],
  flags: { storage: string; study?: string },
): Promise<undefined> {
  await withStudy(flags, async (study) => {
    const { space } = study.history.problem;
    const params: Record<string, string | number | boolean | null> = {};
    for (const text of texts) {
      const [path, value] = nameAndText("enqueue", text, "lr=0.01");
      if (Object.hasOwn(params, path)) throw new InvalidInputError(`enqueue ${text}: ${path} is given twice`);
      params[path] = space.parse(path, value);
    }
    const number = await study.enqueue(params);
    process.stderr.write(`fettle: trial ${number} of study ${study.name} waits for a worker\n`);
  });
}

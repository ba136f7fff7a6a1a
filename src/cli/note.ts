/**
 * `fettle note`: keeps a remark with a study or one of its trials.
 */
import { wholeNumber } from "../config/flags.ts";
import { withStudy } from "./context.ts";

export async function action(
  texts: readonly string[],
  flags: { storage: string; study?: string; trial?: string },
): Promise<undefined> {
  const text = texts.join(" ");
  const [, key = "note", value = text] = /^([\w.-]+)=(.*)$/s.exec(text) ?? [];
  const trial = wholeNumber("--trial", flags.trial, 0);
  await withStudy(flags, (study) => study.note(key, value === "" ? null : value, trial));
}

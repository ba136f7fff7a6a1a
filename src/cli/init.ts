/**
 * `fettle init`: proposes a configuration from what a program's help says.
 */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { proposalText, propose } from "../config/propose/propose.ts";
import { splitWords } from "../config/words.ts";
import { checkProgram } from "../engines/process/program.ts";
import { ConflictError, InvalidInputError, messageOf } from "../errors.ts";
import { callDirectory } from "./context.ts";
import { EXIT } from "./exit.ts";

interface InitFlags {
  readonly from: string;
  readonly output: string;
  readonly yes?: boolean;
}

/** So long a program may take to print its help, and so much it may print. */
const TIMEOUT_MS = 60_000;
const MOST_BYTES = 10_000_000;
/** Lines of help are not broken where programs ask how wide the terminal is. */
const COLUMNS = "200";

export async function action(flags: InitFlags): Promise<number> {
  const words = splitWords(flags.from);
  if (words.length === 0)
    throw new InvalidInputError('--from: a command is missing, such as "python train.py --help"');
  const text = proposalText(words, proposed(words));
  const path = resolve(callDirectory(), flags.output);
  const isThere = existsSync(path);
  if (flags.yes) {
    if (isThere)
      throw new ConflictError(`${flags.output} is there already; delete it, or write elsewhere with -o`);
    return save(path, text, flags.output);
  }
  process.stdout.write(text);
  if (!process.stdin.isTTY || !process.stdout.isTTY) return EXIT.done;
  if (isThere) {
    process.stderr.write(`fettle: ${flags.output} is there already, and stays as it is\n`);
    return EXIT.done;
  }
  return (await confirmed(`Write ${flags.output}? [y/N] `)) ? save(path, text, flags.output) : EXIT.done;
}

function save(path: string, text: string, name: string): number {
  writeFileSync(path, text);
  process.stderr.write(`fettle: wrote ${name}; fettle check looks at it, fettle run starts\n`);
  return EXIT.done;
}

/** Runs the command, and reads what it prints, on whichever stream. */
function proposed(words: readonly string[]) {
  const [program, ...args] = words;
  const cwd = callDirectory();
  checkProgram(program, cwd);
  const { stdout, stderr, error } = spawnSync(program, args, {
    ...{
      cwd,
      encoding: "utf8",
      input: "",
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      maxBuffer: MOST_BYTES,
    },
    env: { ...process.env, COLUMNS, NO_COLOR: "1", TERM: "dumb" },
  });
  if (error !== undefined) {
    const late = (error as NodeJS.ErrnoException).code === "ETIMEDOUT";
    throw new InvalidInputError(
      `--from ${words.join(" ")}: ${late ? `it did not end within ${TIMEOUT_MS / 1000} s; give the command that only prints its help` : messageOf(error)}`,
      { cause: error },
    );
  }
  try {
    return propose(`${stdout}\n${stderr}`);
  } catch (cause) {
    const last = stderr.trim().split("\n").pop() ?? "";
    const said = stdout.trim() === "" && last !== "" ? ` (it said: ${last.slice(0, 200)})` : "";
    throw new InvalidInputError(`--from ${words.join(" ")}: ${messageOf(cause)}${said}`, { cause });
  }
}

async function confirmed(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(question)).trim());
  } finally {
    prompt.close();
  }
}

/**
 * The command line. Names, flags and help are in `commands/`; what a command does is in the file of its name, loaded when it
 * is run.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { messageOf, TuningError } from "../errors.ts";
import { addResultCommands } from "./commands/result.ts";
import { addRunCommands } from "./commands/run.ts";
import { addStudyCommands } from "./commands/study.ts";
import { addTableCommands } from "./commands/table.ts";
import { addTrialCommands } from "./commands/trial.ts";
import { EXIT } from "./exit.ts";

export { NAMES } from "./commands/parts.ts";

/** Runs the command line; sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on("error", quietPipe);
  process.stderr.on("error", quietPipe);
  try {
    await build().parseAsync(argv as string[]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** A reader that went away (`fettle trials | head`) is no error. */
function quietPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.done);
}

/** One line on standard error; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  process.stderr.write(`fettle: ${messageOf(error)}\n`);
  if (!(error instanceof TuningError)) {
    if (process.env.FETTLE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return EXIT.failed;
  }
  return ["invalid-input", "not-found", "conflict", "unsupported"].includes(error.code)
    ? EXIT.usage
    : EXIT.failed;
}

function build(): Command {
  const program = new Command("fettle")
    .description("Tunes the hyperparameters of anything you can run.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .showSuggestionAfterError()
    .enablePositionalOptions() // what follows a command is that command's
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "fettle: ")) })
    .exitOverride()
    .addHelpText(
      "after",
      `
Example:
  fettle run -p lr=1e-5..0.1:log -p layers=1..6 --min val_loss -n 60 -j 4 -- python train.py --lr {lr} --layers {layers}`,
    );
  addRunCommands(program);
  addTableCommands(program);
  addResultCommands(program);
  addTrialCommands(program);
  addStudyCommands(program);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

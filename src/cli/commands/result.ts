/**
 * Commands that show what was found.
 */
import { type Command, Option } from "commander";
import { collect, lazy, storage, study } from "./parts.ts";

export function addResultCommands(program: Command): void {
  program
    .command("ls")
    .summary("list studies")
    .addOption(storage())
    .option("--json", "print an array of studies")
    .action(lazy(() => import("../ls.ts")));

  program
    .command("show")
    .summary("show a study, or one of its trials")
    .argument("[study]", "its name; the last one unless given")
    .argument("[trial]", "a trial's number")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--json", "print it as JSON")
    .action(lazy(() => import("../show.ts")));

  program
    .command("best")
    .summary("show the best trial, or the front of several objectives")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--json", "print the trial; with several objectives, the array of the front")
    .option("--env", "print NAME=value lines for a shell")
    .option("--command", "print the command that repeats it")
    .action(lazy(() => import("../best.ts")));

  program
    .command("trials")
    .summary("list trials")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option(
      "--where <condition>",
      'such as "state = complete" or "lr < 1e-3"; several must all hold',
      collect,
    )
    .option("--csv", "print CSV")
    .option("--json", "print an array of trials")
    .action(lazy(() => import("../trials.ts")));

  program
    .command("logs")
    .summary("print what a trial wrote")
    .argument("<study-or-trial>", "a trial's number, or the study's name and then the number")
    .argument("[trial]", "a trial's number")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--files <dir>", "where the logs are, if not beside the study file")
    .option("-f, --follow", "go on while the trial runs")
    .option("--attempt <number>", "an earlier attempt")
    .action(lazy(() => import("../logs.ts")));

  program
    .command("export")
    .summary("write a study's trials, or its whole log")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .addOption(
      new Option("--format <format>", "jsonl: a trial a line; csv; log: the events")
        .choices(["jsonl", "csv", "log"])
        .default("jsonl"),
    )
    .option("-o, --output <file>", "a file instead of standard output")
    .action(lazy(() => import("../export.ts")));
}

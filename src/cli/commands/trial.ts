/**
 * Commands on single trials.
 */
import type { Command } from "commander";
import { collect, lazy, storage, study } from "./parts.ts";

export function addTrialCommands(program: Command): void {
  program
    .command("enqueue")
    .summary("put a point in the queue")
    .argument("<name=value...>", "parameters; those left out are suggested")
    .addOption(study())
    .addOption(storage())
    .action(lazy(() => import("../enqueue.ts")));

  program
    .command("ask")
    .summary("claim a trial to run yourself; prints it as JSON")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("-n, --count <number>", "how many trials: prints an array")
    .option("--env", "print NAME=value lines for a shell")
    .action(lazy(() => import("../ask.ts")));

  program
    .command("tell")
    .summary("end a trial that was asked for")
    .argument("<trial>", "its number")
    .argument("[values...]", "one number, or metric=value for each")
    .addOption(study())
    .addOption(storage())
    .option("--failed [reason]", "it failed")
    .option("--step <number>", "only report so far: values at that step; prints whether to go on")
    .option("--attempt <number>", "the attempt that is told; the current one unless given")
    .option("--gradient <name=number>", "a derivative of the value by a parameter", collect)
    .option("--tuned <name=value>", "a parameter that the trial tuned itself, as it is now", collect)
    .action(lazy(() => import("../tell.ts")));

  program
    .command("note")
    .summary("keep a remark with a study or a trial")
    .argument("<text...>", "key=value, or a remark")
    .addOption(study())
    .addOption(storage())
    .option("--trial <number>", "with this trial")
    .action(lazy(() => import("../note.ts")));
}

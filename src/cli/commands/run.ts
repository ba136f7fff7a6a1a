/**
 * Commands that run studies.
 */
import type { Command } from "commander";
import { collect, lazy, NAMES, storage, study } from "./parts.ts";

export function addRunCommands(program: Command): void {
  program
    .command("run")
    .summary("tune a program")
    .description(
      "Tune a program: start it again and again with other parameters, read its metric, and find the best.\n" +
        "Parameters come from -p, from fettle.yaml, or from fettle.config.ts. An existing study is continued.",
    )
    .argument("[config-or-command...]", "a configuration file; after --, the program and its arguments")
    .option(
      "-p, --param <name=range>",
      "a parameter: lr=1e-5..0.1:log, layers=1..6, opt=sgd,adam, opt.sgd.momentum=0.0..0.99, order=a,b,c:permutation",
      collect,
    )
    .option(
      "--where <condition>",
      'what the parameters of every trial satisfy: "layers * units <= 4096", "a + b + c = 1"',
      collect,
    )
    .option("--min <metric>", "a metric to minimise", collect)
    .option("--max <metric>", "a metric to maximise", collect)
    .option("-n, --trials <number>", "how many trials the study has in all (100 unless limited otherwise)")
    .option("-j, --parallel <number>", "how many trials run at a time (1)")
    .option("--gpus <list>", "GPUs that they share evenly: 2 for two of them, 0,3 for these; 3, for this one")
    .option("--gpus-per-trial <number>", "how many GPUs each trial gets (1)")
    .option("--subject-to <limit>", 'a limit on an outcome: "latency_ms <= 20", "accuracy >= 0.9"', collect)
    .option("--study <name>", "the study's name; made up and printed unless given")
    .addOption(storage())
    .option("--sampler <name>", `${NAMES.samplers} (auto); with options: gp:gradients=true`)
    .option("--pruner <name>", `which trials are stopped early: ${NAMES.pruners} (auto)`)
    .option("--stop-when <rule>", `when the study has learned enough: ${NAMES.terminators} (none)`)
    .option("--repeats <number>", "evaluate the best configurations so often; 5:all every one (1)")
    .option("--max-steps <number>", "the last step of a full training, for {budget}")
    .option("--seed <number>", "makes suggestions repeatable")
    .option("--time <limit>", "how long the study may run in all: 90s, 30m, 2h")
    .option("--timeout, --trial-timeout <limit>", "how long one trial may run")
    .option("--grace <limit>", "how long a program may take to end when it is asked to (10s)")
    .option("--target <metric=value>", "stop when a trial reaches it", collect)
    .option("--max-failures <number>", "stop when so many trials failed")
    .option("--retries <number>", "try a failed trial again so many times (0)")
    .option("--fix <name=value>", "settle a parameter", collect)
    .option("--warm-start <file:study>", "learn from the trials of another study", collect)
    .option("--value <which>", "a trial's value: its last report, or its best one (last)")
    .option("--files <dir>", "logs and checkpoints (beside the study file)")
    .option("--json", "print events as JSON lines on standard output")
    .option("-q, --quiet", "print nothing but the result")
    .action(lazy(() => import("../run.ts")));

  program
    .command("init")
    .summary("propose a configuration from a program's help")
    .description(
      "Run a command that prints a program's help, and propose what to tune and in which ranges. The configuration is\n" +
        "shown, and written when you say so; where there is no terminal it is only printed.",
    )
    .requiredOption("--from <command>", 'what prints the help: "python train.py --help"')
    .option("-o, --output <file>", "the file to write", "fettle.yaml")
    .option("-y, --yes", "write it without asking")
    .action(lazy(() => import("../init.ts")));

  program
    .command("resume")
    .summary("go on with a study")
    .description("Go on with a study as it was run before. With limits, sets them anew.")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("-n, --trials <number>", "how many trials the study has in all")
    .option("-j, --parallel <number>", "how many trials run at a time")
    .option("--time <limit>", "how long the study may run in all")
    .option("--files <dir>", "logs and checkpoints")
    .option("--json", "print events as JSON lines on standard output")
    .option("-q, --quiet", "print nothing but the result")
    .action(lazy(() => import("../resume.ts")));

  program
    .command("stop")
    .summary("let running workers finish and take nothing new")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--now", "end running trials too; they wait to be tried again")
    .option("--reason <text>", "kept with the study", "stopped from the command line")
    .action(lazy(() => import("../stop.ts")));

  program
    .command("extend")
    .summary("give a study more trials or time, or change its space")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option(
      "-p, --param <name=range>",
      "another range, more choices, or a new parameter with a default: dropout=0.0..0.5:default=0.1",
      collect,
    )
    .option("--where <condition>", "what the parameters of every trial satisfy from now on", collect)
    .option("-n, --trials <number>", "how many trials the study has in all; +20 adds to what it has")
    .option("--time <limit>", "how long the study may run in all")
    .option("--target <metric=value>", "stop when a trial reaches it", collect)
    .option("--max-failures <number>", "stop when so many trials failed")
    .action(lazy(() => import("../extend.ts")));
}

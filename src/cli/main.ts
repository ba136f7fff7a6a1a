/**
 * The command line: names, flags and help. What a command does is in the file of its name, loaded when it is run.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { messageOf, TuningError } from "../errors.ts";
import { EXIT } from "./exit.ts";

type Action = (...args: never[]) => Promise<number | undefined>;

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

/** An action whose module is loaded when it is needed. */
function lazy(load: () => Promise<{ action: Action }>) {
  return async (...args: unknown[]) => {
    const { action } = await load();
    const code = await (action as (...args: unknown[]) => Promise<number | undefined>)(...args);
    if (code !== undefined) process.exitCode = code;
  };
}

/** What the registry has, so that help needs not load it; a test compares. */
export const NAMES = {
  samplers:
    "auto, bohb, catcma, cmaes, dehb, eci, forest, gp, gradient, grid, halton, nsga2, nsga3, pb2, pbt, priorband, random, sobol, tpe, turbo",
  pruners:
    "auto, curve, hyperband, median, none, pasha, patient, percentile, successive-halving, threshold, wilcoxon",
  terminators: "expected-model-regret, no-improvement, none, regret-bound",
};

const collect = (value: string, previous: string[] = []) => [...previous, value];
const storage = () => new Option("--storage <path>", "the study file").default("fettle.db");
const study = () => new Option("--study <name>", "the study, where several are in the file");

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

function addRunCommands(program: Command): void {
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
    .action(lazy(() => import("./run.ts")));

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
    .action(lazy(() => import("./init.ts")));

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
    .action(lazy(() => import("./resume.ts")));

  program
    .command("stop")
    .summary("let running workers finish and take nothing new")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--now", "end running trials too; they wait to be tried again")
    .option("--reason <text>", "kept with the study", "stopped from the command line")
    .action(lazy(() => import("./stop.ts")));

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
    .action(lazy(() => import("./extend.ts")));
}

function addTableCommands(program: Command): void {
  const automl = program
    .command("automl")
    .enablePositionalOptions()
    .summary("tune models of a table, and keep the best ensemble of them")
    .description(
      "From a table and the name of a column to a tuned model: kinds of columns, folds, families of models, their\n" +
        "hyperparameters and the ensemble are chosen by what is in the table. What is saved predicts with fettle predict,\n" +
        "with fettle/automl/predict in a browser, as ONNX, and as one JavaScript file; report.html says what it does.",
    )
    .argument("<table>", "CSV or Parquet, maybe with gzip; - reads standard input")
    .option("--target <column>", "what is to be predicted")
    .option("--time <limit>", "how long everything may take: 30s, 10m (60s)")
    .option("--models <number>", "try so many models instead: the same result on every machine")
    .option("--metric <name>", "what is optimised (auc, logloss of many classes, rmse; any name lists them)")
    .option("--test <table>", "measure on this table in the end; it is not looked at before")
    .option("--task <task>", "classification or regression (by the values)")
    .option("--quantiles <levels>", "predict quantiles instead: 0.1,0.5,0.9")
    .option("--group <column>", "rows with the same value are never on both sides of a split")
    .option("--split-by-time <column>", "check on rows later than those that were learned from")
    .option("--ignore <column>", "do not learn from it", collect)
    .option(
      "--monotone <column=direction>",
      "predictions only rise, or only fall, with it: income=rising",
      collect,
    )
    .option("--families <list>", "only these families of models")
    .option("--external <file>", "a program as a further family: what it takes, in YAML", collect)
    .option("--max-latency <limit>", "how long the prediction of one row may take: 5ms")
    .option(
      "--refit",
      "one fit of each chosen model instead of one for each fold: smaller, faster predictions",
    )
    .option("-j, --threads <number>", "threads that models are fitted in (all processors)")
    .option("--seed <number>", "makes the search repeatable")
    .option("-o, --output <folder>", "where the model is saved (the table's name with -model)")
    .option("--study <name>", "the study's name; made up and printed unless given")
    .addOption(storage())
    .option("--files <dir>", "predictions of tried models (beside the study file)")
    .option("--json", "print the result as JSON")
    .option("-q, --quiet", "print nothing but the result")
    .action(lazy(() => import("./automl.ts")));

  automl
    .command("report")
    .summary("write the report of a saved model again")
    .argument("<model>", "the folder that fettle automl saved")
    .option("-o, --output <file>", "where; - is standard output (report.html in the folder)")
    .action(lazy(() => import("./automl-report.ts")));

  program
    .command("predict")
    .summary("predict new rows with a saved model")
    .argument("<model>", "the folder that fettle automl saved")
    .argument("<table>", "CSV or Parquet, maybe with gzip; - reads standard input")
    .option("--external <file>", "a program that members of the model need: what it takes, in YAML", collect)
    .option("-o, --output <file>", "a CSV file instead of standard output")
    .action(lazy(() => import("./predict.ts")));
}

function addResultCommands(program: Command): void {
  program
    .command("ls")
    .summary("list studies")
    .addOption(storage())
    .option("--json", "print an array of studies")
    .action(lazy(() => import("./ls.ts")));

  program
    .command("show")
    .summary("show a study, or one of its trials")
    .argument("[study]", "its name; the last one unless given")
    .argument("[trial]", "a trial's number")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--json", "print it as JSON")
    .action(lazy(() => import("./show.ts")));

  program
    .command("best")
    .summary("show the best trial, or the front of several objectives")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--json", "print the trial; with several objectives, the array of the front")
    .option("--env", "print NAME=value lines for a shell")
    .option("--command", "print the command that repeats it")
    .action(lazy(() => import("./best.ts")));

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
    .action(lazy(() => import("./trials.ts")));

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
    .action(lazy(() => import("./logs.ts")));

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
    .action(lazy(() => import("./export.ts")));
}

function addTrialCommands(program: Command): void {
  program
    .command("enqueue")
    .summary("put a point in the queue")
    .argument("<name=value...>", "parameters; those left out are suggested")
    .addOption(study())
    .addOption(storage())
    .action(lazy(() => import("./enqueue.ts")));

  program
    .command("ask")
    .summary("claim a trial to run yourself; prints it as JSON")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("-n, --count <number>", "how many trials: prints an array")
    .option("--env", "print NAME=value lines for a shell")
    .action(lazy(() => import("./ask.ts")));

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
    .action(lazy(() => import("./tell.ts")));

  program
    .command("note")
    .summary("keep a remark with a study or a trial")
    .argument("<text...>", "key=value, or a remark")
    .addOption(study())
    .addOption(storage())
    .option("--trial <number>", "with this trial")
    .action(lazy(() => import("./note.ts")));
}

function addStudyCommands(program: Command): void {
  program
    .command("rm")
    .summary("delete a study, its logs and checkpoints")
    .argument("<study>", "its name")
    .addOption(storage())
    .option("--files <dir>", "where its files are, if not beside the study file")
    .option("-f, --force", "do not ask")
    .action(lazy(() => import("./rm.ts")));

  program
    .command("replay")
    .summary("derive every suggestion again and compare")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--json", "print the result as JSON")
    .action(lazy(() => import("./replay.ts")));

  program
    .command("check")
    .summary("check a configuration file without running anything, or a study file")
    .argument(
      "[file]",
      "fettle.yaml, fettle.config.ts or a study file (the configuration found here unless given)",
    )
    .action(lazy(() => import("./check.ts")));

  program
    .command("stdio")
    .summary("ask and tell as JSON lines over standard input and output")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .action(lazy(() => import("./stdio.ts")));
}

/**
 * Commands on tables.
 */
import type { Command } from "commander";
import { collect, lazy, storage } from "./parts.ts";

export function addTableCommands(program: Command): void {
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
    .option("--models <number>", "try so many models instead: the same result with any number of threads")
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
    .action(lazy(() => import("../automl.ts")));

  automl
    .command("report")
    .summary("write the report of a saved model again")
    .argument("<model>", "the folder that fettle automl saved")
    .option("-o, --output <file>", "where; - is standard output (report.html in the folder)")
    .action(lazy(() => import("../automl-report.ts")));

  program
    .command("predict")
    .summary("predict new rows with a saved model")
    .argument("<model>", "the folder that fettle automl saved")
    .argument("<table>", "CSV or Parquet, maybe with gzip; - reads standard input")
    .option("--external <file>", "a program that members of the model need: what it takes, in YAML", collect)
    .option("-o, --output <file>", "a CSV file instead of standard output")
    .action(lazy(() => import("../predict.ts")));
}

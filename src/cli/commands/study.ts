/**
 * Commands on whole studies, and the protocol.
 */
import type { Command } from "commander";
import { lazy, storage, study } from "./parts.ts";

export function addStudyCommands(program: Command): void {
  program
    .command("rm")
    .summary("delete a study, its logs and checkpoints")
    .argument("<study>", "its name")
    .addOption(storage())
    .option("--files <dir>", "where its files are, if not beside the study file")
    .option("-f, --force", "do not ask")
    .action(lazy(() => import("../rm.ts")));

  program
    .command("replay")
    .summary("derive every suggestion again and compare")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .option("--json", "print the result as JSON")
    .action(lazy(() => import("../replay.ts")));

  program
    .command("check")
    .summary("check a configuration file without running anything, or a study file")
    .argument(
      "[file]",
      "fettle.yaml, fettle.config.ts or a study file (the configuration found here unless given)",
    )
    .action(lazy(() => import("../check.ts")));

  program
    .command("stdio")
    .summary("ask and tell as JSON lines over standard input and output")
    .argument("[study]", "its name; the last one unless given")
    .addOption(study().hideHelp())
    .addOption(storage())
    .action(lazy(() => import("../stdio.ts")));
}

/**
 * Who takes part: our pruners, and plain rules.
 */
import type { Pruner } from "../../src/pruner.ts";
import { auto } from "../../src/pruners/auto.ts";
import { curve } from "../../src/pruners/curve.ts";
import { hyperband } from "../../src/pruners/hyperband.ts";
import { median } from "../../src/pruners/median.ts";
import { pasha } from "../../src/pruners/pasha.ts";
import { patient } from "../../src/pruners/patient.ts";
import { percentile } from "../../src/pruners/percentile.ts";
import { graceOf } from "../../src/pruners/rungs.ts";
import { successiveHalving } from "../../src/pruners/successive-halving.ts";
import { drive, type Ran, type Run } from "./drive.ts";
import { plainRule } from "./plain.ts";

type Contender = (run: Run) => Ran;

const of =
  (make: () => Pruner | undefined, how: Partial<Run> = {}): Contender =>
  (run) =>
    drive(make(), { ...run, ...how });

/** "saved": the program keeps checkpoints, so that what is promoted goes on; otherwise it begins anew. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  none: of(() => undefined),
  "auto, time limit": of(() => auto(), { knowsLimit: true }),
  "auto, no limit": of(() => auto()),
  "auto, time limit, saved": of(() => auto(), { knowsLimit: true, checkpoints: true }),
  median: of(() => median()),
  "percentile 25": of(() => percentile({ percentile: 25 })),
  "patient median": of(() => patient({ pruner: "median", patience: 3 })),
  successiveHalving: of(() => successiveHalving()),
  "successiveHalving promote, saved": of(() => successiveHalving({ mode: "promote" }), { checkpoints: true }),
  hyperband: of(() => hyperband()),
  "hyperband promote, saved": of(() => hyperband({ mode: "promote" }), { checkpoints: true }),
  "pasha, time limit, saved": of(() => pasha(), { knowsLimit: true, checkpoints: true }),
  curve: of(() => curve()),
  "plain rule": (run) => plainRule(graceOf(run.task.full), run),
  "plain rule, saved": (run) => plainRule(graceOf(run.task.full), { ...run, checkpoints: true }),
  "one step, then the best": (run) => plainRule(1, run),
};

/**
 * Any external program as a family of models: what it learns is a file of its own, which only it can read.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkProgram } from "../../engines/process/program.ts";
import { messageOf } from "../../errors.ts";
import type { DesignMatrix } from "../../models/design-matrix.ts";
import type { ExternalDescription } from "../external/description.ts";
import { Program } from "../external/program.ts";
import { readDoubles, writeMatrix, writeRows } from "../external/protocol.ts";
import type { Family, FittedModel } from "../family.ts";
import { outputsOf, type Task } from "../task.ts";

export { type ExternalDescription, parseExternal, readExternal } from "../external/description.ts";

/**
 * A family whose models only its program can use: they cannot be exported, and do not predict in a browser. A model's
 * `arrays.model` is what the program wrote, so its file may hold anything, code included.
 */
export interface ExternalFamily extends Family {
  /**
   * @returns shape (rows, outputs)
   * @throws {EngineError} if the program fails
   */
  predict(model: FittedModel, x: DesignMatrix, task: Task): Promise<Float64Array>;
  /** Ends the program; it starts again when it is asked again. */
  close(): void;
}

/**
 * A family of models that an external program fits. It is started once for each process or thread and kept running.
 *
 * @example
 * const forest = external(readExternal("forest.yaml"));
 */
export function external(description: ExternalDescription): ExternalFamily {
  const { name, view, early, tasks, folder, maxRows, params } = description;
  const program = new Program(name, description.command, folder);
  const workOf = (rows: number, columns: number) => description.work * rows * columns;

  const close = () => {
    program.close();
    open.delete(close);
  };
  const ask = (...request: Parameters<Program["ask"]>) => {
    closeAtExit(close);
    return program.ask(...request);
  };

  return {
    name,
    view,
    ...(early && { early: true }),

    unfit({ task, rows }) {
      if (!tasks.includes(task.kind)) return `${name} is for ${tasks.join(" and ")}, not for ${task.kind}`;
      if (maxRows !== undefined && rows > maxRows)
        return `${name} takes at most ${maxRows} rows, not ${rows}`;
      return obstacle(description);
    },

    space: () => params,
    work: ({ rows, columns }) => workOf(rows, columns),

    fit: ({ task, params, valid, rounds, rng, stop, ...rows }) =>
      inFolder(async (folder) => {
        const model = join(folder, "model");
        const answer = await ask(
          async () => ({
            fit: {
              ...{ task, params, model, seed: rng.bits() },
              train: await writeRows(rows, join(folder, "train")),
              ...(valid && early && { valid: await writeRows(valid, join(folder, "valid")) }),
              ...(rounds !== undefined && { rounds }),
            },
          }),
          stop,
        );
        return {
          family: name,
          ...(answer.rounds !== undefined && { rounds: answer.rounds }),
          work: workOf(rows.x.rows, rows.x.columns),
          json: { external: name },
          arrays: { model: new Uint8Array(await readFile(model)) },
        };
      }),

    predict: ({ arrays }, x, task) =>
      inFolder(async (folder) => {
        const model = join(folder, "model");
        const predictions = join(folder, "predictions");
        await ask(async () => {
          await writeFile(model, arrays.model as Uint8Array);
          return { predict: { task, model, predictions, ...(await writeMatrix(x, join(folder, "rows"))) } };
        });
        return readDoubles(predictions, x.rows * outputsOf(task));
      }),

    close,
  };
}

/** What is to be closed when the process ends: one listener for all of them. */
const open = new Set<() => void>();
let listening = false;

function closeAtExit(close: () => void): void {
  if (!listening) process.once("exit", () => [...open].forEach((each) => void each()));
  listening = true;
  open.add(close);
}

const obstacles = new Map<string, string | undefined>();

/** Why the program cannot run here; its check is run once. */
function obstacle({ name, command, check, folder }: ExternalDescription): string | undefined {
  const key = JSON.stringify([command[0], check, folder]);
  if (obstacles.has(key)) return obstacles.get(key);
  let found: string | undefined;
  try {
    checkProgram(command[0], folder);
    if (check !== undefined) {
      const { status, stderr, error } = spawnSync(check[0], check.slice(1), {
        cwd: folder,
        encoding: "utf8",
        timeout: 60_000, // one that hangs is one that cannot run
      });
      const last = error ? messageOf(error) : (stderr.trim().split("\n").pop() ?? "");
      if (status !== 0)
        found = `${name} cannot run: ${check.join(" ")} failed${last === "" ? "" : `: ${last}`}`;
    }
  } catch (cause) {
    found = `${name} cannot run: ${messageOf(cause)}`;
  }
  obstacles.set(key, found);
  return found;
}

/** Runs with a folder that exists for as long. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "fettle-external-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

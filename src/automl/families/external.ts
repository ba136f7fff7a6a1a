/**
 * Any external program as a family of models: what it learns is a file of its own, which only it can read.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
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
  /** Ends the program and removes its files; it starts again when it is asked again. */
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
  const files = new Files();
  /** The model that lies in a file for the program to read, and where. */
  let written: { readonly bytes: Uint8Array; readonly path: string } | undefined;
  const workOf = (rows: number, columns: number) => description.work * rows * columns;

  const fileOf = async (bytes: Uint8Array, path: string) => {
    if (written?.bytes === bytes) return written.path;
    if (written !== undefined) await rm(written.path, { force: true });
    written = { bytes, path };
    await writeFile(path, bytes);
    return path;
  };
  const close = () => {
    program.close();
    files.close();
    written = undefined;
    open.delete(close);
  };
  const begin = () => {
    closeAtExit(close);
    return files.next();
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

    async fit({ task, params, valid, rounds, rng, stop, ...rows }) {
      const stem = begin();
      const model = `${stem}.model`;
      try {
        const answer = await program.ask(
          async () => ({
            fit: {
              ...{ task, params, model, seed: rng.bits() },
              train: await writeRows(rows, stem),
              ...(valid && early && { valid: await writeRows(valid, `${stem}.valid`) }),
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
      } finally {
        await files.remove(stem, ["model", "x", "y", "w", "valid.x", "valid.y", "valid.w"]);
      }
    },

    async predict({ arrays }, x, task) {
      const stem = begin();
      const predictions = `${stem}.predictions`;
      try {
        await program.ask(async () => {
          const model = await fileOf(arrays.model as Uint8Array, `${stem}.model`);
          return { predict: { task, model, predictions, ...(await writeMatrix(x, stem)) } };
        });
        return await readDoubles(predictions, x.rows * outputsOf(task));
      } finally {
        await files.remove(stem, ["x", "predictions"]);
      }
    },

    close,
  };
}

/** What is to be closed when the process ends: one listener for all of them. */
const open = new Set<() => void>();

function closeAtExit(close: () => void): void {
  if (open.size === 0) process.once("exit", () => [...open].forEach((each) => void each()));
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

/** Names of files in a folder that lives as long as the process. */
class Files {
  #folder: string | undefined;
  #count = 0;

  /** A path without an ending, for the files of one request. */
  next(): string {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), "fettle-external-"));
    }
    return join(this.#folder, String(++this.#count));
  }

  async remove(stem: string, endings: readonly string[]): Promise<void> {
    await Promise.all(endings.map((ending) => rm(`${stem}.${ending}`, { force: true })));
  }

  close(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}

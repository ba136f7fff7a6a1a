/**
 * Optuna's pruners, in a Python process of their own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CurveTask } from "./tasks.ts";

export const PEERS = ["optuna-median", "optuna-hyperband", "optuna-halving"];

export interface PeerRun {
  readonly pruner: string;
  readonly order: readonly number[];
  readonly seed: number;
  readonly budgets: readonly number[];
  readonly workers: number;
}

export interface Peer {
  readonly version: string;
  /** Trial numbers that are recommended at each budget. */
  run(task: CurveTask, run: PeerRun): Promise<{ recommended: (number | null)[]; judgeMs: number }>;
  close(): void;
}

/** The peer, or undefined where it cannot be imported: FETTLE_BENCH_PYTHON names the interpreter. */
export async function startPeer(): Promise<Peer | undefined> {
  const script = fileURLToPath(new URL("../peers/pruners.py", import.meta.url));
  const child: ChildProcess = spawn(process.env.FETTLE_BENCH_PYTHON ?? "python3", [script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const failure = new Promise<never>((_, reject) => child.once("error", reject));
  failure.catch(() => {}); // whoever asks hears of it
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on("line", (line) =>
    waiting.shift()?.(line),
  );
  const ask = async (message: object) => {
    const answer = Promise.race([failure, new Promise<string>((resolve) => waiting.push(resolve))]);
    child.stdin?.write(`${JSON.stringify(message)}\n`);
    return JSON.parse(await answer);
  };
  const { version } = await ask({ op: "version" }).catch(() => ({ version: undefined }));
  if (version === undefined) {
    child.kill();
    return undefined;
  }
  let loaded: CurveTask | undefined;
  return {
    version,
    async run(task, run) {
      if (loaded !== task) {
        const rows = Array.from({ length: task.configurations }, (_, i) => [
          ...task.losses.subarray(i * task.full, (i + 1) * task.full),
        ]);
        await ask({ op: "curves", curves: rows }); // JSON makes null of NaN
        loaded = task;
      }
      const answer = await ask({ op: "run", full: task.full, ...run });
      if (answer.error !== undefined) throw new Error(`${run.pruner} on ${task.name}: ${answer.error}`);
      return answer;
    },
    close: () => child.stdin?.end(),
  };
}

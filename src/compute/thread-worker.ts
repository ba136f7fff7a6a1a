/**
 * The thread of `thread.ts`: imports a task's module, and calls it.
 */
import { parentPort } from "node:worker_threads";
import type { ComputeArguments } from "../compute.ts";
import type { ThreadAnswer } from "./thread.ts";

interface Request {
  readonly id: number;
  readonly module: string;
  readonly name: string;
  readonly args: ComputeArguments;
}

parentPort?.on("message", async ({ id, module, name, args }: Request) => {
  const say = (answer: ThreadAnswer) => parentPort?.postMessage(answer);
  try {
    const task = ((await import(module)) as Record<string, (args: ComputeArguments) => ComputeArguments>)[
      name
    ];
    say({ id, result: task(args) });
  } catch (error) {
    say({ id, error: String(error) });
  }
});

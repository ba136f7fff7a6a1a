/**
 * A thread of `threads.ts`: imports the module, and runs its objective as the inline engine does.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Engine, Handle } from "../../engine.ts";
import { messageOf } from "../../errors.ts";
import type { Objective } from "../../objective.ts";
import { inline } from "../inline.ts";
import type { FromThread, ToThread } from "./messages.ts";

const { module } = workerData as { module: string };
const say = (message: FromThread) => parentPort?.postMessage(message);
/** The nested params of the job under way: the engine inside gets them as they came. */
let params: unknown;
let current: Handle | undefined;

const loaded = load();

async function load(): Promise<Engine | undefined> {
  try {
    const { default: objective } = (await import(module)) as { default?: unknown };
    if (typeof objective !== "function") throw new Error("it has no default export that is a function");
    const engine = inline(objective as Objective, { nest: () => params });
    void forward(engine);
    return engine;
  } catch (error) {
    say({ kind: "unusable", message: `${module}: ${messageOf(error)}` });
    return undefined;
  }
}

async function forward(engine: Engine): Promise<void> {
  for await (const batch of engine.events())
    for (const event of batch) {
      const { handle: _handle, ...message } = event;
      say(message as FromThread);
    }
}

parentPort?.on("message", async (message: ToThread) => {
  if (message.kind === "close") process.exit(0); // ends this thread only
  const engine = await loaded;
  if (engine === undefined) return;
  if (message.kind === "start") {
    params = message.params;
    [current] = await engine.submit([message.job]);
  } else if (current !== undefined) {
    if (message.kind === "cancel") await engine.cancel(current, { graceMs: 0 });
    else await engine.decide(current, message.step, message.verdict);
  }
});

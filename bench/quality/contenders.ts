/**
 * Who takes part: our samplers by way of a study, and peers by way of a process that speaks JSON lines.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createStudy, makeSampler, type Params } from "../../src/index.ts";
import type { Task } from "./task.ts";

/** One study of one contender. CPU seconds are those of asks and tells. */
export interface Run {
  ask(number: number): Promise<Params>;
  tell(number: number, loss: number): Promise<void>;
  cpu(): number;
  close(): Promise<void>;
}

export interface Contender {
  /** The name in tables, and with its version the folder of its curves. */
  readonly name: string;
  readonly version: string;
  start(task: Task, seed: number, trials: number): Promise<Run>;
  close(): Promise<void>;
}

/** A sampler of ours. */
export function ours(name: string): Contender {
  return {
    name,
    version: String(makeSampler(name).version),
    close: async () => {},
    async start(task, seed, trials) {
      const study = await createStudy(task.space, { sampler: name, seed, trials });
      let cpu = 0;
      const counted = async <T>(work: () => Promise<T>): Promise<T> => {
        const before = process.cpuUsage();
        const result = await work();
        const { user, system } = process.cpuUsage(before);
        cpu += (user + system) / 1e6;
        return result;
      };
      return {
        async ask(number) {
          const asked = await counted(() => study.ask());
          if (asked?.number !== number)
            throw new Error(`${name}: trial ${asked?.number} instead of ${number}`);
          return asked.flat;
        },
        tell: async (number, loss) => void (await counted(() => study.tell(number, loss))),
        cpu: () => cpu,
        close: () => study.close(),
      };
    },
  };
}

interface Answer {
  readonly params?: Params;
  readonly cpu?: number;
  readonly version?: string;
  readonly error?: string;
  readonly missing?: boolean;
}

/** A peer, in a process of its own; undefined where it cannot be imported. */
export async function peer(name: string): Promise<Contender | undefined> {
  const variable = `FETTLE_BENCH_PYTHON_${name.split("-")[0].toUpperCase()}`;
  const python = process.env[variable] ?? process.env.FETTLE_BENCH_PYTHON ?? "python3";
  const script = fileURLToPath(new URL("../peers/quality.py", import.meta.url));
  const child = spawn(python, [script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  });
  const call = conversation(child);
  const { version, missing, error } = await call({ op: "version", peer: name });
  if (missing === true || version === undefined) {
    child.kill();
    if (missing !== true) throw new Error(`${name}: ${error}`);
    return undefined;
  }
  return {
    name,
    version,
    close: async () => void child.kill(),
    async start(task, seed, trials) {
      await call({ op: "init", peer: name, space: task.space.toJSON(), seed, trials });
      let cpu = 0;
      return {
        async ask(number) {
          const answer = await call({ op: "ask", number });
          cpu += answer.cpu ?? 0;
          return task.space.check(answer.params as Params);
        },
        async tell(number, loss) {
          const { cpu: used = 0 } = await call({
            op: "tell",
            number,
            loss: Number.isFinite(loss) ? loss : null,
          });
          cpu += used;
        },
        cpu: () => cpu,
        close: async () => void (await call({ op: "end" })),
      };
    },
  };
}

/** A line out, a line back. @throws what the other side says is wrong, other than that a peer is missing */
function conversation(child: ChildProcess): (message: object) => Promise<Answer> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return async (message) => {
    child.stdin?.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${JSON.stringify(message)}: the process ended`);
    const answer = JSON.parse(value) as Answer;
    if (answer.error !== undefined && answer.missing !== true) throw new Error(answer.error);
    return answer;
  };
}

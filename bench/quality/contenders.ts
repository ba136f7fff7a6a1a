/**
 * Who takes part: our samplers by way of a study, and peers by way of a process that speaks JSON lines.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  createStudy,
  makeSampler,
  type Numbers,
  type ObjectiveSpec,
  type Params,
  UnsupportedError,
} from "../../src/index.ts";
import type { Loss } from "./cell.ts";
import { type AnyTask, hasSeveral } from "./task.ts";

/** One study of one contender. CPU seconds are those of asks and tells. */
export interface Run {
  ask(number: number): Promise<Params>;
  /**
   * @param loss    one for each objective, where there are several
   * @param missed  by how much each limit on the outcome is missed, where there are such
   */
  tell(number: number, loss: Loss, missed?: readonly number[]): Promise<void>;
  /** A trial that was run elsewhere. */
  add(params: Params, loss: number): Promise<void>;
  /** The trial that the study would recommend; undefined where that is simply the lowest it was told. */
  best?(): number | undefined;
  cpu(): number;
  /** The most memory that its process has had, in megabytes. */
  peakMegabytes(): Promise<number>;
  close(): Promise<void>;
}

export interface Contender {
  /** The name in tables, and with its version the folder of its curves. */
  readonly name: string;
  readonly version: string;
  readonly isPeer: boolean;
  /** Whether it can search the task's space. */
  takes(task: AnyTask): boolean;
  /** @param added  how many trials that were run elsewhere will be added before the first ask. @default 0 */
  start(task: AnyTask, seed: number, trials: number, added?: number): Promise<Run>;
  close(): Promise<void>;
}

/** A sampler of ours. */
export function ours(name: string): Contender {
  return {
    name,
    version: String(makeSampler(name).version),
    isPeer: false,
    takes: (task) => canSearch(name, task),
    close: async () => {},
    async start(task, seed, trials) {
      const { space, warmStart = [] } = task;
      const names = objectivesOf(task);
      const objectives = Object.fromEntries(names.map((objective) => [objective, "minimize" as const]));
      const named = (loss: Loss) => (typeof loss === "number" ? loss : byName(names, loss));
      const constraints = limitsOf(task);
      const study = await createStudy(space, {
        ...{ sampler: name, objectives, seed, trials, warmStart },
        ...(constraints.length > 0 && { constraints }),
      });
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
        async tell(number, loss, missed) {
          const values = named(loss);
          const told = missed ? { values, constraints: byName(constraints, missed) } : values;
          await counted(() => study.tell(number, told));
        },
        add: async (params, value) => void (await study.add({ params: space.nest(params), values: value })),
        best: () => study.best?.number,
        cpu: () => cpu,
        peakMegabytes: async () => process.resourceUsage().maxRSS / 1024,
        close: () => study.close(),
      };
    },
  };
}

const objectivesOf = (task: AnyTask): readonly string[] => (hasSeveral(task) ? task.objectives : ["value"]);

const limitsOf = (task: AnyTask): readonly string[] => (hasSeveral(task) ? (task.limits?.names ?? []) : []);

const byName = (names: readonly string[], values: readonly number[]): Numbers =>
  Object.fromEntries(names.map((name, k) => [name, values[k]]));

function canSearch(name: string, task: AnyTask): boolean {
  const { space } = task;
  try {
    const objectives = objectivesOf(task).map((objective): ObjectiveSpec => {
      return { name: objective, direction: "minimize" };
    });
    const constraints = limitsOf(task).map((limit) => ({ name: limit }));
    const limited = constraints.length > 0 && { constraints };
    makeSampler(name).init({ space, objectives, ...limited, seed: 1, limits: {} });
    return true;
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
}

interface Answer {
  readonly params?: Params;
  readonly cpu?: number;
  readonly version?: string;
  readonly peak_mb?: number;
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
  const spawned = await new Promise<boolean>((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
  });
  if (!spawned) return undefined;
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
    isPeer: true,
    takes: () => true,
    close: async () => void child.kill(),
    async start(task, seed, trials, added = 0) {
      const objectives = objectivesOf(task).length;
      await call({ op: "init", peer: name, space: task.space.toJSON(), seed, trials, added, objectives });
      let cpu = 0;
      return {
        async ask(number) {
          const answer = await call({ op: "ask", number });
          cpu += answer.cpu ?? 0;
          return task.space.check(answer.params as Params);
        },
        async tell(number, loss, missed) {
          const { cpu: used = 0 } = await call({
            op: "tell",
            number,
            loss: [loss].flat().every(Number.isFinite) ? loss : null,
            ...(missed && { constraints: byName(limitsOf(task), missed) }),
          });
          cpu += used;
        },
        add: async (params, loss) => void (await call({ op: "add", params, loss })),
        cpu: () => cpu,
        peakMegabytes: async () => (await call({ op: "rss" })).peak_mb ?? Number.NaN,
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

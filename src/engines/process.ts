/**
 * Runs a program for each trial, in any language.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sleep } from "../clock.ts";
import type { Engine, Handle, Job } from "../engine.ts";
import { EngineError } from "../errors.ts";
import type { Direction } from "../trial.ts";
import { forkedCheckpoint, keepNewestCheckpoints, newestCheckpoint } from "./process/checkpoints.ts";
import { fillCommand } from "./process/command.ts";
import { trialEnvironment } from "./process/environment.ts";
import { fillVariables, writeMacroFiles } from "./process/macros.ts";
import { type JobReports, outcomeOf } from "./process/outcome.ts";
import { lineSplitter, type Message, type Order } from "./process/protocol.ts";
import { slots, slotVariables } from "./process/slots.ts";
import { endSurvivors, recordsFolder } from "./process/survivors.ts";
import { eventQueue, jobKey } from "./queue.ts";

export interface ProcessOptions {
  /** The program and its arguments, with placeholders such as `{lr}`. */
  readonly command: readonly string[];
  /** The folder for logs, reports and checkpoints. */
  readonly files: string;
  /** How many programs run at a time. @default 1 */
  readonly parallel?: number;
  /** GPUs that the programs share evenly, as CUDA_VISIBLE_DEVICES names them. */
  readonly gpus?: readonly string[];
  /** How many GPUs each program gets. @default 1 */
  readonly gpusPerTrial?: number;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default the working directory of this process */
  readonly cwd?: string;
  /** Regular expressions by metric, where its output has a form of its own. */
  readonly patterns?: Readonly<Record<string, string>>;
  /** After how many milliseconds a program is ended, and its trial failed. */
  readonly timeoutMs?: number;
  /** How long a program may take to end when it is asked to. @default 10_000 */
  readonly graceMs?: number;
  /** A trial's value where it reports steps: the last, or the best by these directions. @default the last */
  readonly best?: Readonly<Record<string, Direction>>;
  /** How large a log may grow. @default 8 MiB */
  readonly logLimitBytes?: number;
}

interface Running {
  readonly handle: Handle;
  readonly job: Job;
  readonly reports: JobReports;
  cancelled: boolean;
}

const LOG_LIMIT_BYTES = 8 * 1024 * 1024;
const FOLLOW_MS = 200;

/** The log of one attempt. */
export function logFile(files: string, study: string, trial: number, attempt: number): string {
  return join(trialFolder(files, study, trial), `log.${attempt}.txt`);
}

/** The folder of one trial: its logs, params, reports and checkpoints. */
export function trialFolder(files: string, study: string, trial: number): string {
  return join(studyFolder(files, study), String(trial));
}

export function studyFolder(files: string, study: string): string {
  // of names that are nothing but dots, which mean other folders, every dot is written out
  const name = encodeURIComponent(study).replace(/^\.+$/, (dots) => "%2E".repeat(dots.length));
  return join(files, name);
}

/**
 * An engine that starts `command` for every trial, in a process group of its own.
 *
 * @throws {EngineError} from its events, if the program cannot be started at all
 */
export function processes(options: ProcessOptions): Engine {
  const { command, files, parallel = 1, env = {}, cwd = process.cwd(), graceMs = 10_000 } = options;
  const { logLimitBytes = LOG_LIMIT_BYTES, patterns, timeoutMs } = options;
  const token = randomUUID();
  const queue = eventQueue();
  const jobs = new Map<string, Running>();
  const places = slots(parallel, options.gpus, options.gpusPerTrial);
  let supervisor: ReturnType<typeof startSupervisor> | undefined;
  let closing = false;
  let idle: () => void = () => {};

  const hear = (message: Message) => {
    if ("report" in message) return report(message.report.id, message.report.said);
    const id = "exit" in message ? message.exit.id : message.refused.id;
    const running = jobs.get(id);
    if (running === undefined) return;
    jobs.delete(id);
    places.release(id);
    keepNewestCheckpoints(checkpointsOf(files, running.job));
    if ("exit" in message) {
      const outcome =
        running.cancelled && !message.exit.timedOut
          ? { kind: "cancelled" as const }
          : outcomeOf(message.exit, running.job, running.reports, timeoutMs, options.best);
      queue.push({ kind: "exit", handle: running.handle, outcome });
    } else {
      queue.push({ kind: "exit", handle: running.handle, outcome: { kind: "cancelled" } });
      queue.end(new EngineError(whyRefused(message.refused, command[0], cwd)));
    }
    if (jobs.size === 0) idle();
  };

  const report = (id: string, said: Extract<Message, { report: unknown }>["report"]["said"]) => {
    const running = jobs.get(id);
    if (running === undefined || said.step === undefined) return;
    const body = { ...said, step: said.step };
    running.reports.push(body);
    queue.push({ kind: "report", handle: running.handle, report: body });
  };

  /** The supervisor died: what it supervised is lost, and ended. */
  const bereave = () => {
    supervisor = undefined;
    if (closing) return;
    endSurvivors(files, token);
    for (const { handle } of jobs.values())
      queue.push({ kind: "lost", handle, message: "the supervisor process died" });
    for (const id of jobs.keys()) places.release(id);
    jobs.clear();
    idle();
  };

  const send = (order: Order) => {
    supervisor ??= startSupervisor(hear, bereave);
    supervisor.stdin.write(`${JSON.stringify(order)}\n`);
  };

  const start = (job: Job): Handle => {
    const handle: Handle = { study: job.study, trial: job.trial, attempt: job.attempt };
    const id = jobKey(job);
    if (jobs.has(id)) return handle;
    jobs.set(id, { handle, job, reports: [], cancelled: false });
    const folder = trialFolder(files, job.study, job.trial);
    const checkpoints = checkpointsOf(files, job);
    mkdirSync(checkpoints, { recursive: true });
    const reports = join(folder, `report.${job.attempt}.jsonl`);
    rmSync(reports, { force: true });
    const paramsFile = join(folder, "params.json");
    writeFileSync(paramsFile, `${JSON.stringify(job.params, null, 2)}\n`);
    const macroFiles = writeMacroFiles(folder, job.params, [...command, ...Object.values(env)]);
    const resumeFrom = checkpointFor(job, checkpoints);
    if (resumeFrom === undefined && (job.reached !== undefined || job.fork !== undefined))
      queue.push({ kind: "note", handle, key: "checkpoint", value: whyFromStart(job) });
    const { study, trial, attempt, seed, budget } = job;
    send({
      start: {
        id,
        argv: fillCommand(
          command,
          job.params,
          { study, trial, attempt, seed, budget, checkpoint_dir: checkpoints, resume_from: resumeFrom },
          macroFiles,
        ),
        env: {
          ...fillVariables(env, job.params, macroFiles),
          ...slotVariables(places.take(id)),
          ...trialEnvironment(job, { paramsFile, report: reports, checkpoints, resumeFrom }, token),
        },
        cwd,
        log: logFile(files, study, trial, attempt),
        report: reports,
        record: join(
          recordsFolder(files),
          `${encodeURIComponent(study)}.${trial}.${attempt}.${token.slice(0, 8)}.json`,
        ),
        token,
        objectives: job.objectives,
        ...(patterns && { patterns }),
        ...(timeoutMs !== undefined && { timeoutMs }),
        graceMs,
        logLimitBytes,
      },
    });
    return handle;
  };

  /** Its own newest where it is tried again; else that of the trial that it is a fork of. */
  const checkpointFor = (job: Job, own: string): string | undefined => {
    if (job.resumeFrom !== undefined) return job.resumeFrom;
    const newest = job.attempt > 1 ? newestCheckpoint(own, job.reached) : undefined;
    if (newest !== undefined || job.fork === undefined) return newest;
    const { trial, step } = job.fork;
    const from = checkpointsOf(files, { study: job.study, trial });
    return forkedCheckpoint(from, step, join(trialFolder(files, job.study, job.trial), "fork"));
  };

  const end = (handle: Handle, grace: number) => {
    const running = jobs.get(jobKey(handle));
    if (running === undefined) return;
    running.cancelled = true;
    send({ end: { id: jobKey(handle), graceMs: grace } });
  };

  return {
    name: "process",
    blocking: false,
    async capacity() {
      return { free: parallel - jobs.size, total: parallel };
    },
    async submit(list) {
      if (supervisor === undefined) {
        mkdirSync(recordsFolder(files), { recursive: true });
        endSurvivors(files);
      }
      return list.map(start);
    },
    events: () => queue.events(),
    async decide(handle, _step, verdict) {
      if (verdict !== "continue") end(handle, graceMs);
    },
    async cancel(handle, { graceMs: grace }) {
      end(handle, grace);
    },
    async list(study) {
      return Array.from(jobs.values(), ({ handle }) => handle).filter((handle) => handle.study === study);
    },
    logs: (handle, from) =>
      followLog(logFile(files, handle.study, handle.trial, handle.attempt), from, () =>
        jobs.has(jobKey(handle)),
      ),
    async close() {
      for (const { handle } of jobs.values()) end(handle, graceMs);
      if (jobs.size > 0)
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
      closing = true;
      if (supervisor !== undefined) {
        const gone = new Promise((resolve) => supervisor?.once("close", resolve));
        supervisor.ref();
        supervisor.stdin.end();
        await gone; // it ends what its programs left behind
      }
      queue.end();
    },
  };
}

/** A process of its own session, so that what a terminal sends reaches only the coordinator. */
function startSupervisor(hear: (message: Message) => void, onDeath: () => void) {
  const script = new URL(`./process/supervisor${extname(import.meta.url)}`, import.meta.url);
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", fileURLToPath(script)], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdout.setEncoding("utf8");
  child.stdout.on(
    "data",
    lineSplitter((line) => hear(JSON.parse(line) as Message)),
  );
  child.stdin.on("error", () => {}); // it died; `close` tells
  child.on("close", onDeath);
  child.unref();
  return child;
}

function whyRefused(refused: { code: string; message: string }, program: string, cwd: string): string {
  if (!existsSync(cwd)) return `the working directory ${cwd} does not exist`;
  if (refused.code === "ENOENT") return `${program}: command not found; check the name, or give its path`;
  if (refused.code === "EACCES")
    return `${program} may not be run; make it executable (chmod +x ${program}), or put its interpreter before it`;
  return `${program} could not be started: ${refused.message}`;
}

/** @returns what is said of a trial that was to go on, and begins anew */
function whyFromStart({ fork, reached }: Job): string {
  return fork === undefined
    ? `none of step ${reached} or before: begun anew from step 0`
    : `trial ${fork.trial} has none of step ${fork.step}: begun from step 0`;
}

function checkpointsOf(files: string, job: Pick<Job, "study" | "trial" | "checkpointDir">): string {
  return job.checkpointDir ?? join(trialFolder(files, job.study, job.trial), "checkpoints");
}

/** The bytes of a log from `from` on, as long as its program runs. */
export async function* followLog(
  path: string,
  from: number,
  isRunning: () => boolean,
): AsyncGenerator<Uint8Array> {
  let position = from;
  for (;;) {
    const last = !isRunning();
    if (existsSync(path)) {
      const file = await open(path, "r");
      try {
        for (;;) {
          const { bytesRead, buffer } = await file.read(Buffer.alloc(1 << 16), 0, 1 << 16, position);
          if (bytesRead === 0) break;
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    }
    if (last) return;
    await sleep(FOLLOW_MS);
  }
}

/**
 * One trial's program: started in a process group of its own, read, and ended with everything that it started.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { lineParser, type Said } from "./metrics.ts";
import { cappedLog, lineReader } from "./output.ts";
import type { Exit, Message, StartOrder } from "./protocol.ts";
import { startTimeOf } from "./survivors.ts";

/** How long the output of what a program left behind is waited for. */
const DRAIN_MS = 300;
const TAIL_LINES = 20;

export interface Child {
  /** Asks the group to end, and after `graceMs` ends it. */
  end(graceMs: number): void;
  /** Reads what was appended to the report file. */
  poll(): void;
}

/** Starts a program; `tell` gets its reports and its end, `done` is called after its end was told. */
export function startChild(order: StartOrder, tell: (message: Message) => void, done: () => void): Child {
  const { id, argv, env, cwd } = order;
  const parser = lineParser({ objectives: order.objectives, patterns: order.patterns });
  const log = cappedLog(order.log, order.logLimitBytes);
  let final: Said | undefined;
  let atStep: Said | undefined;
  const hear = (said: Said) => {
    if (said.step === undefined) {
      final = { ...final, ...said, values: { ...final?.values, ...said.values } };
      return;
    }
    // Several metrics of one step may come on several lines.
    atStep =
      atStep?.step === said.step
        ? { ...atStep, ...said, values: { ...atStep.values, ...said.values } }
        : said;
    tell({ report: { id, said: atStep } });
  };
  const report = reportReader(order.report, lineReader(parser, hear));
  const child = spawn(argv[0], argv.slice(1), {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let ended = false;
  let timedOut = false;
  let killer: NodeJS.Timeout | undefined;

  const finish = (code: number | null, signal: string | null) => {
    if (ended) return;
    ended = true;
    clearTimeout(killer);
    clearTimeout(timeout);
    signalGroup(child, "SIGKILL"); // whatever it left behind in its group
    for (const reader of readers) reader.end();
    report.end();
    const exit: Exit = {
      id,
      code,
      signal,
      timedOut,
      tail: log.tail(TAIL_LINES),
      ...(final && { final }),
      ...(parser.problem !== undefined && { problem: parser.problem }),
    };
    log.close();
    rmSync(order.record, { force: true });
    tell({ exit });
    done();
  };
  const end = (graceMs: number) => {
    if (ended || killer !== undefined) return;
    signalGroup(child, "SIGTERM");
    killer = setTimeout(() => signalGroup(child, "SIGKILL"), graceMs);
  };
  const timeout =
    order.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end(order.graceMs);
        }, order.timeoutMs);

  const readers = [child.stdout, child.stderr].map((stream) => {
    const reader = lineReader(parser, hear);
    stream?.on("data", (chunk: Buffer) => {
      log.write(chunk);
      reader.write(chunk);
    });
    return reader;
  });
  child.on("spawn", () => writeRecord(order, child.pid as number));
  child.on("error", (error: NodeJS.ErrnoException) => {
    if (child.pid !== undefined || ended) return;
    ended = true;
    clearTimeout(timeout);
    log.close();
    tell({ refused: { id, code: error.code ?? "", message: error.message } });
    done();
  });
  child.on("close", finish);
  child.on("exit", (code, signal) => setTimeout(() => finish(code, signal), DRAIN_MS));
  return { end, poll: () => report.poll() };
}

function writeRecord(order: StartOrder, pid: number): void {
  const supervisor = { pid: process.pid, start: startTimeOf(process.pid) };
  writeFileSync(
    order.record,
    JSON.stringify({ pid, start: startTimeOf(pid), token: order.token, supervisor }),
  );
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // the group is gone already
  }
}

/** Follows the file that the program may append its reports to. */
function reportReader(path: string, reader: ReturnType<typeof lineReader>) {
  let file: number | undefined;
  let position = 0;
  const poll = () => {
    if (file === undefined) {
      if (!existsSync(path)) return;
      file = openSync(path, "r");
    }
    const size = fstatSync(file).size;
    while (position < size) {
      const chunk = Buffer.alloc(Math.min(1 << 16, size - position));
      const count = readSync(file, chunk, 0, chunk.length, position);
      if (count === 0) return;
      position += count;
      reader.write(chunk.subarray(0, count));
    }
  };
  return {
    poll,
    end() {
      poll();
      reader.end();
      if (file !== undefined) closeSync(file);
    },
  };
}

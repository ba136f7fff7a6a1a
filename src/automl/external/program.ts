/**
 * An external program that is kept running: started with the first request, asked one thing at a time, and started anew
 * where it ended.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { sleep } from "../../clock.ts";
import { EngineError, messageOf } from "../../errors.ts";
import type { Answer, Request } from "./protocol.ts";

/** Lines of the program's standard error that are kept for messages. */
const TAIL_LINES = 20;
/** Between two questions whether to stop. */
const POLL_MS = 50;

interface Pending {
  readonly id: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class Program {
  readonly #name: string;
  readonly #command: readonly string[];
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #pending: Pending | undefined;
  #requests = 0;
  #last: Promise<unknown> = Promise.resolve();
  #tail: string[] = [];

  constructor(name: string, command: readonly string[], folder: string) {
    this.#name = name;
    this.#command = command;
    this.#folder = folder;
  }

  /**
   * Asks, after everything that was asked before was answered.
   *
   * @param prepare  makes the request, and its files, when it is its turn
   * @param stop  asked while the program works; once true, it is ended
   * @throws {EngineError} if the program answers with an error, breaks the protocol, ends, or is stopped
   */
  ask(prepare: () => Promise<Request>, stop: () => boolean = () => false): Promise<Answer> {
    const answer = this.#last.then(async () => {
      if (stop()) throw this.#stopped();
      return this.#ask(await prepare(), stop);
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Ends the program. What is asked afterwards starts it again. */
  close(): void {
    this.#end(new EngineError(`${this.#name}: was closed before it answered`));
  }

  async #ask(request: Request, stop: () => boolean): Promise<Answer> {
    const child = this.#started();
    const id = ++this.#requests;
    const settled = new AbortController();
    child.ref();
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#pending = { id, resolve, reject };
      child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`);
    });
    void this.#watch(stop, settled.signal);
    try {
      const { error, ...rest } = await answer;
      if (error !== undefined) throw new EngineError(`${this.#name}: ${error}`);
      return rest;
    } finally {
      settled.abort();
      this.#pending = undefined;
      child.unref(); // an idle program keeps nobody from ending
    }
  }

  async #watch(stop: () => boolean, settled: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(POLL_MS, settled);
      if (settled.aborted) return;
      if (stop()) return this.#end(this.#stopped());
    }
  }

  #stopped(): EngineError {
    return new EngineError(`${this.#name}: the time was over before there was a model`);
  }

  #started(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    this.#tail = [];
    const [program, ...args] = this.#command;
    const child = spawn(program, args, {
      cwd: this.#folder,
      stdio: ["pipe", "pipe", "pipe"],
      detached: true, // a group of its own, so that it ends with all that it started
    });
    this.#child = child;
    const failed = (message: string, cause?: unknown) => {
      if (this.#child === child) this.#end(new EngineError(`${this.#name}: ${message}`, { cause }));
    };
    child.on("error", (cause) => failed(`cannot be started: ${messageOf(cause)}`, cause));
    child.on("close", (code, signal) => {
      const end = signal === null ? `with code ${code}` : `by ${signal}`;
      failed(`the program ended ${end}${this.#tail.length > 0 ? `: ${this.#tail.join(" | ")}` : ""}`);
    });
    child.stdin.on("error", () => {}); // it ended: "close" says so, with its last words
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line, failed));
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (line.trim() !== "") this.#tail = [...this.#tail, line.trim()].slice(-TAIL_LINES);
    });
    for (const pipe of [child.stdin, child.stdout, child.stderr])
      (pipe as unknown as { unref(): void }).unref();
    return child;
  }

  #hear(line: string, failed: (message: string) => void): void {
    let answer: Answer;
    try {
      answer = JSON.parse(line);
    } catch {
      return failed(`said what is no JSON: ${line.slice(0, 200)}; print to standard error instead`);
    }
    if (answer?.id === this.#pending?.id) this.#pending?.resolve(answer);
    else failed(`answered to ${answer?.id}, which nobody asked`);
  }

  #end(error: EngineError): void {
    this.#kill();
    this.#child = undefined;
    this.#pending?.reject(error);
  }

  #kill(): void {
    try {
      if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // it has ended
    }
  }
}

/**
 * The one loop: claims trials, asks for suggestions, hands them to an engine, and writes down what comes back.
 */
import { elapsed } from "../clock.ts";
import type { Engine, JobEvent } from "../engine.ts";
import { ConflictError } from "../errors.ts";
import type { Event, EventBody, Verdict } from "../events.ts";
import { type Change, ending, type History, hasNumber, limitReached } from "../history.ts";
import { requireKnown } from "../space.ts";
import { LEASE_MS, RENEW_MS } from "../storage.ts";
import type { Trial } from "../trial.ts";
import { giveBack, promotions, settledStart, suggestedStart } from "./begin.ts";
import { bodyOfEnd } from "./ended.ts";
import { type Running, sortInbox } from "./inbox.ts";
import { jobOf } from "./jobs.ts";
import { type Heartbeat, reapable, startHeartbeat } from "./leases.ts";
import type { Log } from "./log.ts";
import { Pace } from "./pace.ts";
import type { Suggested, Suggestions } from "./suggest.ts";
import { judgeStudy } from "./terminate.ts";

export interface RunOptions {
  /** At most so many trials at a time; the engine's capacity otherwise. */
  readonly parallel?: number;
  /** Once aborted, nothing new is begun; what runs may finish. */
  readonly drain?: AbortSignal;
  /** Once aborted, what runs is ended too, and waits to be tried again. */
  readonly signal?: AbortSignal;
  /** How long a trial that is asked to end may take. @default 10_000 */
  readonly graceMs?: number;
}

/** Why a run came to its end. */
export interface RunEnd {
  readonly kind:
    | "trials"
    | "seconds"
    | "target"
    | "failures"
    | "stopped"
    | "exhausted"
    | "drained"
    | "aborted";
  readonly reason: string;
}

/** How often the log is looked at for what others wrote, and the clock for the time limit. */
const TICK_MS = 250;
const RELOOK_MS = 500;

export class Loop {
  readonly #log: Log;
  readonly #suggestions: Suggestions;
  readonly #engine: Engine;
  readonly #options: RunOptions;
  readonly #running = new Map<number, Running>();
  /** Claimed numbers whose suggestion is still to come. */
  readonly #unanswered = new Map<number, number>();
  /** Verdicts that are still to be told, by trial: of each one report a turn is judged. */
  readonly #verdicts = new Map<number, Verdict>();
  readonly #pace = new Pace();
  #inbox: JobEvent[] = [];
  #wake: () => void = () => {};
  #awake = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #exhausted = false;
  #lastEventAt: number;
  #lookedAt = elapsed();
  #reapedAt = Number.NEGATIVE_INFINITY;

  constructor(log: Log, suggestions: Suggestions, engine: Engine, options: RunOptions) {
    this.#log = log;
    this.#suggestions = suggestions;
    this.#engine = engine;
    this.#options = options;
    this.#lastEventAt = this.#elapsed();
    this.#sleepAgain();
  }

  get #history(): History {
    return this.#log.follower.history;
  }

  /** Runs until a limit, a stop, or nothing is left to try. @throws what the engine, sampler or storage throws */
  async run(): Promise<RunEnd> {
    const { drain, signal } = this.#options;
    const wake = () => this.#wake();
    const tick = setInterval(wake, TICK_MS);
    const observer = (event: Event, change: Change) => this.#observe(event, change);
    this.#log.observers.add(observer);
    drain?.addEventListener("abort", wake);
    signal?.addEventListener("abort", wake);
    let heartbeat: Heartbeat | undefined;
    try {
      void this.#pump();
      await this.#log.sync();
      requireKnown(this.#log.follower.history.problem.space);
      this.#log.follower.prepare();
      heartbeat = startHeartbeat(this.#log, LEASE_MS, RENEW_MS, this.#engine.blocking, (error) =>
        this.#fail(error),
      );
      return await this.#turns();
    } finally {
      await this.#abandon();
      clearInterval(tick);
      drain?.removeEventListener("abort", wake);
      signal?.removeEventListener("abort", wake);
      this.#log.observers.delete(observer);
      await heartbeat?.close();
    }
  }

  async #turns(): Promise<RunEnd> {
    for (;;) {
      this.#sleepAgain();
      await this.#turn();
      if (this.#failure) throw this.#failure.error;
      const end = this.#end();
      if (end !== undefined) return end;
      if (this.#inbox.length > 0) continue;
      this.#engine.clock?.advance(this.#msLeft() / 1000);
      const slept = elapsed();
      await this.#awake;
      this.#pace.idled(elapsed() - slept);
    }
  }

  /** Takes down what happened, claims as many trials as there is room for, and starts them. */
  async #turn(): Promise<void> {
    const isJudged = this.#log.follower.pruner !== undefined;
    const { happened, later } = sortInbox(this.#inbox, this.#history, (event) => this.#job(event), isJudged);
    this.#inbox = later;
    const endings = happened.flatMap((event) => this.#bodies(event));
    endings.push(...this.#makeRoom());
    const claims = await this.#claims();
    if (endings.length + claims.length > 0) {
      const changes = await this.#log.append(...endings, ...claims);
      this.#reject(endings, changes);
      for (const change of changes.slice(endings.length)) this.#keepClaim(change);
      this.#lookedAt = elapsed();
    } else if (elapsed() - this.#lookedAt >= RELOOK_MS) {
      await this.#log.sync(); // what others wrote: results, a stop
      this.#lookedAt = elapsed();
    }
    await this.#answerReports(happened);
    await this.#reap();
    if (await judgeStudy(this.#log, this.#suggestions.compute)) return;
    await this.#obeyEnd();
    if (this.#unanswered.size > 0) await this.#begin();
    await this.#prepare();
  }

  /** The job of ours that an event speaks of. */
  #job({ handle: { trial, attempt } }: JobEvent): Running | undefined {
    const job = this.#running.get(trial);
    return job?.attempt === attempt ? job : undefined;
  }

  /** What an event of a job says in the log. */
  #bodies(event: JobEvent): EventBody[] {
    const { trial, attempt } = event.handle;
    const job = this.#job(event);
    if (job === undefined) return [];
    const of = { trial, attempt };
    if (event.kind === "report")
      return job.verdict === undefined ? [{ kind: "reported", ...of, ...event.report }] : [];
    if (event.kind === "note") return [{ kind: "noted", trial, key: event.key, value: event.value }];
    this.#running.delete(trial);
    this.#pace.ended();
    if (event.kind === "exit") {
      const history = this.#history;
      return [bodyOfEnd(history.problem, history.trials[trial] as Trial, event.outcome, job.verdict)];
    }
    const error = { kind: "infrastructure" as const, message: event.message };
    return [{ kind: "finished", ...of, state: "failed", error }];
  }

  /** A report or an end that the log refused: the claim is another's by now, and our job runs for nobody. */
  #reject(bodies: readonly EventBody[], changes: readonly Change[]): void {
    bodies.forEach((body, index) => {
      if (body.kind !== "reported" || changes[index].rejected === undefined) return;
      const job = this.#running.get(body.trial);
      if (job?.attempt === body.attempt) this.#cancel(body.trial, job);
    });
  }

  /** Judges our own reports at the very position at which they stand in the log. */
  #observe(event: Event, change: Change): void {
    this.#lastEventAt = this.#elapsed();
    const { follower, client } = this.#log;
    if (event.kind === "spaceChanged") this.#exhausted = false;
    if (event.client !== client || event.kind !== "reported" || change.rejected !== undefined) return;
    if (follower.pruner === undefined) return;
    follower.prepare(); // the problem may have changed since the run began
    const trial = this.#history.trials[event.trial] as Trial;
    this.#verdicts.set(event.trial, follower.pruner.judge(follower.prunerState, trial));
  }

  async #answerReports(happened: readonly JobEvent[]): Promise<void> {
    const judged: EventBody[] = [];
    const decisions: (() => Promise<void>)[] = [];
    for (const event of happened) {
      if (event.kind !== "report") continue;
      const { handle, report } = event;
      const job = this.#job(event);
      const judgement = this.#verdicts.get(handle.trial) ?? "continue";
      this.#verdicts.delete(handle.trial);
      if (job === undefined) continue;
      const verdict = job.verdict ?? judgement;
      if (job.verdict === undefined && verdict !== "continue") {
        job.verdict = verdict;
        judged.push({
          kind: "judged",
          trial: handle.trial,
          attempt: handle.attempt,
          step: report.step,
          verdict,
        });
      }
      decisions.push(() => this.#engine.decide(handle, report.step, verdict));
    }
    if (judged.length > 0) await this.#log.append(...judged);
    for (const decide of decisions) await decide();
  }

  /**
   * Gives back numbers for which the sampler said "wait", where trials could go on in their place: it may be waiting for
   * just these.
   */
  #makeRoom(): EventBody[] {
    if (this.#unanswered.size === 0 || this.#stopping()) return [];
    const { follower, client } = this.#log;
    const able =
      this.#history.waiting.length + promotions(follower, this.#unanswered.size, { worker: client }).length;
    const numbers = [...this.#unanswered].sort(([a], [b]) => b - a).slice(0, able);
    return numbers.map(([trial, attempt]): EventBody => {
      this.#unanswered.delete(trial);
      return { kind: "withdrawn", trial, attempt };
    });
  }

  /** The claims to make now: what waits, then what the pruner promotes, then what is new. */
  async #claims(): Promise<EventBody[]> {
    const history = this.#history;
    if (this.#stopping() || ending(history) !== undefined || this.#timeIsUp()) return [];
    const busy = this.#running.size + this.#unanswered.size;
    const { free } = await this.#engine.capacity();
    const room = Math.min(
      free - this.#unanswered.size,
      (this.#options.parallel ?? Number.POSITIVE_INFINITY) - busy,
    );
    if (room <= 0) return [];
    const claimant = { worker: this.#log.client, leaseMs: LEASE_MS };
    const promoted = promotions(this.#log.follower, room - history.waiting.length, claimant);
    const others = Math.min(room - promoted.length, this.#numbersLeft());
    return [
      ...promoted,
      ...Array.from({ length: others }, (): EventBody => ({ kind: "claimed", ...claimant })),
    ];
  }

  /** How many claims would get a number. */
  #numbersLeft(): number {
    const history = this.#history;
    if (this.#exhausted) return history.waiting.length;
    if (!hasNumber(history)) return 0;
    const limit = history.limits.trials ?? Number.POSITIVE_INFINITY;
    return Math.max(1, limit - history.trials.length + history.free.length + history.waiting.length);
  }

  #keepClaim(change: Change): void {
    if (change.rejected !== undefined || change.number === undefined) return;
    const claim = this.#history.claims.get(change.number);
    if (claim !== undefined) this.#unanswered.set(claim.number, claim.attempt);
  }

  /** Asks for what was claimed, all at one position of the log, and starts what was answered. */
  async #begin(): Promise<void> {
    const bodies: EventBody[] = [];
    await this.#log.exclusive(async () => {
      const numbers = [...this.#unanswered.keys()].sort((a, b) => a - b);
      for (const number of numbers) {
        const claim = this.#history.claims.get(number);
        if (claim === undefined || claim.attempt !== this.#unanswered.get(number))
          this.#unanswered.delete(number);
        else {
          const settled = settledStart(this.#log.follower, claim);
          if (settled !== undefined) {
            this.#unanswered.delete(number);
            bodies.push(settled);
          } else
            bodies.push(
              ...this.#answered(number, claim.attempt, await this.#suggest(number, numbers.length === 1)),
            );
        }
      }
    });
    if (bodies.length === 0) return;
    const changes = await this.#log.append(...bodies);
    await giveBack(this.#log, bodies, changes);
    const started = bodies.flatMap((body, index) =>
      body.kind === "started" && changes[index].rejected === undefined ? [body.trial] : [],
    );
    await this.#submit(started);
  }

  /** @param alone  whether it is the only number that is asked for: of several, each must see the others */
  async #suggest(number: number, alone: boolean): Promise<Suggested> {
    const begun = elapsed();
    const lag = this.#pace.lag(this.#running.size + this.#unanswered.size);
    const suggested = await this.#suggestions.for(number, alone ? lag : -1);
    if (suggested.basis === this.#history.position) this.#pace.asked(elapsed() - begun);
    return suggested;
  }

  /** While short trials run elsewhere: the next suggestion, so that no worker waits for it. */
  async #prepare(): Promise<void> {
    const workers = this.#running.size;
    if (this.#engine.blocking || workers === 0 || this.#unanswered.size > 0) return;
    if (this.#pace.lag(workers) === 0) return; // the next trial to end would make it useless
    if (this.#inbox.length > 0 || this.#stopping()) return;
    const begun = elapsed();
    if (!(await this.#log.exclusive(() => this.#suggestions.prepare()))) return;
    this.#pace.asked(elapsed() - begun);
    this.#pace.idled(elapsed() - begun); // nobody waited for it
  }

  #answered(number: number, attempt: number, { answer, basis }: Suggested): EventBody[] {
    if (answer === "wait") return [];
    this.#unanswered.delete(number);
    if (answer === "done") {
      this.#exhausted = true;
      return [{ kind: "withdrawn", trial: number, attempt }];
    }
    return [suggestedStart(this.#log.follower.sampler, { number, attempt }, answer, basis)];
  }

  async #submit(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    const history = this.#history;
    const trials = numbers.map((number) => history.trials[number] as Trial);
    for (const { number, attempt } of trials) this.#running.set(number, { attempt });
    await this.#engine.submit(trials.map((trial) => jobOf(this.#log.study, history, trial)));
  }

  /** Ends what runs where the study is to end at once. */
  async #obeyEnd(): Promise<void> {
    const end = ending(this.#history);
    const atOnce = end?.kind === "target" || end?.kind === "seconds" || this.#history.stopped?.now === true;
    if (!atOnce && !this.#options.signal?.aborted && !this.#timeIsUp()) return;
    for (const [number, job] of this.#running) this.#cancel(number, job);
  }

  #cancel(number: number, job: Running): void {
    if (job.cancelled) return;
    job.cancelled = true;
    const handle = { study: this.#log.study, trial: number, attempt: job.attempt };
    this.#engine
      .cancel(handle, { graceMs: this.#options.graceMs ?? 10_000 })
      .catch((error) => this.#fail(error));
  }

  /** The time limit, between two events of the log; to the millisecond. */
  #timeIsUp(): boolean {
    return this.#msLeft() < 1;
  }

  #msLeft(): number {
    const { limits, activeMs, claims } = this.#history;
    if (limits.seconds === undefined) return Number.POSITIVE_INFINITY;
    const since = claims.size > 0 ? this.#elapsed() - this.#lastEventAt : 0;
    return limits.seconds * 1000 - activeMs - since;
  }

  /** The clock of the trials. */
  #elapsed(): number {
    const { clock } = this.#engine;
    return clock === undefined ? elapsed() : 1000 * clock.now;
  }

  #stopping(): boolean {
    return this.#options.drain?.aborted === true || this.#options.signal?.aborted === true;
  }

  /** Gives the numbers of dead workers back, now and then; often when there is nothing else to do. */
  async #reap(): Promise<void> {
    const foreign = [...this.#history.claims.values()].some(
      (claim) => claim.client !== this.#log.client && claim.leaseMs !== undefined,
    );
    const pauseMs = this.#running.size === 0 ? RELOOK_MS : RENEW_MS;
    if (!foreign || elapsed() - this.#reapedAt < pauseMs) return;
    this.#reapedAt = elapsed();
    for (const body of await reapable(this.#log)) {
      await this.#log.append(body).catch((error) => {
        if (!(error instanceof ConflictError)) throw error; // alive after all
      });
    }
  }

  #end(): RunEnd | undefined {
    if (this.#running.size > 0 || this.#inbox.length > 0) return undefined;
    const history = this.#history;
    if (this.#options.signal?.aborted) return { kind: "aborted", reason: "interrupted" };
    if (this.#options.drain?.aborted) return { kind: "drained", reason: "interrupted" };
    const end = ending(history);
    if (end !== undefined) return end;
    if (this.#timeIsUp())
      return { kind: "seconds", reason: `the time limit of ${history.limits.seconds} s was reached` };
    if (this.#unanswered.size > 0) return undefined;
    const foreign = [...history.claims.values()].some((claim) => claim.leaseMs !== undefined);
    if (foreign) return undefined; // its worker may be lost, and the trial ours
    if (promotions(this.#log.follower, 1, { worker: this.#log.client }).length > 0) return undefined;
    if (this.#exhausted && history.waiting.length === 0)
      return { kind: "exhausted", reason: this.#whyExhausted() };
    return limitReached(history);
  }

  #whyExhausted(): string {
    const isCounted = this.#log.follower.sampler.count !== undefined;
    return isCounted ? "every point of the space was tried" : "the sampler has nothing left to try";
  }

  /** Ends what still runs and gives back what is still held: nothing of ours outlives the run. */
  async #abandon(): Promise<void> {
    const held = [
      ...this.#unanswered,
      ...[...this.#running].map(([number, job]) => [number, job.attempt] as const),
    ];
    for (const [number, job] of this.#running) this.#cancel(number, job);
    this.#running.clear();
    this.#unanswered.clear();
    if (held.length === 0) return;
    const bodies = held.map(([trial, attempt]): EventBody => ({ kind: "withdrawn", trial, attempt }));
    await this.#log.append(...bodies).catch(() => {}); // the storage is gone: leases will expire instead
  }

  async #pump(): Promise<void> {
    try {
      for await (const batch of this.#engine.events()) {
        this.#inbox.push(...batch);
        this.#wake();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  #sleepAgain(): void {
    this.#awake = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

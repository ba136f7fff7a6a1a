/**
 * A study: a problem, its log, and the ways to add to it. This file sees contracts only; `tune.ts` supplies the
 * defaults.
 */

import type { Compute } from "./compute.ts";
import type { Engine } from "./engine.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "./errors.ts";
import {
  type Configuration,
  type Event,
  type EventBody,
  FORMAT,
  type ImportedTrial,
  type Limits,
  numbersToWire,
  type ProblemJson,
  type Verdict,
} from "./events.ts";
import { configurationAt, ending, type History, limitReached, startedTrials } from "./history.ts";
import type { ReportExtra, Values } from "./objective.ts";
import { randomId } from "./random.ts";
import { isWhole } from "./space/adopt.ts";
import type { Params, Space } from "./space/types.ts";
import { requireAllowed, requireKnown } from "./space.ts";
import type { Storage } from "./storage.ts";
import { LEASE_MS, RENEW_MS } from "./storage.ts";
import { AskedTrial } from "./study/asked.ts";
import { promotions, startAll } from "./study/begin.ts";
import { spaceChange } from "./study/change.ts";
import { checkOfParams } from "./study/effective.ts";
import { isPartial, resultsToWire, stateOf } from "./study/ended.ts";
import { Follower, type Followers } from "./study/follower.ts";
import { type Heartbeat, startHeartbeat } from "./study/leases.ts";
import { Log, type Observer } from "./study/log.ts";
import { Loop, type RunEnd, type RunOptions } from "./study/loop.ts";
import { Projector } from "./study/projector.ts";
import { Suggestions } from "./study/suggest.ts";
import { judgeStudy } from "./study/terminate.ts";
import { type Added, readTold, sameEnd, type Told } from "./study/told.ts";
import { namedValues } from "./study/values.ts";
import { sourceEvent, type WarmStart } from "./study/warm-start.ts";
import { isFinished, type Json, type Numbers, type Trial } from "./trial.ts";

export { AskedTrial } from "./study/asked.ts";
export type { RunEnd, RunOptions } from "./study/loop.ts";
export type { Added, Told } from "./study/told.ts";
export type { WarmStart } from "./study/warm-start.ts";

/** A trial as its study's user sees it: params nested and typed, values by name. */
export type StudyTrial<P = unknown, Names extends string = string> = Omit<Trial, "params" | "values"> & {
  readonly params: P;
  readonly values?: Readonly<Record<Names, number>>;
};

/** Who reads and adds to a study, and how. */
export interface StudyParts extends Followers {
  readonly storage: Storage;
  readonly compute?: Compute;
  /** Whether closing the study closes the storage. @default false */
  readonly ownsStorage?: boolean;
}

/** So many trials may be asked for at once. */
const MOST_ASKED = 10_000;

export class Study<P = unknown, Names extends string = string> {
  readonly name: string;
  readonly #space: Space<P>;
  readonly #log: Log;
  readonly #parts: StudyParts;
  readonly #suggestions: Suggestions;
  readonly #projector: Projector | undefined;
  readonly #typed = new WeakMap<Trial, StudyTrial<P, Names>>();
  #heartbeat: Heartbeat | undefined;

  /** @internal Use `createStudy` or `openStudy`. */
  constructor(name: string, space: Space<P>, parts: StudyParts, log: Log) {
    this.name = name;
    this.#space = space;
    this.#parts = parts;
    this.#log = log;
    this.#suggestions = new Suggestions(log.follower, parts.compute);
    const { projection } = parts.storage;
    this.#projector = projection && new Projector(projection, name, log);
  }

  /**
   * Creates a study.
   *
   * @param warmStart  other studies, whose trials inform this one
   * @throws {ConflictError} if the storage has one of that name
   * @throws {UnsupportedError} if the sampler or pruner cannot do the problem
   * @throws {InvalidInputError} naming the constraints that contradict each other, where the space has such
   */
  static async create<P, Names extends string>(
    name: string,
    problem: Omit<ProblemJson, "space"> & { readonly space: Space<P> },
    configuration: Configuration,
    parts: StudyParts,
    warmStart: readonly WarmStart[] = [],
  ): Promise<Study<P, Names>> {
    const { space, ...rest } = problem;
    const sources = warmStart.map((source) => sourceEvent(source, space, problem.objectives));
    const limited = { ...rest, space, limits: configuration.limits ?? {} };
    requireAllowed(space, configuration.fixed);
    parts.sampler.init(limited); // these refuse before anything is written
    parts.pruner?.init(limited);
    parts.terminator?.init(limited);
    const log = new Log(parts.storage, name, randomId(), new Follower({ ...parts, known: space }));
    const events = log.number([
      { kind: "created", format: FORMAT, problem: { ...rest, space: space.toJSON() } },
      { kind: "configured", ...configuration },
      ...sources,
    ]);
    await parts.storage.create(name, events);
    await log.sync();
    return new Study<P, Names>(name, space, parts, log);
  }

  /**
   * Opens a study that exists; with `space`, params are nested by it.
   *
   * @param known  the first events of its log, where they were read already
   * @throws {NotFoundError} if the storage has no study of that name
   * @throws {ConflictError} if `space` is not the study's
   */
  static async open<P, Names extends string>(
    name: string,
    space: Space<P> | undefined,
    parts: StudyParts,
    known: readonly Event[] = [],
  ): Promise<Study<P, Names>> {
    const follower = new Follower({ ...parts, ...(space && { known: space }) });
    const log = new Log(parts.storage, name, randomId(), follower);
    log.take(known);
    await log.sync();
    const { history } = log.follower;
    if (history === undefined) throw new NotFoundError(`${parts.storage.location} has no study ${name}`);
    const current = history.problem.space as Space<P>;
    if (space !== undefined && !current.equals(space))
      throw new ConflictError(
        `study ${name} has another space (${current.difference(space).join("; ")}); use another name for the new one, or study.changeSpace`,
      );
    return new Study<P, Names>(name, space ?? current, parts, log);
  }

  /** This study as the source of another's warm start. */
  get asSource(): WarmStart {
    const { problem, spaces } = this.history;
    const trials = startedTrials(this.history);
    return { study: this.name, space: spaces[spaces.length - 1], objectives: problem.objectives, trials };
  }

  /**
   * The newest space of the log. Where it was changed since this handle was made, the handle's type is that of the
   * older one: `openStudy` with the new space gives one of the new type.
   */
  get space(): Space<P> {
    const { spaces, problem } = this.history;
    return spaces.length === 1 ? this.#space : (problem.space as Space<P>);
  }

  /** What the log says, as far as this handle has read it. */
  get history(): History {
    return this.#log.follower.history;
  }

  /** Every trial that has begun or waits, by number. */
  get trials(): readonly StudyTrial<P, Names>[] {
    return startedTrials(this.history).map((trial) => this.typed(trial));
  }

  /**
   * The best complete trial by the first objective; undefined if none is complete. Of a configuration that was
   * evaluated several times it is the first, with the mean values, and how they spread in `repeats`.
   */
  get best(): StudyTrial<P, Names> | undefined {
    const { best } = this.history;
    return best === undefined ? undefined : this.typed(configurationAt(this.history, best) as Trial);
  }

  /** A trial with its params nested and typed. */
  typed(trial: Trial): StudyTrial<P, Names> {
    let typed = this.#typed.get(trial);
    if (typed === undefined) {
      const whole = trial.state !== "waiting" || trial.attempt > 0;
      const params = whole ? this.history.spaces[trial.space].nest(trial.params) : trial.params;
      typed = { ...trial, params } as StudyTrial<P, Names>;
      this.#typed.set(trial, typed);
    }
    return typed;
  }

  /** The nested params of a trial, by the space that they were made in. @throws {NotFoundError} */
  paramsOf(number: number): P {
    return this.typed(this.#find(number)).params;
  }

  /** Reads what other processes wrote. */
  async sync(): Promise<void> {
    await this.#log.sync();
  }

  /** Calls `observer` with every event that this handle folds from now on; returns what ends that. */
  observe(observer: Observer): () => void {
    this.#log.observers.add(observer);
    return () => this.#log.observers.delete(observer);
  }

  /**
   * Claims a trial to be run by the caller; undefined if a limit was reached or nothing is left to try.
   * The claim never expires unless `leaseMs` is given; then it is kept live while this study is open.
   */
  ask(): Promise<AskedTrial<P, Names> | undefined>;
  /** Claims up to `count` trials. */
  ask(count: number, options?: { readonly leaseMs?: number }): Promise<AskedTrial<P, Names>[]>;
  async ask(
    count?: number,
    options: { readonly leaseMs?: number } = {},
  ): Promise<AskedTrial<P, Names> | undefined | AskedTrial<P, Names>[]> {
    if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= MOST_ASKED))
      throw new InvalidInputError(`ask(${count}): the count must be a whole number from 1 to ${MOST_ASKED}`);
    await this.#log.sync();
    requireKnown(this.history.problem.space);
    this.#log.follower.prepare();
    if (options.leaseMs !== undefined)
      this.#heartbeat ??= startHeartbeat(this.#log, LEASE_MS, RENEW_MS, true, () => {});
    await judgeStudy(this.#log, this.#suggestions.compute);
    const claimant = { worker: this.#log.client, ...options };
    const wanted = count ?? 1;
    const promoted = promotions(this.#log.follower, wanted - this.history.waiting.length, claimant);
    const others = Array.from({ length: wanted - promoted.length }, (): EventBody => {
      return { kind: "claimed", ...claimant };
    });
    const changes = await this.#log.append(...promoted, ...others);
    const numbers = changes
      .filter(({ rejected }) => rejected === undefined)
      .map(({ number }) => number as number);
    const started = await startAll(this.#log, this.#suggestions, numbers);
    const asked = started.map((trial) => new AskedTrial(this, trial));
    return count === undefined ? asked[0] : asked;
  }

  /**
   * Ends a trial that was asked for.
   *
   * @param told  its values (a number where there is one objective), or values with state, constraints, gradient,
   *              what it tuned itself, error
   * @returns     the trial as the log has it; telling the same once more changes nothing
   * @throws {ConflictError} if the trial has ended otherwise, or the attempt is not the current one
   * @throws {InvalidInputError} if a value is missing, or gradient or tuned values are of no parameter of the trial
   */
  async tell(number: number, told: Values<Names> | Told<Names>): Promise<StudyTrial<P, Names>> {
    const whole = readTold<Names>(told, this.history);
    await this.#log.sync();
    const trial = this.#find(number);
    const attempt = whole.attempt ?? trial.attempt;
    const { values, constraints, error } = whole;
    const own = checkOfParams(this.history.spaces[trial.space], trial.params, whole);
    const state = await this.#stateTold(trial, attempt, whole);
    const [change] = await this.#log.append({
      kind: "finished",
      trial: number,
      attempt,
      state,
      ...resultsToWire({ values, constraints, ...own }),
      ...(error !== undefined && { error: { kind: "program", message: error } }),
    });
    const now = this.#find(number);
    if (
      change.rejected !== undefined &&
      !(
        (isFinished(now.state) || now.state === "paused") &&
        now.attempt === attempt &&
        sameEnd(now, state, values)
      )
    )
      throw new ConflictError(`trial ${number} cannot be told: ${change.rejected}`);
    return this.typed(now);
  }

  /** What values make of a trial: of one that was to train in part they are a report, and the pruner says what now. */
  async #stateTold(
    trial: Trial,
    attempt: number,
    {
      state = "complete",
      values,
      constraints,
      gradient,
      tuned,
    }: Omit<Told<Names>, "values"> & { readonly values?: Numbers },
  ): Promise<NonNullable<Told["state"]>> {
    const { budget, reports, number } = trial;
    const isReport =
      state === "complete" && trial.state === "running" && isPartial(this.history.problem, trial);
    if (!isReport || budget === undefined || values === undefined || trial.attempt !== attempt) return state;
    if ((reports[reports.length - 1]?.step ?? 0) >= budget) return state;
    const extra = { constraints, gradient, params: tuned, attempt };
    const verdict = await this.report(number, budget, values as Values<Names>, extra);
    return stateOf(this.history.problem, trial, verdict);
  }

  /**
   * Says how far an asked trial is; resolves to whether it is to go on.
   *
   * @throws {InvalidInputError} if gradient or params are of no parameter of the trial, or values are no numbers
   */
  async report(
    number: number,
    step: number,
    values: Values<Names>,
    extra: ReportExtra & { readonly attempt?: number } = {},
  ): Promise<Verdict> {
    if (!Number.isInteger(step))
      throw new InvalidInputError(`report(${step}): the step must be a whole number`);
    const named = namedValues<Names>(values, this.history.problem.objectives);
    const { params, space, ...trial } = this.#find(number);
    const told = { gradient: extra.gradient, tuned: extra.params };
    const { gradient, tuned } = checkOfParams(this.history.spaces[space], params, told, "params");
    const attempt = extra.attempt ?? trial.attempt;
    this.#log.follower.prepare();
    let verdict: Verdict = "continue";
    const { pruner } = this.#log.follower;
    const stop = this.observe((event, change) => {
      if (event.kind !== "reported" || event.client !== this.#log.client || change.rejected !== undefined)
        return;
      if (event.trial !== number || event.step !== step || pruner === undefined) return;
      this.#log.follower.prepare(); // the problem may have changed just before
      verdict = pruner.judge(this.#log.follower.prunerState, this.history.trials[number] as Trial);
    });
    const [change] = await this.#log
      .append({
        kind: "reported",
        trial: number,
        attempt,
        step,
        values: numbersToWire(named),
        ...(extra.constraints && { constraints: numbersToWire(extra.constraints) }),
        ...(gradient && { gradient: numbersToWire(gradient) }),
        ...(tuned && { params: tuned }),
      })
      .finally(stop);
    if (change.rejected !== undefined)
      throw new ConflictError(`trial ${number} cannot report: ${change.rejected}`);
    if (verdict !== "continue")
      await this.#log.append({ kind: "judged", trial: number, attempt, step, verdict });
    return verdict;
  }

  /** Adds a trial whose values are known already; it uses a number. */
  async add(trial: Added<P, Names>): Promise<StudyTrial<P, Names>> {
    const { state = "complete", values, constraints, notes } = trial;
    const named =
      values === undefined ? undefined : namedValues<Names>(values, this.history.problem.objectives);
    const params = this.space.flatten(trial.params);
    const own = checkOfParams(this.space, params, trial);
    const imported: ImportedTrial = {
      params,
      state,
      ...resultsToWire({ values: named, constraints, ...own }),
      ...(notes && { notes }),
    };
    const [change] = await this.#log.append({ kind: "imported", trials: [imported] });
    return this.typed(this.#find((change.ended as readonly number[])[0]));
  }

  /**
   * Puts a point in the queue: it is tried before anything that the sampler suggests, which completes it where
   * parameters are left out.
   *
   * @param params  flat values by path
   * @returns its trial number
   * @throws {InvalidInputError} if a parameter is unknown, inactive or out of its domain, or they break a constraint
   */
  async enqueue(params: Params, notes?: Readonly<Record<string, Json>>): Promise<number> {
    const { problem, configuration } = this.history;
    const checked = problem.space.check(params, { partial: true });
    if (!isWhole(problem.space, checked))
      requireAllowed(problem.space, { ...configuration.fixed, ...checked });
    const [change] = await this.#log.append({ kind: "enqueued", params: checked, ...(notes && { notes }) });
    return change.number as number;
  }

  /** Keeps a remark with the study, or with one of its trials; null takes it away. */
  async note(key: string, value: Json, trial?: number): Promise<void> {
    const [change] = await this.#log.append({
      kind: "noted",
      key,
      value,
      ...(trial !== undefined && { trial }),
    });
    if (change.rejected !== undefined) throw new NotFoundError(`study ${this.name}: ${change.rejected}`);
  }

  /** Lets no worker claim anything more; with `now`, ends running trials too, which then wait. */
  async stop(reason = "stopped", options: { readonly now?: boolean } = {}): Promise<void> {
    await this.#log.append({ kind: "stopped", reason, ...(options.now && { now: true }) });
  }

  /** Lets workers claim again after `stop`. */
  async resume(): Promise<void> {
    await this.#log.sync();
    if (this.history.stopped !== undefined) await this.#log.append({ kind: "resumed" });
  }

  /** Sets limits anew: more trials, more time. Those not named stay. */
  async extend(limits: Limits): Promise<void> {
    await this.#log.append({ kind: "configured", limits });
  }

  /**
   * Changes the space while the study goes on: ranges and steps may widen and narrow, choices may be added, and
   * parameters with a default, which the older trials take. Older trials inform what is suggested from now on.
   *
   * @returns the differences, a line each; none, and nothing is written, where the study has that space already
   * @throws {InvalidInputError} if a parameter or a choice is missing, a type differs, or an added one has no default
   * @throws {UnsupportedError} if the sampler or the pruner cannot do the new space
   * @example
   * await study.changeSpace(space({ lr: float(1e-6, 1, { log: true }), dropout: float(0, 0.5, { default: 0 }) }));
   */
  async changeSpace(space: Space): Promise<readonly string[]> {
    await this.#log.sync();
    const { lines, event } = spaceChange(this.history, space, this.#parts);
    this.#log.follower.know(space);
    if (lines.length === 0) return lines;
    const [change] = await this.#log.append(event);
    if (change.rejected !== undefined)
      throw new ConflictError(
        `study ${this.name} was changed by another at the same time: ${change.rejected}`,
      );
    return lines;
  }

  /** Takes the functions of constraints from a space that is equal to the study's: the log has their names only. */
  know(space: Space): void {
    this.#log.follower.know(space);
  }

  /** Keeps how the study is run: command, engine, sampler. */
  async configure(configuration: Configuration): Promise<void> {
    await this.#log.append({ kind: "configured", ...configuration });
  }

  /**
   * Runs trials on an engine until a limit, a stop, or nothing is left to try; closes the engine.
   *
   * @throws what engine, sampler and storage throw; what was running then waits to be tried again
   */
  async run(engine: Engine, options: RunOptions = {}): Promise<RunEnd> {
    try {
      return await new Loop(this.#log, this.#suggestions, engine, options).run();
    } finally {
      await engine.close();
      await this.flush();
    }
  }

  /** Asks for one trial after the other, until a limit was reached. Each must be told before the next is asked. */
  async *[Symbol.asyncIterator](): AsyncIterator<AskedTrial<P, Names>> {
    for (;;) {
      const trial = await this.ask();
      if (trial === undefined) return;
      yield trial;
    }
  }

  /** The limit that was reached, if one was. */
  get ended(): string | undefined {
    return (ending(this.history) ?? limitReached(this.history))?.reason;
  }

  /** Brings the storage's table of trials up to date now. */
  async flush(): Promise<void> {
    await this.#projector?.flush();
  }

  /** Writes what is still to be written and gives back what this handle holds. */
  async close(): Promise<void> {
    await this.#heartbeat?.close();
    await this.#projector?.close();
    if (this.#parts.ownsStorage) await this.#parts.storage.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #find(number: number): Trial {
    const trial = this.history.trials[number];
    if (trial === undefined) throw new NotFoundError(`study ${this.name} has no trial ${number}`);
    return trial;
  }
}

/**
 * The one fold. A study is an ordered list of events; what they mean is decided here and nowhere else: by the
 * loop, by every worker, the server, the dashboard and the report. Losers are rejected (a second finish, a stale
 * attempt, a claim past the limit), so a storage only has to keep order.
 */
import { ConflictError, StorageError } from "./errors.ts";
import { type Event, FORMAT, numbersFromWire, type ProblemJson } from "./events.ts";
import {
  ending,
  hasNumber,
  isFeasible,
  RETRIES_FAILED,
  RETRIES_LOST,
  reachesTarget,
} from "./history/limits.ts";
import { importedTrial, outcome, readReport } from "./history/outcome.ts";
import { configurationAt } from "./history/repeats.ts";
import { withReport } from "./history/reported.ts";
import type { Claim, History } from "./history/types.ts";
import { versionOf } from "./history/version.ts";
import type { Problem } from "./problem.ts";
import { refusal } from "./space/change.ts";
import { readSpace } from "./space.ts";
import { isFinished, type Report, type Trial, type TrialError } from "./trial.ts";

export { ending, hasNumber, isFeasible, left, limitReached } from "./history/limits.ts";
export { bestTrial, configurationAt, configurations } from "./history/repeats.ts";
export type { Change, Claim, History } from "./history/types.ts";

/** The problem that a log describes. @throws {InvalidInputError} if its space cannot be read */
export function readProblem(json: ProblemJson, limits: History["limits"] = {}): Problem {
  return { ...json, space: readSpace(json.space), limits };
}

/**
 * The history after the first event of a log.
 *
 * @throws {StorageError} if the event is not `created`, or of a format that this version cannot read
 */
export function begin(event: Event): History {
  if (event.kind !== "created")
    throw new StorageError(`the log begins with "${event.kind}", not with "created"`);
  if (event.format > FORMAT)
    throw new StorageError(
      `the study was written in format ${event.format}; this version of fettle reads up to ${FORMAT}: upgrade fettle`,
    );
  const problem = readProblem(event.problem);
  return {
    position: event.position,
    time: event.time,
    problem,
    configuration: {},
    limits: {},
    spaces: [problem.space],
    spacesSince: [event.position],
    trials: [],
    changedAt: [],
    claims: new Map(),
    free: [],
    waiting: [],
    mishaps: new Map(),
    clients: new Map([[event.client, event.seq]]),
    counts: { waiting: 0, running: 0, paused: 0, complete: 0, pruned: 0, failed: 0 },
    activeMs: 0,
    repeats: new Map(),
    notes: {},
    created: event.time,
    last: {},
  };
}

/**
 * The history after `event`. Reuses and changes its first argument; trials in it are frozen and replaced.
 *
 * @throws {ConflictError} if the event is not the next one
 * @throws {StorageError} if its kind is unknown: the log is from a newer version
 */
export function apply(history: History, event: Event): History {
  if (event.position !== history.position + 1)
    throw new ConflictError(`event ${event.position} does not follow position ${history.position}`);
  countActiveTime(history, event);
  history.position = event.position;
  history.time = event.time;
  history.last = {};
  if (event.seq <= (history.clients.get(event.client) ?? 0)) {
    history.last = { rejected: "repeated" }; // a retry after a lost answer
    return history;
  }
  history.clients.set(event.client, event.seq);
  dispatch(history, event);
  return history;
}

/** An expired claim was with nobody since its lease ended, which may be long ago. */
function countActiveTime(history: History, event: Event): void {
  if (history.claims.size === 0) return;
  const until = event.kind === "expired" ? Math.min(event.until, event.time) : event.time;
  history.activeMs += Math.max(0, until - history.time);
}

function dispatch(history: History, event: Event): void {
  switch (event.kind) {
    case "created":
      return reject(history, "the study exists");
    case "configured":
      return configure(history, event);
    case "spaceChanged":
      return changeSpace(history, event);
    case "imported":
      return event.source === undefined ? importTrials(history, event) : addSource(history, event);
    case "enqueued":
      return enqueue(history, event);
    case "claimed":
      return claim(history, event);
    case "withdrawn":
      return withdraw(history, event);
    case "started":
      return start(history, event);
    case "reported":
      return report(history, event);
    case "judged":
      return judge(history, event);
    case "finished":
      return finish(history, event);
    case "expired":
      return expire(history, event);
    case "noted":
      return note(history, event);
    case "stopped":
      if (history.stopped) return reject(history, "already stopped");
      history.stopped = {
        reason: event.reason,
        now: event.now === true,
        time: event.time,
        ...(event.expected !== undefined && { expected: event.expected }),
      };
      return;
    case "resumed":
      history.stopped = undefined;
      return;
    default:
      throw new StorageError(
        `event ${(event as Event).position} is of an unknown kind "${(event as { kind: string }).kind}": upgrade fettle`,
      );
  }
}

type Of<K extends Event["kind"]> = Extract<Event, { kind: K }>;

function reject(history: History, rejected: string): void {
  history.last = { rejected };
}

/** Puts a trial in place, frozen, and keeps the counts. */
function put(history: History, trial: Trial): void {
  const before = history.trials[trial.number];
  if (before !== undefined) history.counts[before.state]--;
  history.counts[trial.state]++;
  history.trials[trial.number] = Object.freeze(trial);
  history.changedAt[trial.number] = history.position;
  if (trial.state === "complete") rank(history, trial);
}

/** Keeps the best trial and the first that reached the target. */
function rank(history: History, trial: Trial): void {
  const { problem, limits } = history;
  if (history.reached === undefined && reachesTarget(problem, limits, trial)) history.reached = trial.number;
  if (trial.repeatOf !== undefined || history.repeats.has(trial.number)) {
    history.best = bestOf(history); // the mean of the best may have become worse
    return;
  }
  if (trial.losses === undefined || !isFeasible(trial)) return;
  const best = history.best === undefined ? undefined : configurationAt(history, history.best)?.losses;
  if (best === undefined || trial.losses[0] < best[0]) history.best = trial.number;
}

/** The best of all configurations, each by its mean. */
function bestOf(history: History): number | undefined {
  let best: Trial | undefined;
  for (const { number, repeatOf } of startedTrials(history)) {
    const whole = repeatOf === undefined ? configurationAt(history, number) : undefined;
    if (whole?.state !== "complete" || whole.losses === undefined || !isFeasible(whole)) continue;
    if (best?.losses === undefined || whole.losses[0] < best.losses[0]) best = whole;
  }
  return best?.number;
}

function configure(history: History, event: Of<"configured">): void {
  const {
    kind: _kind,
    client: _client,
    seq: _seq,
    position: _position,
    time: _time,
    ...configuration
  } = event;
  history.limits = { ...history.limits, ...configuration.limits };
  history.configuration = { ...history.configuration, ...configuration, limits: history.limits };
  history.problem = { ...history.problem, limits: history.limits };
  history.reached = history.trials.find(
    (trial) => trial !== undefined && reachesTarget(history.problem, history.limits, trial),
  )?.number;
}

/** Trials keep the version of the space that they were made in. */
function changeSpace(history: History, event: Of<"spaceChanged">): void {
  const space = readSpace(event.space);
  const refused = refusal(history.problem.space, space);
  if (refused !== undefined) return reject(history, refused.message); // of two changes at a time, one was first
  history.spaces.push(space);
  history.spacesSince.push(event.position);
  history.problem = { ...history.problem, space };
}

function addSource(history: History, event: Of<"imported">): void {
  if (event.source === undefined) return;
  const space = readSpace(event.source.space);
  const trials = event.trials.map((imported, number) => importedTrial(history, imported, number, event.time));
  const sources = [...(history.problem.sources ?? []), { study: event.source.study, space, trials }];
  history.problem = { ...history.problem, sources };
}

function importTrials(history: History, event: Of<"imported">): void {
  const first = history.trials.length;
  for (const imported of event.trials)
    put(history, importedTrial(history, imported, history.trials.length, event.time));
  history.last = { ended: event.trials.map((_, index) => first + index) };
}

function enqueue(history: History, event: Of<"enqueued">): void {
  const number = history.trials.length;
  put(history, {
    number,
    state: "waiting",
    attempt: 0,
    space: history.spaces.length - 1,
    params: Object.freeze(event.params),
    enqueued: true,
    reports: NO_REPORTS,
    times: { created: event.time },
    notes: event.notes ?? {},
  });
  history.waiting.push(number);
  history.last = { number };
}

const NO_REPORTS: readonly Report[] = Object.freeze([]);

function claim(history: History, event: Of<"claimed">): void {
  const end = ending(history);
  if (end !== undefined) return reject(history, end.reason);
  const number = event.trial === undefined ? nextNumber(history) : named(history, event.trial);
  if (number === undefined) return reject(history, "no trial is left to claim");
  const known = history.trials[number];
  history.claims.set(number, {
    number,
    attempt: (known?.attempt ?? 0) + 1,
    client: event.client,
    seq: event.seq,
    worker: event.worker,
    leaseMs: event.leaseMs,
    ...(event.budget !== undefined && { budget: event.budget }),
    position: event.position,
    time: event.time,
    started: false,
  });
  history.last = { number };
}

/** The first waiting trial, else the lowest number that was given back, else a new one; undefined past the limit. */
function nextNumber(history: History): number | undefined {
  if (!hasNumber(history)) return undefined;
  const limit = history.limits.trials ?? Number.POSITIVE_INFINITY;
  const index = history.waiting.findIndex((number) => number < limit);
  if (index >= 0) return history.waiting.splice(index, 1)[0];
  if (history.free.length > 0) return history.free.shift();
  const number = history.trials.length;
  history.trials.push(undefined);
  history.changedAt.push(history.position);
  return number;
}

/** The waiting or paused trial that a claim names, taken out of the queue. */
function named(history: History, number: number): number | undefined {
  const trial = history.trials[number];
  if (trial === undefined || history.claims.has(number)) return undefined;
  if (trial.state === "paused") return number;
  const index = history.waiting.indexOf(number);
  if (index < 0) return undefined;
  history.waiting.splice(index, 1);
  return number;
}

/** The open claim that an event speaks of, or a rejection. */
function held(history: History, number: number, attempt: number, started?: boolean): Claim | undefined {
  const claimed = history.claims.get(number);
  if (claimed === undefined || claimed.attempt !== attempt) {
    reject(history, staleness(history, number, attempt));
    return undefined;
  }
  if (started !== undefined && claimed.started !== started) {
    reject(history, started ? `trial ${number} has not started` : `trial ${number} has started already`);
    return undefined;
  }
  return claimed;
}

function staleness(history: History, number: number, attempt: number): string {
  const trial = history.trials[number];
  if (trial === undefined) return `there is no trial ${number}`;
  if (isFinished(trial.state)) return `trial ${number} is ${trial.state} already`;
  return `attempt ${attempt} of trial ${number} is not the current one`;
}

function start(history: History, event: Of<"started">): void {
  const claimed = held(history, event.trial, event.attempt, false);
  if (claimed === undefined) return;
  const before = history.trials[event.trial];
  const { params, origin, bracket, budget, fork, repeatOf } = event;
  if (repeatOf !== undefined && before === undefined) {
    const first = history.trials[repeatOf];
    if (first === undefined || first.repeatOf !== undefined)
      return reject(history, `there is no configuration ${repeatOf} to repeat`);
    history.repeats.set(repeatOf, [...(history.repeats.get(repeatOf) ?? []), event.trial]);
  }
  history.claims.set(event.trial, { ...claimed, started: true });
  put(history, {
    reports: NO_REPORTS,
    notes: {},
    ...before,
    number: event.trial,
    state: "running",
    attempt: event.attempt,
    space: versionOf(history, event, before),
    params: Object.freeze(params),
    times: { created: before?.times.created ?? claimed.time, started: event.time },
    ...(origin !== undefined && { origin }),
    ...(bracket !== undefined && { bracket }),
    ...(budget !== undefined && { budget }),
    ...(fork !== undefined && { fork }),
    ...(repeatOf !== undefined && { repeatOf }),
    error: undefined,
  });
  history.last = { number: event.trial };
}

function report(history: History, event: Of<"reported">): void {
  if (held(history, event.trial, event.attempt, true) === undefined) return;
  const trial = history.trials[event.trial] as Trial;
  put(history, { ...trial, reports: withReport(trial.reports, readReport(event, event.time)) });
  history.last = { number: event.trial, reported: true };
}

function judge(history: History, event: Of<"judged">): void {
  const claimed = held(history, event.trial, event.attempt, true);
  if (claimed === undefined) return;
  if (event.verdict !== "continue") history.claims.set(event.trial, { ...claimed, verdict: event.verdict });
  history.last = { number: event.trial };
}

function finish(history: History, event: Of<"finished">): void {
  if (held(history, event.trial, event.attempt, true) === undefined) return;
  const trial = history.trials[event.trial] as Trial;
  history.claims.delete(event.trial);
  const ended: Trial = {
    ...trial,
    ...(event.gradient && { gradient: numbersFromWire(event.gradient) }),
    ...outcome(history, event.state, event, trial.reports),
    times: { ...trial.times, finished: event.time },
  };
  const error = event.error ?? ended.error;
  const mishap = error?.kind === "infrastructure" ? "lost" : "failed";
  if (ended.state === "failed" && mayRetry(history, event.trial, mishap)) return wait(history, ended, error);
  put(history, error === undefined ? ended : { ...ended, error });
  history.last = { number: event.trial, ended: [event.trial] };
}

/** Counts a mishap; true if the same parameters are to be tried again. */
function mayRetry(history: History, number: number, kind: "lost" | "failed"): boolean {
  const mishaps = history.mishaps.get(number) ?? { lost: 0, failed: 0 };
  mishaps[kind]++;
  history.mishaps.set(number, mishaps);
  const { retriesLost = RETRIES_LOST, retriesFailed = RETRIES_FAILED } = history.limits;
  return mishaps[kind] <= (kind === "lost" ? retriesLost : retriesFailed);
}

/** Back to the head of the queue: what was begun is finished before anything new. */
function wait(history: History, trial: Trial, error?: TrialError): void {
  const { values: _values, losses: _losses, gradient: _gradient, tuned: _tuned, ...rest } = trial;
  put(history, { ...rest, state: "waiting", error });
  history.waiting.unshift(trial.number);
  history.last = { number: trial.number };
}

function withdraw(history: History, event: Of<"withdrawn">): void {
  const claimed = held(history, event.trial, event.attempt);
  if (claimed === undefined) return;
  history.claims.delete(event.trial);
  if (!claimed.started) return giveBack(history, event.trial);
  const trial = history.trials[event.trial] as Trial;
  if (claimed.verdict !== undefined) return settle(history, trial, claimed.verdict, event.time);
  wait(history, trial);
}

function expire(history: History, event: Of<"expired">): void {
  const claimed = held(history, event.trial, event.attempt);
  if (claimed === undefined) return;
  if (claimed.client !== event.owner)
    return reject(history, `the claim on trial ${event.trial} is another's`);
  if (claimed.leaseMs === undefined)
    return reject(history, `the claim on trial ${event.trial} never expires`);
  history.claims.delete(event.trial);
  if (!claimed.started) return giveBack(history, event.trial);
  const trial = history.trials[event.trial] as Trial;
  if (claimed.verdict !== undefined) return settle(history, trial, claimed.verdict, event.time);
  if (mayRetry(history, event.trial, "lost")) return wait(history, trial);
  const error = {
    kind: "infrastructure" as const,
    message: `lost ${history.mishaps.get(event.trial)?.lost} times`,
  };
  put(history, { ...trial, state: "failed", error, times: { ...trial.times, finished: event.time } });
  history.last = { number: event.trial, ended: [event.trial] };
}

/** A trial that was told to stop or pause and whose end nobody saw. */
function settle(history: History, trial: Trial, verdict: Claim["verdict"], time: number): void {
  const state = verdict === "pause" ? "paused" : "pruned";
  const ended = outcome(history, state, {}, trial.reports);
  put(history, { ...trial, ...ended, times: { ...trial.times, finished: time } });
  history.last = { number: trial.number, ended: [trial.number] };
}

/** An unstarted number goes to the next claim; a trial that waited or paused does so again. */
function giveBack(history: History, number: number): void {
  const trial = history.trials[number];
  if (trial?.state === "waiting") history.waiting.unshift(number);
  if (trial === undefined) {
    const index = history.free.findIndex((other) => other > number);
    history.free.splice(index < 0 ? history.free.length : index, 0, number);
  }
  history.last = { number };
}

function note(history: History, event: Of<"noted">): void {
  const { trial: number, key, value } = event;
  if (number === undefined) {
    if (value === null) delete history.notes[key];
    else history.notes[key] = value;
    return;
  }
  const trial = history.trials[number];
  if (trial === undefined) return reject(history, `there is no trial ${number}`);
  const { [key]: _before, ...others } = trial.notes;
  put(history, { ...trial, notes: value === null ? others : { ...others, [key]: value } });
  history.last = { number };
}

/** The finished and unfinished trials without the gaps of numbers that are not started. */
export function startedTrials(history: History): readonly Trial[] {
  return history.trials.filter((trial) => trial !== undefined);
}

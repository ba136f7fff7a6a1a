/**
 * Replay: derives every suggestion, promotion and verdict of a log again, from the log prefix that it was computed
 * from.
 */
import type { Configuration, Event, Verdict } from "../events.ts";
import type { Pruner } from "../pruner.ts";
import type { Sampler } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import type { Storage } from "../storage.ts";
import type { Json, Trial } from "../trial.ts";
import { promoted } from "./begin.ts";
import { Follower } from "./follower.ts";
import { Suggestions } from "./suggest.ts";

type Started = Extract<Event, { kind: "started" }>;
type Promoted = Extract<Event, { kind: "claimed" }>;

/** What a replay found. */
export interface Replay {
  /** Suggestions that came out the same. */
  readonly same: number;
  /** Those that did not, with what came out instead. */
  readonly different: readonly {
    readonly trial: number;
    readonly logged: Params;
    readonly replayed: Params | string;
  }[];
  /** Suggestions of a sampler that is not known here, or of another version of it. */
  readonly incomparable: readonly { readonly trial: number; readonly sampler: string }[];
  /** Verdicts and promotions that came out the same, and those that did not, in words. */
  readonly judged: { readonly same: number; readonly different: readonly string[] };
}

type Resolve<T> = (name: string, options?: Json) => T | undefined;

/**
 * Derives every suggestion, promotion and verdict again.
 *
 * @param sampler  the sampler of that name and options, or undefined if there is none
 * @param pruner   the same of a pruner; without it, verdicts are not looked at
 * @throws {NotFoundError} if there is no such study
 */
export async function replay(
  storage: Storage,
  study: string,
  sampler: Resolve<Sampler>,
  pruner: Resolve<Pruner> = () => undefined,
): Promise<Replay> {
  const events = await storage.read(study, 0);
  const asked = events.filter(
    (event): event is Started =>
      event.kind === "started" && event.basis !== undefined && event.sampler !== undefined,
  );
  const bySampler = new Map<string, Started[]>();
  for (const event of asked) {
    const key = JSON.stringify(event.sampler);
    bySampler.set(key, [...(bySampler.get(key) ?? []), event]);
  }
  const found = {
    same: 0,
    different: [] as Replay["different"][number][],
    incomparable: [] as Replay["incomparable"][number][],
  };
  for (const group of bySampler.values()) {
    const { name, version, options } = group[0].sampler as { name: string; version: number; options?: Json };
    const resolved = sampler(name, options);
    if (resolved?.version === version) await compare(events, group, resolved, pruner, found);
    else
      for (const { trial } of group)
        found.incomparable.push({ trial, sampler: `${name} version ${version}` });
  }
  found.different.sort((a, b) => a.trial - b.trial);
  return { ...found, judged: judgeAgain(events, pruner) };
}

/** Folds once through the log, stopping at each basis. */
async function compare(
  events: readonly Event[],
  started: readonly Started[],
  sampler: Sampler,
  pruner: Resolve<Pruner>,
  found: {
    same: number;
    different: Replay["different"][number][];
    incomparable: Replay["incomparable"][number][];
  },
): Promise<void> {
  const stages = stagesOf(events, pruner);
  let stage = stages[0];
  let follower = followerAt(events, 0, sampler, stage.pruner);
  let suggestions = new Suggestions(follower);
  for (const event of [...started].sort((a, b) => (a.basis as number) - (b.basis as number))) {
    const basis = event.basis as number;
    const now = stages.findLast(({ since }) => since <= basis) ?? stages[0];
    if (now !== stage) {
      stage = now;
      follower = followerAt(events, 0, sampler, stage.pruner);
      suggestions = new Suggestions(follower);
    }
    fold(follower, events, basis);
    const missing = follower.history.problem.space.constraints.find(({ known }) => !known);
    if (missing !== undefined) {
      const why = `where ${JSON.stringify(missing.name)}, a function that is not here`;
      found.incomparable.push({ trial: event.trial, sampler: why });
      continue;
    }
    const answer = await suggestions.at(event.trial);
    const replayed = typeof answer === "string" ? answer : answer.params;
    if (typeof replayed !== "string" && sameParams(replayed, event.params)) found.same++;
    else found.different.push({ trial: event.trial, logged: event.params, replayed });
  }
}

/** The pruners of a study, each with the position from which it was in force. */
function stagesOf(
  events: readonly Event[],
  resolve: Resolve<Pruner>,
): { readonly since: number; readonly chosen?: string; readonly pruner?: Pruner }[] {
  const stages: { since: number; chosen?: string; pruner?: Pruner }[] = [{ since: 0 }];
  let last: string | undefined;
  for (const event of events) {
    const chosen = event.kind === "configured" ? (event as Configuration).pruner : undefined;
    if (chosen === undefined || JSON.stringify(chosen) === last) continue;
    last = JSON.stringify(chosen);
    const pruner = chosen.name === "none" ? undefined : resolve(chosen.name, chosen.options);
    const isFirst = stages.length === 1 && stages[0].chosen === undefined;
    const since = isFirst ? 0 : event.position;
    if (isFirst) stages[0] = { since, chosen: chosen.name, ...(pruner && { pruner }) };
    else stages.push({ since, chosen: chosen.name, ...(pruner && { pruner }) });
  }
  return stages;
}

/** Every verdict and every promotion, folding once for each pruner that the study had. */
function judgeAgain(events: readonly Event[], resolve: Resolve<Pruner>): Replay["judged"] {
  const found = { same: 0, different: [] as string[] };
  const stages = stagesOf(events, resolve);
  const verdicts = verdictsOf(events);
  const take = (isSame: boolean, text: string) => (isSame ? found.same++ : found.different.push(text));
  stages.forEach(({ since, pruner }, index) => {
    if (pruner === undefined) return;
    const until = stages[index + 1]?.since ?? Number.POSITIVE_INFINITY;
    const follower = followerAt(events, 0, idle, pruner);
    const claims = events
      .filter((event): event is Promoted => event.kind === "claimed" && event.budget !== undefined)
      .sort((a, b) => (a.basis as number) - (b.basis as number));
    for (const event of events) {
      if (event.position > until) break;
      for (; claims.length > 0 && (claims[0].basis as number) < event.position; claims.shift()) {
        if ((claims[0].basis as number) < since) continue;
        const { trial, budget } = claims[0];
        follower.prepare();
        let again = false;
        for (const claim of promoted(follower)) {
          again = claim.trial === trial && claim.budget === budget;
          if (again) break;
        }
        take(again, `trial ${trial} was promoted to step ${budget}, and would not be now`);
      }
      follower.apply(event);
      if (event.kind !== "reported" || follower.history.last.rejected !== undefined || event.position < since)
        continue;
      follower.prepare();
      const verdict = pruner.judge(follower.prunerState, follower.history.trials[event.trial] as Trial);
      const logged = verdicts.get(event.position);
      if (logged === undefined) continue; // whoever was to judge was lost before
      take(
        verdict === logged,
        `trial ${event.trial} at step ${event.step} was told to ${logged}, and would be told to ${verdict} now`,
      );
    }
  });
  return found;
}

/**
 * The verdict on each report, by the position of the report: what was written of that step, or else to go on. None where
 * nothing more was heard of that attempt, and none where the same step was reported again before it was judged.
 */
function verdictsOf(events: readonly Event[]): ReadonlyMap<number, Verdict> {
  const verdicts = new Map<number, Verdict>();
  /** By attempt: the report of each step, and the last of all. */
  const attempts = new Map<string, { readonly byStep: Map<number, number>; last?: number }>();
  for (const event of events) {
    if (event.kind !== "reported" && event.kind !== "judged" && event.kind !== "finished") continue;
    const key = `${event.trial}.${event.attempt}`;
    const attempt = attempts.get(key) ?? { byStep: new Map<number, number>() };
    attempts.set(key, attempt);
    if (event.kind === "judged") {
      const position = attempt.byStep.get(event.step);
      if (position !== undefined) verdicts.set(position, event.verdict);
      continue;
    }
    if (attempt.last !== undefined && !verdicts.has(attempt.last)) verdicts.set(attempt.last, "continue");
    if (event.kind === "finished") continue;
    const again = attempt.byStep.get(event.step);
    if (again !== undefined && verdicts.get(again) === "continue") verdicts.delete(again);
    attempt.byStep.set(event.step, event.position);
    attempt.last = event.position;
  }
  return verdicts;
}

/** Stands in for the sampler where only the pruner matters. */
const idle: Sampler<null> = {
  name: "idle",
  version: 0,
  init: () => null,
  tell: () => null,
  ask: () => "wait",
};

function followerAt(events: readonly Event[], position: number, sampler: Sampler, pruner?: Pruner): Follower {
  const follower = new Follower({ sampler, ...(pruner && { pruner }) });
  fold(follower, events, position);
  return follower;
}

/** Takes the follower on to that position of the log. */
function fold(follower: Follower, events: readonly Event[], position: number): void {
  for (let next = follower.history?.position ?? 0; next < events.length; next++) {
    if (events[next].position > position) return;
    follower.apply(events[next]);
  }
}

function sameParams(a: Params, b: Params): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}

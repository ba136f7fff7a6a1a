/**
 * Replay: derives every suggestion of a log again, from the log prefix that it was computed from.
 */
import type { Event } from "../events.ts";
import type { Sampler } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import type { Storage } from "../storage.ts";
import type { Json } from "../trial.ts";
import { Follower } from "./follower.ts";
import { Suggestions } from "./suggest.ts";

type Started = Extract<Event, { kind: "started" }>;

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
}

/**
 * Derives every suggestion again.
 *
 * @param resolve  the sampler of that name and options, or undefined if there is none
 * @throws {NotFoundError} if there is no such study
 */
export async function replay(
  storage: Storage,
  study: string,
  resolve: (name: string, options?: Json) => Sampler | undefined,
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
    const sampler = resolve(name, options);
    if (sampler?.version === version) await compare(events, group, sampler, found);
    else
      for (const { trial } of group)
        found.incomparable.push({ trial, sampler: `${name} version ${version}` });
  }
  found.different.sort((a, b) => a.trial - b.trial);
  return found;
}

/** Folds once through the log, stopping at each basis. */
async function compare(
  events: readonly Event[],
  started: readonly Started[],
  sampler: Sampler,
  found: { same: number; different: Replay["different"][number][] },
): Promise<void> {
  const follower = new Follower({ sampler });
  const suggestions = new Suggestions(follower);
  let next = 0;
  for (const event of [...started].sort((a, b) => (a.basis as number) - (b.basis as number))) {
    while (next < events.length && events[next].position <= (event.basis as number))
      follower.apply(events[next++]);
    const answer = await suggestions.at(event.trial);
    const replayed = typeof answer === "string" ? answer : answer.params;
    if (typeof replayed !== "string" && sameParams(replayed, event.params)) found.same++;
    else found.different.push({ trial: event.trial, logged: event.params, replayed });
  }
}

function sameParams(a: Params, b: Params): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}

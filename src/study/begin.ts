/**
 * How trials begin: which are claimed, and what is written down when one starts. Shared by the loop and by those who
 * ask for trials themselves.
 */
import { sleep } from "../clock.ts";
import { ConflictError } from "../errors.ts";
import type { EventBody } from "../events.ts";
import type { Change, Claim } from "../history.ts";
import { rng } from "../random.ts";
import type { Sampler, Suggestion } from "../sampler.ts";
import type { Trial } from "../trial.ts";
import type { Follower } from "./follower.ts";
import type { Log } from "./log.ts";
import { type Suggestions, settledParams } from "./suggest.ts";

type Started = Extract<EventBody, { kind: "started" }>;

/** Who claims, and for how long unless it is renewed. */
interface Claimant {
  readonly worker: string;
  readonly leaseMs?: number;
}

/** Claims on paused trials that the pruner promotes, at most so many. */
export function promotions(follower: Follower, most: number, claimant: Claimant): EventBody[] {
  const claims: EventBody[] = [];
  if (most <= 0) return claims;
  for (const next of promoted(follower)) {
    claims.push({ kind: "claimed", ...claimant, ...next, basis: follower.history.position });
    if (claims.length >= most) break;
  }
  return claims;
}

/** The paused trials that the pruner promotes at this position, one after the other. */
export function* promoted(
  follower: Follower,
): Generator<{ readonly trial: number; readonly budget: number }> {
  follower.prepare(); // the problem may have changed since the pruner was told last
  const { pruner, prunerState, history } = follower;
  const taken = new Set(history.claims.keys());
  for (;;) {
    const next = pruner?.promote?.(prunerState, taken);
    if (next === undefined || taken.has(next.trial) || history.trials[next.trial]?.state !== "paused") return;
    taken.add(next.trial);
    yield next;
  }
}

/** The start of a claimed trial whose params need no suggestion: promoted, tried before, or enqueued whole. */
export function settledStart(follower: Follower, claim: Claim): Started | undefined {
  follower.prepare();
  const { history, pruner, prunerState } = follower;
  const params = settledParams(history, claim);
  if (params === undefined) return undefined;
  const { number, attempt } = claim;
  const before = history.trials[number];
  const isNew = before?.attempt === 0;
  const assigned = isNew
    ? pruner?.assign?.(prunerState, number, rng(history.problem.seed, "assign", number))
    : {};
  const budget = claim.budget ?? assigned?.budget ?? before?.budget;
  return {
    kind: "started",
    trial: number,
    attempt,
    params,
    ...(assigned?.bracket !== undefined && { bracket: assigned.bracket }),
    ...(budget !== undefined && { budget }),
  };
}

/** The start of a trial that a sampler suggested. */
export function suggestedStart(
  { name, version, options }: Sampler,
  { number, attempt }: Pick<Claim, "number" | "attempt">,
  { params, budget, origin, fork, repeatOf, bracket }: Suggestion & { readonly bracket?: number },
  basis: number,
): Started {
  return {
    kind: "started",
    trial: number,
    attempt,
    params,
    basis,
    sampler: { name, version, ...(options !== undefined && { options }) },
    ...(origin !== undefined && { origin }),
    ...(bracket !== undefined && { bracket }),
    ...(budget !== undefined && { budget }),
    ...(fork !== undefined && { fork }),
    ...(repeatOf !== undefined && { repeatOf }),
  };
}

/** How long to wait before a sampler that said "wait" is asked again. */
const WAIT_MS = 100;

/** Starts claimed trials, waiting for the sampler where it says so; those for which nothing is left are given back. */
export async function startAll(
  log: Log,
  suggestions: Suggestions,
  claimed: readonly number[],
): Promise<Trial[]> {
  const { follower } = log;
  const trials: Trial[] = [];
  let numbers = claimed;
  while (numbers.length > 0) {
    const bodies: EventBody[] = [];
    await log.exclusive(async () => {
      for (const number of numbers) bodies.push(...(await startOf(follower, suggestions, number)));
    });
    const changes = await log.append(...bodies);
    await giveBack(log, bodies, changes);
    bodies.forEach((body, index) => {
      if (body.kind === "started" && changes[index].rejected === undefined)
        trials.push(follower.history.trials[body.trial] as Trial);
    });
    const answered = new Set(bodies.map((body) => (body as { trial: number }).trial));
    numbers = numbers.filter((number) => !answered.has(number) && follower.history.claims.has(number));
    if (numbers.length > 0) await sleep(WAIT_MS);
    await log.sync();
  }
  return trials;
}

/**
 * Gives back what the log did not let start though it is ours: a sampler that repeats what there is not.
 *
 * @throws {ConflictError} if there is such a trial
 */
export async function giveBack(
  log: Log,
  bodies: readonly EventBody[],
  changes: readonly Change[],
): Promise<void> {
  const refused = bodies.flatMap((body, index): EventBody[] => {
    if (body.kind !== "started" || changes[index].rejected === undefined) return [];
    const claim = log.follower.history.claims.get(body.trial);
    if (claim === undefined || claim.attempt !== body.attempt || claim.client !== log.client) return []; // lost meanwhile
    return [{ kind: "withdrawn", trial: body.trial, attempt: body.attempt }];
  });
  if (refused.length === 0) return;
  await log.append(...refused);
  const why = changes.find(({ rejected }) => rejected !== undefined)?.rejected;
  throw new ConflictError(`${log.follower.sampler.name} suggested what cannot be started: ${why}`);
}

/** What starts a claimed trial, or gives it back; nothing where the sampler says "wait". */
async function startOf(follower: Follower, suggestions: Suggestions, number: number): Promise<EventBody[]> {
  const claim = follower.history.claims.get(number);
  if (claim === undefined) return [];
  const settled = settledStart(follower, claim);
  if (settled !== undefined) return [settled];
  const { answer, basis } = await suggestions.for(number);
  if (answer === "wait") return [];
  if (answer === "done") return [{ kind: "withdrawn", trial: number, attempt: claim.attempt }];
  return [suggestedStart(follower.sampler, claim, answer, basis)];
}

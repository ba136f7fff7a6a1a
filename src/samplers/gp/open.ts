/**
 * Trials without an end, as models take them: what has reported is observed, what has not is believed to come out as
 * predicted (kriging believer; Ginsbourger et al. 2010).
 */
import { constraintsOf } from "../../history/outcome.ts";
import { lastLosses } from "../../history/reported.ts";
import type { Posterior } from "../../models/gp/posterior.ts";
import type { Problem } from "../../problem.ts";
import { adoptEncoded } from "../../space/adopt.ts";
import type { Encoded } from "../../space/types.ts";
import type { Trial } from "../../trial.ts";
import { type Observation, type Observed, observationOf } from "../observed.ts";
import { MOST_PENDING, type Model, type Overlay } from "./model.ts";
import type { Outcome } from "./outcomes.ts";

export interface Open {
  /** What was told, where a trial that was told as paused has come further since. */
  readonly overlay?: Overlay;
  /** Trials that were never told and have reported. */
  readonly reported: readonly Observation[];
  /** Points of those of which nothing is known yet. */
  readonly pending: readonly Encoded[];
}

/** Sorts open trials; the latest, where there are very many: `most` are looked at. */
export function sortOpen(observed: Observed, open: readonly Trial[], most = MOST_PENDING): Open {
  const { problem, places } = observed;
  const reported: Observation[] = [];
  const pending: Encoded[] = [];
  const further = new Map<number, Observation>();
  for (const trial of open.slice(-most)) {
    const place = places.get(trial.number);
    const observation = trial.reports.length > 0 ? soFar(problem, trial, observed) : undefined;
    if (place !== undefined) {
      if (observation !== undefined && observation.step > observed.list[place].step)
        further.set(place, observation);
    } else if (observation !== undefined) reported.push(observation);
    else {
      const point = adoptEncoded(problem.space, trial.params);
      if (point !== undefined) pending.push(point);
    }
  }
  if (further.size === 0) return { reported, pending };
  const key = [...further].map(([place, { step }]) => `${place}@${step}`).join();
  const list = observed.list.map((told, place) => further.get(place) ?? told);
  return { reported, pending, overlay: { key, list } };
}

/** A trial at its last report. */
function soFar(problem: Problem, trial: Trial, { reading }: Observed): Observation | undefined {
  const { reports } = trial;
  const { values } = reports[reports.length - 1];
  const losses = lastLosses(problem, trial);
  const outcome = { ...(losses && { losses }), ...constraintsOf(problem, undefined, values, reports) };
  return observationOf(problem, { ...trial, ...outcome }, reading);
}

/** A posterior that trials are appended to for a while, and the coordinates that it takes. */
type Host = Pick<Model, "features"> & { readonly posterior: Posterior };

/** Does `work`, and forgets what it has appended to these posteriors. */
export function provisionally<T>(hosts: readonly Host[], work: () => T): T {
  const sizes = hosts.map(({ posterior }) => posterior.size);
  for (const { posterior } of hosts) posterior.hold();
  try {
    return work();
  } finally {
    hosts.forEach(({ posterior }, h) => {
      posterior.truncate(sizes[h]);
    });
  }
}

/** Lets points count as if they came out as predicted. */
export function believe(hosts: readonly Host[], points: readonly Encoded[]): void {
  for (const { features, posterior } of hosts) {
    const x = new Float64Array(features.numeric + features.nominal);
    for (const point of points) {
      features.write(point, x, 0);
      posterior.append(x);
    }
  }
}

/** Lets trials that have reported count as observed so far. */
export function inform(models: readonly Outcome[], reported: readonly Observation[]): void {
  for (const { features, posterior, warp, memo } of models) {
    const x = new Float64Array(features.numeric + features.nominal);
    for (const observation of reported) {
      const value = memo.target.valueOf(observation);
      if (value === undefined) continue;
      features.write(observation, x, 0);
      posterior.append(x, warp.apply(value));
    }
  }
}

/**
 * How few trials a good setting takes: `npm run bench:quality`. Prints tables and writes bench/results/quality.json.
 *
 * Without flags it does the whole protocol: every part of quality/tracks.ts, every contender that they name.
 * Formulas are always there; with FETTLE_BENCH_DATA surrogates and tables too. Peers run where FETTLE_BENCH_PYTHON
 * (or FETTLE_BENCH_PYTHON_<PEER>, or python3) can import them. Cells that were run before are read from bench/curves/,
 * so that it may be stopped and gone on with.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { samplers } from "../src/registry.ts";
import { type Contender, ours, peer } from "./quality/contenders.ts";
import { effects } from "./quality/effects.ts";
import { limitOf } from "./quality/limits.ts";
import { curvesOf } from "./quality/regrets.ts";
import { report } from "./quality/report.ts";
import { type Entry, missingWork, runWork } from "./quality/run.ts";
import type { AnyTask } from "./quality/task.ts";
import { allTasks, severalTasks } from "./quality/tasks/index.ts";
import { PARTS, type Part, type Track } from "./quality/tracks.ts";

const { values: flags } = parseArgs({
  options: {
    /** Which parts; all unless given. */
    track: { type: "string", default: Object.keys(PARTS).join() },
    samplers: { type: "string" },
    peers: { type: "string" },
    /** Parts of names, or families. */
    tasks: { type: "string", default: "" },
    /** Instead of the protocol's; peers never do more than their limits say. */
    seeds: { type: "string" },
    trials: { type: "string" },
    /** Processes at a time. */
    jobs: { type: "string", default: "1" },
    /** Runs anew what was run before. */
    fresh: { type: "boolean", default: false },
    "report-only": { type: "boolean", default: false },
  },
});

const listed = (text: string) => text.split(",").filter((name) => name !== "");
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
const asked = { seeds: number(flags.seeds), trials: number(flags.trials) };
const parts = listed(flags.track).map((name): [string, Part] => {
  if (!Object.hasOwn(PARTS, name))
    throw new Error(`there is no track ${name}; there are ${Object.keys(PARTS)}`);
  return [name, PARTS[name]];
});
const isAsked = ({ name, family }: AnyTask) =>
  flags.tasks === "" || listed(flags.tasks).some((some) => name.includes(some) || family === some);
const single = allTasks().filter(isAsked);
const several = severalTasks().filter(isAsked);

const tracksOf = ({ base, tracks }: Part): readonly Track[] =>
  base === undefined ? tracks : [base, ...tracks];
const tracks = [...new Set(parts.flatMap(([, part]) => tracksOf(part)))];
const tasksOf = (track: Track): readonly AnyTask[] =>
  track.several ? several : single.filter((task) => track.tasks?.(task) ?? true);

const contenders: Contender[] = (
  flags.samplers === undefined
    ? [...new Set(tracks.flatMap((track) => track.samplers))].filter((name) => Object.hasOwn(samplers, name))
    : listed(flags.samplers)
).map(ours);
for (const name of flags.peers === undefined
  ? new Set(tracks.flatMap((track) => track.peers))
  : listed(flags.peers)) {
  const found = await peer(name);
  if (found === undefined) console.error(`${name} cannot be imported here`);
  else contenders.push(found);
}

/** What the command line names takes part everywhere, otherwise whom the track names. */
function contendersOf(track: Track): readonly Contender[] {
  return contenders.filter(({ name, isPeer }) => {
    const named = isPeer ? flags.peers : flags.samplers;
    const own = isPeer ? track.peers : track.samplers;
    return named !== undefined || own.includes(name);
  });
}

const entries = tracks.flatMap((track) =>
  contendersOf(track).map((contender): Entry => {
    const limit = limitOf(contender, track, asked);
    const takes = (task: AnyTask) => (limit.tasks?.includes(task.name) ?? true) && contender.takes(task);
    return { contender, track, limit, tasks: tasksOf(track).filter(takes) };
  }),
);
if (!flags["report-only"]) {
  const versions = new Map(contenders.map(({ name, version }) => [name, version]));
  await runWork(missingWork(entries, flags.fresh), versions, Number(flags.jobs));
}
for (const contender of contenders) await contender.close();

const data: Record<string, unknown> = {};
for (const [name, part] of parts) {
  const { base, tracks } = part;
  const curves = curvesOf(contenders, tasksOf(tracks[0]));
  const who = contendersOf(tracks[0]);
  const result =
    base === undefined ? report(who, tracks[0].name, part, curves) : effects(who, { ...part, base }, curves);
  console.log(`## ${part.title}\n\n${result.markdown}`);
  data[name] = result.data;
}
const folder = fileURLToPath(new URL("./results/", import.meta.url));
mkdirSync(folder, { recursive: true });
const about = { date: new Date().toISOString(), node: process.version, flags };
writeFileSync(`${folder}quality.json`, `${JSON.stringify({ ...about, ...data }, null, 2)}\n`);

/**
 * What the analysis of several objectives costs: hypervolumes and non-dominated sorts, beside pymoo and Optuna on the
 * same points. Whether all agree is checked, too.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { hypervolume, nondominatedRanks, rng } from "../../src/index.ts";

/** What is done, in how many objectives, to how many points; those that the goals name, and their neighbours. */
const WORK = [
  { what: "hypervolume", n: 200, m: 2 },
  { what: "hypervolume", n: 200, m: 3 },
  { what: "hypervolume", n: 200, m: 4 },
  { what: "hypervolume", n: 200, m: 5 },
  { what: "hypervolume", n: 100, m: 6 },
  { what: "hypervolume", n: 50, m: 8 },
  { what: "sort", n: 10_000, m: 2 },
  { what: "sort", n: 10_000, m: 3 },
  { what: "sort", n: 10_000, m: 4 },
] as const;
/** How often each is measured in a round: until both are reached. */
const LEAST_TIMES = 3;
const ENOUGH_MS = 300;
/** Each objective of the reference point; points on the front lie between 0 and 1. */
const REFERENCE = 1.1;
/** Hypervolumes that differ by more than this share are not the same. */
const ROUNDING = 1e-9;

type Work = (typeof WORK)[number];

/** CPU milliseconds of one contender. */
interface Found {
  readonly work: number;
  readonly who: string;
  /** The first call of a process, and the median of those that follow. */
  readonly first: number;
  readonly median: number;
  /** The hypervolume, or a sum over ranks that differs where any of them does. */
  readonly result: number;
}

export interface FrontsRow extends Found {
  readonly round: number;
}

/** Ours and the peers' in turns. */
export function measureFronts(rounds: number): FrontsRow[] {
  const points = WORK.map(pointsOf);
  return Array.from({ length: rounds }, (_, k) =>
    [...own(points), ...peers(points)].map((found) => ({ ...found, round: k + 1 })),
  ).flat();
}

/** On the front of DTLZ2, a sphere, for volumes: there none is dominated. Anywhere in the cube for sorts. */
function pointsOf({ what, n, m }: Work): Float64Array {
  const stream = rng(1, what, m);
  const row = (): number[] => {
    if (what === "sort") return Array.from({ length: m }, () => stream.uniform());
    const direction = Array.from({ length: m }, () => Math.abs(stream.normal()));
    const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    return direction.map((value) => value / length);
  };
  return Float64Array.from(Array.from({ length: n }, row).flat());
}

function own(points: readonly Float64Array[]): Found[] {
  return WORK.map(({ what, n, m }, work) => {
    const reference = new Float64Array(m).fill(REFERENCE);
    let result = 0;
    const costs: number[] = [];
    for (let spent = 0; costs.length <= LEAST_TIMES || spent < ENOUGH_MS; ) {
      const begun = process.cpuUsage();
      if (what === "hypervolume") result = hypervolume(points[work], n, m, reference);
      else result = summed(nondominatedRanks(points[work], n, m));
      const { user, system } = process.cpuUsage(begun);
      costs.push((user + system) / 1000);
      spent += costs[costs.length - 1];
    }
    const [first, ...others] = costs;
    return { work, who: "fettle", first, median: median(others), result };
  });
}

const summed = (ranks: Int32Array) => ranks.reduce((sum, rank, i) => sum + rank * (i + 1), 0);

/** Of every peer that can be imported. */
function peers(points: readonly Float64Array[]): Found[] {
  const python = process.env.FETTLE_BENCH_PYTHON ?? "python3";
  const script = fileURLToPath(new URL("../peers/fronts.py", import.meta.url));
  const work = WORK.map((one, i) => ({ ...one, points: Array.from(points[i]) }));
  const input = JSON.stringify({ work, reference: REFERENCE, times: LEAST_TIMES, enough: ENOUGH_MS });
  const env = { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const { status, stdout } = spawnSync(python, [script], {
    input,
    encoding: "utf8",
    env,
    maxBuffer: 2 ** 26,
  });
  return status === 0 ? JSON.parse(stdout) : [];
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

export function frontsTable(rows: readonly FrontsRow[]): string {
  const names = [...new Set(rows.map(({ who }) => who))];
  const text = [
    "CPU milliseconds, medians (in brackets how many times what ours costs; first: the first call of the process):",
    "",
    `| what | points | objectives | ${names.join(" | ")} | first |`,
    `|---|--:|--:|${names.map(() => "--:|").join("")}--:|`,
  ];
  const differing = new Set<string>();
  WORK.forEach(({ what, n, m }, work) => {
    const own = rows.filter((row) => row.work === work);
    const of = (name: string) => own.filter(({ who }) => who === name);
    const ours = median(of("fettle").map((row) => row.median));
    const cells = names.map((name) => {
      const found = of(name);
      if (found.length === 0) return "–";
      const [{ result }] = found;
      if (!(Math.abs(result - of("fettle")[0].result) <= ROUNDING * Math.abs(result)))
        differing.add(`${name}: ${what} of ${n} points in ${m} objectives`);
      const cost = median(found.map((row) => row.median));
      return name === "fettle"
        ? cost.toPrecision(3)
        : `${cost.toPrecision(3)} (${(cost / ours).toFixed(2)}×)`;
    });
    const [{ first }] = of("fettle");
    text.push(`| ${what} | ${n} | ${m} | ${cells.join(" | ")} | ${first.toPrecision(3)} |`);
  });
  text.push("", differing.size === 0 ? "All results agree." : `Other results: ${[...differing].join("; ")}.`);
  return text.join("\n");
}

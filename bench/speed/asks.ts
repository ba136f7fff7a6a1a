/**
 * What an ask costs, ours and peers' in turns.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { samplers } from "../../src/registry.ts";
import type { Measured, Order } from "./measure.ts";
import { SPACES } from "./spaces.ts";

/**
 * Models that are fitted anew now and then: what a trial costs is the mean over a window with such fits in it. Ours are
 * fitted at every 10 % more trials, so that a window of a tenth of the trials (and of 20 at least) has its share of
 * them, wherever it begins; SMAC fits at every eighth. For others the median says what a cycle costs.
 */
const REFITTING = new Set(["auto", "gp", "forest", "turbo", "smac"]);
const SMAC_CYCLES = 8;

/** Up to how many trials each is taken, where it is not a thousand. */
const MOST: Readonly<Record<string, number>> = {
  ...{ random: 10_000, tpe: 10_000, "optuna-tpe": 10_000, "rustuna-tpe": 10_000 },
  ...{ smac: 300, hebo: 300, ax: 300 },
};
/** Asks of peers that take seconds each. */
const FEW: Readonly<Record<string, number>> = { "optuna-gp": 3, smac: SMAC_CYCLES, hebo: 3, ax: 3 };

/** In this order, so that each of ours has a peer next to it. */
const ALL: readonly (readonly [string, boolean])[] = [
  ["random", false],
  ["rustuna-tpe", true],
  ["tpe", false],
  ["optuna-tpe", true],
  ["cmaes", false],
  ["smac", true],
  ["catcma", false],
  ["optuna-gp", true],
  ["gp", false],
  ["hebo", true],
  ["auto", false],
  ["ax", true],
  ["forest", false],
  ["turbo", false],
];

/** Whom to compare with whom, and what the ratio is to be, by space and size. */
const PAIRS: readonly {
  readonly ours: string;
  readonly peer: string;
  readonly bars?: Readonly<Record<string, Readonly<Record<number, number>>>>;
}[] = [
  {
    ours: "tpe",
    peer: "optuna-tpe",
    bars: { floats: { 100: 30, 1000: 30 }, mixed: { 100: 10, 1000: 10 } },
  },
  { ours: "tpe", peer: "rustuna-tpe", bars: { mixed: { 100: 1, 1000: 1 } } },
  {
    ours: "gp",
    peer: "optuna-gp",
    bars: { floats: { 100: 10, 300: 10, 1000: 10 }, mixed: { 100: 10, 300: 10, 1000: 10 } },
  },
  { ours: "gp", peer: "hebo" },
  { ours: "gp", peer: "ax" },
  { ours: "forest", peer: "smac" },
];

export interface Wanted {
  readonly samplers: readonly string[];
  readonly peers: readonly string[];
  readonly sizes: readonly number[];
  readonly rounds: number;
}

export interface AskRow extends Measured {
  readonly name: string;
  readonly space: string;
  readonly size: number;
  /** One of `rounds`, from 1. */
  readonly round: number;
}

export const OUR_SAMPLERS = ALL.flatMap(([name, isPeer]) => (isPeer ? [] : [name]));
export const PEERS = ALL.flatMap(([name, isPeer]) => (isPeer ? [name] : []));

const run = promisify(execFile);
const ONE_THREAD = { OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };

/** Measures all; each order is a process of its own, one at a time. */
export async function measureAsks(wanted: Wanted, say: (text: string) => void): Promise<AskRow[]> {
  const rows: AskRow[] = [];
  const absent = new Set<string>();
  const takesPart = ([name, isPeer]: readonly [string, boolean]) =>
    isPeer ? wanted.peers.includes(name) : wanted.samplers.includes(name) && Object.hasOwn(samplers, name);
  for (let round = 1; round <= wanted.rounds; round++)
    for (const space of Object.keys(SPACES))
      for (const size of wanted.sizes)
        for (const [name, isPeer] of ALL.filter(takesPart)) {
          if (size > (MOST[name] ?? 1000) || absent.has(`${name} ${space}`)) continue;
          const cycles = isPeer ? (FEW[name] ?? 20) : Math.min(100, Math.max(20, Math.ceil(size / 10)));
          const result = await measureOne({ name, isPeer, space, size, cycles, seed: round });
          if (typeof result === "string") {
            absent.add(`${name} ${space}`);
            say(`${name} on ${SPACES[space].name}: ${result}`);
          } else {
            rows.push({ name, space, size, round, ...result });
            say(`round ${round}, ${space}, ${size}: ${name} ${result.mean.toPrecision(3)} ms`);
          }
        }
  return rows;
}

/** What was measured, or why nothing was. */
async function measureOne(order: Order): Promise<Measured | string> {
  const child = fileURLToPath(new URL("measure.ts", import.meta.url));
  const env = { ...process.env, ...ONE_THREAD };
  try {
    const { stdout } = await run(process.execPath, [child, JSON.stringify(order)], { env });
    return (JSON.parse(stdout) as Measured | null) ?? "cannot be imported here";
  } catch (error) {
    const lines = (error as { stderr?: string }).stderr?.split("\n") ?? [String(error)];
    return lines.find((line) => /^\w*Error: /.test(line)) ?? "failed";
  }
}

const medianOf = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
};
const digits = (value: number) =>
  value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** The tables of one space, then the ratios. */
export function askTables(rows: readonly AskRow[], sizes: readonly number[]): string {
  const found = (name: string, space: string, size: number) =>
    rows.filter((row) => row.name === name && row.space === space && row.size === size);
  const names = ALL.map(([name]) => name).filter((name) => rows.some((row) => row.name === name));
  const text: string[] = [];
  for (const [space, { name: title }] of Object.entries(SPACES)) {
    text.push(`CPU milliseconds of ask and tell, median and mean, and peak memory in MB: ${title}`, "");
    text.push(line(["contender", ...sizes.map((size) => `n=${size.toLocaleString("en")}`)]));
    text.push(`|---|${sizes.map(() => "--:|").join("")}`);
    for (const name of names) {
      const cells = sizes.map((size) => {
        const measured = found(name, space, size);
        if (measured.length === 0) return "";
        const of = (key: "median" | "mean" | "peakMegabytes") => medianOf(measured.map((row) => row[key]));
        return `${digits(of("median"))}, ${digits(of("mean"))}; ${Math.round(of("peakMegabytes"))}`;
      });
      const version = rows.find((row) => row.name === name)?.version;
      if (cells.some((cell) => cell !== "")) text.push(line([`${name} ${version}`, ...cells]));
    }
    text.push("");
  }
  return [...text, ...ratioTable(rows, sizes)].join("\n");
}

/** How many times a peer's cost is ours, by round; the median of the rounds, and the lowest and highest. */
function ratioTable(rows: readonly AskRow[], sizes: readonly number[]): string[] {
  const cost = ({ name, mean, median }: AskRow) => (REFITTING.has(name) ? mean : median);
  const lines = PAIRS.flatMap(({ ours, peer, bars }) =>
    Object.keys(SPACES).flatMap((space) => {
      const cells = sizes.map((size) => {
        const at = rows.filter((row) => row.space === space && row.size === size);
        const ratios = at
          .filter(({ name }) => name === ours)
          .flatMap((own) => {
            const other = at.find(({ name, round }) => name === peer && round === own.round);
            return other === undefined ? [] : [cost(other) / cost(own)];
          });
        if (ratios.length === 0) return "";
        const bar = bars?.[space]?.[size];
        const range = `${digits(medianOf(ratios))}× (${digits(Math.min(...ratios))}–${digits(Math.max(...ratios))})`;
        return bar === undefined ? range : `${range}, bar ${bar}×`;
      });
      return cells.some((cell) => cell !== "") ? [line([`${ours} against ${peer}`, space, ...cells])] : [];
    }),
  );
  if (lines.length === 0) return [];
  return [
    `How many times cheaper, of means where models are fitted anew now and then (${[...REFITTING].join(", ")}), else of medians:`,
    "",
    line(["who", "space", ...sizes.map((size) => `n=${size.toLocaleString("en")}`)]),
    `|---|---|${sizes.map(() => "--:|").join("")}`,
    ...lines,
  ];
}

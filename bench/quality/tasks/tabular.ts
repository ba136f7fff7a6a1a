/**
 * Grids on which everything was trained: a configuration's loss is the mean over the seeds of its trainings.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { categorical, type Group, ordinal, type Params, space } from "../../../src/index.ts";
import type { Task } from "../task.ts";

interface Grid {
  readonly kind: "grid";
  readonly direction: "minimize" | "maximize";
  readonly params: Readonly<Record<string, readonly (string | number)[]>>;
  readonly types: Readonly<Record<string, string>>;
  readonly seeds: number;
}

const USED = [
  "hpobench-car",
  "hpobench-vehicle",
  "hpobench-segment",
  "hpolib-protein_structure",
  "hpolib-slice_localization",
  "nasbench201-cifar10",
  "nasbench201-imagenet",
];

export function tabular(folder: string): Task[] {
  const manifest = JSON.parse(readFileSync(join(folder, "tabular", "manifest.json"), "utf8"));
  return USED.map((name) => task(folder, name, manifest[`${name}.f32`]));
}

function task(folder: string, name: string, { params: axes, types, seeds, direction }: Grid): Task {
  const bytes = readFileSync(join(folder, "tabular", `${name}.f32`));
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const sign = direction === "maximize" ? -1 : 1;
  const finiteOf = (row: number) =>
    [...values.subarray(row * seeds, (row + 1) * seeds)].filter(Number.isFinite);
  const losses = Float64Array.from({ length: values.length / seeds }, (_, row) => {
    const finite = finiteOf(row);
    return finite.length > 0
      ? (sign * finite.reduce((sum, value) => sum + value, 0)) / finite.length
      : Number.NaN;
  });
  const names = Object.keys(axes);
  const rowOf = (params: Params) =>
    names.reduce((row, path) => row * axes[path].length + axes[path].indexOf(params[path] as never), 0);
  const parameter = (path: string) =>
    types[path] === "str" ? categorical(axes[path] as never) : ordinal(axes[path] as never);
  return {
    name,
    family: name.split("-")[0] === "nasbench201" ? "nas" : "tabular",
    space: space(Object.fromEntries(names.map((path) => [path, parameter(path)])) as Group),
    best: losses
      .filter((loss) => !Number.isNaN(loss))
      .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    loss: (params) => losses[rowOf(params)],
    repeat(params, which) {
      const finite = finiteOf(rowOf(params));
      return finite.length > 0 ? sign * finite[Math.floor(which * finite.length)] : Number.NaN;
    },
  };
}

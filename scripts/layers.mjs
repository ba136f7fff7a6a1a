// Who may import whom in src/: the table of the design, checked.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** From the ground up. Folders of one line never import each other; files beside them may. */
const LEVELS = [
  ["errors", "clock", "random", "math"],
  ["space", "trial", "events", "problem", "options", "history"],
  ["sampler", "pruner", "terminator", "storage", "engine", "objective", "compute"],
  ["models", "autodiff"],
  ["analysis"],
  ["samplers", "pruners", "terminators", "storages", "engines", "testing"],
  ["study"],
  ["registry"],
  ["tune"],
  ["config"],
  ["terminal"],
  ["index", "node", "gradient", "automl"],
  ["cli"],
];

/** These run in a browser too: no module of Node's, no package. */
const NODE_ONLY = [
  /^storages\/(sqlite|schema)/,
  /^engines\/(process|threads)/,
  /^compute\//,
  /^config\//,
  /^terminal\//,
  /^cli\//,
  /^node\.ts$/,
  /^automl\/(automl|compose|continued|finish|folder|index|objective|outputs|refit|search|external|network|read\/(csv|parquet|file)|families\/(vectors|external)|export|report)/, // but for predictions
  /^autodiff\/jax\.ts$/, // an optional package, loaded when it is asked for
];

/** What only some files may use, and why the others may not. */
const BANNED = [
  { use: /\bMath\.random\b/, except: /^random\.ts$/, why: "randomness comes from random.ts" },
  { use: /\bDate\.now\b|\bperformance\.now\b/, except: /^clock\.ts$/, why: "clocks are read in clock.ts" },
  {
    use: /\bMath\.(exp|expm1|log|log1p|log2|log10|pow|sinh?|cosh?|tanh?|asinh?|acosh?|atanh?|atan2|cbrt|hypot)\b/,
    except: /^math\//,
    why: "engines differ in the last bit; use math/elementary.ts",
  },
];

const root = join(import.meta.dirname, "..", "src");

/** Everything that is wrong with the imports and uses of src/, a line each. */
export function checkLayers() {
  const files = filesBelow(root).filter(
    (file) =>
      /\.ts$/.test(file) &&
      !/\.(test|test-d|fixtures)\.ts$/.test(file) &&
      !file.includes("kernels/assembly/"),
  );
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const problems = [];
  for (const [file, found] of imports) {
    for (const { target, text } of found) {
      if (target === undefined) {
        if (!NODE_ONLY.some((pattern) => pattern.test(file)))
          problems.push(`${file}: imports ${text}, but must run in a browser`);
      } else if (!mayImport(file, target))
        problems.push(`${file}: may not import ${target}, which stands above or beside it`);
    }
    const source = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    for (const { use, except, why } of BANNED)
      if (use.test(source) && !except.test(file))
        problems.push(`${file}: uses ${use.exec(source)[0]}: ${why}`);
    const lines = readFileSync(join(root, file), "utf8").split("\n").length;
    if (lines > 500 && !/sobol-directions|fixtures/.test(file))
      problems.push(`${file}: has ${lines} lines; split it`);
  }
  return [...problems, ...cycles(imports)];
}

/** The part of the tree that a file belongs to: `space.ts` and `space/` are one. */
function partOf(file) {
  return file.split("/")[0].replace(/\.ts$/, "");
}

function levelOf(file) {
  const part = partOf(file);
  const level = LEVELS.findIndex((parts) => parts.includes(part));
  if (level < 0) throw new Error(`${file}: ${part} has no place in scripts/layers.mjs`);
  return level;
}

function mayImport(file, target) {
  if (partOf(file) === partOf(target)) return true;
  if (levelOf(file) !== levelOf(target)) return levelOf(target) < levelOf(file);
  return !file.includes("/") || !target.includes("/"); // cycles are found anyway
}

function importsOf(file) {
  const source = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const found = source.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s+)?[^;"']*?from\s+"([^"]+)"|\b(import)\(\s*"([^"]+)"/g,
  );
  return [...found].map(([, , type, from, dynamic, dynamically]) => {
    const text = from ?? dynamically;
    const target = text.startsWith(".") ? relative(root, join(root, dirname(file), text)) : undefined;
    return { text, target, type: type !== undefined, dynamic: dynamic !== undefined };
  });
}

/** Cycles of imports that exist when the program runs. */
function cycles(imports) {
  const found = new Set();
  const done = new Set();
  const visit = (file, trail) => {
    const at = trail.indexOf(file);
    if (at >= 0) found.add(`a cycle: ${[...trail.slice(at), file].join(" → ")}`);
    if (at >= 0 || done.has(file)) return;
    for (const { target, type, dynamic } of imports.get(file) ?? [])
      if (target !== undefined && !type && !dynamic) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return [...found];
}

function filesBelow(folder, below = "") {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    return entry.isDirectory() ? filesBelow(folder, path) : [path];
  });
}

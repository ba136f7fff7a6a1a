// Everything that can be said about the code without running it: `npm run check`.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { checkLayers } from "./layers.mjs";

/** What the browser's bundle of the core may weigh: all samplers, pruners and terminators that have a name, with models and kernels. */
const CORE_BYTES = 120 * 1024;

const root = join(import.meta.dirname, "..");
let failed = 0;

await check("build", () => run("node", "scripts/setup.mjs", "--build"));
await check("format and lint", () => run("biome", "ci", "--max-diagnostics=20", "--colors=off", "."));
await check("types", () => run("tsc", "-p", "tsconfig.json"));
await check("layers and cycles", () => checkLayers());
await check("dead code", () => run("knip", "--no-progress"));
await check("exports", () => [...run("publint", "run", "--strict"), ...attw()]);
await check("size", coreSize);
process.exitCode = failed > 0 ? 1 : 0;

/** Prints one line; the details only of what failed. `work` returns problems, or problems and a remark. */
async function check(name, work) {
  const result = await work();
  const { problems, remark = "" } = Array.isArray(result) ? { problems: result } : result;
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"}  ${name}${remark && `: ${remark}`}`);
  for (const problem of problems) console.log(`        ${problem.replaceAll("\n", "\n        ")}`);
  if (problems.length > 0) failed++;
}

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  return status === 0 ? [] : [`${stdout}${stderr}`.trim() || `${command} exited with ${status}`];
}

/** Packs what would be published and looks at its types as a consumer would. */
function attw() {
  const folder = mkdtempSync(join(tmpdir(), "fettle-pack-"));
  try {
    const packed = spawnSync("npm", ["pack", "--silent", "--pack-destination", folder], {
      cwd: root,
      encoding: "utf8",
    });
    if (packed.status !== 0) return [packed.stderr];
    return run(
      "attw",
      join(folder, packed.stdout.trim().split("\n").at(-1)),
      "--profile",
      "esm-only",
      "--format",
      "ascii",
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bundles the core for a browser: whatever needs Node fails here. */
async function coreSize() {
  const bundle = await rolldown({
    input: join(root, "dist", "index.js"),
    platform: "browser",
    treeshake: true,
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  const outside = output.flatMap(({ imports = [] }) => imports);
  const bytes = gzipSync(output.map(({ code = "" }) => code).join(""), { level: 9 }).length;
  const problems = outside.map((name) => `the core imports ${name}`);
  if (bytes > CORE_BYTES) problems.push(`the core is ${bytes} bytes with gzip; ${CORE_BYTES} are allowed`);
  return { problems, remark: `${(bytes / 1024).toFixed(1)} kB with gzip` };
}

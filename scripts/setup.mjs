// Installs and builds what is missing, then runs the command that follows, on the Node that the project pins.
// It must run on any Node from 18 on, with nothing installed: no dependency, no syntax newer than that.
//
//   node scripts/setup.mjs node examples/digits/tune.ts     set up, then run
//   node scripts/setup.mjs --build                          set up, and build anew

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = join(root, "node_modules", ".bin");
const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };

install();
const [first, ...rest] = process.argv.slice(2);
build(first === "--build");
if (first !== undefined && first !== "--build") run(first, rest);

/** `npm ci`, unless the packages that the lock file names are there already. */
function install() {
  const stamp = join(root, "node_modules", ".fettle-installed");
  const wanted = hash(readFileSync(join(root, "package-lock.json")));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("fettle: installing packages (once, about 500 MB with a Node of its own) …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // Packages come through npm's own mirrors and caches; none needs an install script.
  const { status, error } = spawnSync(
    npm,
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) fail(`npm ci failed${error ? `: ${error.message}` : ` with exit code ${status}`}`);
  writeFileSync(stamp, wanted);
}

/** Compiles src/ to dist/, if a source is newer than the last build. */
function build(always) {
  const stamp = join(root, "dist", ".built");
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const inputs = [
    join(root, "tsconfig.build.json"),
    join(root, "tsconfig.json"),
    ...filesBelow(join(root, "src")),
  ];
  if (!always && inputs.every((file) => statSync(file).mtimeMs < built)) return;
  kernels();
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const { status } = spawnSync("tsc", ["-p", "tsconfig.build.json"], {
    cwd: root,
    env,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) fail("the build failed");
  bundlePredictor();
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(stamp, "");
}

/** What a model's single JavaScript file has in it: the code that predicts, in one piece, for a browser. */
function bundlePredictor() {
  const folder = join(root, "dist", "automl");
  const output = join(folder, "standalone.bundle.js");
  const flags = [
    "--platform",
    "browser",
    "--format",
    "iife",
    "--name",
    "fettle",
    "--minify",
    "--file",
    output,
  ];
  const { status } = spawnSync("rolldown", [join(folder, "standalone.js"), ...flags], {
    cwd: root,
    env,
    stdio: ["ignore", "ignore", 2],
  });
  if (status !== 0) fail("bundling dist/automl/standalone.js failed");
}

/**
 * Compiles the numeric kernels to WebAssembly and writes them into modules, unless they are there already: those of the
 * core, and those of trees, which only who tunes tables loads.
 */
function kernels() {
  const folder = join(root, "src", "math", "kernels");
  const sources = filesBelow(join(folder, "assembly"));
  const hashes = hash(sources.map((file) => hash(readFileSync(file))).join());
  compileKernels(join(folder, "assembly", "index.ts"), join(folder, "generated.ts"), hashes);
  compileKernels(join(folder, "assembly", "trees.ts"), join(folder, "generated-trees.ts"), hashes);
}

function compileKernels(entry, generated, hashes) {
  if (existsSync(generated) && readFileSync(generated, "utf8").includes(hashes)) return;
  const binary = join(root, "node_modules", ".fettle-kernels.wasm");
  const flags = ["-O3", "--converge", "--enable", "simd", "--runtime", "stub", "--noAssert"];
  const { status } = spawnSync("asc", [entry, ...flags, "--initialMemory", "1", "-o", binary], {
    cwd: root,
    env,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) fail("compiling src/math/kernels/assembly failed");
  const code = readFileSync(binary).toString("base64");
  writeFileSync(
    generated,
    `// Made from assembly/ by scripts/setup.mjs (${hashes}); not kept.\n\n` +
      `/** The compiled kernels, in base64. */\nexport const code =\n  "${code}";\n`,
  );
}

/** Runs the command; what a terminal sends to both of us is the command's to answer. */
function run(command, args) {
  const child = spawn(command, args, {
    cwd: root,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  child.on("error", (error) => fail(`${command}: ${error.message}`));
  child.on("exit", (status, signal) => {
    process.exitCode = status ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function hash(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

function fail(message) {
  console.error(`fettle: ${message}`);
  process.exit(1);
}

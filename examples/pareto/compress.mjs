// Compresses some text with gzip, Brotli or Zstandard and prints what that cost: its size, and the time it took.
// Small and quick contradict each other, so no setting is the best: Fettle finds those that nothing beats in both.
//
//   fettle run                    (in this folder: reads fettle.yaml)
//   fettle best                   the front: every trial that no other beats in everything
//   fettle best --command         the commands that repeat them
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";

const { values } = parseArgs({
  options: Object.fromEntries(["codec", "level", "window"].map((name) => [name, { type: "string" }])),
});
const [level, window] = [Number(values.level), Number(values.window)];
const compress = {
  gzip: (data) => gzipSync(data, { level, windowBits: window }),
  brotli: (data) =>
    brotliCompressSync(data, {
      params: { [constants.BROTLI_PARAM_QUALITY]: level, [constants.BROTLI_PARAM_LGWIN]: window },
    }),
  zstd: (data) =>
    zstdCompressSync(data, {
      params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: window },
    }),
}[values.codec];

/** What a server writes in a busy hour, the same at every call. */
function logLines(count) {
  let state = 1;
  const upTo = (most) => {
    state = (state * 48271) % 2147483647;
    return state % most;
  };
  const paths = Array.from({ length: 60 }, () => `/${upTo(40).toString(36)}/item-${upTo(9999)}`);
  return Array.from({ length: count }, (_, second) =>
    JSON.stringify({
      time: 1.7e9 + second,
      path: paths[upTo(upTo(60) + 1)],
      status: [200, 200, 200, 304, 404, 500][upTo(6)],
      bytes: upTo(1 << upTo(20)),
      user: upTo(5000).toString(16),
    }),
  ).join("\n");
}

const data = Buffer.from(logLines(4000));
const times = [];
let size = 0;
// The least of several, as others run too; what takes long is measured well enough by one.
while (times.length < 5 && times.reduce((sum, ms) => sum + ms, 0) < 100) {
  const begin = process.cpuUsage();
  size = compress(data).length;
  const { user, system } = process.cpuUsage(begin);
  times.push((user + system) / 1000);
}
console.log(`bytes=${size}`);
console.log(`cpu_ms=${Math.min(...times).toFixed(2)}`);

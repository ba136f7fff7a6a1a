#!/usr/bin/env node
// Runs on any Node, so that an old one can be told so in one line.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`fettle needs Node 22.18 or newer; this is ${process.versions.node}`);
  process.exitCode = 2;
} else {
  const { enableCompileCache } = await import("node:module");
  enableCompileCache?.();
  const { main } = await import("../dist/cli/main.js");
  await main(process.argv);
}

// What is published needs no Node of its own: `strip` takes the optional packages out of package.json before packing,
// `restore` puts them back after it.

import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dirname, "..", "package.json");
const kept = `${path}.kept`;

if (process.argv[2] === "restore") renameSync(kept, path);
else {
  copyFileSync(path, kept);
  const { optionalDependencies: _, ...manifest } = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

// Writes schema/config.schema.json, which editors use to check fettle.yaml. Run it after a change of src/config/schema.ts.
import { mkdirSync, writeFileSync } from "node:fs";
import { configJsonSchema } from "../src/config/schema.ts";

const folder = new URL("../schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("config.schema.json", folder), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);

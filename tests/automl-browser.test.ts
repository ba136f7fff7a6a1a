/**
 * A model in a browser: by `fettle/automl/predict` with the files of its folder, and as the single JavaScript file. Both say
 * what Node says, to the last bit.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect } from "vitest";
import { mixedTable } from "../src/automl/automl.fixtures.ts";
import { readPredictor, toJavaScript } from "../src/automl/export/javascript.ts";
import { saveModel } from "../src/automl/folder.ts";
import { plainModel, rowsOf } from "../src/automl/model.fixtures.ts";
import { type Model, predict } from "../src/automl/model.ts";
import { tableOf } from "../src/automl/read/values.ts";
import { hasProgram, needs } from "./needs.ts";

const DIST = new URL("../dist/automl/", import.meta.url);
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
];
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
};

/** What the page sends back. */
interface Answer {
  readonly error?: string;
  readonly values: readonly number[];
  readonly classes: readonly number[];
  readonly single: readonly { label?: string; value?: number; probabilities?: Record<string, number> }[];
}

const PAGE = `<!doctype html><title>test</title><script type="module">
const text = async (url) => (await fetch(url)).text();
let answer;
try {
  const { readModel, predict, tableOf } = await import("/predict.js");
  const arrays = await (await fetch("/arrays.bin")).arrayBuffer();
  const model = readModel(await text("/manifest.json"), arrays);
  const rows = JSON.parse(await text("/rows.json"));
  const { values, classes = [] } = predict(model, tableOf(rows));
  const single = await import("/model.js");
  answer = { values: [...values], classes: [...classes], single: single.predict(rows) };
} catch (error) {
  answer = { error: String(error?.stack ?? error) };
}
await fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
</script>`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fettle-browser-"));
});
afterAll(() => rm(folder, { recursive: true, maxRetries: 5 }));

const chromium = needs("chromium", hasProgram("chromium", "--version"));

const CASES = {
  "two classes": ["two", ["boosting", "forest", "linear", "neighbours", "bayes", "network", "vectors"]],
  numbers: ["number", ["boosting", "extra-trees", "linear", "neighbours", "network", "vectors"]],
} as const;

for (const [name, [target, families]] of Object.entries(CASES))
  chromium.test(`every family predicts ${name} in a browser as in Node`, async () => {
    const model = await plainModel(mixedTable(200, target), families);
    const rows = rowsOf(mixedTable(100, target, 2));
    const { values, classes } = predict(model, tableOf(rows));
    const answer = await answerOf(model, rows);
    expect(answer.error).toBeUndefined();
    expect(answer.values).toEqual(Array.from(values));
    expect(answer.classes).toEqual(Array.from(classes ?? []));
    const { task } = model.schema;
    expect(
      answer.single.flatMap(({ value, probabilities }) => value ?? Object.values(probabilities ?? {})),
    ).toEqual(Array.from(values));
    if (task.kind === "classification")
      expect(answer.single.map(({ label }) => label)).toEqual(
        Array.from(classes ?? [], (index) => task.classes[index]),
      );
  });

/** What a page says that loads the model's files from a server on this machine. */
async function answerOf(model: Model, rows: readonly object[]): Promise<Answer> {
  await saveModel(folder, model, {
    "index.html": PAGE,
    "model.js": toJavaScript(model, await readPredictor(new URL("standalone.bundle.js", DIST))),
    "rows.json": JSON.stringify(rows),
    "predict.js": await browserBundle(),
  });
  const profile = await mkdtemp(join(tmpdir(), "fettle-profile-"));
  let browser: ChildProcess | undefined;
  let server: Server | undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      server = createServer(async (request, response) => {
        const path = request.url === "/" ? "/index.html" : (request.url ?? "");
        if (request.method === "POST") {
          const chunks: Buffer[] = [];
          for await (const chunk of request) chunks.push(chunk);
          response.end();
          resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")));
        } else
          await readFile(join(folder, path.slice(1))).then(
            (content) => {
              response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
              response.end(content);
            },
            () => response.writeHead(404).end(),
          );
      });
      server.listen(0, "127.0.0.1", () => {
        const { port } = (server as Server).address() as AddressInfo;
        const args = [...FLAGS, `--user-data-dir=${profile}`, "--remote-debugging-port=0"];
        browser = spawn("chromium", [...args, `http://127.0.0.1:${port}/`], { stdio: "ignore" });
        browser.on("error", reject);
        browser.on("exit", (code) => reject(new Error(`chromium ended with ${code} before it answered`)));
      });
    });
  } finally {
    browser?.removeAllListeners("exit");
    const ended = browser && new Promise((resolve) => browser?.once("exit", resolve));
    if (browser?.kill()) await ended;
    server?.closeAllConnections();
    server?.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** `fettle/automl/predict` as an application bundles it: nothing of Node may be left in it. */
async function browserBundle(): Promise<string> {
  const bundle = await rolldown({ input: new URL("predict.js", DIST).pathname, platform: "browser" });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  return output[0].code;
}

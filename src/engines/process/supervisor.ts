/**
 * The supervisor: one process beside each coordinator, which starts the programs and ends them with itself. When
 * its standard input closes, the coordinator is gone, however it went.
 */
import { type Child, startChild } from "./child.ts";
import { lineSplitter, type Message, type Order } from "./protocol.ts";
import { endTokens } from "./survivors.ts";

/** How often report files are looked at. */
const POLL_MS = 40;
/** How long programs have to end once nobody wants them. */
const LAST_GRACE_MS = 2_000;

const children = new Map<string, Child>();
/** Tokens of the programs that were started. */
const tokens = new Set<string>();
let leaving = false;

const tell = (message: Message) => {
  if (!leaving) process.stdout.write(`${JSON.stringify(message)}\n`);
};

function obey(order: Order): void {
  if ("end" in order) {
    children.get(order.end.id)?.end(order.end.graceMs);
    return;
  }
  const { id, token } = order.start;
  tokens.add(token);
  try {
    const child = startChild(order.start, tell, () => {
      children.delete(id);
      if (leaving && children.size === 0) quit();
    });
    children.set(id, child);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    tell({ refused: { id, code, message } });
  }
}

/** A program may have started others that left its group: they end with the run. */
function quit(): void {
  endTokens(tokens);
  process.exit(0);
}

function leave(): void {
  if (leaving) return;
  leaving = true;
  if (children.size === 0) quit();
  for (const child of children.values()) child.end(LAST_GRACE_MS);
}

// What a terminal sends is for the coordinator to answer.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.stdout.on("error", leave);
process.stdin.setEncoding("utf8");
process.stdin.on(
  "data",
  lineSplitter((line) => obey(JSON.parse(line) as Order)) as (chunk: string | Buffer) => void,
);
process.stdin.on("end", leave);
process.stdin.on("error", leave);
setInterval(() => {
  for (const child of children.values()) child.poll();
}, POLL_MS);

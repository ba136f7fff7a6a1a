/**
 * The thread of `heartbeat.ts`.
 */
import { parentPort, workerData } from "node:worker_threads";
import { now } from "../../clock.ts";
import { openDatabase, prepare } from "./driver.ts";
import type { HeartbeatMessage } from "./heartbeat.ts";
import { queries } from "./queries.ts";

const { path, renewMs } = workerData as { path: string; renewMs: number };
const database = openDatabase(path, false);
const findStudy = prepare(database, queries.study);
const setLease = prepare(database, queries.setLease);
const kept = new Map<string, { study: string; client: string; leaseMs: number }>();

parentPort?.on("message", (message: HeartbeatMessage) => {
  if ("add" in message) kept.set(`${message.add.study}\n${message.add.client}`, message.add);
  else if ("remove" in message) kept.delete(`${message.remove.study}\n${message.remove.client}`);
  else {
    clearInterval(timer);
    database.close();
    parentPort?.close();
  }
});

const timer = setInterval(() => {
  for (const { study, client, leaseMs } of kept.values()) {
    try {
      const row = findStudy.get(study) as { id: number } | undefined;
      if (row !== undefined) setLease.run(row.id, client, now() + leaseMs);
    } catch {
      // Locked or full for now: the next beat comes before the lease has run out.
    }
  }
}, renewMs);

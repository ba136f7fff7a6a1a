/**
 * The queries of the SQLite storage, written once. Values here only stand for parameters, in their order.
 */
import { compiler } from "./driver.ts";

const ID = 0;
const TEXT = "";

export const queries = {
  study: compiler.selectFrom("studies").select(["id", "position", "time"]).where("name", "=", TEXT),
  names: compiler.selectFrom("studies").select("name").orderBy("id"),
  /** name, position, time, projected */
  addStudy: compiler
    .insertInto("studies")
    .values({ name: TEXT, position: 0, time: 0, projected: 0 } as never),
  /** position, time, id */
  setStudy: compiler.updateTable("studies").set({ position: 0, time: 0 }).where("id", "=", ID),
  /** study, position, time, client, seq, kind, body */
  addEvent: compiler
    .insertInto("events")
    .values({ study: ID, position: 0, time: 0, client: TEXT, seq: 0, kind: TEXT, body: TEXT }),
  /** study, after, limit */
  read: compiler
    .selectFrom("events")
    .select(["position", "time", "client", "seq", "kind", "body"])
    .where("study", "=", ID)
    .where("position", ">", 0)
    .orderBy("position")
    .limit(0),
  /** study, client */
  lease: compiler.selectFrom("leases").select("until").where("study", "=", ID).where("client", "=", TEXT),
  /** study, client, until */
  setLease: compiler.replaceInto("leases").values({ study: ID, client: TEXT, until: 0 }),
  /** until */
  dropLeases: compiler.deleteFrom("leases").where("until", "<", 0),
  leases: compiler.selectFrom("leases").select(["client", "until"]).where("study", "=", ID),
  /** id */
  projected: compiler.selectFrom("studies").select("projected").where("name", "=", TEXT),
  /** projected, summary, name, projected */
  setProjected: compiler
    .updateTable("studies")
    .set({ projected: 0, summary: TEXT })
    .where("name", "=", TEXT)
    .where("projected", "<=", 0),
  summaries: compiler.selectFrom("studies").select(["name", "summary", "time"]).orderBy("id"),
  /** study, number */
  trialPosition: compiler
    .selectFrom("trials")
    .select("position")
    .where("study", "=", TEXT)
    .where("number", "=", 0),
  setTrial: compiler.replaceInto("trials").values({
    study: TEXT,
    number: 0,
    state: TEXT,
    attempt: 0,
    value: 0,
    values_json: TEXT,
    params: TEXT,
    notes: TEXT,
    reports: 0,
    error: TEXT,
    started: 0,
    finished: 0,
    position: 0,
  }),
  /** id */
  dropEvents: compiler.deleteFrom("events").where("study", "=", ID),
  /** id */
  dropLeasesOf: compiler.deleteFrom("leases").where("study", "=", ID),
  /** name */
  dropTrials: compiler.deleteFrom("trials").where("study", "=", TEXT),
  /** id */
  dropStudy: compiler.deleteFrom("studies").where("id", "=", ID),
};

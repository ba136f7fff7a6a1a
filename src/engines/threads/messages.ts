/**
 * What the engine and its threads say to each other.
 */
import type { Job, Outcome } from "../../engine.ts";
import type { ReportBody, Verdict } from "../../events.ts";
import type { Json } from "../../trial.ts";

export type ToThread =
  | { readonly kind: "start"; readonly job: Job; readonly params: unknown }
  | { readonly kind: "verdict"; readonly step: number; readonly verdict: Verdict }
  | { readonly kind: "cancel" }
  | { readonly kind: "close" };

export type FromThread =
  | { readonly kind: "report"; readonly report: ReportBody }
  | { readonly kind: "note"; readonly key: string; readonly value: Json }
  | { readonly kind: "exit"; readonly outcome: Outcome }
  /** The module has no objective: no trial can run. */
  | { readonly kind: "unusable"; readonly message: string };

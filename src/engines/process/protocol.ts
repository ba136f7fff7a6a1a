/**
 * What coordinator and supervisor say to each other: JSON lines over the supervisor's standard input and output.
 */
import type { Said } from "./metrics.ts";

export interface StartOrder {
  readonly id: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly log: string;
  readonly report: string;
  /** The record by which a later start finds what survived. */
  readonly record: string;
  readonly token: string;
  readonly objectives: readonly string[];
  readonly patterns?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly graceMs: number;
  readonly logLimitBytes: number;
}

export type Order =
  | { readonly start: StartOrder }
  | { readonly end: { readonly id: string; readonly graceMs: number } };

/** How a child ended. */
export interface Exit {
  readonly id: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** The values that were told without a step. */
  readonly final?: Said;
  readonly problem?: string;
  /** The last lines of its output. */
  readonly tail: string;
}

export type Message =
  | { readonly report: { readonly id: string; readonly said: Said } }
  | { readonly exit: Exit }
  | { readonly refused: { readonly id: string; readonly code: string; readonly message: string } };

/** Splits a stream of bytes into lines. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) if (line !== "") onLine(line);
  };
}

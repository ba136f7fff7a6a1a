/**
 * The errors that Fettle throws. A message is one line that says what was wrong, where, and what to do.
 */

/** Base of every error that Fettle throws on purpose; `code` is stable and safe to switch on. */
export class TuningError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** What the caller gave cannot be meant: a range upside down, an unknown name, a value out of its domain. */
export class InvalidInputError extends TuningError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("invalid-input", message, options);
  }
}

/** What was asked is sensible, but this part cannot do it; the message names a part that can. */
export class UnsupportedError extends TuningError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("unsupported", message, options);
  }
}

/** A study, trial or file that does not exist. */
export class NotFoundError extends TuningError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("not-found", message, options);
  }
}

/** The log already says otherwise: a trial told twice differently, a study created twice, another space. */
export class ConflictError extends TuningError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("conflict", message, options);
  }
}

/** A storage that could not read or keep events: locked, corrupt, full, from a newer version. */
export class StorageError extends TuningError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("storage", message, options);
  }
}

/** An engine that could not run jobs. */
export class EngineError extends TuningError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("engine", message, options);
  }
}

/** A computation that has no finite answer. */
export class NumericalError extends TuningError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("numerical", message, options);
  }
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s*\n\s*/g, " ").trim();
}

/**
 * The candidate nearest to a misspelt `name`, or undefined if none is near.
 *
 * @returns the candidate at the smallest edit distance, at most a third of the name's length (at least 2)
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** " (did you mean …?)", or nothing: the tail of a message about an unknown name. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? "" : ` (did you mean ${JSON.stringify(nearest)}?)`;
}

/** Edit distance with swaps of neighbours (optimal string alignment), three rows at a time. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), row[j] + 1, next[j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2] + 1);
      next.push(cost);
    }
    beforeLast = row;
    row = next;
  }
  return row[b.length];
}

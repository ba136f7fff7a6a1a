/**
 * Events of jobs on their way to the one who consumes them.
 */
import type { JobEvent } from "../engine.ts";

export interface EventQueue {
  push(event: JobEvent): void;
  /** Ends the consumer's loop once it has taken everything; with an error, the loop throws it. */
  end(error?: unknown): void;
  events(): AsyncGenerator<readonly JobEvent[]>;
}

export function eventQueue(): EventQueue {
  let waiting: JobEvent[] = [];
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => {};
  return {
    push(event) {
      waiting.push(event);
      wake();
    },
    end(error) {
      ended = true;
      if (error !== undefined) failure ??= { error };
      wake();
    },
    async *events() {
      for (;;) {
        if (waiting.length > 0) {
          const batch = waiting;
          waiting = [];
          yield batch;
        } else if (failure) throw failure.error;
        else if (ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}

/** The name of a job among those of its engine. */
export function jobKey(job: { readonly trial: number; readonly attempt: number }): string {
  return `${job.trial}.${job.attempt}`;
}

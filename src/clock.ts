/**
 * The only place that reads a clock. Samplers never see one: what they need of time is read off the log.
 */

/** Milliseconds since the Unix epoch, on this machine's clock. */
export function now(): number {
  return Date.now();
}

/** Milliseconds of a clock that never goes back; only differences mean something. */
export function elapsed(): number {
  return performance.now();
}

/** A promise that resolves after `ms` milliseconds, or at once when `signal` aborts. It never rejects. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}

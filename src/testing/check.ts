/**
 * The form of a check, and what checks assert with: no test runner is needed.
 */

/** Something that must hold; `run` throws if it does not. */
export interface Check<Subject> {
  readonly name: string;
  run(subject: Subject): Promise<void>;
}

/** Whether two plain values are equal, all the way down. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([key, value]) => deepEqual(value, (b as Record<string, unknown>)[key]))
  );
}

/** @throws {Error} that says what differs */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (!deepEqual(actual, expected))
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** @throws {Error} unless the promise is rejected with such an error, whose message has that text */
export async function expectRejection(
  promise: Promise<unknown>,
  // biome-ignore lint/suspicious/noExplicitAny: any constructor of errors
  type: new (...args: any[]) => Error,
  text = "",
): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof type) || !error.message.includes(text))
    throw new Error(`expected a ${type.name} with ${JSON.stringify(text)}, got ${String(error)}`);
}

/** Freezes a value all the way down, so that whoever changes it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

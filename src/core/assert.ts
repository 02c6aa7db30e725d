/**
 * Guards against programmer errors. A failed guard means the code is wrong, not the world: it
 * throws a plain `Error`, nothing catches it below the process, and the process ends.
 */

/** Throws when `condition` is false. `why` is a whole sentence that names the broken promise. */
export function assert(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${why}`);
}

/** Returns `value`, or throws when it is absent. Use it where absence would be a bug. */
export function must<T>(value: T | null | undefined, why: string): T {
  if (value === null || value === undefined) throw new Error(`broken promise: ${why}`);
  return value;
}

/** Ends an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`broken promise: no case for ${String(value)}`);
}

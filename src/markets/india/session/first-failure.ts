/** Keeps the first failure of work that nobody waits for, until the session's loop asks and throws it on. */

export type FirstFailure = {
  /** For a promise's `catch`. */
  readonly keep: (cause: unknown) => void;
  readonly error: () => Error | undefined;
};

export function keepFirstFailure(): FirstFailure {
  let first: Error | undefined;
  return {
    keep: (cause) => {
      first ??= cause instanceof Error ? cause : new Error(String(cause));
    },
    error: () => first,
  };
}

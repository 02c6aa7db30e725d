/**
 * Masks the operator's secrets in any text that leaves the process: logs, errors, records of
 * refused bodies. Alpha Vantage's quota notice spells the caller's key (decision 13).
 */

const MASK = "[masked]";
/** Shorter strings would mask ordinary words. */
const SECRET_LENGTH_MIN = 4;

export interface SecretMask {
  /** The text with every known secret replaced, also in URL-encoded form. */
  apply(text: string): string;
}

/** Makes a mask for a set of secrets; the longest are replaced first. */
export function secretMask(secrets: readonly string[]): SecretMask {
  const forms = new Set(
    secrets
      .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
      .flatMap((secret) => [secret, encodeURIComponent(secret)]),
  );
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return {
    apply: (text) => ordered.reduce((masked, secret) => masked.replaceAll(secret, MASK), text),
  };
}

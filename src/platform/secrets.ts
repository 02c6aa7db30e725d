/**
 * Masks the operator's secrets in any text that leaves the process: logs, errors, records of
 * refused bodies. Alpha Vantage's quota notice spells the caller's key (decision 13).
 */

const MASK = "[masked]";
/** Shorter strings would mask ordinary words. */
const SECRET_LENGTH_MIN = 4;
/**
 * From here on a secret is found anywhere and in any case of its letters; a shorter one is found
 * only as a word of its own, never as a part of another word or of a path.
 */
export const SECRET_LENGTH_SURE = 8;
/** The key that the vendor publishes for everybody is no secret, and an ordinary word. */
const PUBLISHED_KEY = "demo";

/** Whether a text can be told from an ordinary word; what cannot is not looked for. */
export function isSecretLongEnough(secret: string): boolean {
  return secret.length >= SECRET_LENGTH_MIN && secret.toLowerCase() !== PUBLISHED_KEY;
}

export interface SecretMask {
  /** The text with every known secret replaced, also as URLs, forms and JSON write it. */
  apply(text: string): string;
}

/** Makes a mask for a set of secrets. Where two overlap in a text, all of both is masked. */
export function secretMask(secrets: readonly string[]): SecretMask {
  const patterns = secrets.filter(isSecretLongEnough).flatMap(patternsOf);
  return {
    apply: (text) =>
      maskRanges(
        text,
        patterns.flatMap((pattern) => findRanges(text, pattern)),
      ),
  };
}

function patternsOf(secret: string): RegExp[] {
  return [...new Set(formsOf(secret))].map((form) =>
    secret.length >= SECRET_LENGTH_SURE
      ? new RegExp(RegExp.escape(form), "gi")
      : new RegExp(`(?<![\\w./\\\\-])${RegExp.escape(form)}(?![\\w/\\\\-]|\\.\\w)`, "g"),
  );
}

/** How a secret can be written: as it is, escaped in JSON, in a URL, in a form. */
function formsOf(secret: string): string[] {
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const inForm = inUrl.replaceAll("%20", "+");
  const smallDigits = [inUrl, inForm].map((form) =>
    form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  );
  return [secret, JSON.stringify(secret).slice(1, -1), inUrl, inForm, ...smallDigits];
}

type Range = { readonly from: number; readonly to: number };

function findRanges(text: string, pattern: RegExp): Range[] {
  const ranges: Range[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    ranges.push({ from: match.index, to: match.index + match[0].length });
    // A secret may overlap itself.
    pattern.lastIndex = match.index + 1;
  }
  return ranges;
}

function maskRanges(text: string, ranges: readonly Range[]): string {
  let masked = "";
  let written = 0;
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    if (from >= written) masked += text.slice(written, from) + MASK;
    written = Math.max(written, to);
  }
  return masked + text.slice(written);
}

/**
 * Masks the operator's secrets in any text that leaves the process: logs, errors, records of
 * refused bodies. Alpha Vantage's quota notice spells the caller's key (decision 13).
 */

const MASK = "[masked]";
/** Shorter strings would mask ordinary words. */
const SECRET_LENGTH_MIN = 4;

export interface SecretMask {
  /** The text with every known secret replaced, also as URLs, forms and JSON write it. */
  apply(text: string): string;
}

/** Makes a mask for a set of secrets. Where two overlap in a text, all of both is masked. */
export function secretMask(secrets: readonly string[]): SecretMask {
  const long = secrets.filter((secret) => secret.length >= SECRET_LENGTH_MIN);
  const forms = [...new Set(long.flatMap(formsOf))];
  return {
    apply: (text) =>
      maskRanges(
        text,
        forms.flatMap((form) => findRanges(text, form)),
      ),
  };
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

function findRanges(text: string, form: string): Range[] {
  const ranges: Range[] = [];
  for (let from = text.indexOf(form); from >= 0; from = text.indexOf(form, from + 1)) {
    ranges.push({ from, to: from + form.length });
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

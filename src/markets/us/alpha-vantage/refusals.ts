/**
 * Reads the vendor's refusals, which come with status 200 and in many spellings: as JSON, as text
 * inside rows, cut in half, or letter by letter as cells of a CSV row. Decides what a refusal means;
 * what to do about it is the fetch job's business. Sources of the texts: docs/vendors.
 */
import { z } from "zod";
import type { CallFailure } from "#ingestion/market-data-source.ts";

/** A refusal and the vendor's own words, which may spell the caller's key and must be masked. */
export type Refusal = { readonly outcome: CallFailure; readonly says: string };

/**
 * The first pattern that fits decides. Order matters: the burst notice also speaks of 25 requests a
 * day and of premium endpoints, and the notices for premium parameters also speak of endpoints.
 */
const NOTICES: readonly (readonly [RegExp, CallFailure])[] = [
  [/\bARTIFICIAL\b/, "ARTIFICIAL"],
  [/more sparingly|requests? per second|per-second burst limit/i, "BURST"],
  [/outputsize=full|parameter value is a premium|premium feature/i, "PREMIUM_PARAMETER"],
  [/this is a premium endpoint/i, "PREMIUM_ONLY"],
  [/\bdemo\b.{0,4} api ?key|for demo purposes/i, "DEMO_KEY"],
  [/api ?key.{0,20}(invalid|missing)|(invalid|missing) api ?key/i, "KEY_INVALID"],
  [/invalid API call/i, "UNKNOWN_SYMBOL"],
  [/(calls?|requests?) per minute|API call frequency|higher API call volume/i, "THROTTLED"],
  [/detected your API key|requests? per day|daily rate limit/i, "QUOTA_SPENT"],
  [/premium endpoint/i, "PREMIUM_ONLY"],
];

/** Names under which the vendor says no, and what it means when the text itself is not known. */
const NOTICE_KEYS = {
  "Error Message": "NOT_DATA",
  Information: "NOT_DATA",
  Note: "THROTTLED",
} as const satisfies { readonly [key: string]: CallFailure };

/** A notice that a CSV writer spelled letter by letter: which one it was is all that can be known. */
const SPELLED_NOTICES: readonly (readonly [string, CallFailure])[] = [
  ["Information", "QUOTA_SPENT"],
  ["Note", "THROTTLED"],
  ["Error Message", "NOT_DATA"],
];

const documentSchema = z.record(z.string(), z.unknown());
const NOTICE_START = /"(Error Message|Information|Note)"\s*:/;

/** What a vendor's text means, or `undefined` when it is none of its known notices. */
export function refusalOfText(text: string): Refusal | undefined {
  const notice = NOTICES.find(([pattern]) => pattern.test(text));
  if (notice !== undefined) return { outcome: notice[1], says: text };
  const key = NOTICE_START.exec(text)?.[1];
  return isNoticeKey(key) ? { outcome: NOTICE_KEYS[key], says: text } : undefined;
}

/** The refusal in a JSON document, or `undefined` when the document may hold data. */
export function refusalOfJson(document: unknown): Refusal | undefined {
  if (Array.isArray(document) && document.length === 0) {
    return { outcome: "EMPTY", says: "the JSON array is empty" };
  }
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) return undefined;
  const entries = Object.entries(parsed.data);
  if (entries.length === 0) return { outcome: "EMPTY", says: "the JSON object is empty" };
  for (const [key, value] of entries) {
    if (typeof value === "string" && /\bARTIFICIAL\b/.test(value)) {
      return { outcome: "ARTIFICIAL", says: value };
    }
    if (isNoticeKey(key)) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return { outcome: refusalOfText(text)?.outcome ?? NOTICE_KEYS[key], says: `${key}: ${text}` };
    }
    if (key === "detail") return { outcome: "NOT_DATA", says: `detail: ${JSON.stringify(value)}` };
    if (key.startsWith("Global Quote")) return refusalOfQuote(value);
  }
  return undefined;
}

/**
 * The notice behind a row such as `I,n,f,o,r,m,a`: a CSV writer was given an object of one text and
 * took its letters for cells, as many as there are columns.
 */
export function spelledRefusal(line: string): Refusal | undefined {
  const cells = line.replace(/\r$/, "").split(",");
  if (cells.length < 2 || cells.some((cell) => cell.length > 1)) return undefined;
  const spelled = cells.join("").trimEnd();
  const notice = SPELLED_NOTICES.find(([name]) => spelled.length > 1 && name.startsWith(spelled));
  return notice && { outcome: notice[1], says: `a notice spelled as a row: ${line}` };
}

/** Quotes are never asked for; an empty one is how the vendor says that it does not know a symbol. */
function refusalOfQuote(quote: unknown): Refusal {
  const parsed = documentSchema.safeParse(quote);
  return parsed.success && Object.keys(parsed.data).length === 0
    ? { outcome: "UNKNOWN_SYMBOL", says: "the quote is empty: the symbol is unknown" }
    : { outcome: "NOT_DATA", says: "the answer is a quote" };
}

function isNoticeKey(key: string | undefined): key is keyof typeof NOTICE_KEYS {
  return key !== undefined && Object.hasOwn(NOTICE_KEYS, key);
}

/**
 * Says of an answer of the REST interface whether it is data, and if not, which failure. The vendor fails in
 * four shapes: `{status: false, errorcode}`, `{success: false, errorCode}`, a plain text under 403 when
 * calls come too fast, and no body at all. Pure; what to do then is the caller's.
 */
import { z } from "zod";
import type { CallFailure } from "#ingestion/market-data-source.ts";
import { type Remedy, meaningOfCode } from "./error-codes.ts";

export type Classified =
  | { readonly outcome: "data"; readonly data: unknown }
  | {
      readonly outcome: CallFailure;
      readonly remedy: Remedy;
      /** The vendor's code, when it gave one. */
      readonly code: string | null;
      /** What was seen; not masked yet. */
      readonly detail: string;
    };

const HTTP_OK_FIRST = 200;
const HTTP_OK_LAST = 299;
const HTTP_UNAUTHORIZED = 401;
const HTTP_FORBIDDEN = 403;
const HTTP_TOO_MANY = 429;
const HTTP_SERVER_ERROR = 500;
/**
 * So much of a text is kept. Who shows it masks it first and cuts it then: what is shown must not come near
 * this cut even when it is nothing but tokens, or half a token would not be recognised.
 */
const TEXT_KEPT_MAX = 65_536;
/** How the text of a 403 spells that calls came too fast; a genuine refusal spells none of it. */
const RATE_TEXT = /exceeding|access rate|rate limit|too many requests/i;

/** Flags may be texts, and code and flag have two spellings each. */
const flag = z.union([z.boolean(), z.string()]).nullish();
const envelope = z.looseObject({
  status: flag,
  success: flag,
  message: z.unknown().optional(),
  errorcode: z.unknown().optional(),
  errorCode: z.unknown().optional(),
  data: z.unknown().optional(),
});
type Envelope = z.output<typeof envelope>;

/** Judges status and bytes of a complete answer. Never throws, whatever they are. */
export function classifyAnswer(status: number, bytes: Uint8Array): Classified {
  const text = new TextDecoder().decode(bytes).trim();
  if (status === HTTP_TOO_MANY) return failure("HTTP_429", "soon", `HTTP 429: ${text}`);
  const document = parseJson(text);
  const found = document === undefined ? undefined : envelope.safeParse(document).data;
  const refusal = found === undefined ? undefined : refusalOf(found);
  const isOk = status >= HTTP_OK_FIRST && status <= HTTP_OK_LAST;
  if (refusal !== undefined && (isOk || refusal.code !== null)) return refusal;
  if (document === undefined && RATE_TEXT.test(text) && !text.startsWith("<")) {
    return failure("THROTTLED", "soon", `HTTP ${status}: ${text}`);
  }
  if (!isOk) return classifyStatus(status, text);
  if (text === "") return failure("EMPTY", "soon", "the body is empty");
  if (document === undefined) return classifyText(text);
  if (found === undefined || (found.status ?? found.success) === undefined) {
    return failure("NOT_DATA", "soon", `the JSON is no answer of the vendor: ${text}`);
  }
  return { outcome: "data", data: nullIfSpelled(found.data) };
}

/** What the body itself says against being data. */
function refusalOf(body: Envelope): (Classified & { readonly code: string | null }) | undefined {
  const code = textOf(body.errorcode) ?? textOf(body.errorCode);
  const isDenied = [body.status, body.success].some((value) => isFalse(value));
  const hasNothing = nullIfSpelled(body.data) === null;
  if (!isDenied && !(code !== null && hasNothing)) return undefined;
  const says = textOf(body.message) ?? "no message";
  if (code !== null) {
    const { outcome, remedy } = meaningOfCode(code);
    return { outcome, remedy, code, detail: `${code}: ${says}` };
  }
  const isRate = RATE_TEXT.test(says);
  return { outcome: isRate ? "THROTTLED" : "NOT_DATA", remedy: "soon", code, detail: says };
}

function classifyStatus(status: number, text: string): Classified {
  const says = `HTTP ${status}: ${text}`;
  if (status >= HTTP_SERVER_ERROR) return failure("HTTP_5XX", "soon", says);
  const isSession = status === HTTP_UNAUTHORIZED || status === HTTP_FORBIDDEN;
  return failure("HTTP_4XX", isSession ? "renew" : "never", says);
}

function classifyText(text: string): Classified {
  if (text.startsWith("<")) {
    return failure("NOT_DATA", "soon", `the body is a page of markup: ${text}`);
  }
  return /^[{[]/.test(text)
    ? failure("TRUNCATED", "soon", "the JSON breaks off or is broken")
    : failure("NOT_DATA", "soon", `the body is no JSON: ${text}`);
}

function failure(outcome: CallFailure, remedy: Remedy, detail: string): Classified {
  return { outcome, remedy, code: null, detail: detail.slice(0, TEXT_KEPT_MAX) };
}

/** `undefined` for what is no JSON object or array; the vendor sends nothing else. */
function parseJson(text: string): unknown {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === "object" && document !== null ? document : { document };
  } catch {
    return undefined;
  }
}

function isFalse(value: boolean | string | null | undefined): boolean {
  return value === false || (typeof value === "string" && value.trim().toLowerCase() === "false");
}

function textOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text === "" || text.toLowerCase() === "null" ? null : text.slice(0, TEXT_KEPT_MAX);
}

/** The documentation shows `data` of failures as text. */
function nullIfSpelled(value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === "string" && /^\s*(null)?\s*$/i.test(value) ? null : value;
}

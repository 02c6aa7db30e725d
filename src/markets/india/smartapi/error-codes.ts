/**
 * What the vendor's error codes ask of a client: renew the session, wait, try again, or give up. Messages
 * differ between its documents and are never decided on. `classify-answer.ts` finds the code.
 */
import type { CallFailure } from "#ingestion/market-data-source.ts";

/**
 * `renew`: the session ended, the same call may succeed in another. `soon`: the same call may succeed
 * later. `next_code`: the one-time code was refused, the next may be accepted. `never`: it stays refused.
 */
export type Remedy = "renew" | "soon" | "next_code" | "never";

export type CodeMeaning = { readonly outcome: CallFailure; readonly remedy: Remedy };

const SESSION_ENDED = { outcome: "KEY_INVALID", remedy: "renew" } as const;
const REFUSED = { outcome: "KEY_INVALID", remedy: "never" } as const;
const TROUBLE = { outcome: "HTTP_5XX", remedy: "soon" } as const;
const UNKNOWN_SYMBOL = { outcome: "UNKNOWN_SYMBOL", remedy: "never" } as const;

const ERROR_CODES: { readonly [code: string]: CodeMeaning } = {
  /** Token invalid, expired, missing. */
  AG8001: SESSION_ENDED,
  AG8002: SESSION_ENDED,
  AG8003: SESSION_ENDED,
  /** Refresh token invalid, expired. */
  AB8050: SESSION_ENDED,
  AB8051: SESSION_ENDED,
  /** Back-office session expired; client not logged in. */
  AB1010: SESSION_ENDED,
  AB1011: SESSION_ENDED,
  /** API key invalid; not found. */
  AG8004: REFUSED,
  AB1034: REFUSED,
  /** Client code or PIN wrong, client blocked, no such user. */
  AB1000: REFUSED,
  AB1001: REFUSED,
  AB1002: REFUSED,
  AB1005: REFUSED,
  AB1006: REFUSED,
  AB1031: REFUSED,
  AB1032: REFUSED,
  /** One-time code wrong or no longer valid. */
  AB1050: { outcome: "KEY_INVALID", remedy: "next_code" },
  /** "Something went wrong": bad dates, and back-end trouble on valid requests. */
  AB1004: TROUBLE,
  /** The back office is overloaded, and a wrong PIN: see `smartapi-session.ts` for the second. */
  AB1007: TROUBLE,
  AB2000: TROUBLE,
  AB2001: TROUBLE,
  /** Too many requests. */
  AB1021: { outcome: "THROTTLED", remedy: "soon" },
  AB1009: UNKNOWN_SYMBOL,
  AB1018: UNKNOWN_SYMBOL,
  AB4018: UNKNOWN_SYMBOL,
};

/** A code that no source names may pass by itself. */
const UNKNOWN_CODE: CodeMeaning = { outcome: "NOT_DATA", remedy: "soon" };

export function meaningOfCode(code: string): CodeMeaning {
  const known = code.toUpperCase();
  return Object.hasOwn(ERROR_CODES, known) ? (ERROR_CODES[known] ?? UNKNOWN_CODE) : UNKNOWN_CODE;
}

/**
 * The port through which a market's vendor is asked. One call is one request; what came back is
 * either data, as received, or a named outcome. Nothing here parses prices.
 *
 * Contract, caller: takes a budget permit for each call before it fetches; never calls with a key
 * in `params`. Contract, implementer: sends one request a call and follows no redirect; never throws
 * for anything the vendor or the network does; never returns bytes that are not data, or that hold a
 * secret, as `data`; masks every secret in `detail`; resolves within the timeout it was made with and
 * reads no more than its size limit. `market-data-source.conformance.ts` checks all of it.
 */
import type { EpochMs } from "#core/clock.ts";
import type { RawKind } from "#contracts/raw-receipt.ts";

/** One request, without credentials. Two calls with equal `name` and `params` are the same call. */
export type VendorCall = {
  readonly kind: RawKind;
  /** The vendor's name of the function, e.g. `TIME_SERIES_DAILY`. */
  readonly name: string;
  readonly params: { readonly [parameter: string]: string };
  readonly symbol: string | null;
  /**
   * What to ask instead when the vendor's plan refuses a parameter of this call (PREMIUM_PARAMETER);
   * it has no `downgrade` of its own.
   */
  readonly downgrade?: VendorCall | undefined;
};

/**
 * Every way in which an answer is not data. `retry` says when trying again can help: `soon`, after the
 * `reset` of the day's calls, or `never`.
 */
export const CALL_FAILURES = {
  BURST: { retry: "soon", says: "the vendor asks for more time between calls" },
  THROTTLED: { retry: "soon", says: "the vendor's calls a minute are used up" },
  QUOTA_SPENT: { retry: "reset", says: "the vendor's calls of the day are used up" },
  HTTP_429: { retry: "soon", says: "the vendor answered 429 Too Many Requests" },
  HTTP_5XX: { retry: "soon", says: "the vendor answered with a server error" },
  HTTP_4XX: { retry: "never", says: "the vendor refused the request" },
  TIMEOUT: { retry: "soon", says: "no complete answer came in time" },
  NETWORK: { retry: "soon", says: "the connection failed or broke off" },
  EMPTY: { retry: "soon", says: "the answer was empty" },
  TRUNCATED: { retry: "soon", says: "the answer was cut short" },
  NOT_DATA: { retry: "soon", says: "the answer was no data of the form that was asked for" },
  OVERSIZED: { retry: "never", says: "the answer was larger than the limit" },
  UNKNOWN_SYMBOL: { retry: "never", says: "the vendor does not know the symbol or the call" },
  PREMIUM_ONLY: { retry: "never", says: "the vendor's plan does not include this function" },
  PREMIUM_PARAMETER: { retry: "never", says: "the vendor's plan does not include this parameter" },
  KEY_INVALID: { retry: "never", says: "the vendor says the key is invalid or missing" },
  DEMO_KEY: { retry: "never", says: "the demo key serves documented examples only" },
  ARTIFICIAL: { retry: "never", says: "the answer is sample data, not market data" },
} as const satisfies Record<string, { retry: "soon" | "reset" | "never"; says: string }>;

export type CallFailure = keyof typeof CALL_FAILURES;

export type CallAnswer =
  | {
      readonly outcome: "data";
      readonly bytes: Uint8Array;
      readonly format: "csv" | "json";
      /** Whether the server says that what it serves is SYNTHETIC. */
      readonly synthetic: boolean;
      readonly receivedAt: EpochMs;
      readonly rows: number;
      /** Dates of the newest and oldest row as written by the vendor; null without dated rows. */
      readonly newestDate: string | null;
      readonly oldestDate: string | null;
    }
  | {
      readonly outcome: CallFailure;
      /** What was seen, with secrets masked; at most 300 characters. */
      readonly detail: string;
      /** Length and digest of the refused body; null when none came. */
      readonly bytes: number | null;
      readonly sha256: string | null;
      /** The vendor's own wish, from `Retry-After`. */
      readonly retryAfterMs?: number | undefined;
      readonly receivedAt: EpochMs;
    };

/** A vendor of market data. `key` is one of its credentials, chosen by the caller's budget. */
export interface MarketDataSource {
  readonly vendor: string;
  fetchCall(call: VendorCall, key: string): Promise<CallAnswer>;
}

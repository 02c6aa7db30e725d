/**
 * What is known before anything is asked: the newest session received for each symbol, and when each
 * call was answered last. Pure; the plans decide by it.
 */
import type { RawKind, RawReceipt } from "#contracts/raw-receipt.ts";
import type { EpochMs } from "#core/clock.ts";
import { type SessionDate, sessionDate } from "#core/session-date.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import { callKeyOf } from "#ingestion/vendor-call.ts";
import type { AnsweredCall } from "./answered-call-store.ts";

/** Calls that answer the same question about a symbol, whatever function was asked. */
export type AnswerGroup = "prices" | "intraday" | "splits" | "dividends" | "series" | "listing";

export type CallHistory = {
  /** Newest whole session of a symbol's daily prices from the vendor. */
  readonly vendorSession: (symbol: string) => SessionDate | undefined;
  /** Likewise, with what the operator imported. */
  readonly knownSession: (symbol: string) => SessionDate | undefined;
  /** The newest answer about a symbol. */
  readonly answer: (group: AnswerGroup, symbol: string) => AnsweredCall | undefined;
  /** The newest answer to exactly this call, unless its payload was withdrawn. */
  readonly answerTo: (call: VendorCall) => AnsweredCall | undefined;
};

const GROUP_OF: { readonly [kind in RawKind]?: AnswerGroup } = {
  daily: "prices",
  daily_adjusted: "prices",
  index_daily: "prices",
  import_daily: "prices",
  intraday: "intraday",
  splits: "splits",
  dividends: "dividends",
  series: "series",
  listing: "listing",
};

/**
 * Reads receipts and remembered answers. Withdrawn payloads were never received. Answers from the
 * future were dated by a wrong clock and are not believed.
 */
export function readCallHistory(about: {
  readonly receipts: readonly RawReceipt[];
  readonly answers: ReadonlyMap<string, AnsweredCall>;
  readonly withdrawn: ReadonlySet<string>;
  readonly atMs: EpochMs;
}): CallHistory {
  const { receipts, answers, withdrawn, atMs } = about;
  const vendor = new Map<string, SessionDate>();
  const known = new Map<string, SessionDate>();
  for (const { id, kind, symbol, newestSession } of receipts) {
    if (symbol === null || newestSession === null || withdrawn.has(id)) continue;
    if (GROUP_OF[kind] !== "prices") continue;
    const session = sessionDate(newestSession);
    raise(known, symbol, session);
    if (kind !== "import_daily") raise(vendor, symbol, session);
  }
  const newest = new Map<string, AnsweredCall>();
  for (const answer of answers.values()) {
    if (answer.answeredAt > atMs || withdrawn.has(answer.receiptId)) continue;
    const group = GROUP_OF[answer.kind];
    if (group === undefined) continue;
    const key = answerKey(group, answer.symbol ?? "");
    const held = newest.get(key);
    if (held === undefined || held.answeredAt < answer.answeredAt) newest.set(key, answer);
  }
  return {
    vendorSession: (symbol) => vendor.get(symbol),
    knownSession: (symbol) => known.get(symbol),
    answer: (group, symbol) => newest.get(answerKey(group, symbol)),
    answerTo: (call) => {
      const answer = answers.get(callKeyOf(call));
      const isBelieved = answer !== undefined && answer.answeredAt <= atMs;
      return isBelieved && !withdrawn.has(answer.receiptId) ? answer : undefined;
    },
  };
}

function answerKey(group: AnswerGroup, symbol: string): string {
  return `${group} ${symbol}`;
}

function raise(map: Map<string, SessionDate>, symbol: string, session: SessionDate): void {
  const held = map.get(symbol);
  if (held === undefined || held < session) map.set(symbol, session);
}

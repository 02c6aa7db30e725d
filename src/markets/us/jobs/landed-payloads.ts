/**
 * What follows when a payload lands: it is remembered as answered, and a close that moved over the
 * limit calls for the symbol's splits and dividends. All of it can be repeated after a crash.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { newestCompleteSession } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import type { ProxySet } from "#core/market-definition.ts";
import type { SessionDate } from "#core/session-date.ts";
import type { DataAnswer } from "#ingestion/fetch-call.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import type { LandingOutcome } from "#ingestion/raw-store.ts";
import { callKeyOf } from "#ingestion/vendor-call.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import type { AnsweredCalls } from "../answered-call-store.ts";
import { type PayloadFacts, type PayloadView, readPayloadFacts } from "../payload-facts.ts";
import { eventCalls } from "../vendor-calls.ts";
import type { UsJobContext } from "./job-context.ts";

export interface LandedPayloads {
  /** For the receipt: the newest session whose row was whole when the answer came. */
  newestWholeSession(call: VendorCall, answer: DataAnswer): SessionDate | null;
  /** Remembers an answer; returns the event calls that it makes necessary. */
  follow(receipt: RawReceipt, bytes: Uint8Array, outcome: LandingOutcome): readonly VendorCall[];
  /** Remembers receipts that a killed job left without having followed them. */
  catchUp(): void;
}

/** Makes the followers of one job. */
export function landedPayloads(
  context: UsJobContext,
  answers: AnsweredCalls,
  proxySet: ProxySet,
): LandedPayloads {
  const factsOf = (call: VendorCall, bytes: Uint8Array, cameAt: EpochMs): PayloadFacts =>
    readPayloadFacts(call.kind, bytes, viewOf(context, proxySet, call.symbol, cameAt));
  return {
    newestWholeSession: (call, answer) => factsOf(call, answer.bytes, answer.receivedAt).newestSession,
    follow: (receipt, bytes, outcome) => {
      const call = callOf(receipt);
      const answeredAt = context.clock.wallMs();
      const facts = factsOf(call, bytes, answeredAt);
      const held = outcome === "known" ? answers.find(call)?.receiptId : undefined;
      const { kind, symbol } = receipt;
      const receiptId = held ?? receipt.id;
      answers.remember(call, { kind, symbol, answeredAt, receiptId, ...facts });
      return dueEventCalls(context, answers, symbol, facts.largeMove);
    },
    catchUp: () => {
      const newest = new Map<string, RawReceipt>();
      for (const receipt of context.rawStore.receipts()) {
        if (receipt.kind !== "import_daily") newest.set(callKeyOf(callOf(receipt)), receipt);
      }
      const remembered = answers.list();
      for (const [key, receipt] of newest) {
        if (remembered.get(key)?.receiptId === receipt.id) continue;
        const answeredAt = instantOfIso(receipt.fetchedAt);
        const facts = factsOf(callOf(receipt), context.rawStore.readBody(receipt), answeredAt);
        const { kind, symbol, id: receiptId } = receipt;
        answers.remember(callOf(receipt), { kind, symbol, answeredAt, receiptId, ...facts });
      }
    },
  };
}

/** Event calls of a symbol that were not answered since its close moved over the limit. */
function dueEventCalls(
  context: UsJobContext,
  answers: AnsweredCalls,
  symbol: string | null,
  largeMove: SessionDate | null,
): VendorCall[] {
  if (symbol === null || largeMove === null) return [];
  const movedAt = closeOf(context, largeMove);
  return eventCalls(symbol).filter((call) => (answers.find(call)?.answeredAt ?? -1) < movedAt);
}

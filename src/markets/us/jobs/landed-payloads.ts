/**
 * What follows when a payload lands: it is remembered as answered, and a close that moved over the
 * limit calls for the symbol's splits and dividends. All of it can be repeated after a crash.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { newestCompleteSession } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import type { ProxySet } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { SessionDate } from "#core/session-date.ts";
import type { DataAnswer } from "#ingestion/fetch-call.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import type { LandingOutcome } from "#ingestion/raw-store.ts";
import { callKeyOf } from "#ingestion/vendor-call.ts";
import { limitsOf } from "#curation/build-limits.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import { driftLimitPercent } from "#truth/gate1/drift.ts";
import type { AnsweredCalls } from "../answered-call-store.ts";
import { usRoleOf } from "../build/us-roles.ts";
import { type PayloadFacts, type PayloadView, readPayloadFacts } from "../payload-facts.ts";
import { eventCallsSince } from "../plan-events.ts";
import type { UsJobContext } from "./job-context.ts";

export interface LandedPayloads {
  /** For the receipt: the newest session whose row was whole when the answer came. */
  newestWholeSession(call: VendorCall, answer: DataAnswer): SessionDate | null;
  /** Remembers an answer; returns the event calls that it makes necessary. */
  follow(receipt: RawReceipt, bytes: Uint8Array, outcome: LandingOutcome): readonly VendorCall[];
  /** Remembers receipts that a killed job left without having followed them. */
  catchUp(receipts: readonly RawReceipt[]): void;
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
    newestWholeSession: (call, answer) =>
      factsOf(call, answer.bytes, answer.receivedAt).newestSession,
    follow: (receipt, bytes, outcome) => {
      const call = callOf(receipt);
      const { kind, symbol } = receipt;
      // As its receipt has it: a clock that is set meanwhile must not make an old answer a new one.
      const answeredAt =
        outcome === "known" ? context.clock.wallMs() : instantOfIso(receipt.fetchedAt);
      const facts = factsOf(call, bytes, answeredAt);
      // Known bytes may have an older receipt than the newest of this call, which stays the newest.
      const heldId = outcome === "known" ? answers.find(call)?.receiptId : undefined;
      const receiptId = heldId ?? receipt.id;
      answers.remember(call, { kind, symbol, answeredAt, receiptId, ...facts });
      if (symbol === null || facts.largeMove === null) return [];
      const answeredAtOf = (asked: VendorCall): number => answers.find(asked)?.answeredAt ?? -1;
      return eventCallsSince(symbol, facts.largeMove, context.calendar, answeredAtOf);
    },
    catchUp: (receipts) => {
      const remembered = answers.list();
      const newest = new Map(
        receipts
          .filter(({ kind }) => kind !== "import_daily")
          .map((receipt) => [callKeyOf(callOf(receipt)), receipt]),
      );
      for (const [key, receipt] of newest) {
        if (remembered.get(key)?.receiptId === receipt.id) continue;
        const bytes = readIfWhole(context, receipt);
        if (bytes === undefined) continue;
        const { kind, symbol, id: receiptId } = receipt;
        const answeredAt = instantOfIso(receipt.fetchedAt);
        const facts = factsOf(callOf(receipt), bytes, answeredAt);
        answers.remember(callOf(receipt), { kind, symbol, answeredAt, receiptId, ...facts });
      }
    },
  };
}

function callOf({ kind, endpoint, symbol }: RawReceipt): VendorCall {
  return { kind, name: endpoint.name, params: endpoint.params, symbol };
}

/** The limit of gate 1 for what can be split; whether a symbol without a role is a fund makes no difference. */
function viewOf(
  context: UsJobContext,
  proxySet: ProxySet,
  symbol: string | null,
  cameAt: EpochMs,
): PayloadView {
  const { thresholds } = context.settings;
  const role = usRoleOf([...proxySet.roles], () => new Map())(symbol ?? "", []);
  const isIndex = role.instrumentClass === "index";
  const limitPercent = driftLimitPercent(role, limitsOf(thresholds));
  return {
    calendar: context.calendar,
    wholeThroughDay: newestCompleteSession(context.calendar, cameAt, thresholds.us_settle_minutes),
    moveLimitPercent: isIndex ? Number.POSITIVE_INFINITY : limitPercent,
  };
}

/** The bytes, unless they were damaged on the disk: asking again restores them, so it must go on. */
function readIfWhole(context: UsJobContext, receipt: RawReceipt): Uint8Array | undefined {
  try {
    return context.rawStore.readBody(receipt);
  } catch (cause) {
    if (!(cause instanceof MeridianError) || cause.code !== "FILE_DAMAGED") throw cause;
    context.log.warn({ raw: receipt.id, why: cause.message }, "raw file is damaged");
    return undefined;
  }
}

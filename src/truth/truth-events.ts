/**
 * What people have decided about a market's data, folded from its ledger: reviews, waivers,
 * withdrawn files, calendar corrections, and how far truth time got. The ledger is the only source.
 */
import { z } from "zod";
import {
  type CalendarCorrection,
  calendarCorrectionSchema,
} from "#contracts/calendar-correction.ts";
import { type Ledger, type LedgerEntry, payloadOf } from "#ledger/ledger-store.ts";
import type { LedgerKind } from "#contracts/ledger-event.ts";

/** Kinds of ledger entries that the fold reads. */
export const TRUTH_EVENT_KINDS = [
  "REVIEW_APPROVED",
  "REVIEW_REJECTED",
  "REVIEW_REOPENED",
  "SESSION_WAIVED",
  "RAW_WITHDRAWN",
  "CALENDAR_CORRECTED",
  "CTT_ADVANCED",
] as const satisfies readonly LedgerKind[];

export type TruthEvents = {
  /** By review id. A reopened review has no decision. */
  readonly decisions: ReadonlyMap<string, "approved" | "rejected">;
  /** Keys made by `waiverKey`. */
  readonly waivers: ReadonlySet<string>;
  readonly withdrawn: ReadonlySet<string>;
  readonly corrections: readonly CalendarCorrection[];
  /** Newest session that gate 1 passed, or null before the first. */
  readonly ctt: string | null;
  /** The session at which truth time began; from there on it passed session by session. */
  readonly firstCtt: string | null;
  /** Place in the ledger of the newest event that a build depends on; 0 without any. */
  readonly buildEventsThroughSeq: number;
};

/** One symbol's session in the set of waivers. */
export function waiverKey(symbol: string, session: string): string {
  return `${session} ${symbol}`;
}

/**
 * What has been decided up to this instant. To be read again inside the transaction that records a
 * decision, so that two people who decide at once do not record the same twice.
 */
export function readTruthEvents(ledger: Ledger): TruthEvents {
  return foldTruthEvents(ledger.entries({ kinds: TRUTH_EVENT_KINDS }));
}

/** Folds entries, oldest first; kinds it does not know are skipped. */
export function foldTruthEvents(entries: readonly LedgerEntry[]): TruthEvents {
  const decisions = new Map<string, "approved" | "rejected">();
  const waivers = new Set<string>();
  const withdrawn = new Set<string>();
  const corrections: CalendarCorrection[] = [];
  let ctt: string | null = null;
  let firstCtt: string | null = null;
  let buildEventsThroughSeq = 0;
  for (const entry of entries) {
    switch (entry.kind) {
      case "REVIEW_APPROVED":
        for (const { id } of payloadOf(entry, entry.kind).reviews) decisions.set(id, "approved");
        break;
      case "REVIEW_REJECTED":
        for (const { id } of payloadOf(entry, entry.kind).reviews) decisions.set(id, "rejected");
        break;
      case "REVIEW_REOPENED":
        for (const { id } of payloadOf(entry, entry.kind).reviews) decisions.delete(id);
        break;
      case "SESSION_WAIVED": {
        const { symbol, session } = payloadOf(entry, entry.kind);
        waivers.add(waiverKey(symbol, session));
        continue;
      }
      case "RAW_WITHDRAWN":
        withdrawn.add(payloadOf(entry, entry.kind).raw);
        break;
      case "CALENDAR_CORRECTED":
        corrections.push(parseCorrection(payloadOf(entry, entry.kind).correction));
        break;
      case "CTT_ADVANCED":
        ctt = payloadOf(entry, entry.kind).session;
        firstCtt ??= ctt;
        continue;
      default:
        continue;
    }
    buildEventsThroughSeq = entry.seq;
  }
  return { decisions, waivers, withdrawn, corrections, ctt, firstCtt, buildEventsThroughSeq };
}

function parseCorrection(stored: unknown): CalendarCorrection {
  return z.parse(calendarCorrectionSchema, stored);
}

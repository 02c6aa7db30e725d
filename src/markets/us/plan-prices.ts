/**
 * Decides for one symbol whether its newest daily price is asked for. Pure. A vendor that has not
 * published a session yet is asked again later; one that never will is not asked for ever.
 */
import { hoursOf, newestCompleteSession, sessionsBefore } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { type SessionDate, dateOfDayNumber, dayNumberOf } from "#core/session-date.ts";
import type { PlanInput } from "./call-plan.ts";
import { COMPACT_ROWS } from "./vendor-calls.ts";

/** The newest session whose row can be whole, and since when it can. */
export type WantedSession = { readonly session: SessionDate; readonly wholeFromMs: EpochMs };

/**
 * `whole`: it is here. `ask`: it is not, or it came unreadable. `not_published`: the vendor answered without it, soon after the close.
 * `no_row`: the vendor answered without it, long after the close; gate 1 says what that means.
 */
export type PriceNeed =
  | { readonly need: "whole" | "ask" | "no_row" }
  | { readonly need: "not_published"; readonly nextTryMs: EpochMs };

const MINUTE_MS = 60_000;
/** A vendor that has not published a session is asked again after this. */
const NEXT_TRY_MS = 60 * MINUTE_MS;
/** So long after a session became whole, its row may still be published late. */
const LATE_MS_MAX = 12 * 60 * MINUTE_MS;

/** The newest complete session at the plan's instant. @throws CALENDAR_RANGE */
export function wantedSession(input: PlanInput): WantedSession {
  const { calendar, atMs, settleMinutes } = input;
  const day = newestCompleteSession(calendar, atMs, settleMinutes);
  const wholeFromMs = (hoursOf(calendar, day).closesAt + settleMinutes * MINUTE_MS) as EpochMs;
  return { session: dateOfDayNumber(day), wholeFromMs };
}

/** What is to be done about a symbol's price of the wanted session. */
export function decidePriceNeed(
  input: PlanInput,
  symbol: string,
  wanted: WantedSession,
): PriceNeed {
  const held = input.history.vendorSession(symbol);
  const answer = input.history.answer("prices", symbol);
  if (held !== undefined && held >= wanted.session) {
    const cameUnsound = answer !== undefined && (answer.soundSession ?? "") < wanted.session;
    return { need: cameUnsound ? "ask" : "whole" };
  }
  const lacksIt = answer !== undefined && (answer.newestSession ?? "") < wanted.session;
  if (!lacksIt || answer.answeredAt < wanted.wholeFromMs) return { need: "ask" };
  if (answer.answeredAt >= wanted.wholeFromMs + LATE_MS_MAX) return { need: "no_row" };
  const nextTryMs = (answer.answeredAt + NEXT_TRY_MS) as EpochMs;
  return input.atMs < nextTryMs ? { need: "not_published", nextTryMs } : { need: "ask" };
}

/** Sessions that `compact` cannot reach between what is known of a symbol and the wanted session. */
export type HistoryGap = { readonly after: SessionDate; readonly before: SessionDate };

/**
 * The gap that a compact answer would leave without a word; `undefined` when there is none, or no
 * history to have a gap in.
 */
export function decideHistoryGap(
  input: PlanInput,
  symbol: string,
  wanted: WantedSession,
): HistoryGap | undefined {
  const known = input.history.knownSession(symbol);
  if (known === undefined || known >= wanted.session) return undefined;
  const { calendar } = input;
  const firstMissing = sessionsBefore(calendar, dayNumberOf(known) + 1);
  const firstReached = sessionsBefore(calendar, dayNumberOf(wanted.session) + 1) - COMPACT_ROWS;
  if (firstReached <= firstMissing) return undefined;
  const before = calendar.sessions[firstReached];
  return before === undefined ? undefined : { after: known, before: dateOfDayNumber(before) };
}

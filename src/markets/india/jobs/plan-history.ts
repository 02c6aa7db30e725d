/**
 * Decides which daily candles are to be asked for: from what was received, the sessions that lack, oldest
 * first, in pages that the vendor answers whole. Pure.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { type Calendar, sessionsBefore } from "#core/calendar.ts";
import {
  type SessionDate,
  dateOfDayNumber,
  dayNumberOf,
  parseSessionDate,
} from "#core/session-date.ts";
import { planDailyPages } from "../smartapi/candle-call.ts";

/** History that is asked for: a little over five years, in one page; truth time needs 780 sessions. */
export const HISTORY_DAYS = 1850;
/** Days that are asked for again with each new part, so that a restated bar is noticed. */
export const OVERLAP_DAYS = 10;

export type DayRange = { readonly from: SessionDate; readonly to: SessionDate };

/**
 * The pages of one symbol through the session `throughDay`, the newest whole one; empty when nothing lacks.
 * `receipts` are the vendor's daily candles of the symbol that count. What a receipt covers ends with its
 * newest whole session: a row of a running session is asked for again.
 */
export function planHistory(of: {
  readonly calendar: Calendar;
  readonly throughDay: number;
  readonly receipts: readonly RawReceipt[];
}): DayRange[] {
  const { calendar, throughDay, receipts } = of;
  const firstDay = Math.max(throughDay - HISTORY_DAYS + 1, calendar.fromDay);
  const lacking = firstLacking(calendar, { firstDay, throughDay }, receipts.flatMap(coverOf));
  if (lacking === undefined) return [];
  const from = lacking === firstDay ? firstDay : Math.max(firstDay, lacking - OVERLAP_DAYS);
  return planDailyPages({ from: dateOfDayNumber(from), to: dateOfDayNumber(throughDay) });
}

type Cover = { readonly fromDay: number; readonly toDay: number };

/** The days that a receipt's answer is whole for. */
function coverOf({ endpoint, newestSession }: RawReceipt): Cover[] {
  const asked = parseSessionDate((endpoint.params["fromdate"] ?? "").slice(0, 10));
  const whole = newestSession === null ? undefined : parseSessionDate(newestSession);
  if (asked === undefined || whole === undefined) return [];
  return [{ fromDay: dayNumberOf(asked), toDay: dayNumberOf(whole) }];
}

/** The first day from which on a session is not covered; `firstDay` itself when nothing is. */
function firstLacking(
  calendar: Calendar,
  { firstDay, throughDay }: { readonly firstDay: number; readonly throughDay: number },
  covers: readonly Cover[],
): number | undefined {
  let day = firstDay;
  for (const cover of [...covers].sort((a, b) => a.fromDay - b.fromDay || a.toDay - b.toDay)) {
    // Days between that are no sessions lack nothing.
    const isJoined =
      cover.fromDay <= day ||
      sessionsBefore(calendar, cover.fromDay) === sessionsBefore(calendar, day);
    if (isJoined && cover.toDay >= day) day = cover.toDay + 1;
  }
  const lacks = sessionsBefore(calendar, throughDay + 1) > sessionsBefore(calendar, day);
  return lacks ? day : undefined;
}

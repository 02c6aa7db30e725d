/**
 * The exchange's calendar day of an instant: Indian Standard Time, UTC+5:30 all year. Which of these
 * days are sessions is the calendar's business.
 */
import { dateOfDayNumber, dayNumberOf, type SessionDate } from "#core/session-date.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
const IST_OFFSET_MS = 19_800_000;

/** Epoch milliseconds of the midnight with which the day begins in India. */
export function istMidnightMs(session: SessionDate): number {
  return dayNumberOf(session) * DAY_MS - IST_OFFSET_MS;
}

/** The day in India of an instant. */
export function istDateOf(epochMs: number): SessionDate {
  return dateOfDayNumber(Math.floor((epochMs + IST_OFFSET_MS) / DAY_MS));
}

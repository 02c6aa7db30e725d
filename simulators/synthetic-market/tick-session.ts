/**
 * The hours of one session of the Indian exchange, as the tick generator needs them: everything is an
 * argument, so that a special session is just other numbers. Which days are sessions is the calendar's.
 */
import { type Calendar, hoursOf } from "#core/calendar.ts";
import { type SessionDate, dayNumberOf } from "#core/session-date.ts";

/** Minutes after midnight in India; `toMinute` is the first minute that no longer belongs to it. */
export type MinuteSpan = { readonly fromMinute: number; readonly toMinute: number };

export type TickSession = {
  readonly date: SessionDate;
  /** First minute of continuous trading, and the first one after it. */
  readonly openMinute: number;
  readonly closeMinute: number;
  /** Orders are collected here and matched at its end; `null` where trading starts at once. */
  readonly preOpen: MinuteSpan | null;
  /** Closing auction of instruments that have one; `null` before there was any. */
  readonly auction: MinuteSpan | null;
};

export const SECONDS_PER_MINUTE = 60;
export const SECONDS_PER_DAY = 86_400;
export const MINUTES_PER_DAY = 1440;
/** India is 5 h 30 min ahead of UTC all year. */
const ZONE_MINUTES = 330;

const MS_PER_MINUTE = 60_000;

const OPEN_MINUTE = 555;
const CLOSE_MINUTE = 930;
const PRE_OPEN: MinuteSpan = { fromMinute: 540, toMinute: 548 };
const AUCTION: MinuteSpan = { fromMinute: 915, toMinute: 935 };
/** The closing auction exists since this day. */
const AUCTION_SINCE = "2026-08-03";

/** An ordinary session: 09:15 to 15:30, pre-open from 09:00, closing auction since 2026-08-03. */
export function regularTickSession(date: SessionDate): TickSession {
  return {
    date,
    openMinute: OPEN_MINUTE,
    closeMinute: CLOSE_MINUTE,
    preOpen: PRE_OPEN,
    auction: date >= AUCTION_SINCE ? AUCTION : null,
  };
}

/** The session that a calendar has on a day. Other hours than the ordinary know no pre-open and no auction. */
export function tickSessionOf(calendar: Calendar, date: SessionDate): TickSession {
  const hours = hoursOf(calendar, dayNumberOf(date));
  const minuteOf = (instant: number): number => instant / MS_PER_MINUTE - midnightMinuteOf(date);
  const session = { openMinute: minuteOf(hours.opensAt), closeMinute: minuteOf(hours.closesAt) };
  const isOrdinary = session.openMinute === OPEN_MINUTE && session.closeMinute === CLOSE_MINUTE;
  if (isOrdinary) return regularTickSession(date);
  const preOpen = session.openMinute === OPEN_MINUTE ? PRE_OPEN : null;
  return { date, ...session, preOpen, auction: null };
}

/** Epoch minute (UTC) of midnight in India on the day of the session. */
export function midnightMinuteOf(date: SessionDate): number {
  return dayNumberOf(date) * MINUTES_PER_DAY - ZONE_MINUTES;
}

/** Seconds after midnight of `HH:MM` or `HH:MM:SS`. Throws when the text is neither. */
export function secondOfDay(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (!match) throw new Error(`a time of day is written HH:MM or HH:MM:SS, was "${text}"`);
  return Number(match[1]) * 3600 + Number(match[2]) * SECONDS_PER_MINUTE + Number(match[3] ?? 0);
}

/** `HH:MM:SS` of a second after midnight. */
export function timeOfDay(second: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${two(second / 3600)}:${two((second % 3600) / SECONDS_PER_MINUTE)}:${two(second % SECONDS_PER_MINUTE)}`;
}

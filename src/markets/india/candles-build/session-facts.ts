/** What a session's hours are to its minute candles, with the codes that hold for all of its symbols. Pure. */
import { type Calendar, hoursOf, wallHoursOf } from "#core/calendar.ts";
import { must } from "#core/assert.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { tradingMinutesOf } from "#truth/gate1/minute-rules.ts";
import type { SessionFacts } from "#truth/gate1/minute-summary.ts";
import { IST_OFFSET_MINUTES } from "../import/import-stamps.ts";

const MS_PER_MINUTE = 60_000;

/** Facts of one session. @throws CALENDAR_RANGE when the day is none */
export function sessionFactsOf(calendar: Calendar, day: number): SessionFacts {
  const { auction } = hoursOf(calendar, day);
  return {
    session: dateOfDayNumber(day),
    hours: must(tradingMinutesOf(calendar)(day), "a session has hours"),
    offsetMinutes: IST_OFFSET_MINUTES,
    auctionFromMinute: auction === null ? null : auction.from / MS_PER_MINUTE,
    notes: sessionNotes(calendar, day),
  };
}

function sessionNotes(calendar: Calendar, day: number): string[] {
  const hours = wallHoursOf(calendar, day);
  const { special, closeMinute } = calendar.facts;
  const found = special.get(dateOfDayNumber(day));
  if (found === undefined) return [];
  const isExtended = hours.openMinute < closeMinute && hours.closeMinute > closeMinute;
  return [
    isExtended ? "EXTENDED_SESSION" : "SPECIAL_SESSION",
    ...(hours.breaks.length > 0 ? ["TRADING_HALT"] : []),
    ...(hours.known === "announced" ? [] : ["HOURS_ASSUMED"]),
  ];
}

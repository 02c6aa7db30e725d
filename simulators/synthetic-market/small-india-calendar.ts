/**
 * A small calendar for tests of the Indian look-alike: 2015 to 2026, closed on weekends and four fixed
 * days a year. The real dates of the exchange lie with the product; tests here need none of them.
 */
import { type Calendar, buildCalendar } from "#core/calendar.ts";
import { type SessionDate, sessionDate } from "#core/session-date.ts";

const FROM_YEAR = 2015;
const TO_YEAR = 2026;
const OPEN_MINUTE = 555;
const CLOSE_MINUTE = 930;
const HOLIDAYS = ["01-26", "05-01", "08-15", "10-02"];

/** Sessions 09:15 to 15:30 on all weekdays but 26 January, 1 May, 15 August and 2 October. */
export function smallIndiaCalendar(): Calendar {
  const closed = new Map<SessionDate, string>();
  for (let year = FROM_YEAR; year <= TO_YEAR; year++) {
    for (const day of HOLIDAYS) closed.set(sessionDate(`${year}-${day}`), "holiday");
  }
  return buildCalendar({
    id: "small-india",
    version: "small-india-1",
    timeZone: "Asia/Kolkata",
    from: sessionDate(`${FROM_YEAR}-01-01`),
    to: sessionDate(`${TO_YEAR}-12-31`),
    openMinute: OPEN_MINUTE,
    closeMinute: CLOSE_MINUTE,
    closed,
    special: new Map(),
  });
}

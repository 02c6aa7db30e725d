/**
 * A small calendar for tests of the simulators: 2000 to 2027 with four holidays and one early close a
 * year. The real dates of the exchange are `NYSE_FACTS` of `src/markets/us`; this needs none of them.
 */
import { type Calendar, type SpecialSession, buildCalendar } from "#core/calendar.ts";
import {
  type SessionDate,
  dateOfDayNumber,
  dayNumberOfCivil,
  sessionDate,
  weekdayOf,
} from "#core/session-date.ts";

const FROM_YEAR = 2000;
const TO_YEAR = 2027;
const THURSDAY = 4;
const OPEN_MINUTE = 9 * 60 + 30;
const CLOSE_MINUTE = 16 * 60;
const EARLY_CLOSE_MINUTE = 13 * 60;

/** Closed on 1 January, 4 July, Thanksgiving and 25 December; 13:00 on the day after Thanksgiving. */
export function smallCalendar(): Calendar {
  const closed = new Map<SessionDate, string>();
  const special = new Map<SessionDate, SpecialSession>();
  for (let year = FROM_YEAR; year <= TO_YEAR; year++) {
    const thanksgiving = fourthThursdayOfNovember(year);
    const holidays = [
      dayNumberOfCivil(year, 1, 1),
      dayNumberOfCivil(year, 7, 4),
      thanksgiving,
      dayNumberOfCivil(year, 12, 25),
    ];
    for (const day of holidays) closed.set(dateOfDayNumber(day), "holiday");
    special.set(dateOfDayNumber(thanksgiving + 1), {
      openMinute: OPEN_MINUTE,
      closeMinute: EARLY_CLOSE_MINUTE,
      name: "day after Thanksgiving",
    });
  }
  return buildCalendar({
    id: "small",
    version: "small-1",
    timeZone: "America/New_York",
    from: sessionDate(`${FROM_YEAR}-01-01`),
    to: sessionDate(`${TO_YEAR}-12-31`),
    openMinute: OPEN_MINUTE,
    closeMinute: CLOSE_MINUTE,
    closed,
    special,
  });
}

function fourthThursdayOfNovember(year: number): number {
  const first = dayNumberOfCivil(year, 11, 1);
  return first + ((THURSDAY - weekdayOf(first) + 7) % 7) + 21;
}

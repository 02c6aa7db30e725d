/** Calendars for tests: all weekdays of a range but the closed ones, 09:30 to 16:00 in New York. */
import { type Calendar, type CalendarFacts, buildCalendar } from "./calendar.ts";
import { type SessionDate, dateOfDayNumber, sessionDate } from "./session-date.ts";

/** Facts of a small exchange. */
export function smallFacts(
  from: string,
  to: string,
  closed: readonly string[] = [],
): CalendarFacts {
  return {
    id: "SMALL",
    version: "small-1",
    timeZone: "America/New_York",
    from: sessionDate(from),
    to: sessionDate(to),
    openMinute: 570,
    closeMinute: 960,
    closed: new Map(closed.map((date) => [sessionDate(date), "closed"])),
    special: new Map(),
  };
}

/** A small exchange's calendar. */
export function smallCalendar(from: string, to: string, closed: readonly string[] = []): Calendar {
  return buildCalendar(smallFacts(from, to, closed));
}

/** Dates of all sessions of a calendar. */
export function sessionDates(calendar: Calendar): SessionDate[] {
  return [...calendar.sessions].map(dateOfDayNumber);
}

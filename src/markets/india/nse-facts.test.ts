/** Checks the NSE facts against counts and days that are known from elsewhere, and the hours of its odd sessions. */
import { describe, expect, test } from "vitest";
import {
  buildCalendar,
  endOf,
  hoursOf,
  isSession,
  newestCompleteSession,
  wallHoursOf,
} from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate, weekdayOf } from "#core/session-date.ts";
import { NSE_FACTS } from "./nse-facts.ts";

const calendar = buildCalendar(NSE_FACTS);
const day = (text: string) => dayNumberOf(sessionDate(text));
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds as EpochMs;
const iso = (instant: number) => Temporal.Instant.fromEpochMilliseconds(instant).toString();
const SETTLE_MINUTES = 10;
const wholeAt = (text: string) =>
  dateOfDayNumber(newestCompleteSession(calendar, at(text), SETTLE_MINUTES));

describe("the NSE facts", () => {
  test("hold 238 holidays, all on weekdays, and 32 special sessions", () => {
    expect(NSE_FACTS.closed.size).toBe(238);
    expect(NSE_FACTS.special.size).toBe(32);
    for (const date of NSE_FACTS.closed.keys()) {
      expect([1, 2, 3, 4, 5], date).toContain(weekdayOf(day(date)));
      expect(NSE_FACTS.special.has(date), date).toBe(false);
    }
  });

  test("keep the holidays of fixed days whenever they fall on a weekday", () => {
    for (let year = 2010; year <= 2026; year++) {
      const fixed = [`${year}-01-26`, `${year}-10-02`, `${year}-12-25`];
      for (const date of fixed) {
        const isWeekend = weekdayOf(day(date)) % 6 === 0;
        expect(isSession(calendar, day(date)), date).toBe(false);
        expect(NSE_FACTS.closed.has(sessionDate(date)), date).toBe(!isWeekend);
      }
    }
  });

  test("give a year 242 to 252 sessions", () => {
    const years = Map.groupBy(calendar.sessions, (session) => dateOfDayNumber(session).slice(0, 4));
    expect(years.size).toBe(17);
    for (const [year, sessions] of years) {
      expect(sessions.length, year).toBeGreaterThanOrEqual(242);
      expect(sessions.length, year).toBeLessThanOrEqual(252);
    }
  });

  test.each(["2023-11-12", "2026-02-01", "2024-01-20", "2025-10-21", "2013-11-14", "2021-11-04"])(
    "have a session on %s",
    (date) => {
      expect(isSession(calendar, day(date))).toBe(true);
    },
  );

  test.each(["2024-01-22", "2013-11-15", "2026-01-15", "2025-10-22", "2023-11-14"])(
    "have none on %s",
    (date) => {
      expect(isSession(calendar, day(date))).toBe(false);
    },
  );
});

describe("hours", () => {
  test.each([
    ["2010-10-15", "2010-10-15T03:30:00Z", "2010-10-15T10:00:00Z"],
    ["2010-10-18", "2010-10-18T03:45:00Z", "2010-10-18T10:00:00Z"],
    ["2023-11-12", "2023-11-12T12:45:00Z", "2023-11-12T13:45:00Z"],
    ["2021-02-24", "2021-02-24T03:45:00Z", "2021-02-24T11:30:00Z"],
    ["2026-02-01", "2026-02-01T03:45:00Z", "2026-02-01T10:00:00Z"],
  ])("of %s are %s to %s", (date, opens, closes) => {
    const { opensAt, closesAt, known } = hoursOf(calendar, day(date));
    expect([iso(opensAt), iso(closesAt), known]).toEqual([opens, closes, "announced"]);
  });

  test("have breaks where trading paused", () => {
    const halt = [{ fromMinute: 700, toMinute: 945 }];
    const twoWindows = [{ fromMinute: 600, toMinute: 690 }];
    expect(wallHoursOf(calendar, day("2021-02-24")).breaks).toEqual(halt);
    expect(wallHoursOf(calendar, day("2024-03-02")).breaks).toEqual(twoWindows);
    expect(wallHoursOf(calendar, day("2024-05-18")).breaks).toEqual(twoWindows);
    expect(wallHoursOf(calendar, day("2024-05-17")).breaks).toEqual([]);
  });

  test("that nobody announced are the regular ones and say so", () => {
    expect(wallHoursOf(calendar, day("2012-01-07"))).toMatchObject({
      openMinute: 555,
      closeMinute: 930,
      known: "assumed",
    });
    expect(wallHoursOf(calendar, day("2010-02-06"))).toMatchObject({
      openMinute: 540,
      known: "assumed",
    });
  });

  test("that are still to be announced are the whole day and say so", () => {
    const { opensAt, closesAt, auction, known } = hoursOf(calendar, day("2026-11-08"));
    expect([iso(opensAt), iso(closesAt)]).toEqual(["2026-11-07T18:30:00Z", "2026-11-08T18:30:00Z"]);
    expect([auction, known]).toEqual([null, "not_announced"]);
  });

  test("have a closing auction from 2026-08-03 on", () => {
    expect(wallHoursOf(calendar, day("2026-07-31")).auction).toBeNull();
    const auction = { fromMinute: 915, toMinute: 935 };
    expect(wallHoursOf(calendar, day("2026-08-03")).auction).toEqual(auction);
    expect(iso(endOf(hoursOf(calendar, day("2026-08-03"))))).toBe("2026-08-03T10:05:00Z");
  });
});

describe("a session's row", () => {
  test.each([
    ["2026-07-31T10:09:59.999Z", "2026-07-30"],
    ["2026-07-31T10:10:00Z", "2026-07-31"],
    // With an auction the ten minutes count from 15:35.
    ["2026-08-03T10:14:59.999Z", "2026-07-31"],
    ["2026-08-03T10:15:00Z", "2026-08-03"],
    ["2021-02-24T10:10:00Z", "2021-02-23"],
    ["2021-02-24T11:40:00Z", "2021-02-24"],
    ["2023-11-12T13:54:00Z", "2023-11-10"],
    ["2023-11-12T13:55:00Z", "2023-11-12"],
    // Of a session whose hours nobody knows the row is whole when the day is over.
    ["2026-11-08T18:00:00Z", "2026-11-06"],
    ["2026-11-08T18:39:00Z", "2026-11-06"],
    ["2026-11-08T18:40:00Z", "2026-11-08"],
  ])("that is whole at %s is that of %s", (instant, session) => {
    expect(wholeAt(instant)).toBe(session);
  });
});

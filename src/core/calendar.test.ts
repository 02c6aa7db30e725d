/** Exchange calendars as values: sessions, hours across clock changes, and failing closed at the ends. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import {
  type CalendarFacts,
  buildCalendar,
  endOf,
  hoursOf,
  instantOfWallMinute,
  isCovered,
  isSession,
  localDayOf,
  newestCompleteSession,
  sessionAfter,
  sessionIndexOf,
  sessionOnOrBefore,
  sessionsBefore,
  wallHoursOf,
} from "./calendar.ts";
import type { EpochMs } from "./clock.ts";
import { MeridianError } from "./meridian-error.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate, weekdayOf } from "./session-date.ts";

const FACTS: CalendarFacts = {
  id: "TEST",
  version: "test-1",
  timeZone: "America/New_York",
  from: sessionDate("2025-10-01"),
  to: sessionDate("2026-12-31"),
  openMinute: 9 * 60 + 30,
  closeMinute: 16 * 60,
  closed: new Map([
    [sessionDate("2025-11-27"), "Thanksgiving"],
    [sessionDate("2025-12-25"), "Christmas"],
  ]),
  special: new Map([
    [
      sessionDate("2025-11-28"),
      { openMinute: 570, closeMinute: 780, name: "early close after Thanksgiving" },
    ],
    // A Saturday that is a session, as exchanges hold them now and then.
    [sessionDate("2026-01-03"), { openMinute: 570, closeMinute: 720, name: "special session" }],
  ]),
};
const calendar = buildCalendar(FACTS);
const day = (text: string) => dayNumberOf(sessionDate(text));
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds as EpochMs;
const iso = (instant: number) => Temporal.Instant.fromEpochMilliseconds(instant).toString();
const run = { numRuns: testCount(300, 5000), seed: testSeed() };
const anyDay = fc.integer({ min: calendar.fromDay, max: calendar.toDay });

describe("sessions", () => {
  test("are weekdays without closures, and the special days", () => {
    for (let one: number = calendar.fromDay; one <= calendar.toDay; one++) {
      const date = dateOfDayNumber(one);
      const isWeekday = weekdayOf(one) !== 0 && weekdayOf(one) !== 6;
      const expected = FACTS.special.has(date) || (isWeekday && !FACTS.closed.has(date));
      expect(isSession(calendar, one), date).toBe(expected);
    }
  });

  test("are found by index, and days without one are not", () => {
    for (const [index, session] of calendar.sessions.entries()) {
      expect(sessionIndexOf(calendar, session)).toBe(index);
      expect(sessionsBefore(calendar, session)).toBe(index);
    }
    expect(sessionIndexOf(calendar, day("2025-12-25"))).toBe(-1);
    expect(sessionIndexOf(calendar, day("2031-01-02"))).toBe(-1);
  });

  test("on, before and after a day are those that a walk over the days finds", () => {
    fc.assert(
      fc.property(anyDay, (from) => {
        let before: number = from;
        while (before >= calendar.fromDay && !isSession(calendar, before)) before--;
        let after = from + 1;
        while (after <= calendar.toDay && !isSession(calendar, after)) after++;
        fc.pre(before >= calendar.fromDay && after <= calendar.toDay);
        expect(sessionOnOrBefore(calendar, from)).toBe(before);
        expect(sessionAfter(calendar, from)).toBe(after);
      }),
      run,
    );
  });
});

describe("hours", () => {
  test.each([
    ["2026-01-05", "2026-01-05T14:30:00Z", "2026-01-05T21:00:00Z"],
    ["2026-07-06", "2026-07-06T13:30:00Z", "2026-07-06T20:00:00Z"],
    // The Friday before and the Monday after clocks go forward on 2026-03-08.
    ["2026-03-06", "2026-03-06T14:30:00Z", "2026-03-06T21:00:00Z"],
    ["2026-03-09", "2026-03-09T13:30:00Z", "2026-03-09T20:00:00Z"],
    ["2025-11-28", "2025-11-28T14:30:00Z", "2025-11-28T18:00:00Z"],
    ["2026-01-03", "2026-01-03T14:30:00Z", "2026-01-03T17:00:00Z"],
  ])("of %s are %s to %s", (session, opens, closes) => {
    const hours = hoursOf(calendar, day(session));
    expect([iso(hours.opensAt), iso(hours.closesAt)]).toEqual([opens, closes]);
  });

  test("of a day without a session are refused", () => {
    expect(() => hoursOf(calendar, day("2025-12-25"))).toThrow(MeridianError);
  });

  test("of a wall-clock minute and the local day belong together at any minute", () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 1439 }), (one, minute) => {
        const date = dateOfDayNumber(one);
        expect(localDayOf(calendar, instantOfWallMinute(calendar, date, minute))).toBe(one);
      }),
      run,
    );
  });
});

describe("hours that are not the regular ones", () => {
  const span = (fromMinute: number, toMinute: number) => ({ fromMinute, toMinute });
  const odd = buildCalendar({
    ...FACTS,
    formerHours: [
      { to: sessionDate("2025-10-31"), openMinute: 600, closeMinute: 900 },
      { to: sessionDate("2026-01-30"), openMinute: 540, closeMinute: 960 },
    ],
    closingAuction: { from: sessionDate("2026-06-01"), openMinute: 945, closeMinute: 975 },
    special: new Map([
      [
        sessionDate("2026-07-06"),
        { openMinute: 570, closeMinute: 780, breaks: [span(600, 660)], name: "two windows" },
      ],
      [
        sessionDate("2026-07-11"),
        { openMinute: 0, closeMinute: 1440, known: "not_announced", name: "to be announced" },
      ],
      [
        sessionDate("2026-07-18"),
        { openMinute: 570, closeMinute: 960, known: "assumed", name: "assumed" },
      ],
    ]),
  });
  const hours = (text: string) => wallHoursOf(odd, day(text));
  const minutes = (text: string) => [hours(text).openMinute, hours(text).closeMinute];

  test("are those of their time", () => {
    expect(minutes("2025-10-31")).toEqual([600, 900]);
    expect(minutes("2025-11-03")).toEqual([540, 960]);
    expect(minutes("2026-01-30")).toEqual([540, 960]);
    expect(minutes("2026-02-02")).toEqual([570, 960]);
  });

  test("have breaks, and an auction only where the close is the regular one", () => {
    expect(hours("2026-05-29").auction).toBeNull();
    expect(hours("2026-06-01").auction).toEqual(span(945, 975));
    expect(hours("2026-07-06")).toMatchObject({ breaks: [span(600, 660)], auction: null });
    expect(hours("2026-07-11")).toMatchObject({ known: "not_announced", auction: null });
    expect(hours("2026-07-18")).toMatchObject({ known: "assumed", auction: span(945, 975) });
  });

  test("are instants too, to the end of the day and of the auction", () => {
    const twoWindows = hoursOf(odd, day("2026-07-06"));
    expect(twoWindows.breaks.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
      ["2026-07-06T14:00:00Z", "2026-07-06T15:00:00Z"],
    ]);
    expect(iso(endOf(twoWindows))).toBe("2026-07-06T17:00:00Z");
    expect(iso(endOf(hoursOf(odd, day("2026-06-01"))))).toBe("2026-06-01T20:15:00Z");
    expect(iso(hoursOf(odd, day("2026-07-11")).closesAt)).toBe("2026-07-12T04:00:00Z");
  });

  test.each([
    ["2026-06-01T20:44:59Z", "2026-05-29"],
    ["2026-06-01T20:45:00Z", "2026-06-01"],
    ["2026-07-12T04:29:59Z", "2026-07-10"],
    ["2026-07-12T04:30:00Z", "2026-07-11"],
  ])("let the row that is whole at %s be that of %s", (instant, session) => {
    expect(dateOfDayNumber(newestCompleteSession(odd, at(instant), 30))).toBe(session);
  });
});

describe("a session's row", () => {
  test.each([
    // Settle time is 30 minutes after the close, 21:00 UTC in winter.
    ["2026-01-05T21:29:59.999Z", "2026-01-03"],
    ["2026-01-05T21:30:00.000Z", "2026-01-05"],
    // 20:00 UTC in summer, and on an early close at 13:00 local.
    ["2026-07-06T20:29:59.999Z", "2026-07-03"],
    ["2026-07-06T20:30:00Z", "2026-07-06"],
    ["2025-11-28T18:29:00Z", "2025-11-26"],
    ["2025-11-28T18:30:00Z", "2025-11-28"],
    // After midnight UTC it is still the evening of the session in New York.
    ["2026-01-06T03:00:00Z", "2026-01-05"],
    ["2026-01-04T12:00:00Z", "2026-01-03"],
  ])("that is whole at %s is that of %s", (instant, session) => {
    expect(dateOfDayNumber(newestCompleteSession(calendar, at(instant), 30))).toBe(session);
  });

  test("that became whole stays whole as time goes on", () => {
    const hours = fc.integer({ min: 0, max: 24 * 300 });
    fc.assert(
      fc.property(hours, hours, (a, b) => {
        const start = at("2025-11-01T00:00:00Z");
        const newest = (hour: number) =>
          newestCompleteSession(calendar, (start + hour * 3_600_000) as EpochMs, 30);
        expect(newest(Math.min(a, b))).toBeLessThanOrEqual(newest(Math.max(a, b)));
      }),
      run,
    );
  });
});

describe("outside the announced range", () => {
  test("nothing is covered and every question is refused with the range", () => {
    for (const one of [calendar.fromDay - 1, calendar.toDay + 1]) {
      expect(isCovered(calendar, one)).toBe(false);
      expect(isSession(calendar, one)).toBe(false);
      for (const ask of [sessionOnOrBefore, sessionAfter, hoursOf]) {
        expect(() => ask(calendar, one)).toThrow(/2025-10-01 to 2026-12-31/);
      }
    }
    for (const instant of ["2025-09-30T12:00:00Z", "2027-01-01T12:00:00Z"]) {
      expect(() => newestCompleteSession(calendar, at(instant), 30)).toThrow(
        expect.objectContaining({ code: "CALENDAR_RANGE" }),
      );
    }
  });

  test("before the first session is whole there is no session to name", () => {
    expect(() => newestCompleteSession(calendar, at("2025-10-01T15:00:00Z"), 30)).toThrow(
      expect.objectContaining({ code: "CALENDAR_RANGE" }),
    );
  });

  test("after the last session there is no next one", () => {
    expect(() => sessionAfter(calendar, calendar.toDay)).toThrow(MeridianError);
  });
});

/**
 * Checks the NYSE facts against the rules by which the exchange sets its holidays, computed here in
 * another way, and against counts that are known from elsewhere.
 */
import { describe, expect, test } from "vitest";
import { buildCalendar, hoursOf, isSession, sessionIndexOf } from "#core/calendar.ts";
import {
  dateOfDayNumber,
  dayNumberOf,
  dayNumberOfCivil,
  sessionDate,
  weekdayOf,
} from "#core/session-date.ts";
import { NYSE_FACTS } from "./nyse-facts.ts";

const MONDAY = 1;
const THURSDAY = 4;
const FIRST_YEAR = 2000;
const YEAR_COUNT = 28;
const YEARS = Array.from({ length: YEAR_COUNT }, (_, index) => FIRST_YEAR + index);
const calendar = buildCalendar(NYSE_FACTS);

/** Day number of the nth given weekday of a month; `nth` -1 is the last. */
function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  if (nth === -1) {
    const nextMonth =
      month === 12 ? dayNumberOfCivil(year + 1, 1, 1) : dayNumberOfCivil(year, month + 1, 1);
    const lastDay = nextMonth - 1;
    return lastDay - ((weekdayOf(lastDay) - weekday + 7) % 7);
  }
  const firstDay = dayNumberOfCivil(year, month, 1);
  return firstDay + ((weekday - weekdayOf(firstDay) + 7) % 7) + (nth - 1) * 7;
}

/** Easter Sunday (Meeus/Jones/Butcher, "anonymous Gregorian algorithm"). */
function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d =
    (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = Math.floor((a + 11 * d + 22 * e) / 451);
  const month = Math.floor((d + e - 7 * f + 114) / 31);
  const day = ((d + e - 7 * f + 114) % 31) + 1;
  return dayNumberOfCivil(year, month, day);
}

function closuresNamed(name: string): string[] {
  return [...NYSE_FACTS.closed]
    .filter(([, reason]) => reason === name || reason === `${name} (observed)`)
    .map(([date]) => date);
}

/** A fixed-day holiday: Saturday is kept on Friday, Sunday on Monday. */
function observedDay(year: number, month: number, day: number): number {
  const own = dayNumberOfCivil(year, month, day);
  const shift = weekdayOf(own) === 6 ? -1 : weekdayOf(own) === 0 ? 1 : 0;
  return own + shift;
}

describe("the NYSE facts", () => {
  test("hold 264 closures and 61 early closes", () => {
    expect(NYSE_FACTS.closed.size).toBe(264);
    expect(NYSE_FACTS.special.size).toBe(61);
  });

  test("name no weekend, no day twice, and no day outside the announced range", () => {
    for (const date of [...NYSE_FACTS.closed.keys(), ...NYSE_FACTS.special.keys()]) {
      expect([1, 2, 3, 4, 5], date).toContain(weekdayOf(dayNumberOf(date)));
      expect(date >= NYSE_FACTS.from && date <= NYSE_FACTS.to, date).toBe(true);
    }
    for (const date of NYSE_FACTS.special.keys())
      expect(NYSE_FACTS.closed.has(date), date).toBe(false);
  });

  test.each([
    ["Martin Luther King Jr. Day", 1, MONDAY, 3],
    ["Washington's Birthday", 2, MONDAY, 3],
    ["Memorial Day", 5, MONDAY, -1],
    ["Labor Day", 9, MONDAY, 1],
    ["Thanksgiving Day", 11, THURSDAY, 4],
  ])("put %s on its weekday in every year", (name, month, weekday, nth) => {
    const expected = YEARS.map((year) => dateOfDayNumber(nthWeekday(year, month, weekday, nth)));
    expect(closuresNamed(name)).toEqual(expected);
  });

  test("put Good Friday two days before Easter", () => {
    const expected = YEARS.map((year) => dateOfDayNumber(easterSunday(year) - 2));
    expect(closuresNamed("Good Friday")).toEqual(expected);
  });

  test.each([
    ["Independence Day", 7, 4, 2000],
    ["Christmas Day", 12, 25, 2000],
    ["Juneteenth", 6, 19, 2022],
  ])("observe %s on the nearest weekday", (name, month, day, since) => {
    const expected = YEARS.filter((year) => year >= since).map((year) =>
      dateOfDayNumber(observedDay(year, month, day)),
    );
    expect(closuresNamed(name)).toEqual(expected);
  });

  test("observe New Year's Day, but not one that falls on a Saturday", () => {
    const expected = YEARS.filter((year) => weekdayOf(dayNumberOfCivil(year, 1, 1)) !== 6).map(
      (year) => dateOfDayNumber(observedDay(year, 1, 1)),
    );
    expect(closuresNamed("New Year's Day")).toEqual(expected);
    expect(isSession(calendar, dayNumberOfCivil(2021, 12, 31))).toBe(true);
  });

  test("say observed exactly where the holiday is kept on another day", () => {
    expect(NYSE_FACTS.closed.get(sessionDate("2022-06-20"))).toBe("Juneteenth (observed)");
    expect(NYSE_FACTS.closed.get(sessionDate("2023-06-19"))).toBe("Juneteenth");
    expect(
      [...NYSE_FACTS.closed.values()].filter((name) => name.endsWith("(observed)")),
    ).toHaveLength(22);
  });

  test("close early on the day after each Thanksgiving, and only on sessions", () => {
    for (const year of YEARS) {
      const friday = dateOfDayNumber(nthWeekday(year, 11, THURSDAY, 4) + 1);
      expect(NYSE_FACTS.special.get(friday)?.name, friday).toBe("Day after Thanksgiving");
    }
    for (const [date, special] of NYSE_FACTS.special) {
      expect(sessionIndexOf(calendar, dayNumberOf(date)), date).toBeGreaterThanOrEqual(0);
      expect(special.openMinute).toBe(NYSE_FACTS.openMinute);
      expect(special.closeMinute).toBe(13 * 60);
    }
  });

  test("give 250 to 253 sessions a year, but 248 in 2001", () => {
    const counts = new Map<number, number>(YEARS.map((year) => [year, 0]));
    for (const day of calendar.sessions) {
      const year = Number(dateOfDayNumber(day).slice(0, 4));
      counts.set(year, (counts.get(year) ?? 0) + 1);
    }
    expect(counts.get(2001)).toBe(248);
    counts.delete(2001);
    for (const [year, count] of counts) {
      expect(count >= 250 && count <= 253, `${year} has ${count} sessions`).toBe(true);
    }
  });

  test("close at 16:00 New York time in winter and summer, and at 13:00 on an early close", () => {
    const closesAt = (date: string) => hoursOf(calendar, dayNumberOf(sessionDate(date))).closesAt;
    expect(closesAt("2024-01-16")).toBe(
      Temporal.Instant.from("2024-01-16T21:00:00Z").epochMilliseconds,
    );
    expect(closesAt("2024-07-16")).toBe(
      Temporal.Instant.from("2024-07-16T20:00:00Z").epochMilliseconds,
    );
    expect(closesAt("2024-11-29")).toBe(
      Temporal.Instant.from("2024-11-29T18:00:00Z").epochMilliseconds,
    );
  });
});

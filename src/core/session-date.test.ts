/** Session dates against Temporal, which counts days its own way. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import {
  dateOfDayNumber,
  dayNumberOf,
  dayNumberOfCivil,
  isCivilDate,
  parseSessionDate,
  sessionDate,
  weekdayOf,
} from "./session-date.ts";

const EPOCH = Temporal.PlainDate.from("1970-01-01");
const run = { numRuns: testCount(500, 20_000), seed: testSeed() };
const FIRST_DAY = EPOCH.until(Temporal.PlainDate.from("1900-01-01")).days;
const LAST_DAY = EPOCH.until(Temporal.PlainDate.from("2199-12-31")).days;
const anyDay = fc.integer({ min: FIRST_DAY, max: LAST_DAY });

describe("a day number", () => {
  test("is the number of days that Temporal counts since 1970-01-01", () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const date = EPOCH.add({ days: day });
        expect(dayNumberOfCivil(date.year, date.month, date.day)).toBe(day);
        expect(dateOfDayNumber(day)).toBe(date.toString());
      }),
      run,
    );
  });

  test("comes back from its text unchanged", () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(dayNumberOf(dateOfDayNumber(day))).toBe(day);
      }),
      run,
    );
  });

  test("has the weekday that Temporal names, also before 1970", () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(weekdayOf(day)).toBe(EPOCH.add({ days: day }).dayOfWeek % 7);
      }),
      run,
    );
  });
});

describe("a session date", () => {
  test.each(["2026-03-12", "2000-02-29", "2024-02-29", "1900-01-01", "2199-12-31"])(
    "is read from %s",
    (text) => expect(parseSessionDate(text)).toBe(text),
  );

  test.each([
    "1900-02-29",
    "2026-02-29",
    "2026-13-01",
    "2026-00-10",
    "2026-04-31",
    "2026-01-00",
    "1899-12-31",
    "2200-01-01",
    "2026-3-12",
    "2026-03-12 ",
    "2026-03-12T00:00",
    "2026/03/12",
    "٢٠٢٦-٠٣-١٢",
    "",
  ])("is not read from %j", (text) => expect(parseSessionDate(text)).toBeUndefined());

  test("is read from any text of its form exactly when Temporal knows the day", () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2199 }), part(14), part(33), (year, month, day) => {
        const pad = (value: number) => String(value).padStart(2, "0");
        const text = `${year}-${pad(month)}-${pad(day)}`;
        expect(parseSessionDate(text) !== undefined).toBe(exists(text));
        expect(isCivilDate(year, month, day)).toBe(exists(text));
      }),
      run,
    );
  });

  test("that the program wrote wrongly is a broken promise", () => {
    expect(() => sessionDate("2026-02-30")).toThrow('broken promise: "2026-02-30" is not a date');
  });
});

function exists(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" }).toString() === text;
  } catch {
    return false;
  }
}

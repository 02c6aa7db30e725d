/** Corrections over the published calendar: each set is a version of its own. */
import { describe, expect, test } from "vitest";
import {
  type CalendarCorrection,
  calendarCorrectionSchema,
} from "#contracts/calendar-correction.ts";
import { buildCalendar, hoursOf, isSession } from "#core/calendar.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { smallFacts } from "#core/small-calendar.testing.ts";
import { applyCorrections, digestOfCalendar } from "./calendar-corrections.ts";

const FACTS = smallFacts("2026-01-01", "2026-12-31", ["2026-07-03"]);
const day = (text: string) => dayNumberOf(sessionDate(text));
const correction = (of: object): CalendarCorrection => calendarCorrectionSchema.parse(of);
const CLOSE_IT = correction({ closed: [{ date: "2026-05-15", name: "mourning" }] });
const OPEN_IT = correction({
  open: [{ date: "2026-05-16", open: "09:30", close: "12:00", name: "Saturday session" }],
});
const REOPEN_IT = correction({
  open: [{ date: "2026-05-15", open: "09:30", close: "16:00", name: "not closed after all" }],
});

describe("a correction", () => {
  test("that closes a day takes its session away", () => {
    const calendar = buildCalendar(applyCorrections(FACTS, [CLOSE_IT]));
    expect(isSession(calendar, day("2026-05-15"))).toBe(false);
    expect(isSession(calendar, day("2026-05-14"))).toBe(true);
  });

  test("that opens a Saturday adds a session at its own hours", () => {
    const calendar = buildCalendar(applyCorrections(FACTS, [OPEN_IT]));
    const { opensAt, closesAt } = hoursOf(calendar, day("2026-05-16"));
    expect((closesAt - opensAt) / 60_000).toBe(150);
  });

  test("that comes later replaces an earlier one of its day, either way", () => {
    const after = (list: CalendarCorrection[]) =>
      isSession(buildCalendar(applyCorrections(FACTS, list)), day("2026-05-15"));
    expect(after([CLOSE_IT, REOPEN_IT])).toBe(true);
    expect(after([CLOSE_IT, REOPEN_IT, CLOSE_IT])).toBe(false);
  });

  test("leaves the published facts as they are", () => {
    applyCorrections(FACTS, [CLOSE_IT, OPEN_IT]);
    expect(FACTS.closed.size).toBe(1);
    expect(FACTS.special.size).toBe(0);
  });

  test.each<[string, object, RegExp]>([
    [
      "closes and opens one day",
      {
        closed: [{ date: "2026-05-15", name: "a" }],
        open: [{ date: "2026-05-15", open: "09:30", close: "16:00", name: "b" }],
      },
      /both closed and open/,
    ],
    [
      "closes before it opens",
      { open: [{ date: "2026-05-16", open: "12:00", close: "12:00", name: "b" }] },
      /2026-05-16/,
    ],
    [
      "lies before the announced range",
      { closed: [{ date: "2025-12-31", name: "a" }] },
      /2026-01-01 to 2026-12-31/,
    ],
    [
      "lies after it",
      { open: [{ date: "2027-01-04", open: "09:30", close: "16:00", name: "b" }] },
      /2027-01-04 is outside/,
    ],
  ])("that %s is refused", (_, of, says) => {
    const apply = () => applyCorrections(FACTS, [correction(of)]);
    expect(apply).toThrow(says);
    expect(apply).toThrow(expect.objectContaining({ code: "CALENDAR_FILE_INVALID" }));
  });

  test.each<[object]>([
    [{ closed: [{ date: "2026-02-30", name: "a" }] }],
    [{ closed: [{ date: "2026-05-15", name: "" }] }],
    [{ open: [{ date: "2026-05-15", open: "9:30", close: "16:00", name: "b" }] }],
    [{ open: [{ date: "2026-05-15", open: "09:30", close: "24:00", name: "b" }] }],
    [{ shut: [] }],
  ])("is not of its form: %j", (of) => {
    expect(calendarCorrectionSchema.safeParse(of).success).toBe(false);
  });
});

describe("a version", () => {
  test("is the published one without effective corrections", () => {
    expect(applyCorrections(FACTS, [])).toBe(FACTS);
    expect(applyCorrections(FACTS, [correction({})])).toBe(FACTS);
  });

  test("is another for each set of corrections, and the same for the same set", () => {
    const versions = [[], [CLOSE_IT], [OPEN_IT], [CLOSE_IT, OPEN_IT]].map(
      (list) => applyCorrections(FACTS, list).version,
    );
    expect(new Set(versions).size).toBe(versions.length);
    expect(applyCorrections(FACTS, [CLOSE_IT]).version).toBe(versions[1]);
    expect(versions[1]).toMatch(/^small-1\+[0-9a-f]{8}$/);
  });

  test("has a digest of all that the calendar decides", () => {
    const digest = digestOfCalendar(FACTS);
    expect(digestOfCalendar({ ...FACTS, closed: new Map(FACTS.closed) })).toBe(digest);
    expect(digestOfCalendar(applyCorrections(FACTS, [CLOSE_IT]))).not.toBe(digest);
    expect(digestOfCalendar({ ...FACTS, closeMinute: 961 })).not.toBe(digest);
    expect(digestOfCalendar({ ...FACTS, timeZone: "Asia/Kolkata" })).not.toBe(digest);
    const hours = { openMinute: 540, closeMinute: 960 };
    const more = [
      { formerHours: [{ to: FACTS.from, ...hours }] },
      { closingAuction: { from: FACTS.from, ...hours } },
      { special: new Map([[FACTS.from, { ...hours, name: "special" }]]) },
      {
        special: new Map([[FACTS.from, { ...hours, name: "special", known: "assumed" as const }]]),
      },
    ];
    const digests = [FACTS, ...more.map((one) => ({ ...FACTS, ...one }))].map(digestOfCalendar);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

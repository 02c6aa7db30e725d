/** The NYSE calendar in force: the ledger's corrections, and over them those of the settings. */
import { expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import { isSession } from "#core/calendar.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { NYSE_FACTS } from "./nyse-facts.ts";
import { usCalendar, usCorrections } from "./us-calendar.ts";

const settings = (calendar: object) => settingsSchema.parse({ us: { calendar } });
const CLOSE = { closed: [{ date: "2026-05-15", name: "storm" }], open: [] };
const REOPEN = { open: [{ date: "2026-05-15", open: "09:30", close: "16:00" }] };
const isOpen = (...args: Parameters<typeof usCorrections>) =>
  isSession(usCalendar(usCorrections(...args)), dayNumberOf(sessionDate("2026-05-15")));

test("without corrections is the published one", () => {
  expect(usCorrections(settings({}), [])).toEqual([]);
  expect(usCalendar([]).facts).toBe(NYSE_FACTS);
});

test("follows a recorded correction, and the settings over it", () => {
  expect(isOpen(settings({}), [])).toBe(true);
  expect(isOpen(settings({}), [CLOSE])).toBe(false);
  expect(isOpen(settings(REOPEN), [CLOSE])).toBe(true);
  expect(isOpen(settings({ closed: ["2026-05-15"] }), [])).toBe(false);
});

test("is another version with other corrections, wherever they stand", () => {
  const versions = [[], [CLOSE]].flatMap((recorded) =>
    [{}, { closed: ["2026-06-01"] }].map((own) => usCalendar(usCorrections(settings(own), recorded)).facts.version),
  );
  expect(new Set(versions).size).toBe(4);
});

test("refuses a correction outside the announced years", () => {
  expect(() => usCalendar(usCorrections(settings({ closed: ["1999-01-04"] }), []))).toThrow(
    expect.objectContaining({ code: "CALENDAR_FILE_INVALID" }),
  );
});

/** The NYSE calendar in force: the ledger's corrections, and over them those of the settings. */
import { expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import { isSession } from "#core/calendar.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { digestOfCalendar } from "#truth/calendar-corrections.ts";
import { allCorrections, calendarOfRecipe } from "#truth/market-calendar.ts";
import { NYSE_FACTS } from "./nyse-facts.ts";
import { usCalendar } from "./us-calendar.ts";

const settings = (calendar: object) => settingsSchema.parse({ us: { calendar } }).us.calendar;
const CLOSE = { closed: [{ date: "2026-05-15", name: "storm" }], open: [] };
const REOPEN = { open: [{ date: "2026-05-15", open: "09:30", close: "16:00" }] };
const isOpen = (...args: Parameters<typeof allCorrections>) =>
  isSession(usCalendar(allCorrections(...args)), dayNumberOf(sessionDate("2026-05-15")));

test("without corrections is the published one", () => {
  expect(allCorrections(settings({}), [])).toEqual([]);
  expect(usCalendar([]).facts).toBe(NYSE_FACTS);
});

test("keeps the digest that snapshots of its version were made with", () => {
  expect([NYSE_FACTS.version, digestOfCalendar(NYSE_FACTS)]).toEqual([
    "nyse-2027.1",
    "8e36a4898826d0769f97b287fc275f5ec0db83cc98832280a3fa0569a00b08f7",
  ]);
});

test("follows a recorded correction, and the settings over it", () => {
  expect(isOpen(settings({}), [])).toBe(true);
  expect(isOpen(settings({}), [CLOSE])).toBe(false);
  expect(isOpen(settings(REOPEN), [CLOSE])).toBe(true);
  expect(isOpen(settings({ closed: ["2026-05-15"] }), [])).toBe(false);
});

test("is another version with other corrections, wherever they stand", () => {
  const versions = [[], [CLOSE]].flatMap((recorded) =>
    [{}, { closed: ["2026-06-01"] }].map(
      (own) => usCalendar(allCorrections(settings(own), recorded)).facts.version,
    ),
  );
  expect(new Set(versions).size).toBe(4);
});

test("refuses a correction outside the announced years", () => {
  expect(() => usCalendar(allCorrections(settings({ closed: ["1999-01-04"] }), []))).toThrow(
    expect.objectContaining({ code: "CALENDAR_FILE_INVALID" }),
  );
});

test("of an old recipe is the same after another year is announced, and another when a day changed", () => {
  const was = usCalendar([CLOSE]).facts;
  const { version, from, to } = NYSE_FACTS;
  const recipe = {
    version: was.version,
    digest: digestOfCalendar(was),
    corrections: [CLOSE],
    base: { version, from, to },
  };
  const closed = new Map(NYSE_FACTS.closed).set(
    sessionDate("2028-01-17"),
    "Martin Luther King Jr. Day",
  );
  const longer = { ...NYSE_FACTS, version: "nyse-2028.1", to: sessionDate("2028-12-31"), closed };
  expect(digestOfCalendar(calendarOfRecipe(longer, recipe).facts)).toBe(recipe.digest);
  const changed = { ...longer, closed: new Map(closed).set(sessionDate("2026-05-14"), "storm") };
  expect(digestOfCalendar(calendarOfRecipe(changed, recipe).facts)).not.toBe(recipe.digest);
  const { base: _base, ...older } = recipe;
  expect(digestOfCalendar(calendarOfRecipe(NYSE_FACTS, older).facts)).toBe(recipe.digest);
});

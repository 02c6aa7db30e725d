/** The NYSE calendar in force: the published facts under the corrections of the ledger and of the settings. */
import type { CalendarCorrection } from "#contracts/calendar-correction.ts";
import type { Settings } from "#contracts/settings.ts";
import type { SnapshotRecipe } from "#contracts/snapshot.ts";
import { type Calendar, type CalendarFacts, buildCalendar } from "#core/calendar.ts";
import { applyCorrections, cutFacts } from "#truth/calendar-corrections.ts";
import { NYSE_FACTS } from "./nyse-facts.ts";

/** Name of a correction that stands in `meridian.toml`. */
const FROM_SETTINGS = "meridian.toml";

/** All corrections, those of the settings last: what the operator wrote by hand wins. */
export function usCorrections(
  settings: Settings,
  recorded: readonly CalendarCorrection[],
): CalendarCorrection[] {
  const { closed, open } = settings.us.calendar;
  const own: CalendarCorrection = {
    closed: closed.map((date) => ({ date, name: FROM_SETTINGS })),
    open: open.map((session) => ({ ...session, name: FROM_SETTINGS })),
  };
  const all = [...recorded, own];
  return all.filter((one) => one.closed.length + one.open.length > 0);
}

/** The calendar under these corrections. @throws CALENDAR_FILE_INVALID */
export function usCalendar(corrections: readonly CalendarCorrection[]): Calendar {
  return buildCalendar(applyCorrections(NYSE_FACTS, corrections));
}

/**
 * The calendar that a recipe of the past was computed with, as far as the facts of today still give it:
 * what was announced since is cut off. @throws CALENDAR_FILE_INVALID
 */
export function usCalendarOfRecipe(
  { base, corrections }: SnapshotRecipe["calendar"],
  published: CalendarFacts = NYSE_FACTS,
): Calendar {
  const facts = base === undefined ? published : cutFacts(published, base);
  return buildCalendar(applyCorrections(facts, corrections));
}

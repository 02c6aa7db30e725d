/**
 * A market's calendar in force: its published facts under the corrections of the ledger and, over them,
 * those of the settings. The facts themselves are the market's.
 */
import type { CalendarCorrection } from "#contracts/calendar-correction.ts";
import type { Settings } from "#contracts/settings.ts";
import type { SnapshotRecipe } from "#contracts/snapshot.ts";
import { type Calendar, type CalendarFacts, buildCalendar } from "#core/calendar.ts";
import { applyCorrections, cutFacts } from "./calendar-corrections.ts";

/** Name of a correction that stands in `meridian.toml`. */
const FROM_SETTINGS = "meridian.toml";

/** All corrections, those of the settings last: what the operator wrote by hand wins. */
export function allCorrections(
  own: Settings["us"]["calendar"],
  recorded: readonly CalendarCorrection[],
): CalendarCorrection[] {
  const { closed, open } = own;
  const fromSettings: CalendarCorrection = {
    closed: closed.map((date) => ({ date, name: FROM_SETTINGS })),
    open: open.map((session) => ({ ...session, name: FROM_SETTINGS })),
  };
  const all = [...recorded, fromSettings];
  return all.filter((one) => one.closed.length + one.open.length > 0);
}

/** The calendar under these corrections. @throws CALENDAR_FILE_INVALID */
export function calendarUnder(
  published: CalendarFacts,
  corrections: readonly CalendarCorrection[],
): Calendar {
  return buildCalendar(applyCorrections(published, corrections));
}

/**
 * The calendar that a recipe of the past was computed with, as far as the facts of today still give it:
 * what was announced since is cut off. @throws CALENDAR_FILE_INVALID
 */
export function calendarOfRecipe(
  published: CalendarFacts,
  { base, corrections }: SnapshotRecipe["calendar"],
): Calendar {
  return calendarUnder(base === undefined ? published : cutFacts(published, base), corrections);
}

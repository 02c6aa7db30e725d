/**
 * Lays corrections over the published calendar. Every set of corrections is a calendar version of
 * its own, and the version is part of whatever was computed with it (decision 2).
 */
import type { CalendarCorrection } from "#contracts/calendar-correction.ts";
import type { CalendarFacts, SpecialSession } from "#core/calendar.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type SessionDate, sessionDate } from "#core/session-date.ts";
import { digestOfJson } from "#platform/digest.ts";

/** What a set of corrections adds to the version. */
const CORRECTED_SUFFIX = /\+[0-9a-f]{8}$/;

/**
 * The facts with the corrections applied in order; a later one replaces an earlier one for its day.
 * @throws CALENDAR_FILE_INVALID when a correction contradicts itself or leaves the announced range.
 */
export function applyCorrections(
  facts: CalendarFacts,
  corrections: readonly CalendarCorrection[],
): CalendarFacts {
  const effective = corrections.filter((one) => one.closed.length + one.open.length > 0);
  if (effective.length === 0) return facts;
  const closed = new Map(facts.closed);
  const special = new Map(facts.special);
  for (const correction of effective) applyOne(facts, correction, closed, special);
  const version = `${facts.version}+${digestOfJson(effective).slice(0, 8)}`;
  return { ...facts, version, closed, special };
}

/** Version of the published facts under the corrections. */
export function publishedVersionOf(facts: CalendarFacts): string {
  return facts.version.replace(CORRECTED_SUFFIX, "");
}

/** The facts as they were when they announced less: only days of that range, under that version. */
export function cutFacts(
  facts: CalendarFacts,
  range: { readonly version: string; readonly from: string; readonly to: string },
): CalendarFacts {
  const within = <T>(days: ReadonlyMap<SessionDate, T>): Map<SessionDate, T> =>
    new Map([...days].filter(([date]) => date >= range.from && date <= range.to));
  return {
    ...facts,
    version: range.version,
    from: sessionDate(range.from),
    to: sessionDate(range.to),
    closed: within(facts.closed),
    special: within(facts.special),
  };
}

/** Digest of everything that a calendar decides. */
export function digestOfCalendar(facts: CalendarFacts): string {
  return digestOfJson({
    ...facts,
    closed: Object.fromEntries(facts.closed),
    special: Object.fromEntries(facts.special),
  });
}

function applyOne(
  facts: CalendarFacts,
  correction: CalendarCorrection,
  closed: Map<SessionDate, string>,
  special: Map<SessionDate, SpecialSession>,
): void {
  const closedDates = new Set(correction.closed.map((day) => day.date));
  for (const { date, name } of correction.closed) {
    const day = inRange(facts, date);
    closed.set(day, name);
    special.delete(day);
  }
  for (const session of correction.open) {
    const day = inRange(facts, session.date);
    const openMinute = minuteOf(session.open);
    const closeMinute = minuteOf(session.close);
    if (closedDates.has(session.date) || closeMinute <= openMinute) {
      throw new MeridianError("CALENDAR_FILE_INVALID", {
        message: `${session.date} is both closed and open, or closes (${session.close}) before it opens (${session.open})`,
        facts: { date: session.date },
      });
    }
    closed.delete(day);
    special.set(day, { openMinute, closeMinute, name: session.name });
  }
}

function inRange(facts: CalendarFacts, text: string): SessionDate {
  const date = sessionDate(text);
  if (date >= facts.from && date <= facts.to) return date;
  throw new MeridianError("CALENDAR_FILE_INVALID", {
    message: `${text} is outside what the ${facts.id} calendar announces (${facts.from} to ${facts.to})`,
    facts: { date: text, from: facts.from, to: facts.to },
  });
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

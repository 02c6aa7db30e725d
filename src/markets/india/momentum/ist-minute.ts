/**
 * Minutes as people read them: Indian Standard Time, UTC+5:30 all year, always with its zone. Inside the
 * program a minute is a count of minutes since 1970-01-01T00:00Z; which minutes trade is the plan's.
 */
import { assert } from "#core/assert.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";

const IST_OFFSET_MINUTES = 330;
const DAY_MINUTES = 1440;
const HOUR_MINUTES = 60;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
const MINUTE_PATTERN = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})\+05:30$/;

/** `2026-08-04T10:12+05:30` for a count of minutes since 1970 UTC. */
export function formatIstMinute(epochMinute: number): string {
  const local = epochMinute + IST_OFFSET_MINUTES;
  const date = dateOfDayNumber(Math.floor(local / DAY_MINUTES));
  return `${date}T${formatIstClock(epochMinute)}+05:30`;
}

/** `10:12`, the time of day alone; whoever shows it says IST beside it. */
export function formatIstClock(epochMinute: number): string {
  const local = epochMinute + IST_OFFSET_MINUTES;
  const ofDay = local - Math.floor(local / DAY_MINUTES) * DAY_MINUTES;
  return `${twoDigits(Math.floor(ofDay / HOUR_MINUTES))}:${twoDigits(ofDay % HOUR_MINUTES)}`;
}

/** `10:12:05.250`, the time of day of a count of milliseconds since 1970 UTC. */
export function formatIstTime(epochMs: number): string {
  const minute = Math.floor(epochMs / MINUTE_MS);
  const ofMinute = Math.floor(epochMs - minute * MINUTE_MS);
  const [seconds, ms] = [Math.floor(ofMinute / SECOND_MS), ofMinute % SECOND_MS];
  return `${formatIstClock(minute)}:${twoDigits(seconds)}.${String(ms).padStart(3, "0")}`;
}

/** The minute that `formatIstMinute` wrote. Throws for any other text: only our own is read back. */
export function parseIstMinute(text: string): number {
  const [, date, hours, minutes] = MINUTE_PATTERN.exec(text) ?? [];
  assert(date !== undefined, `"${text}" is not a minute in IST`);
  const day = dayNumberOf(sessionDate(date));
  return day * DAY_MINUTES + Number(hours) * HOUR_MINUTES + Number(minutes) - IST_OFFSET_MINUTES;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

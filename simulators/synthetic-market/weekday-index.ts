/**
 * The axis on which the synthetic market lives: all weekdays since its first day. Holidays are on it
 * too, so a corrected calendar hides or shows days and moves no price.
 */
import { dayNumberOfCivil } from "#core/session-date.ts";

/** Monday 2000-01-03, the first day of every synthetic path. */
export const FIRST_DAY = dayNumberOfCivil(2000, 1, 3);

/** Weekdays in a year, for turning yearly rates into daily ones. */
export const WEEKDAYS_PER_YEAR = 261;

const DAYS_PER_WEEK = 7;
const WEEKDAYS_PER_WEEK = 5;

/** Weekdays since `FIRST_DAY`. A Saturday or Sunday counts as its Friday (special sessions). */
export function weekdayIndexOf(day: number): number {
  const sinceFirst = day - FIRST_DAY;
  const weeks = Math.floor(sinceFirst / DAYS_PER_WEEK);
  const inWeek = sinceFirst - weeks * DAYS_PER_WEEK;
  return weeks * WEEKDAYS_PER_WEEK + Math.min(inWeek, WEEKDAYS_PER_WEEK - 1);
}

/** The day number of a weekday index. */
export function dayOfWeekdayIndex(index: number): number {
  const weeks = Math.floor(index / WEEKDAYS_PER_WEEK);
  return FIRST_DAY + weeks * DAYS_PER_WEEK + (index - weeks * WEEKDAYS_PER_WEEK);
}

/**
 * Session dates: calendar days without a time or a zone, as text (`2026-03-12`) at the borders and
 * as whole days since 1970-01-01 inside loops. Which days are sessions is the calendar's business.
 */

/** A day written `YYYY-MM-DD`; always a day that exists. Only `parseSessionDate` and friends make one. */
export type SessionDate = string & { readonly __brand: "SessionDate" };

/** Whole days since 1970-01-01 (a civil day count, no zone). */
export type DayNumber = number & { readonly __brand: "DayNumber" };

const DATE_PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "days_from_civil"). */
export function dayNumberOfCivil(year: number, month: number, day: number): DayNumber {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) as DayNumber;
}

/** Whether the day exists in the Gregorian calendar, for years 1900 to 2199. */
export function isCivilDate(year: number, month: number, day: number): boolean {
  if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const longest = month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return day <= longest;
}

/** The date, or `undefined` when the text is not an existing day written `YYYY-MM-DD`. */
export function parseSessionDate(text: string): SessionDate | undefined {
  const match = DATE_PATTERN.exec(text);
  if (!match) return undefined;
  return isCivilDate(Number(match[1]), Number(match[2]), Number(match[3]))
    ? (text as SessionDate)
    : undefined;
}

/** Like `parseSessionDate`, for text that the program itself wrote. Throws when it is not a date. */
export function sessionDate(text: string): SessionDate {
  const date = parseSessionDate(text);
  if (date === undefined) throw new Error(`broken promise: "${text}" is not a date`);
  return date;
}

export function dayNumberOf(date: SessionDate): DayNumber {
  return dayNumberOfCivil(
    Number(date.slice(0, 4)),
    Number(date.slice(5, 7)),
    Number(date.slice(8, 10)),
  );
}

/** The text form of a day number (H. Hinnant, "civil_from_days"). */
export function dateOfDayNumber(dayNumber: number): SessionDate {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1;
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` as SessionDate;
}

/** 0 = Sunday … 6 = Saturday. */
export function weekdayOf(dayNumber: number): number {
  return (((dayNumber + 4) % 7) + 7) % 7;
}

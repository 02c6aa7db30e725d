/**
 * Dates and times as Indian price files write them. A day alone decides nothing; which rows are of a
 * session is gate 1's to judge. Times without a zone are Indian (UTC+5:30).
 */
import { dayNumberOfCivil, isCivilDate } from "#core/session-date.ts";
import { BAD_DAY } from "#lake/bar-table.ts";

/** IST is UTC+5:30, the whole year. */
export const IST_OFFSET_MINUTES = 330;
const MINUTES_PER_DAY = 1440;
/** No month is higher: a second number above it, where the day comes first, is a day after its month. */
const MONTHS = 12;

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const COMPACT_DAY = /^(\d{4})(\d{2})(\d{2})$/;
const NAMED_DAY = /^(\d{1,2})[-/ ]([A-Za-z]{3})[-/ ](\d{4})$/;
const INDIAN_DAY = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/;
const MONTH_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
/** The time of a stamp, behind its day. Seconds are written, but a bar starts with its minute. */
const TIME = /^(\d{1,2}):(\d{2})(?::00(?:\.0+)?)?(?:\s*(?:(Z)|([+-])(\d{2}):?(\d{2})))?$/;
const STAMP = /^(\d{8}|\d{4}-\d{2}-\d{2}|\d{1,2}[-/. ][A-Za-z0-9]{1,3}[-/. ]\d{4})[T ]\s*(.+)$/;

/**
 * The epoch day of YYYY-MM-DD, YYYYMMDD, DD-MMM-YYYY or, the day first, DD-MM-YYYY and DD/MM/YYYY; `BAD_DAY`
 * when it is none of them.
 */
export function readDay(text: string): number {
  const match = ISO_DAY.exec(text) ?? COMPACT_DAY.exec(text);
  if (match) return dayOf(Number(match[1]), Number(match[2]), Number(match[3]));
  const named = NAMED_DAY.exec(text);
  if (named) {
    const month = MONTH_NAMES.indexOf((named[2] ?? "").toUpperCase()) + 1;
    return dayOf(Number(named[3]), month, Number(named[1]));
  }
  const indian = INDIAN_DAY.exec(text);
  return indian ? dayOf(Number(indian[3]), Number(indian[2]), Number(indian[1])) : BAD_DAY;
}

/** Whether the text is a day that can only have its month first, as American files write it. */
export function isMonthFirst(text: string): boolean {
  const match = INDIAN_DAY.exec(text);
  return match !== null && Number(match[2]) > MONTHS && Number(match[1]) <= MONTHS;
}

/** A stamp's day and the text behind it, which is empty for a day alone. */
export function splitStamp(text: string): { readonly day: string; readonly time: string } {
  const match = STAMP.exec(text);
  return match ? { day: match[1] ?? "", time: (match[2] ?? "").trim() } : { day: text, time: "" };
}

/** Epoch minutes UTC of a day and a time such as `09:16`, `09:15:00+05:30`; `undefined` for no time. */
export function readMinute(day: number, time: string): number | undefined {
  const match = TIME.exec(time);
  if (!match || day === BAD_DAY) return undefined;
  const [hour, minute] = [Number(match[1]), Number(match[2])];
  if (hour >= 24 || minute >= 60) return undefined;
  const told = (match[4] === "-" ? -1 : 1) * (Number(match[5] ?? 0) * 60 + Number(match[6] ?? 0));
  const isZoned = match[3] !== undefined || match[4] !== undefined;
  const offset = isZoned ? told : IST_OFFSET_MINUTES;
  return day * MINUTES_PER_DAY + hour * 60 + minute - offset;
}

/** The Indian day of an epoch minute. */
export function indianDayOf(epochMinute: number): number {
  return Math.floor((epochMinute + IST_OFFSET_MINUTES) / MINUTES_PER_DAY);
}

function dayOf(year: number, month: number, day: number): number {
  return isCivilDate(year, month, day) ? dayNumberOfCivil(year, month, day) : BAD_DAY;
}

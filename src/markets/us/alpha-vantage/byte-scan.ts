/**
 * Reads decimals, dates and clock times straight from the bytes of a CSV cell, without a string per
 * cell. Decimals mean exactly what `parseDecimalUnits` of the core says; JSON cells go through here
 * too, so that both shapes of a payload give the same numbers.
 */
import { PRICE_UNITS_MAX } from "#core/price.ts";
import { dayNumberOfCivil, isCivilDate } from "#core/session-date.ts";
import { BAD_DAY, PARSE_FLAGS } from "#lake/bar-table.ts";

const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;
const PLUS = 0x2b;
const MINUS = 0x2d;
const SPACE = 0x20;
const COLON = 0x3a;
const HALF = 5;

/** Length of `YYYY-MM-DD`. */
export const DATE_LENGTH = 10;
/** Length of `YYYY-MM-DD HH:MM:SS`. */
const DATE_TIME_LENGTH = 19;

/**
 * The cell `bytes[from..to)` as an integer of 10^-`decimals`, rounded half to even; NaN for anything
 * that is no plain decimal or exceeds `PRICE_UNITS_MAX`. Equals `parseDecimalUnits` on the same text.
 */
export function scanUnits(bytes: Uint8Array, from: number, to: number, decimals: number): number {
  let at = from;
  const sign = bytes[at];
  if (at < to && (sign === PLUS || sign === MINUS)) at += 1;
  let units = 0;
  let digits = 0;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) break;
    if (units <= PRICE_UNITS_MAX) units = units * 10 + (byte - ZERO);
    digits += 1;
  }
  let kept = 0;
  let firstDropped = -1;
  let restDropped = 0;
  if (at < to && bytes[at] === DOT) {
    for (at += 1; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (byte < ZERO || byte > NINE) return Number.NaN;
      const digit = byte - ZERO;
      digits += 1;
      if (kept < decimals) {
        if (units <= PRICE_UNITS_MAX) units = units * 10 + digit;
        kept += 1;
      } else if (firstDropped < 0) firstDropped = digit;
      else restDropped |= digit;
    }
  }
  if (at < to || digits === 0) return Number.NaN;
  for (; kept < decimals && units <= PRICE_UNITS_MAX; kept++) units *= 10;
  const isHalf = firstDropped === HALF && restDropped === 0;
  if (isHalf ? units % 2 === 1 : firstDropped >= HALF) units += 1;
  if (units > PRICE_UNITS_MAX) return Number.NaN;
  return sign === MINUS && units !== 0 ? -units : units;
}

/**
 * The cell as a whole count (shares). NaN unless it is one: a fraction other than zeros is no count,
 * and rounding it would invent one.
 */
export function scanCount(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  for (let at = from; at < to; at++) {
    if (bytes[at] !== DOT) continue;
    for (let digit = at + 1; digit < to; digit++) if (bytes[digit] !== ZERO) return Number.NaN;
    end = at;
    break;
  }
  return scanUnits(bytes, from, end, 0);
}

let cachedMonth = -1;
let cachedMonthDay = 0;

/** The cell's first ten bytes as days since 1970-01-01, or `BAD_DAY` when they are no existing date. */
export function scanDay(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < DATE_LENGTH || bytes[from + 4] !== MINUS || bytes[from + 7] !== MINUS)
    return BAD_DAY;
  const year = scanPair(bytes, from) * 100 + scanPair(bytes, from + 2);
  const month = scanPair(bytes, from + 5);
  const day = scanPair(bytes, from + 8);
  if (!isCivilDate(year, month, day)) return BAD_DAY;
  // Rows come sorted, so nearly all of them share the month of the row before.
  const monthKey = year * 12 + month;
  if (monthKey !== cachedMonth) {
    cachedMonth = monthKey;
    cachedMonthDay = dayNumberOfCivil(year, month, 1);
  }
  return cachedMonthDay + day - 1;
}

/** The minute after midnight of ` HH:MM:00` at `from`, or -1. Bars begin and end on whole minutes. */
export function scanMinuteOfDay(bytes: Uint8Array, from: number, to: number): number {
  const isForm =
    to - from === DATE_TIME_LENGTH - DATE_LENGTH &&
    bytes[from] === SPACE &&
    bytes[from + 3] === COLON &&
    bytes[from + 6] === COLON;
  if (!isForm) return -1;
  const hour = scanPair(bytes, from + 1);
  const minute = scanPair(bytes, from + 4);
  const isMinute = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59;
  return isMinute && scanPair(bytes, from + 7) === 0 ? hour * 60 + minute : -1;
}

/** Two digits as a number; a large negative number when one of them is no digit. */
function scanPair(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  const areDigits = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
  return areDigits ? tens * 10 + ones : -1_000_000;
}

const NOT_FINITE_TEXT = /^[+-]?(nan|inf|infinity)$/i;

/** Why a number is unreadable, as far as the flags of a bar tell it apart. */
export function unreadableFlags(bytes: Uint8Array, from: number, to: number): number {
  const text = new TextDecoder().decode(bytes.subarray(from, to)).trim();
  if (text === "") return PARSE_FLAGS.BLANK;
  return NOT_FINITE_TEXT.test(text) ? PARSE_FLAGS.NOT_FINITE : 0;
}

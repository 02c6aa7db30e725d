/**
 * Reads a daily row as the vendor nearly always writes it, `2026-05-15,101.2500,…,4120300`, in one
 * pass over its bytes. Every other line, however slightly it differs, is left to `parse-bars.ts`.
 */
import { PRICE_SCALE } from "#core/price.ts";
import { BAD_DAY, type BarTable, reserveBar } from "#lake/bar-table.ts";
import { DATE_LENGTH, scanDay } from "./byte-scan.ts";
import type { Field } from "./vendor-columns.ts";

const ZERO = 0x30;
const POINT = 0x2e;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const PRICE_DECIMALS = 4;
/** With four decimals and this many digits before them a price is below `PRICE_UNITS_MAX`. */
const WHOLE_DIGITS_MAX = 11;
const VOLUME_DIGITS_MAX = 15;
/** More than the longest row that is read here, so that no look ahead leaves the payload. */
const ROW_BYTES_MAX = 128;
const NOT_PLAIN = -1;

const PLAIN_FIELDS: readonly Field[] = ["date", "open", "high", "low", "close", "volume"];

/** Whether rows with these fields can be plain. */
export function canBePlain(fields: readonly Field[]): boolean {
  return (
    fields.length === PLAIN_FIELDS.length && fields.every((field, at) => field === PLAIN_FIELDS[at])
  );
}

/** Appends the row that begins at `from` and returns where the next line begins, or -1 and no row. */
export function appendPlainRow(
  bytes: Uint8Array,
  from: number,
  line: number,
  table: BarTable,
): number {
  if (from + ROW_BYTES_MAX > bytes.length || bytes[from + DATE_LENGTH] !== COMMA) return NOT_PLAIN;
  const day = scanDay(bytes, from, from + DATE_LENGTH);
  if (day === BAD_DAY) return NOT_PLAIN;
  const row = reserveBar(table);
  let at = scanPlainPrice(bytes, from + DATE_LENGTH + 1, table.open, row);
  if (at > 0) at = scanPlainPrice(bytes, at, table.high, row);
  if (at > 0) at = scanPlainPrice(bytes, at, table.low, row);
  if (at > 0) at = scanPlainPrice(bytes, at, table.close, row);
  if (at > 0) at = scanPlainVolume(bytes, at, table.volume, row);
  if (at < 0) {
    table.length = row;
    return NOT_PLAIN;
  }
  table.day[row] = day;
  table.startMinute[row] = 0;
  table.line[row] = line;
  table.flags[row] = 0;
  return at;
}

/** Digits, a point, four digits, a comma. Returns what comes after them, or -1. */
function scanPlainPrice(
  bytes: Uint8Array,
  from: number,
  column: Float64Array,
  row: number,
): number {
  let whole = 0;
  let at = from;
  let digit = (bytes[at] ?? 0) - ZERO;
  while (digit >= 0 && digit <= 9) {
    whole = whole * 10 + digit;
    digit = (bytes[++at] ?? 0) - ZERO;
  }
  if (at === from || at - from > WHOLE_DIGITS_MAX || digit !== POINT - ZERO) return NOT_PLAIN;
  let fraction = 0;
  for (const end = at + PRICE_DECIMALS; at < end;) {
    digit = (bytes[++at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return NOT_PLAIN;
    fraction = fraction * 10 + digit;
  }
  column[row] = whole * PRICE_SCALE + fraction;
  return bytes[at + 1] === COMMA ? at + 2 : NOT_PLAIN;
}

/** Digits and a line end. Returns where the next line begins, or -1. */
function scanPlainVolume(
  bytes: Uint8Array,
  from: number,
  column: Float64Array,
  row: number,
): number {
  let count = 0;
  let at = from;
  let digit = (bytes[at] ?? 0) - ZERO;
  while (digit >= 0 && digit <= 9) {
    count = count * 10 + digit;
    digit = (bytes[++at] ?? 0) - ZERO;
  }
  if (at === from || at - from > VOLUME_DIGITS_MAX) return NOT_PLAIN;
  column[row] = count;
  if (bytes[at] === CARRIAGE_RETURN) at += 1;
  return bytes[at] === LINE_FEED ? at + 1 : NOT_PLAIN;
}

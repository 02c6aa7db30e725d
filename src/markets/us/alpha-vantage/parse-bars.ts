/**
 * Turns a payload of prices into rows of a bar table. Rows that cannot be read stay in the table
 * with flags, so that gate 1 can name every rule they fail; nothing here throws for what is in the
 * bytes. Corporate events inside DAILY_ADJUSTED rows come out beside the prices.
 */
import { dateOfDayNumber } from "#core/session-date.ts";
import { DIVIDEND_DECIMALS, SPLIT_DECIMALS } from "#curation/market-parsers.ts";
import { BAD_DAY, type BarTable, PARSE_FLAGS, reserveBar } from "#lake/bar-table.ts";
import {
  DATE_LENGTH,
  scanCount,
  scanDay,
  scanMinuteOfDay,
  scanUnits,
  unreadableFlags,
} from "./byte-scan.ts";
import { type EventRow, SPLIT_NONE_UNITS, VALUE_UNREADABLE } from "./parse-events.ts";
import { cellEnd, scanLines } from "./payload-lines.ts";
import { appendPlainRow, canBePlain } from "./plain-row.ts";
import { type Payload, type PayloadProblem, openBody, openPayload } from "./payload.ts";
import type { Field } from "./vendor-columns.ts";

/** Kinds of payload whose rows are prices. */
export type BarKind = "daily" | "daily_adjusted" | "intraday" | "index_daily";

/** How intraday bars are labelled: by their start, as the vendor does now, or by their end, as before. */
export type BarLabel = "start" | "end";

const PRICE_DECIMALS = 4;
const MINUTES_A_DAY = 1440;
const NANOSECONDS_A_MINUTE = 60_000_000_000;
/** The only interval that is asked for. */
const INTRADAY_INTERVAL_MINUTES = 5;
/** 20:00, the end of extended hours: as a label it can only be the end of the day's last bar. */
const EXTENDED_CLOSE_MINUTE = 1200;
/** Zone of the vendor's US clock times, which it writes as `US/Eastern` without an offset. */
const VENDOR_TIME_ZONE = "America/New_York";

const FIELD_FLAGS: { readonly [field in Field]: number } = {
  date: PARSE_FLAGS.DATE_UNREADABLE,
  time: PARSE_FLAGS.DATE_UNREADABLE,
  open: PARSE_FLAGS.OPEN_UNREADABLE,
  high: PARSE_FLAGS.HIGH_UNREADABLE,
  low: PARSE_FLAGS.LOW_UNREADABLE,
  close: PARSE_FLAGS.CLOSE_UNREADABLE,
  volume: PARSE_FLAGS.VOLUME_UNREADABLE,
  dividend: 0,
  split: 0,
  value: 0,
  skip: 0,
};

/**
 * Appends all rows of a payload to `table`, and events inside them to `events`. A payload whose
 * columns are missing or unknown gives no rows and says why.
 */
export function parseBars(
  kind: BarKind,
  bytes: Uint8Array,
  table: BarTable,
  events: EventRow[] = [],
): PayloadProblem | undefined {
  const payload = openPayload(kind, openBody(bytes));
  if ("problem" in payload) return payload;
  appendBars(payload, table, events);
  return undefined;
}

/** Like `parseBars`, for a payload that is already open. */
export function appendBars(payload: Payload, table: BarTable, events: EventRow[]): void {
  const firstRow = table.length;
  const { bytes, fields } = payload;
  const cursor: RowCursor = { split: 0, dividend: 0, splitFlags: 0, dividendFlags: 0 };
  const target = { fields, table, cursor, events };
  scanLines(
    payload,
    (from, to, line) => appendLine(bytes, from, to, line, target),
    canBePlain(fields) ? (from, line) => appendPlainRow(bytes, from, line, table) : undefined,
  );
  if (fields.includes("time")) placeInUtc(table, firstRow);
}

/** What a line says besides the cells of the bar table. */
type RowCursor = {
  split: number;
  dividend: number;
  splitFlags: number;
  dividendFlags: number;
};

type LineTarget = {
  readonly fields: readonly Field[];
  readonly table: BarTable;
  readonly cursor: RowCursor;
  readonly events: EventRow[];
};

function appendLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  line: number,
  target: LineTarget,
): void {
  const { fields, table, cursor } = target;
  const row = clearRow(table, line);
  cursor.split = SPLIT_NONE_UNITS;
  cursor.dividend = 0;
  let flags = 0;
  let index = 0;
  for (let start = from; start <= to; index++) {
    const end = cellEnd(bytes, start, to);
    const field = fields[index];
    if (field !== undefined) flags |= readCell(bytes, start, end, field, table, row, cursor);
    start = end + 1;
  }
  if (index !== fields.length) {
    flags |= PARSE_FLAGS.FIELD_COUNT;
    for (const field of fields.slice(index)) flags |= FIELD_FLAGS[field];
  }
  table.flags[row] = flags;
  if (cursor.split !== SPLIT_NONE_UNITS || cursor.dividend !== 0) appendEvents(target, row, line);
}

/** Events of a row whose coefficient is not 1 or whose dividend is not 0, readable or not. */
function appendEvents({ cursor, events, table }: LineTarget, row: number, line: number): void {
  const day = table.day[row] ?? BAD_DAY;
  const rowFlags =
    (table.flags[row] ?? 0) & (PARSE_FLAGS.FIELD_COUNT | PARSE_FLAGS.DATE_UNREADABLE);
  const { split, dividend } = cursor;
  if (split !== SPLIT_NONE_UNITS) {
    const flags = rowFlags | (Number.isNaN(split) ? VALUE_UNREADABLE | cursor.splitFlags : 0);
    events.push({ kind: "split", day, units: split, line, flags });
  }
  if (dividend !== 0) {
    const flags = rowFlags | (Number.isNaN(dividend) ? VALUE_UNREADABLE | cursor.dividendFlags : 0);
    events.push({ kind: "dividend", day, units: dividend, line, flags });
  }
}

/** A new row in which nothing has been read yet. */
function clearRow(table: BarTable, line: number): number {
  const row = reserveBar(table);
  table.day[row] = BAD_DAY;
  table.startMinute[row] = 0;
  table.open[row] = Number.NaN;
  table.high[row] = Number.NaN;
  table.low[row] = Number.NaN;
  table.close[row] = Number.NaN;
  table.volume[row] = Number.NaN;
  table.line[row] = line;
  return row;
}

/** Reads one cell into its column and returns the flags it earns. */
function readCell(
  bytes: Uint8Array,
  from: number,
  to: number,
  field: Field,
  table: BarTable,
  row: number,
  cursor: RowCursor,
): number {
  let number = 0;
  switch (field) {
    case "open":
      number = table.open[row] = scanUnits(bytes, from, to, PRICE_DECIMALS);
      break;
    case "high":
      number = table.high[row] = scanUnits(bytes, from, to, PRICE_DECIMALS);
      break;
    case "low":
      number = table.low[row] = scanUnits(bytes, from, to, PRICE_DECIMALS);
      break;
    case "close":
      number = table.close[row] = scanUnits(bytes, from, to, PRICE_DECIMALS);
      break;
    case "volume":
      number = table.volume[row] = scanCount(bytes, from, to);
      break;
    case "date":
      if (to - from !== DATE_LENGTH) return PARSE_FLAGS.DATE_UNREADABLE;
      table.day[row] = scanDay(bytes, from, to);
      return table.day[row] === BAD_DAY ? PARSE_FLAGS.DATE_UNREADABLE : 0;
    case "time":
      return readLabel(bytes, from, to, table, row);
    case "split":
      cursor.split = scanUnits(bytes, from, to, SPLIT_DECIMALS);
      if (Number.isNaN(cursor.split)) cursor.splitFlags = unreadableFlags(bytes, from, to);
      return 0;
    case "dividend":
      cursor.dividend = scanUnits(bytes, from, to, DIVIDEND_DECIMALS);
      if (Number.isNaN(cursor.dividend)) cursor.dividendFlags = unreadableFlags(bytes, from, to);
      return 0;
    case "value":
    case "skip":
      return 0;
  }
  return Number.isNaN(number) ? FIELD_FLAGS[field] | unreadableFlags(bytes, from, to) : 0;
}

/** The clock time of a bar's label, kept as the vendor wrote it until the whole payload is read. */
function readLabel(
  bytes: Uint8Array,
  from: number,
  to: number,
  table: BarTable,
  row: number,
): number {
  const minute = scanMinuteOfDay(bytes, from + DATE_LENGTH, to);
  const day = minute < 0 ? BAD_DAY : scanDay(bytes, from, to);
  table.day[row] = day;
  table.startMinute[row] = day === BAD_DAY ? 0 : minute;
  return day === BAD_DAY ? PARSE_FLAGS.DATE_UNREADABLE : 0;
}

/**
 * How a payload labels its bars: by their end when a label says 20:00, else by their start. Old
 * recordings (to early 2023) run to 20:00, newer ones (from late 2024) to 19:55.
 */
function labelOf(table: BarTable, firstRow: number): BarLabel {
  for (let row = firstRow; row < table.length; row++) {
    if (table.startMinute[row] === EXTENDED_CLOSE_MINUTE && table.day[row] !== BAD_DAY)
      return "end";
  }
  return "start";
}

/** Makes the vendor's clock times of New York, as read so far, into epoch minutes of the bars' starts. */
function placeInUtc(table: BarTable, firstRow: number): void {
  const shift = labelOf(table, firstRow) === "end" ? INTRADAY_INTERVAL_MINUTES : 0;
  let offsetDay = BAD_DAY;
  let offsetMinutes = 0;
  for (let row = firstRow; row < table.length; row++) {
    const day = table.day[row] ?? BAD_DAY;
    if (day === BAD_DAY) continue;
    if (day !== offsetDay) {
      offsetDay = day;
      offsetMinutes = noonOffsetMinutes(day);
    }
    const wallMinute = day * MINUTES_A_DAY + (table.startMinute[row] ?? 0) - shift;
    table.startMinute[row] = wallMinute - offsetMinutes;
  }
}

/** Clocks change at 02:00 on Sundays, so the offset at noon holds for every trading hour of a day. */
function noonOffsetMinutes(day: number): number {
  const noon = Temporal.PlainDate.from(dateOfDayNumber(day)).toZonedDateTime({
    timeZone: VENDOR_TIME_ZONE,
    plainTime: new Temporal.PlainTime(12),
  });
  return noon.offsetNanoseconds / NANOSECONDS_A_MINUTE;
}

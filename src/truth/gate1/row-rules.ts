/**
 * The row rules of gate 1 (decision 3): schema, integrity, calendar and duplicates. Judges columns
 * in place and sets one bit for every rule a row fails; what happens to the row is the build's.
 */
import { BAD_DAY, type BarTable, PARSE_FLAGS } from "#lake/bar-table.ts";
import type { Calendar } from "#core/calendar.ts";

/** One rule: what it proves of a row that it does not fail. */
export type RowRule = { readonly id: string; readonly proves: string };

/** Every rule that quarantines a row. The position is the bit in a row's reasons. */
export const ROW_RULES = [
  { id: "SCHEMA_FIELD_COUNT", proves: "the row has the fields that the header names" },
  { id: "SCHEMA_DATE", proves: "the date is a day that exists, in the vendor's form" },
  { id: "SCHEMA_NUMBER", proves: "prices and volume are decimal numbers in range" },
  { id: "NOT_FINITE", proves: "no price or volume is NaN or infinite" },
  { id: "BLANK_VALUE", proves: "no price or volume is blank" },
  { id: "NON_POSITIVE_PRICE", proves: "every price is above zero" },
  { id: "HIGH_BELOW_LOW", proves: "the high is not below the low" },
  { id: "OPEN_OUTSIDE_RANGE", proves: "the open lies between low and high" },
  { id: "CLOSE_OUTSIDE_RANGE", proves: "the close lies between low and high" },
  { id: "NEGATIVE_VOLUME", proves: "the volume is not negative" },
  { id: "OUTSIDE_CALENDAR", proves: "the day lies in the announced range of the calendar" },
  { id: "NOT_A_SESSION", proves: "the exchange had a session on that day" },
  { id: "SESSION_NOT_WHOLE", proves: "the session was over and settled when the row was received" },
  { id: "DUPLICATE_ROW", proves: "the payload holds the row once" },
  { id: "DUPLICATE_CONFLICT", proves: "the payload does not hold two different rows for it" },
  { id: "REVIEW_REJECTED", proves: "no person rejected the row in a review" },
  { id: "OUTSIDE_HOURS", proves: "the minute bar starts while its session trades" },
  { id: "OFF_GRID", proves: "the minute bar starts a whole number of bars after the opening" },
] as const satisfies readonly RowRule[];

export type RowRuleId = (typeof ROW_RULES)[number]["id"];

const bitOf = (id: RowRuleId): number => 1 << ROW_RULES.findIndex((rule) => rule.id === id);

const FIELD_COUNT = bitOf("SCHEMA_FIELD_COUNT");
const SCHEMA_DATE = bitOf("SCHEMA_DATE");
const SCHEMA_NUMBER = bitOf("SCHEMA_NUMBER");
const NOT_FINITE = bitOf("NOT_FINITE");
const BLANK_VALUE = bitOf("BLANK_VALUE");
const NON_POSITIVE_PRICE = bitOf("NON_POSITIVE_PRICE");
const HIGH_BELOW_LOW = bitOf("HIGH_BELOW_LOW");
const OPEN_OUTSIDE_RANGE = bitOf("OPEN_OUTSIDE_RANGE");
const CLOSE_OUTSIDE_RANGE = bitOf("CLOSE_OUTSIDE_RANGE");
const NEGATIVE_VOLUME = bitOf("NEGATIVE_VOLUME");
const OUTSIDE_CALENDAR = bitOf("OUTSIDE_CALENDAR");
const NOT_A_SESSION = bitOf("NOT_A_SESSION");
/** The row came before its session was over and settled. */
export const SESSION_NOT_WHOLE = bitOf("SESSION_NOT_WHOLE");
/** A repetition of a row that the payload holds already. */
export const DUPLICATE_ROW = bitOf("DUPLICATE_ROW");
/** One of several rows that contradict each other. */
export const DUPLICATE_CONFLICT = bitOf("DUPLICATE_CONFLICT");
/** Set by the build when a review of the row was rejected. */
export const REVIEW_REJECTED = bitOf("REVIEW_REJECTED");
/** Before the opening, after the close, or in a pause or halt. */
export const OUTSIDE_HOURS = bitOf("OUTSIDE_HOURS");
export const OFF_GRID = bitOf("OFF_GRID");

const PRICE_FLAGS =
  PARSE_FLAGS.OPEN_UNREADABLE |
  PARSE_FLAGS.HIGH_UNREADABLE |
  PARSE_FLAGS.LOW_UNREADABLE |
  PARSE_FLAGS.CLOSE_UNREADABLE;

/** Whether the row was received after its session was over; an unsettled row is only too early. */
export function isSettled(reasons: number): boolean {
  return (reasons & SESSION_NOT_WHOLE) === 0;
}

/** The ids behind a row's reason bits, in the order of `ROW_RULES`. */
export function rulesOf(reasons: number): RowRuleId[] {
  return ROW_RULES.filter((_, bit) => (reasons & (1 << bit)) !== 0).map((rule) => rule.id);
}

/** Day look-ups of one calendar as flat arrays, made once and shared by all symbols. */
export type SessionIndex = {
  readonly fromDay: number;
  readonly toDay: number;
  /** Index into `calendar.sessions` by day since `fromDay`; -1 on days without a session. */
  readonly indexOfDay: Int32Array;
  readonly sessions: Int32Array;
};

/** Flattens a calendar for the loops of gate 1. */
export function indexSessions(calendar: Calendar): SessionIndex {
  const indexOfDay = new Int32Array(calendar.toDay - calendar.fromDay + 1).fill(-1);
  for (const [index, day] of calendar.sessions.entries())
    indexOfDay[day - calendar.fromDay] = index;
  return {
    fromDay: calendar.fromDay,
    toDay: calendar.toDay,
    indexOfDay,
    sessions: calendar.sessions,
  };
}

/** Rows of one payload inside a table, and what was known when it came. */
export type PayloadRows = {
  readonly fromRow: number;
  readonly toRow: number;
  /** Newest session whose row was whole on receipt, as an epoch day. */
  readonly wholeThroughDay: number;
};

/**
 * Judges the rows of one payload: `reasons[row]` receives the bits of every rule it fails, 0 when
 * it fails none. An index has no volume to judge (`hasVolume` false).
 */
export function judgeDailyRows(
  table: BarTable,
  payload: PayloadRows,
  sessions: SessionIndex,
  hasVolume: boolean,
  reasons: Uint32Array,
): void {
  const { fromRow, toRow, wholeThroughDay } = payload;
  const { day, flags, open, high, low, close, volume } = table;
  const { fromDay, toDay, indexOfDay } = sessions;
  const seen = roomToSee(toDay - fromDay + 1, toRow - fromRow);
  const base = seenBefore;
  for (let row = fromRow; row < toRow; row++) {
    const lowest = low[row] ?? NaN;
    const highest = high[row] ?? NaN;
    const first = open[row] ?? NaN;
    const last = close[row] ?? NaN;
    // Nearly every row is clean: what lies in this order between two numbers is a number too.
    const isClean =
      flags[row] === 0 &&
      lowest > 0 &&
      highest < Infinity &&
      lowest <= first &&
      first <= highest &&
      lowest <= last &&
      last <= highest &&
      (!hasVolume || (volume[row] ?? NaN) >= 0);
    const failed = isClean ? 0 : judgeValues(table, row, hasVolume);
    const one = day[row] ?? BAD_DAY;
    if (one < fromDay || one > toDay) {
      reasons[row] = failed | judgeDay(one, wholeThroughDay, sessions);
      continue;
    }
    const isWhole = (indexOfDay[one - fromDay] ?? -1) >= 0 && one <= wholeThroughDay;
    reasons[row] = isWhole ? failed : failed | judgeDay(one, wholeThroughDay, sessions);
    const place = seen[one - fromDay] ?? 0;
    if (place <= base) seen[one - fromDay] = base + 1 + row - fromRow;
    else markDuplicate(table, fromRow + place - base - 1, row, reasons);
  }
  seenBefore = base + toRow - fromRow;
}

/** Schema and integrity of one row, whatever its day. */
export function judgeValues(table: BarTable, row: number, hasVolume: boolean): number {
  const flags = table.flags[row] ?? 0;
  const open = table.open[row] ?? NaN;
  const high = table.high[row] ?? NaN;
  const low = table.low[row] ?? NaN;
  const close = table.close[row] ?? NaN;
  const volume = hasVolume ? (table.volume[row] ?? NaN) : 0;
  let failed = flags === 0 ? 0 : judgeFlags(flags, hasVolume);
  // Comparisons with NaN are false, so an unreadable price fails its own rule only.
  if (open <= 0 || high <= 0 || low <= 0 || close <= 0) failed |= NON_POSITIVE_PRICE;
  if (high < low) failed |= HIGH_BELOW_LOW;
  if (open > high || open < low) failed |= OPEN_OUTSIDE_RANGE;
  if (close > high || close < low) failed |= CLOSE_OUTSIDE_RANGE;
  if (volume < 0) failed |= NEGATIVE_VOLUME;
  // Fails closed, whatever the flags say: one price that is not finite makes the sum so.
  if (!Number.isFinite(open + high + low + close)) failed |= SCHEMA_NUMBER;
  return failed;
}

function judgeFlags(flags: number, hasVolume: boolean): number {
  let failed = 0;
  if ((flags & PARSE_FLAGS.FIELD_COUNT) !== 0) failed |= FIELD_COUNT;
  if ((flags & PARSE_FLAGS.DATE_UNREADABLE) !== 0) failed |= SCHEMA_DATE;
  const isPriceUnread = (flags & PRICE_FLAGS) !== 0;
  const isVolumeUnread = hasVolume && (flags & PARSE_FLAGS.VOLUME_UNREADABLE) !== 0;
  if (isPriceUnread || isVolumeUnread) {
    failed |= SCHEMA_NUMBER;
    if ((flags & PARSE_FLAGS.NOT_FINITE) !== 0) failed |= NOT_FINITE;
    if ((flags & PARSE_FLAGS.BLANK) !== 0) failed |= BLANK_VALUE;
  }
  return failed;
}

/** Calendar rules of one day; an unreadable date fails the schema rule alone. */
export function judgeDay(day: number, wholeThroughDay: number, sessions: SessionIndex): number {
  if (day < sessions.fromDay || day > sessions.toDay)
    return day === BAD_DAY ? SCHEMA_DATE : OUTSIDE_CALENDAR;
  let failed = (sessions.indexOfDay[day - sessions.fromDay] ?? -1) < 0 ? NOT_A_SESSION : 0;
  if (day > wholeThroughDay) failed |= SESSION_NOT_WHOLE;
  return failed;
}

/**
 * Where a day was first seen: `seenBefore` plus the row's place in its payload. What is not above
 * `seenBefore` is of an earlier payload, so that nothing has to be wiped between them.
 */
let seenAt = new Int32Array(0);
let seenBefore = 0;
const SEEN_MAX = 2_000_000_000;

/** `seenAt` with room for so many days, and for so many places above `seenBefore`. */
function roomToSee(days: number, rows: number): Int32Array {
  if (seenAt.length < days || seenBefore + rows > SEEN_MAX) {
    seenAt = new Int32Array(days);
    seenBefore = 0;
  }
  return seenAt;
}

/**
 * Of equal rows for one day all but the first fail; of different ones all fail, since none can be
 * told to be the right one.
 */
function markDuplicate(table: BarTable, first: number, row: number, reasons: Uint32Array): void {
  if (isSameBar(table, first, row)) reasons[row] = (reasons[row] ?? 0) | DUPLICATE_ROW;
  else {
    reasons[row] = (reasons[row] ?? 0) | DUPLICATE_CONFLICT;
    reasons[first] = (reasons[first] ?? 0) | DUPLICATE_CONFLICT;
  }
}

/** Marks duplicates of intraday bars, which are told apart by their start; a bar without one repeats none. */
export function markDuplicateStarts(
  table: BarTable,
  payload: PayloadRows,
  reasons: Uint32Array,
): void {
  const rowOfStart = new Map<number, number>();
  for (let row = payload.fromRow; row < payload.toRow; row++) {
    if (table.day[row] === BAD_DAY) continue;
    const start = table.startMinute[row] ?? 0;
    const first = rowOfStart.get(start);
    if (first === undefined) rowOfStart.set(start, row);
    else markDuplicate(table, first, row, reasons);
  }
}

/** Whether two rows hold the same prices and volume; absent equals absent. */
export function isSameBar(table: BarTable, a: number, b: number): boolean {
  return (
    Object.is(table.open[a], table.open[b]) &&
    Object.is(table.high[a], table.high[b]) &&
    Object.is(table.low[a], table.low[b]) &&
    Object.is(table.close[a], table.close[b]) &&
    Object.is(table.volume[a], table.volume[b])
  );
}

/**
 * Reads from a payload of prices what planning must know of it: the newest session whose row was
 * whole, whether that row is sound, and the newest move that calls for splits and dividends. Pure;
 * the row rules and the drift check themselves are gate 1's.
 */
import { type Calendar, isSession } from "#core/calendar.ts";
import type { RawKind } from "#contracts/raw-receipt.ts";
import { PRICE_SCALE } from "#core/price.ts";
import { type SessionDate, dateOfDayNumber } from "#core/session-date.ts";
import { DIVIDEND_DECIMALS } from "#curation/market-parsers.ts";
import { BAD_DAY, type BarTable, createBarTable } from "#lake/bar-table.ts";
import { type BarKind, parseBars } from "./alpha-vantage/parse-bars.ts";
import { type EventRow, SPLIT_NONE_UNITS } from "./alpha-vantage/parse-events.ts";
import {
  type SymbolEvents,
  comparableDividends,
  splitFactorThrough,
} from "#truth/gate1/price-basis.ts";
import { isWithin } from "#truth/gate1/drift.ts";
import {
  indexSessions,
  judgeDailyRows,
  judgeDay,
  judgeValues,
  markDuplicateStarts,
} from "#truth/gate1/row-rules.ts";

export type PayloadFacts = {
  readonly newestSession: SessionDate | null;
  readonly soundSession: SessionDate | null;
  readonly largeMove: SessionDate | null;
};

export type PayloadView = {
  readonly calendar: Calendar;
  /** Newest day whose row was whole when the payload came. */
  readonly wholeThroughDay: number;
  /** Change of a close, in percent, over which events are asked for; infinite where there are none. */
  readonly moveLimitPercent: number;
};

const NO_FACTS: PayloadFacts = { newestSession: null, soundSession: null, largeMove: null };
const DIVIDEND_SCALE = 10 ** DIVIDEND_DECIMALS;

/** The facts of a payload; none for payloads without price rows. */
export function readPayloadFacts(
  kind: RawKind,
  bytes: Uint8Array,
  view: PayloadView,
): PayloadFacts {
  if (!isBarKind(kind)) return NO_FACTS;
  const table = createBarTable();
  const events: EventRow[] = [];
  parseBars(kind, bytes, table, events);
  const rows = wholeRows(table, view);
  const reasons = judgeRows(kind, table, view);
  const sound = rows.filter((row) => reasons[row] === 0);
  const sessionOf = (row: number | undefined): SessionDate | null =>
    row === undefined ? null : dateOfDayNumber(table.day[row] ?? BAD_DAY);
  return {
    newestSession: sessionOf(rows.at(-1)),
    soundSession: sessionOf(sound.at(-1)),
    largeMove: kind === "intraday" ? null : sessionOf(newestLargeMove(table, sound, events, view)),
  };
}

function isBarKind(kind: RawKind): kind is BarKind {
  return ["daily", "daily_adjusted", "index_daily", "intraday"].includes(kind);
}

/** Rows on sessions that were whole, oldest first. */
function wholeRows(table: BarTable, view: PayloadView): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) {
    const day = table.day[row] ?? BAD_DAY;
    if (day !== BAD_DAY && day <= view.wholeThroughDay && isSession(view.calendar, day))
      rows.push(row);
  }
  return rows.sort((a, b) => (table.day[a] ?? 0) - (table.day[b] ?? 0));
}

/** The row rules of gate 1 for every row of the payload: 0 where it fails none. */
function judgeRows(kind: BarKind, table: BarTable, view: PayloadView): Uint32Array {
  const reasons = new Uint32Array(table.length);
  const { calendar, wholeThroughDay } = view;
  const sessions = indexSessions(calendar);
  const payload = { fromRow: 0, toRow: table.length, wholeThroughDay };
  if (kind !== "intraday") {
    judgeDailyRows(table, payload, sessions, kind !== "index_daily", reasons);
    return reasons;
  }
  for (let row = 0; row < table.length; row++) {
    const day = table.day[row] ?? BAD_DAY;
    reasons[row] = judgeValues(table, row, true) | judgeDay(day, wholeThroughDay, sessions);
  }
  markDuplicateStarts(table, payload, reasons);
  return reasons;
}

/** The newest row whose close moved over the limit, with the events of the payload taken out. */
function newestLargeMove(
  table: BarTable,
  rows: readonly number[],
  payloadEvents: readonly EventRow[],
  view: PayloadView,
): number | undefined {
  const events = symbolEventsOf(payloadEvents);
  const comparable = (row: number): number =>
    (table.close[row] ?? 0) * splitFactorThrough(events, table.day[row] ?? BAD_DAY);
  return rows.findLast((row, index) => {
    const before = rows[index - 1];
    if (before === undefined) return false;
    const [fromDay, toDay] = [table.day[before] ?? BAD_DAY, table.day[row] ?? BAD_DAY];
    const dividends = comparableDividends(events, fromDay, toDay) * PRICE_SCALE;
    return !isWithin(comparable(row) + dividends, comparable(before), view.moveLimitPercent);
  });
}

/** The readable events inside the price rows, oldest first, in the units of gate 1. */
function symbolEventsOf(rows: readonly EventRow[]): SymbolEvents {
  const readable = rows.filter(({ flags }) => flags === 0).toSorted((a, b) => a.day - b.day);
  const splits = readable.filter(({ kind }) => kind === "split");
  const dividends = readable.filter(({ kind }) => kind === "dividend");
  return {
    splitDays: Int32Array.from(splits, ({ day }) => day),
    splitFactors: Float64Array.from(splits, ({ units }) => units / SPLIT_NONE_UNITS),
    dividendDays: Int32Array.from(dividends, ({ day }) => day),
    dividends: Float64Array.from(dividends, ({ units }) => units / DIVIDEND_SCALE),
  };
}

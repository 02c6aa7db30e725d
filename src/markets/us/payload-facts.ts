/**
 * Reads from a payload of prices what planning must know of it: the newest session whose row was
 * whole, whether that row is sound, and the newest move that calls for splits and dividends. Pure;
 * the row rules and the drift check themselves are gate 1's.
 */
import { type Calendar, isSession } from "#core/calendar.ts";
import type { RawKind } from "#contracts/raw-receipt.ts";
import { type SessionDate, dateOfDayNumber } from "#core/session-date.ts";
import { BAD_DAY, type BarTable, createBarTable } from "#lake/bar-table.ts";
import { type BarKind, parseBars } from "./alpha-vantage/parse-bars.ts";
import {
  DIVIDEND_DECIMALS,
  type EventRow,
  SPLIT_NONE_UNITS,
} from "./alpha-vantage/parse-events.ts";

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
const PRICE_UNITS_OF_DIVIDEND = 10 ** (DIVIDEND_DECIMALS - 4);

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
  const sound = rows.filter((row) => isSound(table, row));
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

/** Whether a row can be a price at all: read without a flag, and its four prices in order. */
function isSound(table: BarTable, row: number): boolean {
  const [open, high, low, close] = [table.open, table.high, table.low, table.close].map(
    (column) => column[row] ?? Number.NaN,
  );
  if (open === undefined || high === undefined || low === undefined || close === undefined)
    return false;
  const isOrdered = low > 0 && low <= open && low <= close && open <= high && close <= high;
  return table.flags[row] === 0 && isOrdered;
}

/** The newest row whose close moved over the limit, with the events of the row itself taken out. */
function newestLargeMove(
  table: BarTable,
  rows: readonly number[],
  events: readonly EventRow[],
  view: PayloadView,
): number | undefined {
  const eventOf = (kind: EventRow["kind"], day: number, whenNone: number): number => {
    const event = events.find((one) => one.kind === kind && one.day === day && one.flags === 0);
    return event?.units ?? whenNone;
  };
  return rows.findLast((row, index) => {
    const before = rows[index - 1];
    if (before === undefined) return false;
    const day = table.day[row] ?? BAD_DAY;
    const split = eventOf("split", day, SPLIT_NONE_UNITS) / SPLIT_NONE_UNITS;
    const dividend = eventOf("dividend", day, 0) / PRICE_UNITS_OF_DIVIDEND;
    const change = (((table.close[row] ?? 0) + dividend) * split) / (table.close[before] ?? 1) - 1;
    return Math.abs(change) * 100 > view.moveLimitPercent;
  });
}

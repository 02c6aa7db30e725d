/**
 * One payload of minute bars, from a file or by REST, read and judged by gate 1 on its own. What several
 * payloads of a session make together is decided by `merge-candles.ts`. Pure.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { Calendar } from "#core/calendar.ts";
import { BAD_DAY, type BarTable, createBarTable } from "#lake/bar-table.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import {
  type TradingMinutes,
  judgeMinuteRows,
  tradingMinutesOf,
} from "#truth/gate1/minute-rules.ts";
import { type SessionIndex, indexSessions } from "#truth/gate1/row-rules.ts";
import { importSpecOf } from "../import/import-spec.ts";
import { INTERVAL_MINUTES, parseImport } from "../import/parse-import.ts";
import { parseCandles } from "../smartapi/parse-candles.ts";

/** Intervals of minute candles, in the order of the lake. */
export const CANDLE_INTERVALS = ["1m", "5m"] as const;
export type CandleInterval = (typeof CANDLE_INTERVALS)[number];

/** Length of a candle. */
export const CANDLE_MINUTES: Record<CandleInterval, number> = {
  "1m": INTERVAL_MINUTES["1m"],
  "5m": INTERVAL_MINUTES["5m"],
};

/** Kinds of payload that hold minute bars. */
export const MINUTE_KINDS = ["import_minutes", "minutes"] as const;

/** What the calendar says of sessions, made once for many payloads. */
export type MinuteCalendar = {
  readonly sessions: SessionIndex;
  readonly hoursOf: (day: number) => TradingMinutes | undefined;
};

export function minuteCalendarOf(calendar: Calendar): MinuteCalendar {
  return { sessions: indexSessions(calendar), hoursOf: tradingMinutesOf(calendar) };
}

/** Rows of a payload and, by row, the rules of gate 1 that it fails. */
export type JudgedMinutes = {
  readonly table: BarTable;
  readonly reasons: Uint32Array;
};

/** Which candles a payload holds. */
export function intervalOf(receipt: RawReceipt): CandleInterval {
  return receipt.import?.interval === "5m" ? "5m" : "1m";
}

/** Reads and judges a payload; an index has no volume, whatever the file says. */
export function judgeMinutePayload(
  receipt: RawReceipt,
  bytes: Uint8Array,
  about: { readonly calendar: MinuteCalendar; readonly hasVolume: boolean },
): JudgedMinutes {
  const table = readRows(receipt, bytes);
  if (!about.hasVolume) table.volume.fill(NaN, 0, table.length);
  const reasons = new Uint32Array(table.length);
  judgeMinuteRows(
    table,
    { fromRow: 0, toRow: table.length },
    {
      ...about.calendar,
      barMinutes: CANDLE_MINUTES[intervalOf(receipt)],
      hasVolume: about.hasVolume,
      receivedAtMs: instantOfIso(receipt.fetchedAt),
    },
    reasons,
  );
  return { table, reasons };
}

/** Epoch day of a row's session, or `BAD_DAY` for a row that is of none. */
export function sessionDayOf(table: BarTable, row: number, calendar: MinuteCalendar): number {
  const day = table.day[row] ?? BAD_DAY;
  const { fromDay, toDay, indexOfDay } = calendar.sessions;
  if (day < fromDay || day > toDay) return BAD_DAY;
  return (indexOfDay[day - fromDay] ?? -1) < 0 ? BAD_DAY : day;
}

function readRows(receipt: RawReceipt, bytes: Uint8Array): BarTable {
  if (receipt.kind === "import_minutes") {
    const table = createBarTable();
    parseImport(bytes, importSpecOf(receipt), table, receipt.symbol ?? undefined);
    return table;
  }
  const parsed = parseCandles(bytes, "ONE_MINUTE");
  if (parsed.outcome === "rows") return parsed.bars;
  throw new Error(`broken promise: ${receipt.id} landed as data but ${parsed.says}`);
}

/**
 * Which sessions the rows of a payload of minutes are of, so that a build reads again only payloads of
 * sessions that changed. Rows of no session at all are refused here, once a payload. Pure.
 */
import { z } from "zod";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { MarketParsers } from "#curation/market-parsers.ts";
import type { QuarantinedRow } from "#curation/quarantine-store.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { BAD_DAY, type BarTable } from "#lake/bar-table.ts";
import { rulesOf } from "#truth/gate1/row-rules.ts";
import {
  type CandleInterval,
  type JudgedMinutes,
  type MinuteCalendar,
  intervalOf,
  sessionDayOf,
} from "./minute-payload.ts";

/** Longest line of a refused row that is kept as text. */
const LINE_CHARACTERS_MAX = 300;

export const quarantinedRowSchema = z.strictObject({
  dataset: z.string(),
  symbol: z.string(),
  session: z.string().nullable(),
  raw: z.string(),
  line: z.int(),
  text: z.string(),
  rules: z.array(z.string()),
});

export const payloadEntrySchema = z.strictObject({
  /** Rows by session. */
  sessions: z.record(z.string(), z.int().positive()),
  /** Rows of no session, refused. */
  orphans: z.array(quarantinedRowSchema),
});
export type PayloadEntry = z.output<typeof payloadEntrySchema>;

/** What the build calls the candles of an interval in counts, digests and quarantine. */
export function datasetOf(interval: CandleInterval): string {
  return `candles_${interval}`;
}

/** Everything an entry depends on beside the builder and the calendar. */
export function entryKeyOf(receipt: RawReceipt, hasVolume: boolean): string {
  return `${receipt.id} ${hasVolume ? "volume" : "index"}`;
}

/** Quotes a refused row of a payload. */
export type RowQuoter = (row: number) => QuarantinedRow;

/** Makes refused rows of one payload into what the quarantine keeps. */
export function quoterOf(
  receipt: RawReceipt,
  bytes: Uint8Array,
  judged: JudgedMinutes,
  lineText: MarketParsers["lineText"],
): RowQuoter {
  const { table, reasons } = judged;
  return (row) => {
    const line = table.line[row] ?? 0;
    return {
      dataset: datasetOf(intervalOf(receipt)),
      symbol: receipt.symbol ?? "",
      session: dateOrNull(table, row),
      raw: receipt.id,
      line,
      text: lineText(receipt, bytes, line, LINE_CHARACTERS_MAX),
      rules: rulesOf(reasons[row] ?? 0),
    };
  };
}

/** Sorts the rows of a judged payload by session. */
export function indexPayload(
  { table }: JudgedMinutes,
  calendar: MinuteCalendar,
  quote: RowQuoter,
): PayloadEntry {
  const rowsOf = new Map<number, number>();
  const orphans: PayloadEntry["orphans"] = [];
  for (let row = 0; row < table.length; row++) {
    const day = sessionDayOf(table, row, calendar);
    if (day !== BAD_DAY) rowsOf.set(day, (rowsOf.get(day) ?? 0) + 1);
    else {
      const quoted = quote(row);
      orphans.push({ ...quoted, rules: [...quoted.rules] });
    }
  }
  const days = [...rowsOf].sort(([a], [b]) => a - b);
  return {
    sessions: Object.fromEntries(days.map(([day, rows]) => [dateOfDayNumber(day), rows])),
    orphans,
  };
}

function dateOrNull(table: BarTable, row: number): string | null {
  const day = table.day[row] ?? BAD_DAY;
  return day === BAD_DAY ? null : dateOfDayNumber(day);
}

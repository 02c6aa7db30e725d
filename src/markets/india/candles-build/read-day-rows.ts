/**
 * Reads payloads of minutes for a stretch of sessions: each payload is parsed and judged once, and only
 * its rows of those sessions are kept.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { must } from "#core/assert.ts";
import type { QuarantinedRow } from "#curation/quarantine-store.ts";
import { BAD_DAY, type BarTable, copyBar, createBarTable } from "#lake/bar-table.ts";
import { createRowTexts } from "../build/row-texts.ts";
import type { PayloadDayRows } from "./day-candles.ts";
import type { DayInputs, IndexedPayload } from "./day-plan.ts";
import {
  type JudgedMinutes,
  type MinuteCalendar,
  judgeMinutePayload,
  sessionDayOf,
} from "./minute-payload.ts";
import { quoterOf } from "./payload-index.ts";

/** One payload's rows of a session, and those of them that gate 1 refused. */
export type ReadDayRows = {
  readonly rows: PayloadDayRows;
  readonly refused: readonly QuarantinedRow[];
};

/** By epoch day of the session, in order of receipt. */
export function readDayRows(
  window: readonly DayInputs[],
  tools: {
    readonly readBody: (receipt: RawReceipt) => Uint8Array;
    readonly calendar: MinuteCalendar;
  },
): ReadonlyMap<number, readonly ReadDayRows[]> {
  const found = new Map<number, ReadDayRows[]>(window.map(({ day }) => [day, []]));
  const lineText = createRowTexts();
  for (const { receipt, hasVolume } of payloadsOf(window)) {
    const bytes = tools.readBody(receipt);
    const judged = judgeMinutePayload(receipt, bytes, { calendar: tools.calendar, hasVolume });
    const quote = quoterOf(receipt, bytes, judged, lineText);
    for (const [day, places] of placesOf(judged.table, found, tools.calendar)) {
      const refused = places.filter((row) => judged.reasons[row] !== 0).map(quote);
      const rows = {
        symbol: must(receipt.symbol, "a payload of minutes is about a symbol"),
        source: receipt.kind === "minutes" ? ("rest" as const) : ("import" as const),
        ...copyRows(judged, places),
      };
      must(found.get(day), "only days of the stretch are placed").push({ rows, refused });
    }
  }
  return found;
}

/** Each payload once, in order of receipt. */
function payloadsOf(window: readonly DayInputs[]): IndexedPayload[] {
  const payloads = new Map<string, IndexedPayload>();
  for (const { payloads: ofDay } of window) {
    for (const payload of ofDay) payloads.set(payload.receipt.id, payload);
  }
  return [...payloads.values()].sort((a, b) => a.ordinal - b.ordinal);
}

/** Rows by day, for the days that are wanted. */
function placesOf(
  table: BarTable,
  wanted: ReadonlyMap<number, unknown>,
  calendar: MinuteCalendar,
): ReadonlyMap<number, number[]> {
  const places = new Map<number, number[]>();
  for (let row = 0; row < table.length; row++) {
    const day = sessionDayOf(table, row, calendar);
    if (day === BAD_DAY || !wanted.has(day)) continue;
    const rows = places.get(day);
    if (rows) rows.push(row);
    else places.set(day, [row]);
  }
  return places;
}

function copyRows(
  { table, reasons }: JudgedMinutes,
  places: readonly number[],
): Pick<PayloadDayRows, "table" | "reasons"> {
  const copy = createBarTable(places.length);
  for (const row of places) copyBar(table, row, copy);
  return { table: copy, reasons: Uint32Array.from(places, (row) => reasons[row] ?? 0) };
}

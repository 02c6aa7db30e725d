/**
 * Writes the canonical text of one symbol's accepted price rows, from which the content digest is
 * made (decision 11). Which rows those are and in which order is the judgement's.
 */
import { must } from "#core/assert.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import type { BarTable } from "#lake/bar-table.ts";
import { type EncodedFields, type RowText, encodeFields } from "#lake/row-text.ts";
import { sourceNameOf } from "./source-name.ts";
import type { SymbolRows } from "./symbol-rows.ts";

/** What is asked of the judged rows. */
export type JudgedRows = {
  readonly outcomes: Uint8Array;
  readonly revisionOf: Int32Array;
  readonly payloadOf: Int32Array;
  /** Rows that are data, in the order of the lake. */
  readonly accepted: Int32Array;
};

/** Intraday rows have the bar's start besides. */
export type PriceLayout = "daily" | "intraday";

/** Fields: symbol, session, start (intraday only), prices, volume, basis, basis_asof, source, revision. */
export function writePriceText(
  text: RowText,
  layout: PriceLayout,
  rows: SymbolRows,
  judged: JudgedRows,
): void {
  const symbol = encodeFields([rows.symbol]);
  const origins = rows.payloads.map((payload) => {
    const { basis, basisAsofDay } = payload;
    const asof = basisAsofDay === undefined ? "" : dateOfDayNumber(basisAsofDay);
    return encodeFields([basis, asof, sourceNameOf(payload.receipt)]);
  });
  for (const row of judged.accepted) {
    const origin = must(origins[judged.payloadOf[row] ?? 0], "a row has a payload");
    if (layout === "daily") text.bar(rows.table, row, symbol, origin);
    else writeIntradayBar(text, rows.table, row, symbol, origin);
    text.decimal(judged.revisionOf[row] ?? 0, 0);
    text.endRow();
  }
}

function writeIntradayBar(
  text: RowText,
  table: BarTable,
  row: number,
  symbol: EncodedFields,
  origin: EncodedFields,
): void {
  text.encoded(symbol);
  text.day(table.day[row] ?? 0);
  text.decimal(table.startMinute[row] ?? 0, 0);
  text.decimal(table.open[row] ?? NaN, 4);
  text.decimal(table.high[row] ?? NaN, 4);
  text.decimal(table.low[row] ?? NaN, 4);
  text.decimal(table.close[row] ?? NaN, 4);
  text.decimal(table.volume[row] ?? NaN, 0);
  text.encoded(origin);
}

/** The canonical text of candles, fed to a hash as it is written: the content digest is over it (decision 11). */
import { startRowText } from "#lake/row-text.ts";
import { type CandleContext, sourceNames } from "../candles/candle-columns.ts";
import { CANDLE_KINDS, type CandleTable } from "../candles/candle-table.ts";
import type { CandleInterval } from "./minute-payload.ts";

const PRICE_DECIMALS = 4;

/** SHA-256 of the rows in their order; every field of the lake's columns is part of it. */
export function digestOfCandles(
  interval: CandleInterval,
  candles: CandleTable,
  { sessionDay, isSynthetic, revision }: CandleContext,
): string {
  const sources = sourceNames(isSynthetic);
  const text = startRowText(`candles/${interval}`);
  for (let row = 0; row < candles.length; row++) {
    text.text(candles.symbols[candles.symbol[row] ?? 0] ?? "");
    text.day(sessionDay);
    text.decimal(candles.startMinute[row] ?? 0, 0);
    text.decimal(candles.open[row] ?? NaN, PRICE_DECIMALS);
    text.decimal(candles.high[row] ?? NaN, PRICE_DECIMALS);
    text.decimal(candles.low[row] ?? NaN, PRICE_DECIMALS);
    text.decimal(candles.close[row] ?? NaN, PRICE_DECIMALS);
    text.decimal(candles.volume[row] ?? NaN, 0);
    text.text(doubleText(candles.vwap[row] ?? NaN));
    text.decimal(candles.tickCount[row] ?? 0, 0);
    text.text(sources[candles.source[row] ?? 0] ?? "");
    text.text(CANDLE_KINDS[candles.kind[row] ?? 0] ?? "");
    text.decimal(candles.incomplete[row] ?? 0, 0);
    text.decimal(revision?.[row] ?? 0, 0);
    text.endRow();
  }
  return text.digest();
}

/** The shortest text that means the number; NULL is nothing. */
function doubleText(value: number): string {
  return Number.isNaN(value) ? "" : String(value);
}

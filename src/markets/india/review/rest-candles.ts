/** The vendor's minute candles of one session, out of the payloads that were received about it. */
import { must } from "#core/assert.ts";
import { type BarTable } from "#lake/bar-table.ts";
import {
  CANDLE_KINDS,
  CANDLE_SOURCES,
  type CandleTable,
  appendCandle,
  createCandleTable,
} from "../candles/candle-table.ts";

const REST = CANDLE_SOURCES.indexOf("rest");
const MINUTE = CANDLE_KINDS.indexOf("minute");

/** Readable bars of a symbol, as one payload gave them. */
export type RestPayload = { readonly symbol: string; readonly bars: BarTable };

/**
 * Bars that start in [fromMinute, toMinute), epoch minutes; of a minute that came more than once the one
 * received last. Volume stays NaN for the symbols in `indices`.
 */
export function restCandlesOf(
  payloads: readonly RestPayload[],
  about: {
    readonly fromMinute: number;
    readonly toMinute: number;
    readonly indices: ReadonlySet<string>;
  },
): CandleTable {
  const { fromMinute, toMinute, indices } = about;
  const symbols = [...new Set(payloads.map(({ symbol }) => symbol))].sort();
  const table = createCandleTable(symbols);
  for (const [index, symbol] of symbols.entries()) {
    const newest = new Map<number, { readonly bars: BarTable; readonly row: number }>();
    for (const { bars } of payloads.filter((payload) => payload.symbol === symbol)) {
      for (let row = 0; row < bars.length; row++) {
        const start = bars.startMinute[row] ?? 0;
        const isWanted = bars.flags[row] === 0 && start >= fromMinute && start < toMinute;
        if (isWanted) newest.set(start, { bars, row });
      }
    }
    for (const startMinute of [...newest.keys()].sort((a, b) => a - b)) {
      const { bars, row } = must(newest.get(startMinute), "a listed minute is there");
      appendCandle(table, {
        symbol: index,
        startMinute,
        open: bars.open[row] ?? NaN,
        high: bars.high[row] ?? NaN,
        low: bars.low[row] ?? NaN,
        close: bars.close[row] ?? NaN,
        volume: indices.has(symbol) ? NaN : (bars.volume[row] ?? NaN),
        vwap: NaN,
        tickCount: 0,
        source: REST,
        kind: MINUTE,
        incomplete: 0,
      });
    }
  }
  return table;
}

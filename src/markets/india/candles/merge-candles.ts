/**
 * Decides which of several candles of one symbol, minute and kind is the canonical one (decisions 15, 16):
 * complete streamed before REST before import before an incomplete streamed one. It takes candles as
 * they are and mixes none: who fills, rebuilds or refuses them is the callers' business.
 */
import { assert } from "#core/assert.ts";
import {
  CANDLE_KINDS,
  CANDLE_SOURCES,
  type CandleTable,
  createCandleTable,
} from "./candle-table.ts";

/** Longest stretch of minutes that candles of one session cover. */
const SESSION_MINUTES_MAX = 2 * 24 * 60;
const KINDS = CANDLE_KINDS.length;
const SOURCES = CANDLE_SOURCES.length;

export type MergedCandles = {
  /** One candle a symbol, start and kind; sorted by symbol name, start, kind (minute before auction). */
  readonly candles: CandleTable;
  /** By row: which of the given tables it is from, and its row there. */
  readonly fromTable: Int32Array;
  readonly fromRow: Int32Array;
};

/**
 * Merges tables of one session and interval, given in order of receipt: of equally good candles the
 * one given last counts. The same for any order of tables that hold no equally good candles.
 */
export function mergeCandles(tables: readonly CandleTable[]): MergedCandles {
  const symbols = [...new Set(tables.flatMap((table) => table.symbols))].sort();
  const codeOf = new Map(symbols.map((name, code) => [name, code]));
  const { fromMinute, minutes } = spanOf(tables);
  const rows = tables.reduce((sum, { length }) => sum + length, 0);
  const givenTable = new Int32Array(rows + 1);
  const givenRow = new Int32Array(rows + 1);
  /** By symbol, minute and kind, in the order of the result: the best candle so far, or 0. */
  const bestOf = new Int32Array(symbols.length * minutes * KINDS);
  let given = 0;
  let found = 0;
  for (const [index, table] of tables.entries()) {
    const codes = Int32Array.from(table.symbols, (name) => codeOf.get(name) ?? 0);
    for (let row = 0; row < table.length; row++) {
      given++;
      givenTable[given] = index;
      givenRow[given] = row;
      const minute = (table.startMinute[row] ?? 0) - fromMinute;
      const code = codes[table.symbol[row] ?? 0] ?? 0;
      const slot = (code * minutes + minute) * KINDS + (table.kind[row] ?? 0);
      const best = bestOf[slot] ?? 0;
      if (best === 0) found++;
      const bestTable = tables[givenTable[best] ?? 0] ?? table;
      if (best === 0 || rankOf(table, row) <= rankOf(bestTable, givenRow[best] ?? 0)) {
        bestOf[slot] = given;
      }
    }
  }
  const fromTable = new Int32Array(found);
  const fromRow = new Int32Array(found);
  let at = 0;
  for (const best of bestOf) {
    if (best === 0) continue;
    fromTable[at] = givenTable[best] ?? 0;
    fromRow[at++] = givenRow[best] ?? 0;
  }
  const merged = { candles: createCandleTable(symbols, found), fromTable, fromRow };
  gather(merged, tables, codeOf);
  return merged;
}

/** How good a candle is, smaller is better: the order of the sources, complete ones before all others. */
function rankOf(table: CandleTable, row: number): number {
  const source = table.source[row] ?? 0;
  return (table.incomplete[row] ?? 0) === 0 ? source : SOURCES + source;
}

function spanOf(tables: readonly CandleTable[]): {
  readonly fromMinute: number;
  readonly minutes: number;
} {
  let from = Infinity;
  let to = -Infinity;
  for (const { startMinute, length } of tables) {
    for (let row = 0; row < length; row++) {
      const start = startMinute[row] ?? 0;
      if (start < from) from = start;
      if (start > to) to = start;
    }
  }
  if (from > to) return { fromMinute: 0, minutes: 0 };
  assert(to - from < SESSION_MINUTES_MAX, "merged candles are of one session");
  return { fromMinute: from, minutes: to - from + 1 };
}

/** Copies the chosen rows into the result. */
function gather(
  { candles, fromTable, fromRow }: MergedCandles,
  tables: readonly CandleTable[],
  codeOf: ReadonlyMap<string, number>,
): void {
  const codesOf = tables.map((table) =>
    Int32Array.from(table.symbols, (name) => codeOf.get(name) ?? 0),
  );
  candles.length = fromTable.length;
  for (let at = 0; at < fromTable.length; at++) {
    const index = fromTable[at] ?? 0;
    const table = tables[index];
    if (table === undefined) continue;
    const row = fromRow[at] ?? 0;
    candles.symbol[at] = codesOf[index]?.[table.symbol[row] ?? 0] ?? 0;
    candles.startMinute[at] = table.startMinute[row] ?? 0;
    candles.open[at] = table.open[row] ?? NaN;
    candles.high[at] = table.high[row] ?? NaN;
    candles.low[at] = table.low[row] ?? NaN;
    candles.close[at] = table.close[row] ?? NaN;
    candles.volume[at] = table.volume[row] ?? NaN;
    candles.vwap[at] = table.vwap[row] ?? NaN;
    candles.tickCount[at] = table.tickCount[row] ?? 0;
    candles.source[at] = table.source[row] ?? 0;
    candles.kind[at] = table.kind[row] ?? 0;
    candles.incomplete[at] = table.incomplete[row] ?? 0;
  }
}

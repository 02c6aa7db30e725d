/**
 * Candles as columns: what the live book seals, the rebuild of a day gives and Parquet receives. All of
 * one session and one interval. Which of two candles of a minute counts is `merge-candles.ts`'s to say.
 */

/** Where a candle came from; the codes of `CandleTable.source`. */
export const CANDLE_SOURCES = ["stream", "rest", "import"] as const;
export type CandleSource = (typeof CANDLE_SOURCES)[number];

/** What a candle is; the codes of `CandleTable.kind`. */
export const CANDLE_KINDS = ["minute", "auction"] as const;
export type CandleKind = (typeof CANDLE_KINDS)[number];

/**
 * Growable columns, `length` rows of which are filled.
 * symbol: index into `symbols`; startMinute: epoch minutes UTC of the candle's start; open/high/low/close:
 * price units of 1/10000 rupee; volume: shares, NaN where it is not known; vwap: rupees as the exchange
 * tells its average traded price of the day so far, NaN where it is not known; tickCount: packets of the
 * minute without duplicates (0 for rest and import); source, kind: codes; incomplete: 1 where a gap, an
 * unknown baseline or a decrease of volume leaves doubt.
 */
export type CandleTable = {
  length: number;
  /** Plain names by index, e.g. `RELIANCE`, `Nifty 50`. */
  readonly symbols: readonly string[];
  symbol: Int32Array;
  startMinute: Int32Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  vwap: Float64Array;
  tickCount: Int32Array;
  source: Uint8Array;
  kind: Uint8Array;
  incomplete: Uint8Array;
};

/** One candle as values; for small inputs, tests and observers. */
export type Candle = {
  readonly symbol: number;
  readonly startMinute: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly vwap: number;
  readonly tickCount: number;
  readonly source: number;
  readonly kind: number;
  readonly incomplete: number;
};

const CAPACITY_MIN = 256;

/** An empty table about these symbols with room for `capacity` rows; it grows by doubling. */
export function createCandleTable(
  symbols: readonly string[],
  capacity: number = CAPACITY_MIN,
): CandleTable {
  const size = Math.max(CAPACITY_MIN, capacity);
  return {
    length: 0,
    symbols,
    symbol: new Int32Array(size),
    startMinute: new Int32Array(size),
    open: new Float64Array(size),
    high: new Float64Array(size),
    low: new Float64Array(size),
    close: new Float64Array(size),
    volume: new Float64Array(size),
    vwap: new Float64Array(size),
    tickCount: new Int32Array(size),
    source: new Uint8Array(size),
    kind: new Uint8Array(size),
    incomplete: new Uint8Array(size),
  };
}

/** Appends one candle. */
export function appendCandle(table: CandleTable, candle: Candle): void {
  const row = table.length;
  if (row === table.symbol.length) growCandleTable(table, row * 2);
  table.length = row + 1;
  table.symbol[row] = candle.symbol;
  table.startMinute[row] = candle.startMinute;
  table.open[row] = candle.open;
  table.high[row] = candle.high;
  table.low[row] = candle.low;
  table.close[row] = candle.close;
  table.volume[row] = candle.volume;
  table.vwap[row] = candle.vwap;
  table.tickCount[row] = candle.tickCount;
  table.source[row] = candle.source;
  table.kind[row] = candle.kind;
  table.incomplete[row] = candle.incomplete;
}

/** One row as values. */
export function candleAt(table: CandleTable, row: number): Candle {
  return {
    symbol: table.symbol[row] ?? 0,
    startMinute: table.startMinute[row] ?? 0,
    open: table.open[row] ?? NaN,
    high: table.high[row] ?? NaN,
    low: table.low[row] ?? NaN,
    close: table.close[row] ?? NaN,
    volume: table.volume[row] ?? NaN,
    vwap: table.vwap[row] ?? NaN,
    tickCount: table.tickCount[row] ?? 0,
    source: table.source[row] ?? 0,
    kind: table.kind[row] ?? 0,
    incomplete: table.incomplete[row] ?? 0,
  };
}

function growCandleTable(table: CandleTable, size: number): void {
  const grow = <T extends Int32Array | Uint8Array | Float64Array>(old: T, made: T): T => {
    made.set(old);
    return made;
  };
  table.symbol = grow(table.symbol, new Int32Array(size));
  table.startMinute = grow(table.startMinute, new Int32Array(size));
  table.open = grow(table.open, new Float64Array(size));
  table.high = grow(table.high, new Float64Array(size));
  table.low = grow(table.low, new Float64Array(size));
  table.close = grow(table.close, new Float64Array(size));
  table.volume = grow(table.volume, new Float64Array(size));
  table.vwap = grow(table.vwap, new Float64Array(size));
  table.tickCount = grow(table.tickCount, new Int32Array(size));
  table.source = grow(table.source, new Uint8Array(size));
  table.kind = grow(table.kind, new Uint8Array(size));
  table.incomplete = grow(table.incomplete, new Uint8Array(size));
}

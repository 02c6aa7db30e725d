/**
 * Makes the canonical candles of one session from its sources: of a file that came again changed the newest
 * bar counts and the older ones stay as earlier revisions; of several sources `merge-candles.ts` chooses. Pure.
 */
import type { BarTable } from "#lake/bar-table.ts";
import {
  CANDLE_KINDS,
  CANDLE_SOURCES,
  type CandleSource,
  type CandleTable,
  appendCandle,
  candleAt,
  createCandleTable,
} from "../candles/candle-table.ts";
import { mergeCandles } from "../candles/merge-candles.ts";

const MINUTE = CANDLE_KINDS.indexOf("minute");

/** Accepted and refused rows that one payload has of the session, in its order. */
export type PayloadDayRows = {
  readonly symbol: string;
  readonly source: Exclude<CandleSource, "stream">;
  readonly table: BarTable;
  /** Bits of the rules of gate 1 that a row fails. */
  readonly reasons: Uint32Array;
};

export type DayCandles = {
  /** Sorted by symbol, start, kind and revision. */
  readonly candles: CandleTable;
  readonly revision: Int32Array;
  /** Names of symbols with a restated candle, once a restatement. */
  readonly restated: readonly string[];
  /** What became of the given rows, all payloads taken together. */
  readonly outcomes: {
    readonly accepted: number;
    readonly confirming: number;
    readonly quarantined: number;
  };
};

/** Candles of a session from payloads in order of receipt, and from the stream. */
export function makeDayCandles(
  payloads: readonly PayloadDayRows[],
  streamed: CandleTable | undefined,
): DayCandles {
  const symbols = [...new Set(payloads.map(({ symbol }) => symbol))].sort();
  const outcomes = { accepted: 0, confirming: 0, quarantined: 0 };
  const chains = (["rest", "import"] as const).map((source) => {
    const ofSource = payloads.filter((payload) => payload.source === source);
    return chainOf(ofSource, source, { symbols, outcomes });
  });
  const tables = [
    ...(streamed === undefined ? [] : [streamed]),
    ...chains.map(({ newest }) => newest),
  ];
  const merged = mergeCandles(tables);
  const given = merged.candles;
  const candles = createCandleTable(given.symbols, given.length);
  const revisions: number[] = [];
  const restated: string[] = [];
  for (let row = 0; row < given.length; row++) {
    const newest = candleAt(given, row);
    const chain = chains.find(({ newest: table }) => table === tables[merged.fromTable[row] ?? 0]);
    const older = chain?.older.get(merged.fromRow[row] ?? 0) ?? [];
    for (const [index, { payload, row: at }] of older.entries()) {
      appendCandle(candles, { ...newest, ...valuesOf(payload.table, at) });
      revisions.push(index);
      restated.push(given.symbols[newest.symbol] ?? "");
    }
    appendCandle(candles, newest);
    revisions.push(older.length);
  }
  return { candles, revision: Int32Array.from(revisions), restated, outcomes };
}

type RowOfPayload = { readonly payload: PayloadDayRows; readonly row: number };

/** The newest bar of each symbol and start, and the ones before it that said otherwise. */
function chainOf(
  payloads: readonly PayloadDayRows[],
  source: CandleSource,
  about: {
    readonly symbols: readonly string[];
    readonly outcomes: { accepted: number; confirming: number; quarantined: number };
  },
): { readonly newest: CandleTable; readonly older: ReadonlyMap<number, readonly RowOfPayload[]> } {
  const codeOf = new Map(about.symbols.map((name, code) => [name, code]));
  const barsOf = new Map<string, Map<number, RowOfPayload[]>>();
  for (const payload of payloads) {
    let bars = barsOf.get(payload.symbol);
    if (!bars) {
      bars = new Map();
      barsOf.set(payload.symbol, bars);
    }
    for (let row = 0; row < payload.table.length; row++) {
      about.outcomes[takeRow(bars, payload, row)]++;
    }
  }
  const newest = createCandleTable(about.symbols);
  const older = new Map<number, readonly RowOfPayload[]>();
  for (const [symbol, bars] of barsOf) {
    for (const [startMinute, chain] of bars) {
      const last = chain.at(-1);
      if (last === undefined) continue;
      if (chain.length > 1) older.set(newest.length, chain.slice(0, -1));
      appendCandle(newest, {
        symbol: codeOf.get(symbol) ?? 0,
        startMinute,
        ...valuesOf(last.payload.table, last.row),
        vwap: NaN,
        tickCount: 0,
        source: CANDLE_SOURCES.indexOf(source),
        kind: MINUTE,
        incomplete: 0,
      });
    }
  }
  return { newest, older };
}

function takeRow(
  bars: Map<number, RowOfPayload[]>,
  payload: PayloadDayRows,
  row: number,
): keyof DayCandles["outcomes"] {
  if (payload.reasons[row] !== 0) return "quarantined";
  const start = payload.table.startMinute[row] ?? 0;
  const chain = bars.get(start);
  const last = chain?.at(-1);
  if (last !== undefined && isSameRow(last, { payload, row })) return "confirming";
  if (chain) chain.push({ payload, row });
  else bars.set(start, [{ payload, row }]);
  return "accepted";
}

function isSameRow(a: RowOfPayload, b: RowOfPayload): boolean {
  const [one, other] = [valuesOf(a.payload.table, a.row), valuesOf(b.payload.table, b.row)];
  return (
    Object.is(one.open, other.open) &&
    Object.is(one.high, other.high) &&
    Object.is(one.low, other.low) &&
    Object.is(one.close, other.close) &&
    Object.is(one.volume, other.volume)
  );
}

function valuesOf(table: BarTable, row: number) {
  return {
    open: table.open[row] ?? NaN,
    high: table.high[row] ?? NaN,
    low: table.low[row] ?? NaN,
    close: table.close[row] ?? NaN,
    volume: table.volume[row] ?? NaN,
  };
}

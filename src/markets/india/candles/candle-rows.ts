/** Turns what a bucket's packets say into a row of a candle table: paise into price units, and the codes. */
import { appendCandle, CANDLE_KINDS, CANDLE_SOURCES, type CandleTable } from "./candle-table.ts";
import type { SessionBuckets } from "./session-buckets.ts";
import type { WalkResult } from "./symbol-states.ts";

/** A paisa is this many units of 1/10000 rupee. */
const UNITS_PER_PAISA = 100;
const PAISE_PER_RUPEE = 100;
const STREAM = CANDLE_SOURCES.indexOf("stream");
const MINUTE = CANDLE_KINDS.indexOf("minute");
const AUCTION = CANDLE_KINDS.indexOf("auction");

/** Appends the candle of a bucket, when it has one. Returns its row, or -1. */
export function appendWalk(
  table: CandleTable,
  buckets: SessionBuckets,
  place: { readonly slot: number; readonly bucket: number },
  result: WalkResult,
): number {
  if (!result.hasPrint) return -1;
  const isAuction = place.bucket === buckets.auction;
  // An auction makes one price: that of its print.
  const price = (paise: number): number => (isAuction ? result.close : paise) * UNITS_PER_PAISA;
  appendCandle(table, {
    symbol: place.slot,
    startMinute: buckets.minuteOf(place.bucket),
    open: price(result.open),
    high: price(result.high),
    low: price(result.low),
    close: price(result.close),
    volume: result.volume,
    vwap: result.average / PAISE_PER_RUPEE,
    tickCount: result.packets,
    source: STREAM,
    kind: isAuction ? AUCTION : MINUTE,
    incomplete: result.isIncomplete ? 1 : 0,
  });
  return table.length - 1;
}

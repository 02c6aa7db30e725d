/**
 * What a perfect observer of a session would write down: exact minute candles, auction prints and the
 * daily bar, counted from the packets themselves by rules written here and not shared with the product.
 */
import type { TickTimeline } from "./tick-columns.ts";
import { SECONDS_PER_MINUTE, midnightMinuteOf } from "./tick-session.ts";

/** One candle; prices and average in paise. A minute without a trade or a change of price has none. */
export type TrueCandle = {
  /** Epoch minute (UTC) of its start. */
  readonly minute: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Shares of the minute; 0 for an index. */
  readonly volume: number;
  /** All packets of the minute, whatever they changed. */
  readonly tickCount: number;
  /** Average traded price of the day so far, in the minute's last packet; 0 for an index. */
  readonly average: number;
};

type OpenCandle = { -readonly [K in keyof TrueCandle]: TrueCandle[K] } & { prints: number };

/** The candles of continuous trading, ascending; packets with `row >= rowsPassed` are not yet known. */
export function minuteTruthOf(
  timeline: TickTimeline,
  token: number,
  rowsPassed: number = timeline.length,
): TrueCandle[] {
  const midnight = midnightMinuteOf(timeline.session.date);
  const span = tradingSpan(timeline, token);
  const isIndex = timeline.instruments[token]?.kind !== "stock";
  const candles: TrueCandle[] = [];
  let open: OpenCandle | undefined;
  let price = Number.NaN;
  let volume = 0;
  for (const row of rowsOf(timeline, token, rowsPassed)) {
    const minute = Math.floor((timeline.second[row] ?? 0) / SECONDS_PER_MINUTE);
    const rowPrice = timeline.price[row] ?? 0;
    const rowVolume = timeline.volume[row] ?? 0;
    if (minute >= span.fromMinute && minute < span.toMinute) {
      if (open?.minute !== midnight + minute) {
        if (open !== undefined && open.prints > 0) candles.push(closed(open));
        open = emptyCandle(midnight + minute);
      }
      const isPrint = isIndex || rowVolume > volume || rowPrice !== price;
      addPacket(open, isPrint ? rowPrice : undefined, rowVolume - volume);
      open.average = timeline.average[row] ?? 0;
    }
    price = rowPrice;
    volume = rowVolume;
  }
  if (open !== undefined && open.prints > 0) candles.push(closed(open));
  return candles;
}

/** The print of the closing auction; `undefined` for an instrument or a session without one. */
export function auctionTruthOf(
  timeline: TickTimeline,
  token: number,
  rowsPassed: number = timeline.length,
): { readonly minute: number; readonly price: number; readonly volume: number } | undefined {
  const { auction, date } = timeline.session;
  if (auction === null || timeline.instruments[token]?.hasAuction !== true) return undefined;
  let volume = 0;
  let print: { minute: number; price: number; volume: number } | undefined;
  for (const row of rowsOf(timeline, token, rowsPassed)) {
    const minute = Math.floor((timeline.second[row] ?? 0) / SECONDS_PER_MINUTE);
    const rise = (timeline.volume[row] ?? 0) - volume;
    if (minute >= auction.fromMinute && minute < auction.toMinute && rise > 0) {
      print = {
        minute: midnightMinuteOf(date) + auction.fromMinute,
        price: timeline.price[row] ?? 0,
        volume: (print?.volume ?? 0) + rise,
      };
    }
    volume += rise;
  }
  return print;
}

/** The day so far: open, high and low over all trades, the newest price, all shares. */
export function dayTruthOf(
  timeline: TickTimeline,
  token: number,
  rowsPassed: number = timeline.length,
): Omit<TrueCandle, "minute" | "average"> | undefined {
  const day = emptyCandle(0);
  const isIndex = timeline.instruments[token]?.kind !== "stock";
  const openSecond = timeline.session.openMinute * SECONDS_PER_MINUTE;
  let volume = 0;
  for (const row of rowsOf(timeline, token, rowsPassed)) {
    const rise = (timeline.volume[row] ?? 0) - volume;
    volume += rise;
    const counts = volume > 0 || (isIndex && (timeline.second[row] ?? 0) >= openSecond);
    addPacket(day, counts ? timeline.price[row] : undefined, rise);
  }
  return day.prints === 0 ? undefined : closed(day);
}

/** Minutes after midnight in which an instrument trades continuously. */
export function tradingSpan(
  { session, instruments }: TickTimeline,
  token: number,
): { readonly fromMinute: number; readonly toMinute: number } {
  const { auction } = session;
  const endsEarly = auction !== null && instruments[token]?.hasAuction === true;
  return {
    fromMinute: session.openMinute,
    toMinute: endsEarly ? auction.fromMinute : session.closeMinute,
  };
}

/** Rows of an instrument among the first `rowsPassed`, ascending. */
function* rowsOf(timeline: TickTimeline, token: number, rowsPassed: number): Generator<number> {
  const to = timeline.starts[token + 1] ?? 0;
  for (let at = timeline.starts[token] ?? 0; at < to; at++) {
    const row = timeline.rows[at] ?? 0;
    if (row >= rowsPassed) return;
    yield row;
  }
}

function emptyCandle(minute: number): OpenCandle {
  return {
    minute,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    volume: 0,
    tickCount: 0,
    average: 0,
    prints: 0,
  };
}

function addPacket(candle: OpenCandle, print: number | undefined, rise: number): void {
  candle.tickCount += 1;
  candle.volume += rise;
  if (print === undefined) return;
  if (candle.prints === 0) {
    candle.open = print;
    candle.high = print;
    candle.low = print;
  }
  candle.high = Math.max(candle.high, print);
  candle.low = Math.min(candle.low, print);
  candle.close = print;
  candle.prints += 1;
}

function closed({ prints: _prints, ...candle }: OpenCandle): TrueCandle {
  return candle;
}

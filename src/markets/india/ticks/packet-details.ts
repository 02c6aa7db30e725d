/**
 * Everything a packet of modes 1 to 3 says, as values: for people and checks, one packet at a time. The
 * stream itself reads only what candles need (`decode-packet.ts`).
 */
import { type PacketRegister, readInt64 } from "./decode-packet.ts";
import {
  AT_BEST_FIVE,
  AT_BUY_QUANTITY,
  AT_CLOSE,
  AT_HIGH,
  AT_LAST_QUANTITY,
  AT_LAST_TRADE_TIME,
  AT_LOW,
  AT_LOWER_CIRCUIT,
  AT_OPEN,
  AT_OPEN_INTEREST,
  AT_SELL_QUANTITY,
  AT_TOKEN,
  AT_UPPER_CIRCUIT,
  AT_YEAR_HIGH,
  AT_YEAR_LOW,
  DEPTH_LEVELS,
  LEVEL_AT_FLAG,
  LEVEL_AT_ORDERS,
  LEVEL_AT_PRICE,
  LEVEL_AT_QUANTITY,
  LEVEL_BYTES,
  MODE_LTP,
  MODE_SNAP_QUOTE,
  TOKEN_BYTES,
} from "./packet-layout.ts";

export type DepthLevel = {
  /** As sent: 1 buy, 0 sell; some senders swap it, so the place decides. */
  readonly flag: number;
  readonly quantity: number;
  readonly pricePaise: number;
  readonly orders: number;
};

/** Modes 2 and 3. Prices in paise; `closePaise` is of the session before, during the day. */
export type QuoteDetails = {
  readonly lastQuantity: number;
  readonly buyQuantity: number;
  readonly sellQuantity: number;
  readonly openPaise: number;
  readonly highPaise: number;
  readonly lowPaise: number;
  readonly closePaise: number;
};

/** Mode 3. */
export type SnapDetails = {
  /** Epoch milliseconds, whether sent as seconds or as milliseconds. */
  readonly lastTradeMs: number;
  readonly openInterest: number;
  readonly buys: readonly DepthLevel[];
  readonly sells: readonly DepthLevel[];
  readonly upperCircuitPaise: number;
  readonly lowerCircuitPaise: number;
  readonly yearHighPaise: number;
  readonly yearLowPaise: number;
};

/** Times below this are seconds: as milliseconds it is 2001, as seconds the year 33658. */
const SECONDS_BELOW = 1_000_000_000_000;
const SECOND_MS = 1000;

/** The token, up to its first NUL. */
export function readToken(view: DataView, offset: number): string {
  let token = "";
  for (let at = offset + AT_TOKEN; at < offset + AT_TOKEN + TOKEN_BYTES; at++) {
    const code = view.getUint8(at);
    if (code === 0) break;
    token += String.fromCharCode(code);
  }
  return token;
}

/** What modes 2 and 3 add; `undefined` for mode 1. The packet was decoded and is well-formed. */
export function readQuoteDetails(
  view: DataView,
  offset: number,
  { mode }: PacketRegister,
): QuoteDetails | undefined {
  if (mode === MODE_LTP) return undefined;
  return {
    lastQuantity: readInt64(view, offset + AT_LAST_QUANTITY),
    buyQuantity: view.getFloat64(offset + AT_BUY_QUANTITY, true),
    sellQuantity: view.getFloat64(offset + AT_SELL_QUANTITY, true),
    openPaise: readInt64(view, offset + AT_OPEN),
    highPaise: readInt64(view, offset + AT_HIGH),
    lowPaise: readInt64(view, offset + AT_LOW),
    closePaise: readInt64(view, offset + AT_CLOSE),
  };
}

/** What mode 3 adds; `undefined` for the others. The packet was decoded and is well-formed. */
export function readSnapDetails(
  view: DataView,
  offset: number,
  { mode }: PacketRegister,
): SnapDetails | undefined {
  if (mode !== MODE_SNAP_QUOTE) return undefined;
  const levels = Array.from({ length: DEPTH_LEVELS * 2 }, (_, level) =>
    readLevel(view, offset + AT_BEST_FIVE + level * LEVEL_BYTES),
  );
  const lastTrade = readInt64(view, offset + AT_LAST_TRADE_TIME);
  return {
    lastTradeMs: lastTrade < SECONDS_BELOW ? lastTrade * SECOND_MS : lastTrade,
    openInterest: readInt64(view, offset + AT_OPEN_INTEREST),
    buys: levels.slice(0, DEPTH_LEVELS),
    sells: levels.slice(DEPTH_LEVELS),
    upperCircuitPaise: readInt64(view, offset + AT_UPPER_CIRCUIT),
    lowerCircuitPaise: readInt64(view, offset + AT_LOWER_CIRCUIT),
    yearHighPaise: readInt64(view, offset + AT_YEAR_HIGH),
    yearLowPaise: readInt64(view, offset + AT_YEAR_LOW),
  };
}

function readLevel(view: DataView, at: number): DepthLevel {
  return {
    flag: view.getInt16(at + LEVEL_AT_FLAG, true),
    quantity: readInt64(view, at + LEVEL_AT_QUANTITY),
    pricePaise: readInt64(view, at + LEVEL_AT_PRICE),
    orders: view.getInt16(at + LEVEL_AT_ORDERS, true),
  };
}

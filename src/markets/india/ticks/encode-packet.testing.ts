/** Writes packets as the vendor documents them, from values: what tests feed and compare against. */
import {
  AT_AVERAGE_PRICE,
  AT_BEST_FIVE,
  AT_BUY_QUANTITY,
  AT_CLOSE,
  AT_EXCHANGE,
  AT_EXCHANGE_TIME,
  AT_HIGH,
  AT_LAST_QUANTITY,
  AT_LAST_TRADE_TIME,
  AT_LOW,
  AT_LOWER_CIRCUIT,
  AT_MODE,
  AT_OPEN,
  AT_OPEN_INTEREST,
  AT_PRICE,
  AT_SELL_QUANTITY,
  AT_SEQUENCE,
  AT_TOKEN,
  AT_UPPER_CIRCUIT,
  AT_VOLUME,
  AT_YEAR_HIGH,
  AT_YEAR_LOW,
  LEVEL_AT_FLAG,
  LEVEL_AT_ORDERS,
  LEVEL_AT_PRICE,
  LEVEL_AT_QUANTITY,
  LEVEL_BYTES,
  LTP_BYTES,
  QUOTE_BYTES,
  SNAP_QUOTE_BYTES,
} from "./packet-layout.ts";
import type { DepthLevel } from "./packet-details.ts";

/** Values of a packet; what is not given is 0. Prices in paise. */
export type PacketValues = {
  readonly mode: number;
  readonly exchangeType?: number | undefined;
  readonly token: string;
  readonly sequence?: number | undefined;
  readonly exchangeMs: number;
  readonly price: number;
  readonly lastQuantity?: number | undefined;
  readonly average?: number | undefined;
  readonly volume?: number | undefined;
  readonly buyQuantity?: number | undefined;
  readonly sellQuantity?: number | undefined;
  readonly open?: number | undefined;
  readonly high?: number | undefined;
  readonly low?: number | undefined;
  readonly close?: number | undefined;
  readonly lastTradeTime?: number | undefined;
  readonly openInterest?: number | undefined;
  /** Five buys, then five sells. */
  readonly levels?: readonly DepthLevel[] | undefined;
  readonly upperCircuit?: number | undefined;
  readonly lowerCircuit?: number | undefined;
  readonly yearHigh?: number | undefined;
  readonly yearLow?: number | undefined;
};

const NSE_CASH = 1;

/** The packet's bytes. */
export function encodePacket(values: PacketValues): Uint8Array {
  const bytes = new Uint8Array([0, LTP_BYTES, QUOTE_BYTES, SNAP_QUOTE_BYTES][values.mode] ?? 0);
  const view = new DataView(bytes.buffer);
  const int64 = (at: number, value = 0): void => view.setBigInt64(at, BigInt(value), true);
  view.setUint8(AT_MODE, values.mode);
  view.setUint8(AT_EXCHANGE, values.exchangeType ?? NSE_CASH);
  bytes.set(new TextEncoder().encode(values.token), AT_TOKEN);
  int64(AT_SEQUENCE, values.sequence);
  int64(AT_EXCHANGE_TIME, values.exchangeMs);
  int64(AT_PRICE, values.price);
  if (values.mode === 1) return bytes;
  int64(AT_LAST_QUANTITY, values.lastQuantity);
  int64(AT_AVERAGE_PRICE, values.average);
  int64(AT_VOLUME, values.volume);
  view.setFloat64(AT_BUY_QUANTITY, values.buyQuantity ?? 0, true);
  view.setFloat64(AT_SELL_QUANTITY, values.sellQuantity ?? 0, true);
  int64(AT_OPEN, values.open);
  int64(AT_HIGH, values.high);
  int64(AT_LOW, values.low);
  int64(AT_CLOSE, values.close);
  if (values.mode === 2) return bytes;
  int64(AT_LAST_TRADE_TIME, values.lastTradeTime);
  int64(AT_OPEN_INTEREST, values.openInterest);
  for (const [level, { flag, quantity, pricePaise, orders }] of (values.levels ?? []).entries()) {
    const at = AT_BEST_FIVE + level * LEVEL_BYTES;
    view.setInt16(at + LEVEL_AT_FLAG, flag, true);
    int64(at + LEVEL_AT_QUANTITY, quantity);
    int64(at + LEVEL_AT_PRICE, pricePaise);
    view.setInt16(at + LEVEL_AT_ORDERS, orders, true);
  }
  int64(AT_UPPER_CIRCUIT, values.upperCircuit);
  int64(AT_LOWER_CIRCUIT, values.lowerCircuit);
  int64(AT_YEAR_HIGH, values.yearHigh);
  int64(AT_YEAR_LOW, values.yearLow);
  return bytes;
}

/**
 * Decodes a packet in place into one reused register: what candles need, as plain numbers. Judges the
 * form of a packet only; whose it is and which day and minute it belongs to is the intake's business.
 */
import {
  AT_AVERAGE_PRICE,
  AT_EXCHANGE,
  AT_EXCHANGE_TIME,
  AT_MODE,
  AT_PRICE,
  AT_SEQUENCE,
  AT_VOLUME,
  EXCHANGE_TYPES,
  LTP_BYTES,
  MODE_LTP,
  MODE_QUOTE,
  MODE_SNAP_QUOTE,
  QUOTE_BYTES,
  SNAP_QUOTE_BYTES,
} from "./packet-layout.ts";
import { UNKNOWN_EXCHANGE, WRONG_LENGTH, WRONG_MODE } from "./tick-anomalies.ts";

/** The numbers of the packet decoded last. An int64 beyond 2^53 comes out rounded, and is absurd. */
export type PacketRegister = {
  mode: number;
  exchangeType: number;
  sequence: number;
  exchangeMs: number;
  pricePaise: number;
  /** Average traded price of the day; 0 in mode 1. */
  averagePaise: number;
  /** Cumulative volume of the day; -1 in mode 1, which carries none. */
  cumulativeVolume: number;
};

/** Returned for a packet that is well-formed. */
export const WELL_FORMED = -1;
/** `cumulativeVolume` of a packet without volume. */
export const NO_VOLUME = -1;

const INT32_RANGE = 4_294_967_296;
const HALF_BYTES = 4;
const LENGTH_OF_MODE = new Int32Array(256);
LENGTH_OF_MODE[MODE_LTP] = LTP_BYTES;
LENGTH_OF_MODE[MODE_QUOTE] = QUOTE_BYTES;
LENGTH_OF_MODE[MODE_SNAP_QUOTE] = SNAP_QUOTE_BYTES;
const IS_EXCHANGE = new Uint8Array(256);
for (const type of EXCHANGE_TYPES) IS_EXCHANGE[type] = 1;

/** A register for `decodePacket`. */
export function createPacketRegister(): PacketRegister {
  // Fractions, so that every field holds doubles from the start and none is remade later.
  const [mode, exchangeType] = [0, 0];
  const unset = 0.5;
  return {
    mode,
    exchangeType,
    sequence: unset,
    exchangeMs: unset,
    pricePaise: unset,
    averagePaise: unset,
    cumulativeVolume: unset,
  };
}

/**
 * Decodes `length` bytes at `offset`, which lie inside the view. Returns WELL_FORMED, or the place of the
 * anomaly in ANOMALY_CODES; the register then means nothing. Never throws.
 */
export function decodePacket(
  view: DataView,
  offset: number,
  length: number,
  register: PacketRegister,
): number {
  if (length <= AT_EXCHANGE) return WRONG_LENGTH;
  const mode = view.getUint8(offset + AT_MODE);
  const expected = LENGTH_OF_MODE[mode] ?? 0;
  if (expected === 0) return WRONG_MODE;
  if (length !== expected) return WRONG_LENGTH;
  const exchangeType = view.getUint8(offset + AT_EXCHANGE);
  if (IS_EXCHANGE[exchangeType] !== 1) return UNKNOWN_EXCHANGE;
  register.mode = mode;
  register.exchangeType = exchangeType;
  register.exchangeMs = readInt64(view, offset + AT_EXCHANGE_TIME);
  if (mode === MODE_LTP) {
    register.sequence = readInt64(view, offset + AT_SEQUENCE);
    register.pricePaise = readInt64(view, offset + AT_PRICE);
    register.averagePaise = 0;
    register.cumulativeVolume = NO_VOLUME;
  } else readQuoteNumbers(view, offset, register);
  return WELL_FORMED;
}

/** Nearly always these numbers are below 2^32: then half of each is enough. */
function readQuoteNumbers(view: DataView, offset: number, register: PacketRegister): void {
  const highHalves =
    view.getInt32(offset + AT_SEQUENCE + HALF_BYTES, true) |
    view.getInt32(offset + AT_PRICE + HALF_BYTES, true) |
    view.getInt32(offset + AT_AVERAGE_PRICE + HALF_BYTES, true) |
    view.getInt32(offset + AT_VOLUME + HALF_BYTES, true);
  if (highHalves === 0) {
    register.sequence = view.getUint32(offset + AT_SEQUENCE, true);
    register.pricePaise = view.getUint32(offset + AT_PRICE, true);
    register.averagePaise = view.getUint32(offset + AT_AVERAGE_PRICE, true);
    register.cumulativeVolume = view.getUint32(offset + AT_VOLUME, true);
    return;
  }
  register.sequence = readInt64(view, offset + AT_SEQUENCE);
  register.pricePaise = readInt64(view, offset + AT_PRICE);
  register.averagePaise = readInt64(view, offset + AT_AVERAGE_PRICE);
  register.cumulativeVolume = readInt64(view, offset + AT_VOLUME);
}

/** An int64 as a number, by its two halves: exact up to 2^53 either way, without a BigInt. */
export function readInt64(view: DataView, at: number): number {
  return view.getInt32(at + HALF_BYTES, true) * INT32_RANGE + view.getUint32(at, true);
}

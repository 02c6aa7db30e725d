/**
 * Finds the slot of a packet's token: an integer hash over its bytes in typed arrays, without a string.
 * A slot is an instrument's place among the symbols of the session in their order.
 */
import { AT_EXCHANGE, AT_TOKEN, TOKEN_BYTES } from "./packet-layout.ts";
import type { SessionInstrument } from "./session-instruments.ts";

/** Returned for a token that no slot has. */
export const NO_SLOT = -1;

export interface TokenSlots {
  /** The slot of the well-formed packet at `offset`, or NO_SLOT. */
  slotOf(view: DataView, offset: number): number;
}

/** Tokens of the exchange have up to eight digits: two words. Longer ones are found the slow way. */
const SHORT_BYTES = 8;
const WORD_BYTES = 4;
/** Of a bucket: two words of token, the exchange, the slot. */
const BUCKET_WORDS = 4;
const AT_SLOT = 3;
/** Buckets for each token, so that a probe seldom meets another token. */
const BUCKETS_PER_TOKEN = 4;
const FACTOR_LOW = 0x9e3779b1;
const FACTOR_HIGH = 0x85ebca6b;
const MIX_BITS = 15;
const LOW_BITS = 0x01010101;
const HIGH_BITS = 0x80808080;
/** Place of the high bit of a byte. */
const HIGH_BIT = 7;

/** The slots of these instruments: their places in the list. */
export function createTokenSlots(
  instruments: readonly Pick<SessionInstrument, "token" | "exchangeType">[],
): TokenSlots {
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, instruments.length) * BUCKETS_PER_TOKEN));
  const mask = size - 1;
  const wordMask = size * BUCKET_WORDS - 1;
  const table = new Int32Array(size * BUCKET_WORDS).fill(NO_SLOT);
  const long = new Map<string, number>();

  /** Where the bucket of a short token begins: its own, or the free one that it would have. */
  const findBucket = (low: number, high: number, exchange: number): number => {
    const hash = Math.imul(low, FACTOR_LOW) ^ Math.imul(high ^ exchange, FACTOR_HIGH);
    let at = ((hash ^ (hash >>> MIX_BITS)) & mask) * BUCKET_WORDS;
    while (
      table[at + AT_SLOT] !== NO_SLOT &&
      (table[at] !== low || table[at + 1] !== high || table[at + 2] !== exchange)
    ) {
      at = (at + BUCKET_WORDS) & wordMask;
    }
    return at;
  };
  const slotOf = (view: DataView, offset: number): number => {
    const exchange = view.getUint8(offset + AT_EXCHANGE);
    const low = view.getInt32(offset + AT_TOKEN, true);
    const lowZeros = zerosIn(low);
    if (lowZeros !== 0) {
      return table[findBucket(keptBefore(low, lowZeros), 0, exchange) + AT_SLOT] ?? NO_SLOT;
    }
    const high = view.getInt32(offset + AT_TOKEN + WORD_BYTES, true);
    const highZeros = zerosIn(high);
    if (highZeros === 0 && view.getUint8(offset + AT_TOKEN + SHORT_BYTES) !== 0) {
      return long.get(longKeyAt(view, offset)) ?? NO_SLOT;
    }
    const kept = highZeros === 0 ? high : keptBefore(high, highZeros);
    return table[findBucket(low, kept, exchange) + AT_SLOT] ?? NO_SLOT;
  };

  for (const [slot, { token, exchangeType }] of instruments.entries()) {
    const view = new DataView(new ArrayBuffer(AT_TOKEN + TOKEN_BYTES));
    view.setUint8(AT_EXCHANGE, exchangeType);
    for (let at = 0; at < token.length; at++) view.setUint8(AT_TOKEN + at, token.charCodeAt(at));
    if (token.length > SHORT_BYTES) {
      long.set(longKeyAt(view, 0), slot);
      continue;
    }
    const [low, high] = [AT_TOKEN, AT_TOKEN + WORD_BYTES].map((at) => view.getInt32(at, true));
    const key = [low ?? 0, high ?? 0, exchangeType];
    table.set([...key, slot], findBucket(low ?? 0, high ?? 0, exchangeType));
  }
  return { slotOf };
}

/** The high bit of the first zero byte of a word, and maybe of later ones (S. E. Anderson, "haszero"). */
function zerosIn(word: number): number {
  return (word - LOW_BITS) & ~word & HIGH_BITS;
}

/** The bytes of a word that are before its first zero byte. */
function keptBefore(word: number, zeros: number): number {
  return word & (((zeros & -zeros) >>> HIGH_BIT) - 1);
}

/** The exchange and the bytes of a token up to its first NUL. */
function longKeyAt(view: DataView, offset: number): string {
  let key = `${view.getUint8(offset + AT_EXCHANGE)}:`;
  for (let at = offset + AT_TOKEN; at < offset + AT_TOKEN + TOKEN_BYTES; at++) {
    const byte = view.getUint8(at);
    if (byte === 0) break;
    key += String.fromCharCode(byte);
  }
  return key;
}

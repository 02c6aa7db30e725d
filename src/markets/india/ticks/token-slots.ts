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
const SIGN_BIT = 31;

/** The slots of these instruments: their places in the list. */
export function createTokenSlots(
  instruments: readonly Pick<SessionInstrument, "token" | "exchangeType">[],
): TokenSlots {
  return new TokenTable(instruments);
}

class TokenTable implements TokenSlots {
  readonly #mask: number;
  readonly #table: Int32Array;
  readonly #long = new Map<string, number>();

  constructor(instruments: readonly Pick<SessionInstrument, "token" | "exchangeType">[]) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(1, instruments.length) * BUCKETS_PER_TOKEN));
    this.#mask = size - 1;
    this.#table = new Int32Array(size * BUCKET_WORDS).fill(NO_SLOT);
    for (const [slot, { token, exchangeType }] of instruments.entries()) {
      const view = new DataView(new ArrayBuffer(AT_TOKEN + TOKEN_BYTES));
      view.setUint8(AT_EXCHANGE, exchangeType);
      for (let at = 0; at < token.length; at++) view.setUint8(AT_TOKEN + at, token.charCodeAt(at));
      if (token.length > SHORT_BYTES) {
        this.#long.set(longKeyAt(view, 0), slot);
        continue;
      }
      const low = view.getInt32(AT_TOKEN, true);
      const high = view.getInt32(AT_TOKEN + WORD_BYTES, true);
      this.#table.set([low, high, exchangeType, slot], this.#findBucket(low, high, exchangeType));
    }
  }

  slotOf(view: DataView, offset: number): number {
    // Without a branch for where a token ends, which nothing could foretell.
    const first = view.getInt32(offset + AT_TOKEN, true);
    const second = view.getInt32(offset + AT_TOKEN + WORD_BYTES, true);
    const firstZeros = zerosIn(first);
    const secondZeros = zerosIn(second);
    if ((firstZeros | secondZeros) === 0 && view.getUint8(offset + AT_TOKEN + SHORT_BYTES) !== 0) {
      return this.#long.get(longKeyAt(view, offset)) ?? NO_SLOT;
    }
    const low = first & maskBefore(firstZeros);
    const high = second & maskBefore(secondZeros) & maskWhenNone(firstZeros);
    const exchange = view.getUint8(offset + AT_EXCHANGE);
    return this.#table[this.#findBucket(low, high, exchange) + AT_SLOT] ?? NO_SLOT;
  }

  /** Where the bucket of a short token begins: its own, or the free one that it would have. */
  #findBucket(low: number, high: number, exchange: number): number {
    const table = this.#table;
    const hash = Math.imul(low, FACTOR_LOW) ^ Math.imul(high ^ exchange, FACTOR_HIGH);
    let bucket = (hash ^ (hash >>> MIX_BITS)) & this.#mask;
    for (;;) {
      const at = bucket * BUCKET_WORDS;
      if (
        table[at + AT_SLOT] === NO_SLOT ||
        (table[at] === low && table[at + 1] === high && table[at + 2] === exchange)
      ) {
        return at;
      }
      bucket = (bucket + 1) & this.#mask;
    }
  }
}

/** The high bit of the first zero byte of a word, and maybe of later ones (S. E. Anderson, "haszero"). */
function zerosIn(word: number): number {
  return (word - LOW_BITS) & ~word & HIGH_BITS;
}

/** The bits of a word before its first zero byte; all when there is none. */
function maskBefore(zeros: number): number {
  return ((zeros & -zeros) >>> HIGH_BIT) - 1;
}

/** All bits when a word has no zero byte, else none. */
function maskWhenNone(zeros: number): number {
  return ~((zeros | -zeros) >> SIGN_BIT);
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

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

/** Words of a key: the exchange and 25 bytes of token, the last alone in its word. */
const KEY_WORDS = 8;
const WORD_BYTES = 4;
const LAST_BYTE = TOKEN_BYTES - 1;
/** Buckets for each token, so that a probe seldom meets another token. */
const BUCKETS_PER_TOKEN = 4;
const HASH_FACTOR = 0x9e3779b1;
const LOW_BITS = 0x01010101;
const HIGH_BITS = 0x80808080;

/** The slots of these instruments: their places in the list. */
export function createTokenSlots(
  instruments: readonly Pick<SessionInstrument, "token" | "exchangeType">[],
): TokenSlots {
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, instruments.length) * BUCKETS_PER_TOKEN));
  const mask = size - 1;
  const keys = new Int32Array(size * KEY_WORDS);
  const slots = new Int32Array(size).fill(NO_SLOT);
  const probe = new Int32Array(KEY_WORDS);

  /** The bucket that holds the probed key, or the free one where it would go. */
  const findBucket = (hash: number, words: number): number => {
    let bucket = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      if (slots[bucket] === NO_SLOT) return bucket;
      const at = bucket * KEY_WORDS;
      let word = 0;
      while (word < words && keys[at + word] === probe[word]) word += 1;
      // The last word holds the token's end, so that no longer token is equal so far.
      if (word === words) return bucket;
      bucket = (bucket + 1) & mask;
    }
  };

  const bucketOf = (view: DataView, offset: number): number => {
    const exchange = view.getUint8(offset + AT_EXCHANGE);
    probe[0] = exchange;
    let hash = Math.imul(exchange + 1, HASH_FACTOR);
    let words = 1;
    let at = offset + AT_TOKEN;
    for (; words < KEY_WORDS - 1; words++, at += WORD_BYTES) {
      const word = view.getInt32(at, true);
      // The lowest high bit set marks the first zero byte of the word (S. E. Anderson, "haszero").
      const zeros = (word - LOW_BITS) & ~word & HIGH_BITS;
      if (zeros !== 0) {
        const kept = word & (((zeros & -zeros) >>> 7) - 1);
        probe[words] = kept;
        hash = Math.imul(hash ^ kept, HASH_FACTOR);
        return findBucket(hash, words + 1);
      }
      probe[words] = word;
      hash = Math.imul(hash ^ word, HASH_FACTOR);
      hash ^= hash >>> 13;
    }
    const last = view.getUint8(offset + AT_TOKEN + LAST_BYTE);
    probe[words] = last;
    return findBucket(Math.imul(hash ^ last, HASH_FACTOR), KEY_WORDS);
  };

  for (const [slot, { token, exchangeType }] of instruments.entries()) {
    const view = new DataView(new ArrayBuffer(AT_TOKEN + TOKEN_BYTES));
    view.setUint8(AT_EXCHANGE, exchangeType);
    for (let at = 0; at < token.length; at++) view.setUint8(AT_TOKEN + at, token.charCodeAt(at));
    const bucket = bucketOf(view, 0);
    keys.set(probe, bucket * KEY_WORDS);
    slots[bucket] = slot;
  }

  return { slotOf: (view, offset) => slots[bucketOf(view, offset)] ?? NO_SLOT };
}

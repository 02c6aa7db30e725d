/**
 * The payloads of the symbol at work: a body that was read to be parsed is not read and digested
 * again to quote its refused lines. What passes the limit is read anew, so memory stays bounded.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";

const KEPT_BYTES_MAX = 32 * 2 ** 20;

export interface SymbolBodies {
  read(receipt: RawReceipt): Uint8Array;
  /** Forgets the bodies, before the next symbol. */
  clear(): void;
}

/** Keeps what `readBody` gives until `clear`, up to `limit` bytes. */
export function createSymbolBodies(
  readBody: (receipt: RawReceipt) => Uint8Array,
  limit: number = KEPT_BYTES_MAX,
): SymbolBodies {
  const bodies = new Map<string, Uint8Array>();
  let kept = 0;
  return {
    read: (receipt) => {
      const known = bodies.get(receipt.id);
      if (known) return known;
      const body = readBody(receipt);
      if (kept + body.length <= limit) {
        bodies.set(receipt.id, body);
        kept += body.length;
      }
      return body;
    },
    clear: () => {
      bodies.clear();
      kept = 0;
    },
  };
}

/** Digests files in bounded memory. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const BLOCK_BYTES = 1 << 20;

/** SHA-256 and length of a file's bytes. */
export function digestOfFile(path: string): { readonly sha256: string; readonly bytes: number } {
  const hash = createHash("sha256");
  const block = new Uint8Array(BLOCK_BYTES);
  const file = openSync(path, "r");
  let bytes = 0;
  try {
    for (;;) {
      const count = readSync(file, block, 0, BLOCK_BYTES, null);
      if (count === 0) break;
      hash.update(block.subarray(0, count));
      bytes += count;
    }
  } finally {
    closeSync(file);
  }
  return { sha256: hash.digest("hex"), bytes };
}

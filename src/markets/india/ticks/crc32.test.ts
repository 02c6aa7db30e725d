/** The checksum is the one that everybody else computes. */
import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { crc32Of } from "./crc32.ts";

test("equals the CRC-32 of zlib for any stretch of any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(400), fc.nat(400), (bytes, a, b) => {
      const from = Math.min(a, b, bytes.length);
      const to = Math.min(Math.max(a, b), bytes.length);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      expect(crc32Of(view, from, to)).toBe(crc32(bytes.subarray(from, to)));
    }),
    { seed: testSeed(), numRuns: testCount(300, 10_000) },
  );
});

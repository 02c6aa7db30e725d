/** A body is read once while its symbol is at work, within the limit. */
import { expect, test } from "vitest";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { createSymbolBodies } from "./symbol-bodies.ts";

const receiptOf = (id: string): RawReceipt => ({ id }) as RawReceipt;

test("a body is read once a symbol, and anew when it did not fit or after the symbol", () => {
  const read: string[] = [];
  const bodies = createSymbolBodies((receipt) => {
    read.push(receipt.id);
    return new Uint8Array(6);
  }, 10);
  const [small, large] = [receiptOf("a"), receiptOf("b")];
  expect(bodies.read(small)).toBe(bodies.read(small));
  bodies.read(large);
  bodies.read(large);
  expect(read).toEqual(["a", "b", "b"]);
  bodies.clear();
  bodies.read(small);
  expect(read).toEqual(["a", "b", "b", "a"]);
});

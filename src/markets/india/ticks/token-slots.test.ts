/** The hash over token bytes finds what a map of texts finds, for tokens of every length. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { encodePacket } from "./encode-packet.testing.ts";
import { createTokenSlots, NO_SLOT } from "./token-slots.ts";

const token = fc.oneof(
  fc.integer({ min: 1, max: 99_999_999 }).map(String),
  fc.stringMatching(/^[A-C]{1,25}$/),
);
const wanted = fc.record({ token, exchangeType: fc.constantFrom(1, 3) });

function viewOf(token: string, exchangeType: number, behind = 0): DataView {
  const bytes = encodePacket({ mode: 1, exchangeType, token, exchangeMs: 1, price: 1 });
  bytes.fill(behind, 2 + token.length + 1, 27);
  return new DataView(bytes.buffer);
}

test("a token is found on its exchange, whatever follows its end, and no other token is", () => {
  const lists = fc.uniqueArray(wanted, {
    minLength: 1,
    maxLength: 60,
    selector: ({ token, exchangeType }) => `${exchangeType}:${token}`,
  });
  fc.assert(
    fc.property(lists, fc.array(wanted), fc.nat(255), (instruments, others, behind) => {
      const slots = createTokenSlots(instruments);
      for (const { token, exchangeType } of [...instruments, ...others]) {
        const expected = instruments.findIndex(
          (each) => each.token === token && each.exchangeType === exchangeType,
        );
        expect(slots.slotOf(viewOf(token, exchangeType, behind), 0)).toBe(expected);
      }
      expect(slots.slotOf(viewOf("", 1), 0)).toBe(NO_SLOT);
    }),
    { seed: testSeed(), numRuns: testCount(100, 5000) },
  );
});

test("three thousand tokens each have their slot", () => {
  const instruments = Array.from({ length: 3000 }, (_, index) => ({
    token: String(index * 7),
    exchangeType: 1,
  }));
  const slots = createTokenSlots(instruments);
  const found = instruments.map(({ token }) => slots.slotOf(viewOf(token, 1), 0));
  expect(found).toEqual(instruments.map((_, index) => index));
  expect(slots.slotOf(viewOf("1", 1), 0)).toBe(NO_SLOT);
});

/** Peeking at a frame: the time of a packet of a wanted token, and no time of anything else. */
import { expect, test } from "vitest";
import { encodePacket } from "./encode-packet.testing.ts";
import { MINUTE_MS } from "./exchange-time.ts";
import { createFramePeek } from "./frame-peek.ts";
import { SCENE_OPEN, SCENE_PLAN, SCENE_SESSION } from "./log-scene.testing.ts";

const OPEN_MS = SCENE_OPEN * MINUTE_MS;
const DAY = 86_400_000;
const frameAt = (exchangeMs: number, token = "1594"): Uint8Array =>
  encodePacket({ mode: 2, token, sequence: 1, exchangeMs, price: 5 });

test("gives the exchange time and its day in India", () => {
  const peek = createFramePeek(SCENE_PLAN.instruments);
  expect(peek.exchangeMsOf(frameAt(OPEN_MS))).toBe(OPEN_MS);
  expect(peek.dateOf(frameAt(OPEN_MS))).toBe(SCENE_SESSION);
  expect(peek.dateOf(frameAt(OPEN_MS + DAY))).toBe("2026-06-13");
  const midnightMs = OPEN_MS - 555 * MINUTE_MS;
  expect(peek.dateOf(frameAt(midnightMs))).toBe(SCENE_SESSION);
  expect(peek.dateOf(frameAt(midnightMs - 1))).toBe("2026-06-11");
});

test.each([
  ["another token", frameAt(OPEN_MS, "1595")],
  ["a piece", frameAt(OPEN_MS).slice(0, 60)],
  ["the depth packet", Uint8Array.of(4, ...new Uint8Array(442))],
  ["a time that no exchange sends", frameAt(5)],
])("gives no time of %s", (_what, frame) => {
  const peek = createFramePeek(SCENE_PLAN.instruments);
  expect(peek.exchangeMsOf(frame)).toBeNaN();
  expect(peek.dateOf(frame)).toBeUndefined();
});

test("of a session gives no time of another day", () => {
  const peek = createFramePeek(SCENE_PLAN.instruments, SCENE_SESSION);
  expect(peek.exchangeMsOf(frameAt(OPEN_MS))).toBe(OPEN_MS);
  expect(peek.exchangeMsOf(frameAt(OPEN_MS - DAY))).toBeNaN();
  expect(peek.exchangeMsOf(frameAt(OPEN_MS + DAY))).toBeNaN();
});

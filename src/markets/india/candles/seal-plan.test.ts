/** When minutes are sealed, and that a feed's own time cannot be pushed by what is no packet of the day. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { MINUTE_MS } from "../ticks/exchange-time.ts";
import { SCENE_OPEN, SCENE_PLAN } from "../ticks/log-scene.testing.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import {
  createFeedSealer,
  nextSealDue,
  type SealDue,
  sealsDue,
  sealsRemaining,
} from "./seal-plan.ts";
import { packetsOf } from "./session-scene.testing.ts";

const NOT_SEALED = { throughMinute: SCENE_OPEN - 1, isAuctionSealed: false };
const OPEN_MS = SCENE_OPEN * MINUTE_MS;
const withAuction: SessionPlan = {
  ...SCENE_PLAN,
  auction: { fromMinute: SCENE_OPEN + 360, toMinute: SCENE_OPEN + 380 },
};
const packet = packetsOf(SCENE_PLAN);
const frameAt = (seconds: number, sequence = seconds): Uint8Array => {
  const step = packet("INFY", seconds, { sequence });
  return "frame" in step ? step.frame : new Uint8Array(0);
};
const minutesOf = (seals: readonly SealDue[]): (number | string)[] =>
  seals.map((seal) => (seal.kind === "minute" ? seal.minute - SCENE_OPEN : "auction"));

describe("a seal", () => {
  test("is due the seal delay after its minute's end, and not a millisecond before", () => {
    const due = OPEN_MS + 62_000;
    expect(nextSealDue(SCENE_PLAN, NOT_SEALED, due - 1)).toBeNull();
    expect(nextSealDue(SCENE_PLAN, NOT_SEALED, due)).toEqual({
      kind: "minute",
      minute: SCENE_OPEN,
    });
  });

  test("is due for every minute that a sleeping clock passed, and once only", () => {
    const { seals, state } = sealsDue(SCENE_PLAN, NOT_SEALED, OPEN_MS + 5 * MINUTE_MS);
    expect(minutesOf(seals)).toEqual([0, 1, 2, 3]);
    expect(sealsDue(SCENE_PLAN, state, OPEN_MS + 5 * MINUTE_MS).seals).toEqual([]);
  });

  test("of the auction follows its end; what remains at the end is all of both", () => {
    const all = sealsRemaining(withAuction, NOT_SEALED);
    expect(minutesOf(all)).toEqual([...Array(375).keys(), "auction"]);
    const before = { ...NOT_SEALED, throughMinute: SCENE_OPEN + 374 };
    expect(nextSealDue(withAuction, before, OPEN_MS + 380 * MINUTE_MS + 1999)).toBeNull();
    expect(nextSealDue(withAuction, before, OPEN_MS + 380 * MINUTE_MS + 2000)).toEqual({
      kind: "auction",
    });
    expect(sealsRemaining(SCENE_PLAN, before)).toEqual([]);
  });
});

describe("a feed that keeps its own time", () => {
  test("seals behind the frame that reached the time", () => {
    const sealer = createFeedSealer(SCENE_PLAN, NOT_SEALED);
    const seals = [-60, 0, 59, 61, 62, 63, 130].map((at) =>
      minutesOf(sealer.afterFrame(frameAt(at))),
    );
    expect(seals).toEqual([[], [], [], [], [0], [], [1]]);
    expect(sealer.feedMs()).toBe(OPEN_MS + 130_000);
  });

  test("goes on where the log's seals end", () => {
    const sealer = createFeedSealer(SCENE_PLAN, { ...NOT_SEALED, throughMinute: SCENE_OPEN + 9 });
    sealer.afterFrame(frameAt(600));
    expect(minutesOf(sealer.afterFrame(frameAt(662)))).toEqual([10]);
  });

  test("is not moved by garbage, unknown tokens and other days", () => {
    const sealer = createFeedSealer(SCENE_PLAN, NOT_SEALED);
    sealer.afterFrame(frameAt(1));
    sealer.afterFrame(frameAt(2));
    const later = frameAt(4000);
    const wrong = [
      later.slice(0, 100),
      Uint8Array.of(4, ...later.slice(1)),
      later.with(2, "9".charCodeAt(0)),
      frameAt(86_400),
      new Uint8Array(0),
    ];
    for (const frame of [...wrong, ...wrong]) expect(sealer.afterFrame(frame)).toEqual([]);
    expect(sealer.feedMs()).toBe(OPEN_MS + 2000);
  });

  test("does not follow a lone packet that leaps ahead, but two", () => {
    const sealer = createFeedSealer(SCENE_PLAN, NOT_SEALED);
    for (const at of [1, 2, 4000, 3, 4000, 4]) sealer.afterFrame(frameAt(at));
    expect(sealer.feedMs()).toBe(OPEN_MS + 4000);
    sealer.afterFrame(frameAt(4000));
    expect(sealer.afterFrame(frameAt(4100))).toHaveLength(68);
    expect(sealer.feedMs()).toBe(OPEN_MS + 4_100_000);
  });

  test("follows a thin feed whose every packet is far from the one before", () => {
    const sealer = createFeedSealer(SCENE_PLAN, NOT_SEALED);
    for (let at = 0; at <= 20_000; at += 1000) sealer.afterFrame(frameAt(at));
    expect(sealer.feedMs()).toBe(OPEN_MS + 19_000_000);
  });

  test("seals every minute of a session once and in order, however packets come", () => {
    const times = fc.array(fc.integer({ min: -300, max: 23_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(times, (seconds) => {
        const sealer = createFeedSealer(withAuction, NOT_SEALED);
        let state = NOT_SEALED;
        for (const at of seconds) {
          for (const seal of sealer.afterFrame(frameAt(at))) {
            expect(seal).toEqual(nextSealDue(withAuction, state, sealer.feedMs()));
            state =
              seal.kind === "minute"
                ? { ...state, throughMinute: seal.minute }
                : { ...state, isAuctionSealed: true };
          }
          expect(nextSealDue(withAuction, state, sealer.feedMs())).toBeNull();
        }
        expect(sealer.feedMs()).toBeLessThanOrEqual(OPEN_MS + Math.max(0, ...seconds) * 1000);
      }),
      { seed: testSeed(), numRuns: testCount(100, 2000) },
    );
  });
});

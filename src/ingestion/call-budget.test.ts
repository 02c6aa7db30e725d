/** The budget's arithmetic: when a key is ready, which key is chosen, which day it is. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import type { EpochMs } from "#core/clock.ts";
import {
  DAY_MS,
  type KeyState,
  type KeyUse,
  MINUTE_GUARD_MS,
  chooseKey,
  decideBudgetDay,
  decideKeyState,
  resetAfter,
  utcDayOf,
} from "./call-budget.ts";

const NOON = Date.UTC(2026, 4, 18, 12) as EpochMs;
const MIDNIGHT = Date.UTC(2026, 4, 19) as EpochMs;
const FREE = { perSecond: 0.8, perMinute: 5, perDay: 25 };
const UNUSED: KeyUse = {
  newestGrantMs: null,
  minuteGrantMs: null,
  usedOfDay: 0,
  restsUntilMs: null,
};

function stateOf(use: Partial<KeyUse>, monotonicMs = 1_000_000): KeyState {
  return decideKeyState(
    FREE,
    { ...UNUSED, ...use },
    { monotonicMs, wallMs: NOON, resetsAt: MIDNIGHT },
  );
}

describe("a key's state", () => {
  test("an unused key is ready with the whole day left", () => {
    expect(stateOf({})).toEqual({ kind: "ready", leftOfDay: 25 });
  });

  test("0.8 calls a second are one in 1.25 s", () => {
    const newestGrantMs = 1_000_000 - 1000;
    expect(stateOf({ newestGrantMs })).toEqual({ kind: "wait", leftOfDay: 25, waitMs: 250 });
    expect(stateOf({ newestGrantMs: 1_000_000 - 1250 }).kind).toBe("ready");
  });

  test("a token of the minute comes back a whole minute and a guard after it was taken", () => {
    const minuteGrantMs = 1_000_000 - 59_000;
    expect(stateOf({ minuteGrantMs })).toMatchObject({
      kind: "wait",
      waitMs: 1000 + MINUTE_GUARD_MS,
    });
  });

  test("a spent day or a rest is refused with its end, never waited for", () => {
    expect(stateOf({ usedOfDay: 25 })).toEqual({ kind: "spent", resetsAt: MIDNIGHT });
    expect(stateOf({ usedOfDay: 30 })).toEqual({ kind: "spent", resetsAt: MIDNIGHT });
    const restsUntilMs = (NOON + 5000) as EpochMs;
    expect(stateOf({ restsUntilMs })).toEqual({ kind: "spent", resetsAt: restsUntilMs });
    expect(stateOf({ restsUntilMs: NOON }).kind).toBe("ready");
  });
});

describe("the choice of a key", () => {
  const ready = (leftOfDay: number): KeyState => ({ kind: "ready", leftOfDay });
  const wait = (leftOfDay: number, waitMs: number): KeyState => ({
    kind: "wait",
    leftOfDay,
    waitMs,
  });
  const spent: KeyState = { kind: "spent", resetsAt: MIDNIGHT };

  test("falls on the ready key with most calls left, then on the one that is ready first", () => {
    expect(chooseKey([spent, ready(3), ready(9), ready(9), wait(20, 10)])).toBe(2);
    expect(chooseKey([wait(20, 10), spent, wait(1, 5)])).toBe(2);
    expect(chooseKey([spent, spent])).toBe(-1);
    expect(chooseKey([])).toBe(-1);
  });
});

describe("the day of the budget", () => {
  test("a new day brings all calls back, at midnight UTC", () => {
    expect(decideBudgetDay({ day: 10, used: 25 }, 11)).toEqual({ day: 11, used: 0 });
    expect(decideBudgetDay({ day: 10, used: 7 }, 10)).toEqual({ day: 10, used: 7 });
    expect(resetAfter(utcDayOf(NOON))).toBe(MIDNIGHT);
  });

  test("a clock set back by a day keeps the count, one set back further moves it", () => {
    expect(decideBudgetDay({ day: 10, used: 7 }, 9)).toEqual({ day: 10, used: 7 });
    expect(decideBudgetDay({ day: 4000, used: 7 }, 9)).toEqual({ day: 9, used: 7 });
  });

  test("a clock that only goes back never gives a call back, and the reset is never over two days away", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(25), fc.array(fc.nat(4000)), (day, used, steps) => {
        let counted = { day, used };
        let wallDay = day;
        for (const step of steps) {
          wallDay = Math.max(0, wallDay - step);
          counted = decideBudgetDay(counted, wallDay);
          expect(counted.used).toBe(used);
          expect(resetAfter(counted.day) - wallDay * DAY_MS).toBeLessThanOrEqual(2 * DAY_MS);
        }
      }),
      { seed: testSeed(), numRuns: testCount(200, 5000) },
    );
  });
});

/** The limits of REST calls: rolling windows that processes share and restarts keep. */
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { limitsOf } from "./rest-endpoints.ts";
import { decideWaitMs } from "./rest-limiter.ts";
import { openRestLimiter } from "./rest-limiter-store.ts";

const makeFolder = temporaryFolders();
const LONG_MS = 10 * 3_600_000;

function limiterAt(path: string, clock: Clock, candleCallsPerSecond = 2) {
  const database = openStateStore(path);
  const limiter = openRestLimiter({ database, clientCode: "A123", candleCallsPerSecond, clock });
  return { limiter, database };
}

describe("permits of one endpoint", () => {
  test("keep second, minute and hour in any window", async () => {
    const clock = fixedClock(0 as EpochMs);
    const { limiter, database } = limiterAt(":memory:", clock, 3);
    const granted: number[] = [];
    for (let call = 0; call < testCount(400, 6000); call++) {
      expect(await limiter.take("candles", LONG_MS)).toEqual({ granted: true });
      granted.push(clock.monotonicMs());
    }
    database.close();
    const gapsMs = granted.slice(1).map((atMs, index) => atMs - (granted[index] ?? 0));
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(333);
    for (const [most, windowMs] of [
      [180, 60_000],
      [5000, 3_600_000],
    ] as const) {
      const spans = granted.slice(most).map((atMs, index) => atMs - (granted[index] ?? 0));
      if (spans.length > 0) expect(Math.min(...spans)).toBeGreaterThanOrEqual(windowMs);
    }
  });

  test("are counted apart from those of other endpoints", async () => {
    const clock = fixedClock(0 as EpochMs);
    const { limiter, database } = limiterAt(":memory:", clock);
    await limiter.take("candles", LONG_MS);
    await limiter.take("quote", LONG_MS);
    expect(clock.monotonicMs()).toBe(0);
    database.close();
  });

  test("are shared by processes and kept over restarts", async () => {
    const path = join(makeFolder(), "india.sqlite");
    const clock = fixedClock(0 as EpochMs);
    const one = limiterAt(path, clock);
    const two = limiterAt(path, clock);
    await one.limiter.take("candles", LONG_MS);
    await two.limiter.take("candles", LONG_MS);
    expect(clock.monotonicMs()).toBe(500);
    one.database.close();
    two.database.close();
    const anew = limiterAt(path, clock);
    await anew.limiter.take("candles", LONG_MS);
    expect(clock.monotonicMs()).toBe(1000);
    anew.database.close();
  });

  test("do not wait longer than told", async () => {
    const clock = fixedClock(0 as EpochMs);
    const { limiter, database } = limiterAt(":memory:", clock);
    await limiter.take("login", LONG_MS);
    const permit = await limiter.take("login", 10);
    expect(permit).toEqual({ granted: false, waitMs: 1000 });
    expect(clock.monotonicMs()).toBe(0);
    limiter.rest("candles", 5000);
    expect(await limiter.take("candles", LONG_MS)).toEqual({ granted: true });
    expect(clock.monotonicMs()).toBe(5000);
    database.close();
  });

  test("given before the machine started anew count as given just now", async () => {
    const path = join(makeFolder(), "india.sqlite");
    const before = fixedClock(0 as EpochMs);
    await before.sleepMs(900_000);
    const old = limiterAt(path, before);
    await old.limiter.take("login", LONG_MS);
    old.database.close();
    const after = fixedClock(0 as EpochMs);
    const anew = limiterAt(path, after);
    await anew.limiter.take("login", LONG_MS);
    expect(after.monotonicMs()).toBe(1000);
    anew.database.close();
  });
});

describe("the wait", () => {
  test("never ends before every window has room", () => {
    const instant = fc.option(fc.integer({ min: 0, max: 4_000_000 }), { nil: null });
    fc.assert(
      fc.property(
        instant,
        instant,
        instant,
        fc.nat(8_000_000),
        (newestMs, minuteMs, hourMs, at) => {
          const readyMs =
            at + decideWaitMs(limitsOf("quote", 2), { newestMs, minuteMs, hourMs }, at);
          expect(readyMs).toBeGreaterThanOrEqual(at);
          expect(readyMs - (newestMs ?? -Infinity)).toBeGreaterThanOrEqual(100);
          expect(readyMs - (minuteMs ?? -Infinity)).toBeGreaterThanOrEqual(60_000);
          expect(readyMs - (hourMs ?? -Infinity)).toBeGreaterThanOrEqual(3_600_000);
        },
      ),
      { seed: testSeed(), numRuns: testCount(200, 5000) },
    );
  });

  test("follows the operator's pace for candles, with minute and hour when it is above the published one", () => {
    expect(limitsOf("candles", 2)).toEqual({ perSecond: 2, perMinute: 180, perHour: 5000 });
    expect(limitsOf("candles", 30)).toEqual({ perSecond: 30, perMinute: 1800, perHour: 50_000 });
  });
});

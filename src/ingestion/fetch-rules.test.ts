/** What follows from a failed try: a table over all failures, and the bounds of every pause. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import {
  type FailedTry,
  RETRY_AFTER_MS_MAX,
  decideNextStep,
  decideQueueDelayMs,
} from "./fetch-rules.ts";
import { CALL_FAILURES, type CallFailure } from "./market-data-source.ts";
import { isCallFailure } from "./vendor-call.ts";

const SETTINGS = { tries_per_call: 3, retry_pause_seconds: 1.5 };
const MINUTE_MS = 60_000;
const FAILURES = Object.keys(CALL_FAILURES).filter(isCallFailure);

function next(failure: CallFailure, change: Partial<FailedTry> = {}, settings = SETTINGS) {
  const failed: FailedTry = {
    failure,
    tries: 1,
    queuedAttempts: 0,
    fruitlessAttempts: 0,
    retryAfterMs: undefined,
    hasDowngrade: false,
    chance: 0,
  };
  return decideNextStep({ ...failed, ...change }, settings);
}

describe("what follows from a failed try", () => {
  test("every failure has a step, and only those that can be helped are tried again", () => {
    const kinds = FAILURES.map((failure) => [failure, next(failure).kind]);
    expect(Object.fromEntries(kinds)).toEqual({
      BURST: "retry",
      THROTTLED: "retry",
      QUOTA_SPENT: "rest_key",
      HTTP_429: "retry",
      HTTP_5XX: "retry",
      HTTP_4XX: "give_up",
      TIMEOUT: "retry",
      NETWORK: "retry",
      EMPTY: "retry",
      TRUNCATED: "retry",
      NOT_DATA: "retry",
      OVERSIZED: "give_up",
      UNKNOWN_SYMBOL: "give_up",
      PREMIUM_ONLY: "give_up",
      PREMIUM_PARAMETER: "give_up",
      KEY_INVALID: "rest_key",
      DEMO_KEY: "give_up",
      ARTIFICIAL: "give_up",
    });
    expect(next("PREMIUM_PARAMETER", { hasDowngrade: true }).kind).toBe("downgrade");
    expect(next("PREMIUM_ONLY", { hasDowngrade: true }).kind).toBe("give_up");
  });

  test("pauses double, with up to a quarter of jitter on top", () => {
    const settings = { ...SETTINGS, tries_per_call: 9 };
    expect(next("EMPTY", { tries: 1 }, settings)).toEqual({ kind: "retry", pauseMs: 1500 });
    expect(next("EMPTY", { tries: 2 }, settings)).toEqual({ kind: "retry", pauseMs: 3000 });
    expect(next("EMPTY", { tries: 2, chance: 0.8 }, settings)).toEqual({
      kind: "retry",
      pauseMs: 3600,
    });
    expect(next("EMPTY", { tries: 8 }, settings)).toEqual({ kind: "retry", pauseMs: MINUTE_MS });
  });

  test("a burst is given 1.2 s and a throttled minute 12 s, however short the setting", () => {
    const impatient = { ...SETTINGS, retry_pause_seconds: 0 };
    expect(next("BURST", {}, impatient)).toEqual({ kind: "retry", pauseMs: 1200 });
    expect(next("THROTTLED", {}, impatient)).toEqual({ kind: "retry", pauseMs: 12_000 });
    expect(next("EMPTY", {}, impatient)).toEqual({ kind: "retry", pauseMs: 0 });
  });

  test("the vendor's wish is honoured up to a minute; a longer one goes to the retry queue", () => {
    const wish = (retryAfterMs: number) => next("HTTP_429", { retryAfterMs });
    expect(wish(20_000)).toEqual({ kind: "retry", pauseMs: 20_000 });
    expect(wish(RETRY_AFTER_MS_MAX)).toEqual({ kind: "retry", pauseMs: MINUTE_MS });
    expect(wish(RETRY_AFTER_MS_MAX + 1)).toEqual({ kind: "queue", delayMs: 5 * MINUTE_MS });
    expect(wish(3_600_000)).toEqual({ kind: "queue", delayMs: 3_600_000 });
  });

  test("after the last try the call is queued, each time for longer, up to six hours", () => {
    expect(next("EMPTY", { tries: 3 })).toEqual({ kind: "queue", delayMs: 5 * MINUTE_MS });
    expect(next("EMPTY", { tries: 3, queuedAttempts: 2 })).toEqual({
      kind: "queue",
      delayMs: 20 * MINUTE_MS,
    });
    expect(decideQueueDelayMs(1000)).toBe(360 * MINUTE_MS);
  });

  test("a call answered with nothing is given up after five jobs, one that was not answered never", () => {
    for (const failure of ["EMPTY", "NOT_DATA", "TRUNCATED"] as const) {
      expect(next(failure, { tries: 3, fruitlessAttempts: 3, queuedAttempts: 90 }).kind).toBe(
        "queue",
      );
      expect(next(failure, { tries: 3, fruitlessAttempts: 4 }).kind).toBe("give_up");
    }
    expect(next("NETWORK", { tries: 3, fruitlessAttempts: 99, queuedAttempts: 99 }).kind).toBe(
      "queue",
    );
  });

  test("by property: a pause is bounded, never shorter than the vendor's wish, and tries end", () => {
    const failed = fc.record({
      failure: fc.constantFrom(...FAILURES),
      tries: fc.integer({ min: 1, max: 12 }),
      queuedAttempts: fc.nat(2000),
      fruitlessAttempts: fc.nat(8),
      retryAfterMs: fc.option(fc.nat(10_000_000), { nil: undefined }),
      hasDowngrade: fc.boolean(),
      chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    const settings = fc.record({
      tries_per_call: fc.integer({ min: 1, max: 10 }),
      retry_pause_seconds: fc.double({ min: 0, max: 600, noNaN: true }),
    });
    fc.assert(
      fc.property(failed, settings, (tried, ofRun) => {
        const step = decideNextStep(tried, ofRun);
        const wishedMs = tried.retryAfterMs ?? 0;
        if (step.kind === "retry") {
          expect(tried.tries).toBeLessThan(ofRun.tries_per_call);
          expect(step.pauseMs).toBeGreaterThanOrEqual(wishedMs);
          expect(step.pauseMs).toBeLessThanOrEqual(75_000);
        }
        if (step.kind === "queue")
          expect(step.delayMs).toBeGreaterThanOrEqual(Math.max(wishedMs, 300_000));
      }),
      { seed: testSeed(), numRuns: testCount(300, 10_000) },
    );
  });
});

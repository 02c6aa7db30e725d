/** The session's clock: a median of what packets say, that no single one moves, and a warning in numbers. */
import { describe, expect, test } from "vitest";
import { createSessionClock, WALL_ERROR_MS_MAX } from "./session-clock.ts";

const EXCHANGE = 1_781_235_000_000;

/** A clock that saw a packet each `everyMs`, late by what `lagOf` says; the wall clock is `fastMs` ahead. */
function clockOf(options: {
  count: number;
  everyMs: number;
  lagOf?: (n: number) => number;
  fastMs?: number;
}) {
  const { count, everyMs, lagOf = () => 0, fastMs = 0 } = options;
  const clock = createSessionClock();
  for (let n = 0; n < count; n++) {
    const monotonic = n * everyMs;
    clock.observe(EXCHANGE + monotonic - lagOf(n), monotonic, EXCHANGE + monotonic + fastMs);
  }
  return clock;
}

describe("a session's clock", () => {
  test("does not know the time before the first packet", () => {
    const clock = createSessionClock();
    expect(clock.sessionMs(5)).toBeNull();
    expect(clock.reading(5)).toBeNull();
    clock.observe(Number.NaN, 5, 5);
    expect(clock.sessionMs(5)).toBeNull();
  });

  test("is the monotonic clock, set right by the packets, whatever the wall clock says", () => {
    const clock = clockOf({ count: 100, everyMs: 500, fastMs: 3_600_000 });
    expect(clock.sessionMs(60_000)).toBe(EXCHANGE + 60_000);
    expect(clock.reading(60_000)).toEqual({
      offsetMs: EXCHANGE,
      wallErrorMs: -3_600_000,
      samples: 100,
      isWrong: true,
    });
  });

  test("is not moved by a few packets that say something else", () => {
    const clock = clockOf({ count: 101, everyMs: 500, lagOf: (n) => (n % 3 === 0 ? 900_000 : 40) });
    expect(clock.sessionMs(60_000)).toBe(EXCHANGE + 60_000 - 40);
  });

  test("forgets what is older than five minutes", () => {
    const clock = clockOf({ count: 1200, everyMs: 500, lagOf: (n) => (n < 600 ? 5000 : 0) });
    expect(clock.sessionMs(600_000)).toBe(EXCHANGE + 600_000);
    expect(clock.reading(600_000)?.samples).toBe(600);
  });

  test("keeps the newest thing it knows through a silence", () => {
    const clock = clockOf({ count: 10, everyMs: 500, lagOf: () => 30 });
    expect(clock.sessionMs(3_600_000)).toBe(EXCHANGE + 3_600_000 - 30);
  });

  test("takes one sample in a tenth of a second, of a feed of any speed", () => {
    expect(clockOf({ count: 100_000, everyMs: 1 }).reading(100_000)?.samples).toBe(1000);
    expect(clockOf({ count: 10_000, everyMs: 100 }).reading(1_000_000)?.samples).toBe(3000);
  });

  test.each([
    [WALL_ERROR_MS_MAX, false],
    [WALL_ERROR_MS_MAX + 1, true],
    [-WALL_ERROR_MS_MAX - 1, true],
  ])("with the wall clock %d ms wrong warns: %s", (fastMs, isWrong) => {
    expect(clockOf({ count: 9, everyMs: 500, fastMs }).reading(5000)).toMatchObject({ isWrong });
  });
});

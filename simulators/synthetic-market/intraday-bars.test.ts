/** Five-minute bars: what regular hours add up to is the daily bar, to the unit and to the share. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { type DayBar, makeIntradayBars, partialBarAt } from "./intraday-bars.ts";
import { smallCalendar } from "./small-calendar.ts";

const calendar = smallCalendar();
const REGULAR = { openMinute: 570, closeMinute: 960 };
const DAY = dayNumberOf(sessionDate("2024-03-13"));

const dayBar = fc
  .tuple(
    fc.integer({ min: 2000, max: 9_000_000 }),
    fc.nat(900),
    fc.nat(900),
    fc.integer({ min: 1000, max: 1e9 }),
  )
  .chain(([low, up, range, volume]) => {
    const high = low + up + range;
    const inside = fc.integer({ min: low, max: high });
    return fc.record({ open: inside, close: inside }).map(({ open, close }): DayBar => ({
      symbol: "ABCD",
      day: DAY,
      open,
      high,
      low,
      close,
      volume,
    }));
  });

describe("five-minute bars", () => {
  test("of regular hours open, range and close as the day does, and all shares add up", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), dayBar, fc.boolean(), (seed, bar, thin) => {
        const bars = makeIntradayBars(seed, calendar, bar, thin);
        const regular = bars.filter((one) => one.startMinute >= 570 && one.startMinute < 960);
        expect(regular).toHaveLength(78);
        expect(partialBarAt(regular, REGULAR, 960)).toMatchObject({
          open: bar.open,
          high: bar.high,
          low: bar.low,
          close: bar.close,
        });
        expect(bars.reduce((sum, one) => sum + one.volume, 0)).toBe(bar.volume);
        for (const one of bars) {
          expect(one.low).toBeLessThanOrEqual(Math.min(one.open, one.close));
          expect(one.high).toBeGreaterThanOrEqual(Math.max(one.open, one.close));
        }
      }),
      { seed: testSeed(), numRuns: testCount(40, 1000) },
    );
  });

  const busy: DayBar = {
    symbol: "SPY",
    day: DAY,
    open: 4_000_000,
    high: 4_050_000,
    low: 3_980_000,
    close: 4_010_000,
    volume: 60_000_000,
  };

  test("of a busy day are 192, labelled 04:00 to 19:55, with the auction in the bar of the close", () => {
    const bars = makeIntradayBars(1, calendar, busy, false);
    expect(bars.map((one) => one.startMinute)).toEqual(
      Array.from({ length: 192 }, (_, at) => 240 + 5 * at),
    );
    const auction = bars.find((one) => one.startMinute === 960);
    expect(auction?.open).toBe(busy.close);
    expect(auction?.volume).toBe(Math.max(...bars.map((one) => one.volume)));
  });

  test("of an early close end four hours after it", () => {
    const bars = makeIntradayBars(
      1,
      calendar,
      { ...busy, day: dayNumberOf(sessionDate("2024-11-29")) },
      false,
    );
    expect(bars.at(-1)?.startMinute).toBe(16 * 60 + 55);
    expect(bars.filter((one) => one.startMinute >= 570 && one.startMinute < 780)).toHaveLength(42);
  });

  test("of a thin name lack quiet bars of extended hours only", () => {
    const bars = makeIntradayBars(1, calendar, busy, true);
    expect(bars.length).toBeLessThan(170);
    expect(bars.filter((one) => one.startMinute >= 570 && one.startMinute <= 960)).toHaveLength(79);
  });

  test("make a partial row that knows nothing after its minute", () => {
    const bars = makeIntradayBars(1, calendar, busy, false);
    expect(partialBarAt(bars, REGULAR, 572)).toBeUndefined();
    const atNoon = partialBarAt(bars, REGULAR, 720);
    const spoiled = bars.map((one) => (one.startMinute >= 720 ? { ...one, high: 9_999_999 } : one));
    expect(partialBarAt(spoiled, REGULAR, 720)).toEqual(atNoon);
    expect(atNoon?.open).toBe(busy.open);
  });
});

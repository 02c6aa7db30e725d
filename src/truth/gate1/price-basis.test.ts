/** Closes of different bases, brought into one unit. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../tests/support/depth.ts";
import {
  NO_EVENTS,
  type SymbolEvents,
  comparableDividends,
  splitFactorThrough,
} from "./price-basis.ts";

const events = (
  splits: readonly (readonly [number, number])[],
  dividends: readonly (readonly [number, number])[],
): SymbolEvents => ({
  splitDays: Int32Array.from(splits, ([day]) => day),
  splitFactors: Float64Array.from(splits, ([, factor]) => factor),
  dividendDays: Int32Array.from(dividends, ([day]) => day),
  dividends: Float64Array.from(dividends, ([, cash]) => cash),
});

describe("the split factor through a day", () => {
  const two = events(
    [
      [100, 4],
      [200, 1.046],
    ],
    [],
  );

  test.each([
    [99, 1],
    [100, 4],
    [199, 4],
    [200, 4 * 1.046],
    [900, 4 * 1.046],
  ])("%d is %d: a split counts from its own day on", (day, factor) => {
    expect(splitFactorThrough(two, day)).toBe(factor);
  });

  test("makes a raw close and one adjusted later the same price", () => {
    // 400 before a 4:1 split on day 100, recorded raw; 100 in a file adjusted as of day 150.
    expect(400 * splitFactorThrough(two, 99)).toBe(100 * splitFactorThrough(two, 150));
  });

  test("takes a spin-off of 1.046 out of the close after it", () => {
    const before = 200 * splitFactorThrough(two, 199);
    const after = (200 / 1.046) * splitFactorThrough(two, 200);
    expect(after / before).toBeCloseTo(1, 12);
  });

  test("is 1 without events", () => {
    expect(splitFactorThrough(NO_EVENTS, 1_000)).toBe(1);
  });
});

describe("dividends between two days", () => {
  test("count after the first and up to the second", () => {
    const cash = events(
      [],
      [
        [100, 1],
        [110, 2],
        [120, 4],
      ],
    );
    expect(comparableDividends(cash, 100, 120)).toBe(6);
    expect(comparableDividends(cash, 99, 119)).toBe(3);
    expect(comparableDividends(cash, 120, 130)).toBe(0);
  });

  test("are in the unit of their own day, splits of that day included", () => {
    const both = events(
      [[110, 2]],
      [
        [105, 1],
        [110, 1],
        [115, 1],
      ],
    );
    expect(comparableDividends(both, 100, 120)).toBe(1 + 2 + 2);
  });

  test("add up, whatever day lies between", () => {
    const days = fc
      .uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 8 })
      .map((list) => list.sort((a, b) => a - b));
    const day = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(days, days, day, day, day, (splitDays, cashDays, ...when) => {
        const all = events(
          splitDays.map((at) => [at, 2]),
          cashDays.map((at) => [at, 0.25]),
        );
        const [a, b, c] = when.sort((x, y) => x - y);
        expect(comparableDividends(all, a, b) + comparableDividends(all, b, c)).toBe(
          comparableDividends(all, a, c),
        );
      }),
      { numRuns: testCount(300, 5000), seed: testSeed() },
    );
  });
});

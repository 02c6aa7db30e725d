/** The comparison with REST, and the walk over both sides that it and the other comparison rest on. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import type { Candle } from "../candles/candle-table.ts";
import {
  SCENE_SYMBOLS,
  minuteAt,
  sceneCandle,
  tableOf,
} from "../momentum/momentum-scene.testing.ts";
import { compareRest } from "./compare-rest.ts";
import { pairCandles } from "./pair-candles.ts";
import { REST_MINUTES_LISTED_MAX } from "./review-limits.ts";

const run = { numRuns: testCount(200, 5000), seed: testSeed() };
const OPEN = minuteAt("09:15");
const REST = { source: 1, tickCount: 0, vwap: NaN };

function compare(here: readonly Candle[], rest: readonly Candle[]) {
  const [first] = compareRest(
    tableOf(here),
    { candles: tableOf(rest), missing: [] },
    SCENE_SYMBOLS,
  ).symbols;
  return first;
}

describe("a symbol", () => {
  test("that is the same on both sides differs nowhere", () => {
    const here = [sceneCandle(OPEN), sceneCandle(OPEN + 1)];
    expect(
      compare(
        here,
        here.map((candle) => ({ ...candle, ...REST })),
      ),
    ).toMatchObject({
      symbol: "ITC",
      compared: 2,
      differing: 0,
      onlyHere: 0,
      onlyRest: 0,
      close: { max: 0, sum: 0 },
      volume: { compared: 2, differing: 0, max: 0, sum: 0 },
      listed: [],
    });
  });

  test("says by how much: largest and sum, rupees and shares, both sides of each minute", () => {
    const here = [0, 1, 2].map((offset) => sceneCandle(OPEN + offset));
    const rest = [
      sceneCandle(OPEN, { ...REST, close: 1_000_500 }),
      sceneCandle(OPEN + 1, { ...REST, close: 999_000, low: 999_000 }),
      sceneCandle(OPEN + 2, { ...REST, volume: 990 }),
    ];
    const found = compare(here, rest);
    expect(found).toMatchObject({
      differing: 3,
      close: { max: 0.1, sum: 0.15 },
      low: { max: 0.1, sum: 0.1 },
      high: { max: 0, sum: 0 },
      volume: { compared: 3, differing: 1, max: 10, sum: 10 },
    });
    expect(found?.listed[0]).toEqual({
      minute: "2026-08-04T09:15+05:30",
      here: { open: 100, high: 100, low: 100, close: 100, volume: 1000 },
      rest: { open: 100, high: 100, low: 100, close: 100.05, volume: 1000 },
    });
  });

  test("counts what one side alone has, and does not compare REST with itself", () => {
    const here = [
      sceneCandle(OPEN),
      sceneCandle(OPEN + 2, { ...REST, close: 5 }),
      sceneCandle(OPEN + 3, { kind: 1 }),
    ];
    const rest = [sceneCandle(OPEN + 1, REST), sceneCandle(OPEN + 2, REST)];
    expect(compare(here, rest)).toMatchObject({
      compared: 0,
      differing: 0,
      onlyHere: 1,
      onlyRest: 1,
      recovered: 1,
    });
  });

  test("with an unknown volume is compared in prices alone", () => {
    const here = [sceneCandle(OPEN, { volume: NaN, incomplete: 1 })];
    const rest = [sceneCandle(OPEN, { ...REST, close: 1_000_100 })];
    expect(compare(here, rest)).toMatchObject({
      differing: 1,
      differingIncomplete: 1,
      volume: { compared: 0, differing: 0 },
    });
  });

  test("lists a bounded number of minutes and counts all", () => {
    const here = Array.from({ length: 100 }, (_, offset) => sceneCandle(OPEN + offset));
    const found = compare(
      here,
      here.map((candle) => ({ ...candle, ...REST, close: 1 })),
    );
    expect(found?.differing).toBe(100);
    expect(found?.listed).toHaveLength(REST_MINUTES_LISTED_MAX);
  });

  test("without an answer is named with its reason and not compared", () => {
    const missing = [{ symbol: "Nifty 50", reason: "AB1004" }];
    const found = compareRest(tableOf([]), { candles: tableOf([]), missing }, SCENE_SYMBOLS);
    expect(found.symbols.map(({ symbol }) => symbol)).toEqual(["ITC", "RELIANCE"]);
    expect(found.missing).toEqual(missing);
  });
});

const someCandles = fc
  .uniqueArray(
    fc.record({ symbol: fc.nat(2), offset: fc.nat(20), close: fc.integer({ min: 1, max: 3 }) }),
    {
      selector: ({ symbol, offset }) => `${symbol} ${offset}`,
      maxLength: 40,
    },
  )
  .map((all) =>
    all.map(({ symbol, offset, close }) => sceneCandle(OPEN + offset, { symbol, close })),
  );

describe("any two sides", () => {
  test("are walked key by key, each once and in order", () => {
    fc.assert(
      fc.property(someCandles, someCandles, (left, right) => {
        const keyOf = ({ symbol, startMinute }: Candle) =>
          `${SCENE_SYMBOLS[symbol]} ${startMinute}`;
        const pairs = [...pairCandles(tableOf(left), tableOf(right))];
        const keys = pairs.map(({ symbol, minute }) => `${symbol} ${minute}`);
        expect(keys).toEqual([...new Set([...left, ...right].map(keyOf))].sort());
        for (const pair of pairs) {
          const key = `${pair.symbol} ${pair.minute}`;
          expect(pair.left).toBe(left.findIndex((candle) => keyOf(candle) === key));
          expect(pair.right).toBe(right.findIndex((candle) => keyOf(candle) === key));
        }
      }),
      run,
    );
  });

  test("differ by the same amounts whichever way round they are compared", () => {
    fc.assert(
      fc.property(someCandles, someCandles, (left, right) => {
        const [there, back] = [compare(left, right), compare(right, left)];
        expect(there?.close).toEqual(back?.close);
        expect(there?.differing).toBe(back?.differing);
        expect([there?.onlyHere, there?.onlyRest]).toEqual([back?.onlyRest, back?.onlyHere]);
      }),
      run,
    );
  });
});

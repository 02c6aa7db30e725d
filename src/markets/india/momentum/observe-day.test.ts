/** The day's list from canonical candles: the same bytes for any order, and those of the batches. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import type { Candle } from "../candles/candle-table.ts";
import { createMomentumObserver } from "./momentum-observer.ts";
import {
  SCENE_FACTS,
  SCENE_THRESHOLDS,
  minuteAt,
  quietCandles,
  sceneCandle,
  tableOf,
} from "./momentum-scene.testing.ts";
import { observeDay } from "./observe-day.ts";

const run = { numRuns: testCount(100, 2000), seed: testSeed() };
const CLOSE = 1_000_000;

/** Sixty minutes of two stocks and an index; each stock loud at two minutes, with a rise after the first. */
function busyDay(): Candle[] {
  const loudAt = (offset: number): Partial<Candle> => {
    if (offset === 25) return { volume: 4000 };
    if (offset === 30) return { volume: 7000 };
    return offset >= 31 ? { close: CLOSE + 4000, high: CLOSE + 4000 } : {};
  };
  const itc = quietCandles(60, loudAt);
  const reliance = itc.map((candle) => ({ ...candle, symbol: 2 }));
  const index = quietCandles(60, () => ({ symbol: 1, volume: NaN, vwap: NaN }));
  const auction = sceneCandle(minuteAt("15:15"), { symbol: 2, kind: 1, volume: 99_999 });
  return [...itc, ...index, ...reliance, auction];
}

describe("a day", () => {
  test("lists its observations by minute and symbol, with their grades", () => {
    const momentum = observeDay(tableOf(busyDay()), SCENE_THRESHOLDS, SCENE_FACTS);
    const listed = momentum.observations.map(({ minute, symbol, outcome }) => [
      minute.slice(11, 16),
      symbol,
      outcome.grade,
    ]);
    expect(listed).toEqual([
      ["09:40", "ITC", "A"],
      ["09:40", "RELIANCE", "A"],
      ["09:45", "ITC", "B"],
      ["09:45", "RELIANCE", "B"],
    ]);
    expect(momentum).toMatchObject({
      state: "OBSERVED",
      judged: 80,
      insufficient: [
        { reason: "NO_VWAP", candles: 60, symbols: 1 },
        { reason: "TOO_FEW_CANDLES", candles: 40, symbols: 2 },
      ],
    });
  });

  test("gives the same bytes whatever order its candles lie in", () => {
    const expected = canonicalJson(observeDay(tableOf(busyDay()), SCENE_THRESHOLDS, SCENE_FACTS));
    const shuffled = fc.shuffledSubarray(busyDay(), { minLength: busyDay().length });
    fc.assert(
      fc.property(shuffled, (candles) => {
        const momentum = observeDay(tableOf(candles), SCENE_THRESHOLDS, SCENE_FACTS);
        expect(canonicalJson(momentum)).toBe(expected);
      }),
      run,
    );
  });

  test("has the ids that its batches had while it went on", () => {
    const observer = createMomentumObserver(SCENE_THRESHOLDS, SCENE_FACTS);
    const minutes = [...new Set(busyDay().map(({ startMinute }) => startMinute))];
    const live = minutes.flatMap((minute) => {
      const batch = busyDay().filter(({ startMinute }) => startMinute === minute);
      return observer.observeBatch({ minute, candles: tableOf(batch) }).observations;
    });
    const day = observeDay(tableOf(busyDay()), SCENE_THRESHOLDS, SCENE_FACTS);
    expect(day.observations.map(({ id }) => id)).toEqual(live.map(({ id }) => id));
    expect(new Set(live.map(({ id }) => id)).size).toBe(live.length);
  });

  test("in LTP mode is insufficient data from its first candle to its last", () => {
    const facts = { ...SCENE_FACTS, mode: "ltp" as const };
    const momentum = observeDay(tableOf(busyDay()), SCENE_THRESHOLDS, facts);
    expect(momentum).toMatchObject({
      state: "INSUFFICIENT_DATA",
      judged: 0,
      observations: [],
      insufficient: [{ reason: "VOLUME_UNAVAILABLE", candles: 180, symbols: 3 }],
    });
  });

  test("without candles says that it could judge nothing", () => {
    const momentum = observeDay(tableOf([]), SCENE_THRESHOLDS, SCENE_FACTS);
    expect(momentum).toMatchObject({ state: "INSUFFICIENT_DATA", insufficient: [] });
  });
});

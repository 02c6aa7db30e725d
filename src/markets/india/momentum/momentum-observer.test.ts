/**
 * Momentum by minute: which minutes are observed, which cannot be judged and why. A slow model that
 * holds the day as plain lists says the same of random days.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import type { Candle } from "../candles/candle-table.ts";
import { formatIstMinute } from "./ist-minute.ts";
import type { MomentumFacts, MomentumThresholds } from "./momentum-facts.ts";
import { createMomentumObserver } from "./momentum-observer.ts";
import {
  SCENE_FACTS,
  SCENE_SYMBOLS,
  SCENE_THRESHOLDS,
  minuteAt,
  quietCandles,
  sceneCandle,
  tableOf,
} from "./momentum-scene.testing.ts";

const run = { numRuns: testCount(100, 3000), seed: testSeed() };
const OPEN = SCENE_FACTS.openMinute;

/** What the observer says of the batch of the newest candle, after all others. */
function observeLast(
  candles: readonly Candle[],
  facts: MomentumFacts = SCENE_FACTS,
  thresholds: MomentumThresholds = SCENE_THRESHOLDS,
) {
  const observer = createMomentumObserver(thresholds, facts);
  const results = candles.map((candle) =>
    observer.observeBatch({ minute: candle.startMinute, candles: tableOf([candle]) }),
  );
  const { observations = [], insufficient = [], judged = 0 } = results.at(-1) ?? {};
  return { observations, reasons: insufficient.map(({ reason }) => reason), judged, insufficient };
}

/** Twenty quiet candles and then one on twice their volume. */
const loud = (change: Partial<Candle> = {}) => [
  ...quietCandles(20),
  sceneCandle(OPEN + 20, { volume: 2000, ...change }),
];

describe("a minute is observed", () => {
  test("with 20 candles before it, on twice their mean volume, over VWAP and at the day's high", () => {
    const { observations, judged } = observeLast(loud());
    expect(judged).toBe(1);
    expect(observations).toMatchObject([
      {
        session: "2026-08-04",
        symbol: "ITC",
        minute: "2026-08-04T09:35+05:30",
        close: 100,
        reference_high: 100,
        reference_high_certain: true,
        reference_vwap: 99,
        hod_distance_percent: 0,
        volume: 2000,
        volume_ratio: 2,
        candles: 21,
        thresholds: { momentum_volume_ratio: 2, momentum_hod_distance_percent: 0.5 },
      },
    ]);
    expect(observations[0]?.id).toMatch(/^MOM-2026-08-04-[0-9a-f]{12}$/);
  });

  const high = 1_000_000;
  test.each<[string, Partial<Candle>, number]>([
    ["volume one share short", { volume: 1999 }, 0],
    ["close on VWAP", { vwap: 100 }, 0],
    ["close one paisa over VWAP", { vwap: 99.99 }, 1],
    ["close exactly 0.5 % under the high", { close: high - 5000, vwap: 90 }, 1],
    ["close a hundredth of a paisa further under it", { close: high - 5001, vwap: 90 }, 0],
    ["a high of its own that it left by more", { high: high + 5100, vwap: 90 }, 0],
  ])("%s", (_, change, count) => {
    expect(observeLast(loud(change)).observations).toHaveLength(count);
  });

  test("by its place in the day, not the candles' place in time: quiet minutes have none", () => {
    const sparse = quietCandles(41, (offset) => (offset % 2 === 0 ? {} : null));
    const last = sceneCandle(OPEN + 60, { volume: 2000 });
    expect(observeLast([...sparse, last]).observations).toMatchObject([{ candles: 22 }]);
  });

  test("against the high of the whole day, also before the yardstick", () => {
    const candles = quietCandles(40, (offset) => (offset === 0 ? { high: high + 20_000 } : {}));
    const last = sceneCandle(OPEN + 40, { volume: 5000 });
    expect(observeLast([...candles, last]).observations).toHaveLength(0);
  });

  test("with a high that is not certain where a candle of the morning was in doubt", () => {
    const candles = quietCandles(40, (offset) => (offset === 3 ? { incomplete: 1 } : {}));
    const { observations } = observeLast([...candles, sceneCandle(OPEN + 40, { volume: 5000 })]);
    expect(observations).toMatchObject([{ reference_high_certain: false }]);
  });

  test("under the thresholds that it echoes", () => {
    const strict = { ...SCENE_THRESHOLDS, momentum_volume_ratio: 3 };
    expect(observeLast(loud(), SCENE_FACTS, strict).observations).toHaveLength(0);
    const { observations } = observeLast(loud({ volume: 3000 }), SCENE_FACTS, strict);
    expect(observations).toMatchObject([{ thresholds: { momentum_volume_ratio: 3 } }]);
  });
});

describe("a candle that cannot be judged says why", () => {
  const windowWith = (change: Partial<Candle>) => [
    ...quietCandles(20, (offset) => (offset === 7 ? change : {})),
    sceneCandle(OPEN + 20, { volume: 9000 }),
  ];
  test.each<[string, readonly Candle[]]>([
    ["TOO_FEW_CANDLES", [...quietCandles(19), sceneCandle(OPEN + 19, { volume: 9000 })]],
    ["INCOMPLETE", loud({ incomplete: 1 })],
    ["VOLUME_UNAVAILABLE", loud({ volume: NaN })],
    ["NO_VWAP", loud({ vwap: NaN })],
    ["INCOMPLETE_WINDOW", windowWith({ incomplete: 1 })],
    ["INCOMPLETE_WINDOW", windowWith({ volume: NaN })],
    ["NO_VOLUME_BEFORE", [...quietCandles(20, () => ({ volume: 0 })), sceneCandle(OPEN + 20)]],
    ["NO_VWAP", loud().map((candle) => ({ ...candle, symbol: 1, volume: NaN, vwap: NaN }))],
  ])("%s", (reason, candles) => {
    const { observations, reasons, judged } = observeLast(candles);
    expect({ observations, reasons, judged }).toEqual({
      observations: [],
      reasons: [reason],
      judged: 0,
    });
  });

  test("in LTP mode no volume is there for anything", () => {
    const ltp = { ...SCENE_FACTS, mode: "ltp" as const };
    const candles = loud().map((candle) => ({ ...candle, volume: NaN, vwap: NaN }));
    const { insufficient } = observeLast(candles, ltp);
    expect(insufficient).toEqual([
      {
        state: "INSUFFICIENT_DATA",
        symbol: "ITC",
        minute: "2026-08-04T09:35+05:30",
        reason: "VOLUME_UNAVAILABLE",
      },
    ]);
  });

  test("a symbol that the plan does not name is not judged", () => {
    const facts = { ...SCENE_FACTS, instruments: SCENE_FACTS.instruments.slice(1) };
    expect(observeLast(loud(), facts).reasons).toEqual(["NOT_IN_PLAN"]);
  });
});

describe("the day", () => {
  const lateLoud = (symbol: number, clock: string) => {
    const end = minuteAt(clock);
    const quiet = Array.from({ length: 20 }, (_, back) => sceneCandle(end - 20 + back, { symbol }));
    return [...quiet, sceneCandle(end, { symbol, volume: 5000 })];
  };

  test.each([
    ["15:14", 2, 1],
    ["15:15", 2, 0],
    ["15:15", 0, 1],
    ["15:29", 0, 1],
    ["15:30", 0, 0],
  ])("at %s for symbol %i has %i observations", (clock, symbol, count) => {
    const { observations, reasons } = observeLast(lateLoud(symbol, clock));
    expect(observations).toHaveLength(count);
    expect(reasons).toEqual([]);
  });

  test("takes a recovered candle of an earlier minute in without observing it", () => {
    const observer = createMomentumObserver(SCENE_THRESHOLDS, SCENE_FACTS);
    for (const candle of quietCandles(20, (offset) => (offset === 10 ? null : {}))) {
      observer.observeBatch({ minute: candle.startMinute, candles: tableOf([candle]) });
    }
    const recovered = sceneCandle(OPEN + 10, { volume: 8000, source: 1 });
    const last = sceneCandle(OPEN + 20, { volume: 4000 });
    const batch = { minute: OPEN + 20, candles: tableOf([recovered, last]) };
    const { observations } = observer.observeBatch(batch);
    expect(observations).toMatchObject([{ minute: formatIstMinute(OPEN + 20), candles: 21 }]);
    expect(observations[0]?.volume_ratio).toBeCloseTo((4000 * 20) / (19_000 + 8000), 8);
  });

  test("lets a whole candle take the place of one in doubt, and never the reverse", () => {
    const doubt = quietCandles(20, (offset) => (offset === 5 ? { incomplete: 1 } : {}));
    const whole = sceneCandle(OPEN + 5);
    const again = sceneCandle(OPEN + 5, { incomplete: 1, high: 2_000_000 });
    const last = sceneCandle(OPEN + 20, { volume: 4000 });
    const observer = createMomentumObserver(SCENE_THRESHOLDS, SCENE_FACTS);
    for (const candle of doubt) {
      observer.observeBatch({ minute: candle.startMinute, candles: tableOf([candle]) });
    }
    const batch = { minute: OPEN + 20, candles: tableOf([whole, again, last]) };
    const { observations } = observer.observeBatch(batch);
    expect(observations).toMatchObject([{ reference_high: 100, reference_high_certain: true }]);
  });
});

/** The conditions read plainly off lists; exact, because volumes and prices are small whole numbers. */
function expectedMinutes(candles: readonly Candle[]): number[] {
  return candles.flatMap((candle, index) => {
    const before = candles.slice(0, index);
    const window = before.slice(-20);
    if (window.length < 20 || candle.incomplete !== 0) return [];
    if (window.some(({ incomplete }) => incomplete !== 0)) return [];
    const sum = window.reduce((total, { volume }) => total + volume, 0);
    const high = Math.max(...candles.slice(0, index + 1).map((each) => each.high));
    const isOver = candle.close > candle.vwap * 10_000;
    const isNear = (high - candle.close) * 200 <= high;
    return sum > 0 && isOver && isNear && candle.volume * 20 >= 2 * sum ? [candle.startMinute] : [];
  });
}

const randomDay = fc
  .array(
    fc.record({
      step: fc.constantFrom(1, 1, 1, 2, 3),
      close: fc.integer({ min: 990_000, max: 1_000_000 }),
      volume: fc.constantFrom(0, 10, 10, 20, 20, 30, 60, 100),
      vwap: fc.constantFrom(90, 99, 99.5),
      incomplete: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    }),
    { minLength: 21, maxLength: 120 },
  )
  .map((steps) => {
    let minute = OPEN - 1;
    return steps.map(({ step, ...change }) => {
      minute += step;
      return sceneCandle(minute, { ...change, high: change.close, low: change.close });
    });
  });

describe("any day", () => {
  test("has the observations that the plain model finds, each with a confidence inside (0, 1)", () => {
    fc.assert(
      fc.property(randomDay, (candles) => {
        const observer = createMomentumObserver(SCENE_THRESHOLDS, SCENE_FACTS);
        const found = candles.flatMap(
          (candle) =>
            observer.observeBatch({ minute: candle.startMinute, candles: tableOf([candle]) })
              .observations,
        );
        expect(found.map(({ minute }) => minute)).toEqual(
          expectedMinutes(candles).map(formatIstMinute),
        );
        for (const { confidence } of found) {
          expect(confidence).toBeGreaterThan(0);
          expect(confidence).toBeLessThan(1);
        }
      }),
      run,
    );
  });

  test("is judged from what has passed: later candles change nothing said before", () => {
    fc.assert(
      fc.property(randomDay, fc.nat({ max: 120 }), (candles, cut) => {
        const until = (count: number) => {
          const observer = createMomentumObserver(SCENE_THRESHOLDS, SCENE_FACTS);
          return candles
            .slice(0, count)
            .map((candle) =>
              observer.observeBatch({ minute: candle.startMinute, candles: tableOf([candle]) }),
            );
        };
        expect(canonicalJson(until(cut))).toBe(canonicalJson(until(candles.length).slice(0, cut)));
      }),
      run,
    );
  });

  test("is judged by symbol: other symbols change nothing", () => {
    fc.assert(
      fc.property(randomDay, randomDay, (own, other) => {
        const of = (candles: readonly Candle[]) => {
          const observer = createMomentumObserver(SCENE_THRESHOLDS, SCENE_FACTS);
          const minutes = [...new Set(candles.map(({ startMinute }) => startMinute))].sort(
            (a, b) => a - b,
          );
          return minutes.flatMap((minute) => {
            const batch = candles.filter(({ startMinute }) => startMinute === minute);
            return observer
              .observeBatch({ minute, candles: tableOf(batch) })
              .observations.filter(({ symbol }) => symbol === SCENE_SYMBOLS[0]);
          });
        };
        const mixed = [...own, ...other.map((candle) => ({ ...candle, symbol: 2 }))];
        expect(of(mixed)).toEqual(of(own));
      }),
      run,
    );
  });
});

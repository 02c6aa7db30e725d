/** Grades, from candles of exactly T+5 and T+15 and from no other minute. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import type { Candle } from "../candles/candle-table.ts";
import { addDayCandle, createDayCandles } from "./day-candles.ts";
import { gradeMinute } from "./grade-observation.ts";
import { SCENE_FACTS, SCENE_THRESHOLDS, sceneCandle } from "./momentum-scene.testing.ts";

const run = { numRuns: testCount(500, 20_000), seed: testSeed() };
const T = SCENE_FACTS.openMinute + 30;
const CLOSE = 1_000_000;

type Scene = {
  readonly t5?: Partial<Candle> | null;
  readonly t15?: Partial<Candle> | null;
  readonly throughMinute?: number;
  readonly endMinute?: number;
  readonly others?: readonly Candle[];
};

function gradeScene(scene: Scene) {
  const day = createDayCandles(1, SCENE_FACTS);
  const { t5 = {}, t15 = {}, others = [] } = scene;
  const looks = [
    sceneCandle(T),
    ...(t5 === null ? [] : [sceneCandle(T + 5, t5)]),
    ...(t15 === null ? [] : [sceneCandle(T + 15, t15)]),
  ];
  for (const candle of [...looks, ...others]) addDayCandle(day, 0, candle);
  const { throughMinute = SCENE_FACTS.closeMinute - 1, endMinute = SCENE_FACTS.closeMinute } =
    scene;
  return gradeMinute(day, { instrument: 0, minute: T, throughMinute, endMinute }, SCENE_THRESHOLDS);
}

const SURGE = { volume: 1501 };
const CLEAN = { close: CLOSE + 3001 };
const FALSE = { close: CLOSE - 1001 };

describe("a grade", () => {
  test.each<[string, Scene, string, string | null]>([
    ["clean with a surge", { t5: SURGE, t15: CLEAN }, "A", "CLEAN"],
    ["clean with exactly half more volume", { t5: { volume: 1500 }, t15: CLEAN }, "B", "CLEAN"],
    ["exactly 0.3 % up is not clean", { t5: SURGE, t15: { close: CLOSE + 3000 } }, "C", "CHOPPY"],
    ["exactly 0.1 % down is not false", { t15: { close: CLOSE - 1000 } }, "C", "CHOPPY"],
    ["more than 0.1 % down", { t5: SURGE, t15: FALSE }, "D", "FALSE"],
    ["choppy without T+5", { t5: null }, "C", "CHOPPY"],
    ["false without T+5", { t5: null, t15: FALSE }, "D", "FALSE"],
  ])("of %s", (_, scene, grade, outcome) => {
    expect(gradeScene(scene)).toMatchObject({ grade, outcome, reason: null, is_final: true });
  });

  test.each<[string, Scene, string, boolean]>([
    ["T+15 has not passed", { throughMinute: T + 14 }, "NOT_YET", false],
    ["T+15 is after the close", { endMinute: T + 15 }, "T15_AFTER_CLOSE", true],
    [
      "T+15 is after the close, before it has passed",
      { endMinute: T + 15, throughMinute: T },
      "T15_AFTER_CLOSE",
      true,
    ],
    ["T+15 has no candle", { t15: null }, "MISSING_T15", true],
    ["T+15 is in doubt", { t15: { ...CLEAN, incomplete: 1 } }, "INCOMPLETE_T15", true],
    ["clean without T+5", { t5: null, t15: CLEAN }, "MISSING_T5", true],
    ["clean with T+5 in doubt", { t5: { incomplete: 1 }, t15: CLEAN }, "INCOMPLETE_T5", true],
    [
      "clean with T+5 on no known volume",
      { t5: { volume: NaN }, t15: CLEAN },
      "INCOMPLETE_T5",
      true,
    ],
  ])("is withheld where %s", (_, scene, reason, isFinal) => {
    expect(gradeScene(scene)).toMatchObject({ grade: "UNGRADED", reason, is_final: isFinal });
  });

  test("comes with the changes it was made of", () => {
    expect(gradeScene({ t5: { ...SURGE, close: CLOSE - 5000 }, t15: CLEAN })).toEqual({
      grade: "A",
      outcome: "CLEAN",
      is_surge: true,
      close_change_t5_percent: -0.5,
      close_change_t15_percent: 0.3001,
      volume_change_t5_percent: 50.1,
      reason: null,
      is_final: true,
    });
  });

  test("never looks at another minute", () => {
    const other = fc.record({
      offset: fc.integer({ min: 1, max: 40 }).filter((offset) => offset !== 5 && offset !== 15),
      close: fc.integer({ min: 1, max: 2_000_000 }),
      volume: fc.nat(100_000),
    });
    const look = fc.constantFrom(null, {}, CLEAN, FALSE, { incomplete: 1 });
    fc.assert(
      fc.property(fc.array(other), look, look, (others, t5, t15) => {
        const placed = others.map(({ offset, ...change }) => sceneCandle(T + offset, change));
        expect(gradeScene({ t5, t15, others: placed })).toEqual(gradeScene({ t5, t15 }));
      }),
      run,
    );
  });

  test("once final stays as it is while the day goes on", () => {
    const look = fc.constantFrom(null, {}, CLEAN, FALSE);
    const through = fc.integer({ min: T, max: T + 40 });
    fc.assert(
      fc.property(look, look, through, through, (t5, t15, a, b) => {
        const early = gradeScene({ t5, t15, throughMinute: Math.min(a, b) });
        const late = gradeScene({ t5, t15, throughMinute: Math.max(a, b) });
        expect(early.is_final ? early : late).toEqual(late);
      }),
      run,
    );
  });
});

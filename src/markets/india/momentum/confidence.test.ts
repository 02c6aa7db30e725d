/** Confidence, held against what is declared: inside its bounds, monotone in each condition. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { type ConditionExcess, confidenceOf } from "./confidence.ts";

const run = { numRuns: testCount(1000, 50_000), seed: testSeed() };
const positive = (max: number) => fc.double({ min: 1e-6, max, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

const excess: fc.Arbitrary<ConditionExcess> = fc
  .record({
    vwapPercent: positive(1e6),
    hodDistancePercentMax: fc.double({ min: 0.01, max: 100, noNaN: true }),
    volumeRatioMin: fc.double({ min: 0.01, max: 1000, noNaN: true }),
    underHigh: share,
    volume: fc.double({ min: 1, max: 1e6, noNaN: true }),
  })
  .map(({ underHigh, volume, ...rest }) => ({
    ...rest,
    hodDistancePercent: underHigh * rest.hodDistancePercentMax,
    volumeRatio: volume * rest.volumeRatioMin,
  }));

const scene: ConditionExcess = {
  vwapPercent: 0.2,
  hodDistancePercent: 0.25,
  hodDistancePercentMax: 0.5,
  volumeRatio: 3,
  volumeRatioMin: 2,
};

describe("confidence", () => {
  test("lies strictly between 0 and 1, whatever is exceeded by however much", () => {
    fc.assert(
      fc.property(excess, (facts) => {
        const confidence = confidenceOf(facts);
        expect(confidence).toBeGreaterThanOrEqual(0.2);
        expect(confidence).toBeLessThanOrEqual(0.8);
      }),
      run,
    );
  });

  test("never falls as the close rises over VWAP, the volume grows or the high comes nearer", () => {
    fc.assert(
      fc.property(excess, share, positive(100), (facts, closer, more) => {
        const base = confidenceOf(facts);
        const over = { ...facts, vwapPercent: facts.vwapPercent + more };
        const louder = { ...facts, volumeRatio: facts.volumeRatio + more };
        const nearer = { ...facts, hodDistancePercent: facts.hodDistancePercent * closer };
        expect(confidenceOf(over)).toBeGreaterThanOrEqual(base);
        expect(confidenceOf(louder)).toBeGreaterThanOrEqual(base);
        expect(confidenceOf(nearer)).toBeGreaterThanOrEqual(base);
      }),
      run,
    );
  });

  test.each([
    ["further over VWAP", { vwapPercent: 0.3 }],
    ["nearer to the high", { hodDistancePercent: 0.2 }],
    ["more volume", { volumeRatio: 3.1 }],
  ])("rises with %s", (_, change) => {
    expect(confidenceOf({ ...scene, ...change })).toBeGreaterThan(confidenceOf(scene));
  });

  test("is 0.2 where every condition only just holds, and moves from there", () => {
    const threshold = { ...scene, vwapPercent: 0, hodDistancePercent: 0.5, volumeRatio: 2 };
    expect(confidenceOf(threshold)).toBeCloseTo(0.2, 12);
    expect(confidenceOf({ ...threshold, volumeRatio: 2.02 })).toBeGreaterThan(0.201);
  });

  test("is the declared formula", () => {
    const [v, h, r] = [0.4 / 1.4, 0.5, 0.5 / 1.5];
    expect(confidenceOf(scene)).toBeCloseTo((1 + v + h + r) / 5, 12);
  });
});

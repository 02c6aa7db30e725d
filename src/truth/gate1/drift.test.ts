/** The drift check against decision 3, with moves that really happened. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../tests/support/depth.ts";
import { type DriftFinding, type DriftRole, type Move, changeOf, judgeDrift } from "./drift.ts";

const LIMITS = {
  requiredPercent: 10,
  gaugePercent: 150,
  stockPercent: 20,
  splitRatioPercent: 1,
  undonePercent: 2,
};
const role = (
  instrumentClass: DriftRole["instrumentClass"],
  required = false,
  isVolatilityGauge = false,
): DriftRole => ({ instrumentClass, required, isVolatilityGauge });
const STOCK = role("stock");
const SPY = role("fund", true);
const GAUGE = role("index", true, true);

const move = (before: number, close: number, more: Partial<Move> = {}): Move => ({
  before: Math.round(before * 1e4),
  close: Math.round(close * 1e4),
  after: undefined,
  dividends: 0,
  volume: 1_000_000,
  ...more,
  ...(more.after === undefined ? {} : { after: Math.round(more.after * 1e4) }),
});
const nameOf = (finding: DriftFinding | undefined): string => {
  if (finding === undefined) return "admitted";
  if (finding.kind === "list") return "LARGE_MOVE";
  return finding.rule === "DRIFT_UNCORROBORATED" ? finding.because : finding.rule;
};
const judged = (of: Move, as: DriftRole): string => nameOf(judgeDrift(of, as, LIMITS));

describe("a move that happened", () => {
  test.each<[string, Move, DriftRole, string]>([
    ["AIG fell 61 % on 2008-09-15", move(12.14, 4.76, { after: 3.75 }), STOCK, "LARGE_MOVE"],
    ["SPY rose 14.5 % on 2008-10-13", move(88.5, 101.35), SPY, "DRIFT_REQUIRED"],
    ["SPY fell 9.8 % on 2008-10-15", move(99.85, 90.02), SPY, "admitted"],
    ["the VIX rose 115 % on 2018-02-05", move(17.31, 37.32), GAUGE, "admitted"],
    ["a gauge that rises 151 %", move(10, 25.1), GAUGE, "DRIFT_GAUGE"],
    ["a gauge that halves", move(30, 15), GAUGE, "admitted"],
    ["a VIX that is not required, +115 %", move(17.31, 37.32), role("index"), "LARGE_MOVE"],
    [
      "oil at a negative price on 2020-04-20",
      move(18.27, -37.63),
      role("series", true),
      "admitted",
    ],
    ["a fund is judged like a stock", move(100, 70), role("fund"), "LARGE_MOVE"],
    ["a spin-off of 4.6 % that is not taken out", move(100, 95.6), STOCK, "admitted"],
  ])("%s", (_, of, as, expected) => {
    expect(judged(of, as)).toBe(expected);
  });
});

describe("a limit", () => {
  test.each<[string, Move, DriftRole, string]>([
    ["a required fund at exactly 10 % up", move(100, 110), SPY, "admitted"],
    ["a required fund just over", move(100, 110.0001), SPY, "DRIFT_REQUIRED"],
    ["a required fund at exactly 10 % down", move(100, 90), SPY, "admitted"],
    ["a required fund just under", move(100, 89.9999), SPY, "DRIFT_REQUIRED"],
    ["a required index just over", move(30, 33.0001), role("index", true), "DRIFT_REQUIRED"],
    ["a required gauge fund at 150 %", move(8, 20), role("fund", true, true), "admitted"],
    ["a required gauge fund over", move(8, 20.0001), role("fund", true, true), "DRIFT_GAUGE"],
    ["a stock at exactly 20 % up", move(15, 18), STOCK, "admitted"],
    ["a stock at exactly 20 % down", move(15, 12), STOCK, "admitted"],
    ["a stock just over, up", move(15, 18.0001), STOCK, "LARGE_MOVE"],
    ["a stock just over, down", move(15, 11.9999), STOCK, "LARGE_MOVE"],
  ])("holds %s to the last unit", (_, of, as, expected) => {
    expect(judged(of, as)).toBe(expected);
  });
});

describe("a large move of a stock", () => {
  test.each<[string, Move, string, string | undefined]>([
    ["halves, with no split on file", move(200, 100), "SPLIT_RATIO", "2:1"],
    ["halves within 1 %", move(200, 101), "SPLIT_RATIO", "2:1"],
    ["halves, a little more than 1 % off", move(200, 101.01), "LARGE_MOVE", undefined],
    ["falls by a third, like 3:2", move(300, 200), "SPLIT_RATIO", "3:2"],
    ["rises fourfold, like 1:4", move(10, 40), "SPLIT_RATIO", "1:4"],
    ["rises tenfold, like 1:10", move(1, 10), "SPLIT_RATIO", "1:10"],
    ["falls to a twentieth", move(2000, 100.5), "SPLIT_RATIO", "20:1"],
    ["is undone in the next session", move(100, 71, { after: 101.9 }), "UNDONE", undefined],
    ["is undone within 2 % from below", move(100, 140, { after: 98 }), "UNDONE", undefined],
    ["is not quite undone", move(100, 71, { after: 97.99 }), "LARGE_MOVE", undefined],
    ["came without a trade", move(100, 71, { volume: 0 }), "ZERO_VOLUME", undefined],
    ["came with an unknown volume", move(100, 71, { volume: Number.NaN }), "LARGE_MOVE", undefined],
  ])("that %s", (_, of, expected, ratio) => {
    const finding = judgeDrift(of, STOCK, LIMITS);
    expect(nameOf(finding)).toBe(expected);
    const isSplit = finding?.kind === "park" && finding.rule === "DRIFT_UNCORROBORATED";
    expect(isSplit ? finding.splitRatio : undefined).toBe(ratio);
  });

  test("of an index cannot be a split, and an index has no volume", () => {
    expect(judged(move(200, 100, { volume: 0 }), role("index"))).toBe("LARGE_MOVE");
    expect(judged(move(200, 100, { after: 199 }), role("index"))).toBe("UNDONE");
  });

  test("that a split on file explains is no move at all", () => {
    // The closes come comparable: 4:1 taken out, 500 and 125 are one price.
    expect(judged(move(125, 125.5), STOCK)).toBe("admitted");
  });
});

describe("a dividend", () => {
  test("is taken out of the move before the limit is asked", () => {
    const special = move(100, 75, { dividends: 10 * 1e4 });
    expect(changeOf(special)).toBeCloseTo(-0.15);
    expect(judged(special, STOCK)).toBe("admitted");
    expect(judged(move(100, 85, { dividends: 6 * 1e4 }), SPY)).toBe("admitted");
  });

  test("does not make a fall to half a split", () => {
    expect(judged(move(200, 100, { dividends: 100 * 1e4 }), STOCK)).toBe("admitted");
  });
});

describe("any move", () => {
  const price = fc.integer({ min: 1, max: 1_000_000_000 });
  const run = { numRuns: testCount(1000, 50_000), seed: testSeed() };

  test("of a required role is parked exactly when it is over the limit, as whole numbers say", () => {
    fc.assert(
      fc.property(
        price,
        price,
        fc.nat({ max: 100_000 }),
        fc.boolean(),
        (before, close, dividends, isGauge) => {
          const of: Move = { before, close, dividends, after: undefined, volume: 1 };
          const limit = isGauge ? 150n : 10n;
          const change = BigInt(close + dividends) - BigInt(before);
          const size = change < 0n ? -change : change;
          const expected = size * 100n > limit * BigInt(before);
          expect(judgeDrift(of, role("fund", true, isGauge), LIMITS) !== undefined).toBe(expected);
        },
      ),
      run,
    );
  });

  test("of a stock is parked or listed exactly when it is over 20 %", () => {
    const after = fc.option(price, { nil: undefined });
    fc.assert(
      fc.property(
        price,
        price,
        after,
        fc.constantFrom(0, 5, Number.NaN),
        (before, close, next, volume) => {
          const of: Move = { before, close, after: next, dividends: 0, volume };
          const size = Math.abs(close - before);
          expect(judgeDrift(of, STOCK, LIMITS) !== undefined).toBe(size * 100 > 20 * before);
        },
      ),
      run,
    );
  });
});

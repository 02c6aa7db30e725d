/** What changed after its seal, one cause a minute. */
import { describe, expect, test } from "vitest";
import type { Candle } from "../candles/candle-table.ts";
import { minuteAt, sceneCandle, tableOf } from "../momentum/momentum-scene.testing.ts";
import { compareSealed } from "./compare-sealed.ts";
import { SEAL_CHANGES_LISTED_MAX } from "./review-limits.ts";

const OPEN = minuteAt("09:15");
const one = (change: Partial<Candle> = {}) => [sceneCandle(OPEN, change)];

describe("a minute", () => {
  test.each<[string | null, readonly Candle[], readonly Candle[]]>([
    [null, one(), one()],
    [null, one({ volume: NaN, vwap: NaN }), one({ volume: NaN, vwap: NaN })],
    ["LATE_PACKETS", one({ tickCount: 11, close: 999_999 }), one()],
    ["LATE_PACKETS", one({ tickCount: 11 }), one()],
    ["LATE_PACKETS", one(), []],
    ["RECOVERED", one({ source: 1 }), []],
    ["RECOVERED", one({ source: 1 }), one({ incomplete: 1 })],
    ["OTHER_SOURCE", one(), one({ source: 1 })],
    ["COMPLETENESS", one({ incomplete: 1 }), one()],
    ["VALUES", one({ open: 999_999 }), one()],
    ["VALUES", one({ volume: NaN }), one()],
    ["VALUES", one({ tickCount: 9 }), one()],
    ["ONLY_SEALED", [], one()],
  ])("%s", (cause, canonical, sealed) => {
    const { summary, changed } = compareSealed(tableOf(canonical), tableOf(sealed));
    expect(changed.map((each) => each.cause)).toEqual(cause === null ? [] : [cause]);
    expect(summary).toMatchObject({
      compared: 1,
      same: cause === null ? 1 : 0,
      changes: cause === null ? [] : [{ cause, minutes: 1 }],
    });
  });

  test("is counted always and listed within a limit", () => {
    const many = Array.from({ length: 300 }, (_, offset) => sceneCandle(OPEN + offset));
    const { summary, changed } = compareSealed(tableOf(many), tableOf([]));
    expect(changed).toHaveLength(300);
    expect(summary.listed).toHaveLength(SEAL_CHANGES_LISTED_MAX);
    expect(summary.changes).toEqual([{ cause: "LATE_PACKETS", minutes: 300 }]);
  });
});

/** Putting the vendor's minutes of a session together. */
import { expect, test } from "vitest";
import { appendBar, createBarTable } from "#lake/bar-table.ts";
import { candleAt } from "../candles/candle-table.ts";
import { restCandlesOf } from "./rest-candles.ts";

const barsOf = (...rows: readonly (readonly [start: number, close: number, flags?: number])[]) => {
  const bars = createBarTable();
  for (const [startMinute, close, flags = 0] of rows) {
    appendBar(bars, {
      day: 0,
      startMinute,
      open: close,
      high: close,
      low: close,
      close,
      volume: 7,
      line: 1,
      flags,
    });
  }
  return bars;
};
const about = { fromMinute: 100, toMinute: 103, indices: new Set(["Nifty 50"]) };

test("keeps readable minutes of the session, sorted, the one received last", () => {
  const table = restCandlesOf(
    [
      { symbol: "B", bars: barsOf([102, 5], [100, 1], [101, 2, 1], [99, 9], [103, 9]) },
      { symbol: "A", bars: barsOf([101, 3]) },
      { symbol: "B", bars: barsOf([100, 4]) },
    ],
    about,
  );
  const rows = Array.from({ length: table.length }, (_, row) => candleAt(table, row));
  expect(rows.map((row) => [table.symbols[row.symbol], row.startMinute, row.close])).toEqual([
    ["A", 101, 3],
    ["B", 100, 4],
    ["B", 102, 5],
  ]);
  expect(rows[0]).toMatchObject({ source: 1, kind: 0, incomplete: 0, volume: 7, vwap: NaN });
});

test("gives an index no volume", () => {
  const table = restCandlesOf([{ symbol: "Nifty 50", bars: barsOf([100, 1]) }], about);
  expect(candleAt(table, 0).volume).toBeNaN();
});

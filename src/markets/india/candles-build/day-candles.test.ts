/** A session's candles from its sources: none invented, none lost, restatements kept as revisions. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appendBar, createBarTable } from "#lake/bar-table.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import {
  type CandleTable,
  appendCandle,
  candleAt,
  createCandleTable,
} from "../candles/candle-table.ts";
import { type DayCandles, type PayloadDayRows, makeDayCandles } from "./day-candles.ts";
import { type DayInputs, windowsOf } from "./day-plan.ts";

const START = 29_555_000;
type Row = { readonly start: number; readonly close: number; readonly isRefused?: boolean };

function payload(symbol: string, source: "rest" | "import", rows: readonly Row[]): PayloadDayRows {
  const table = createBarTable();
  for (const [line, { start, close }] of rows.entries()) {
    const prices = { open: 10, high: 99, low: 1, close };
    appendBar(table, { day: 20_524, startMinute: START + start, ...prices, volume: 5, line });
  }
  const reasons = Uint32Array.from(rows, ({ isRefused }) => (isRefused === true ? 1 : 0));
  return { symbol, source, table, reasons };
}

function stream(
  symbol: string,
  rows: readonly (Row & { readonly incomplete?: number })[],
): CandleTable {
  const table = createCandleTable([symbol]);
  for (const { start, close, incomplete = 0 } of rows) {
    const prices = { open: 10, high: 99, low: 1, close, volume: 7, vwap: 9.5, tickCount: 3 };
    const codes = { source: 0, kind: 0, incomplete };
    appendCandle(table, { symbol: 0, startMinute: START + start, ...prices, ...codes });
  }
  return table;
}

function rowsOf({ candles, revision }: DayCandles) {
  return Array.from({ length: candles.length }, (_, row) => {
    const { symbol, startMinute, close, source } = candleAt(candles, row);
    const name = candles.symbols[symbol] ?? "?";
    return [name, startMinute - START, close, source, revision[row]] as const;
  });
}

describe("a session's candles", () => {
  test("keep what a payload said before it was restated, and count who only confirmed", () => {
    const made = makeDayCandles(
      [
        payload("TCS", "import", [{ start: 0, close: 10 }]),
        payload("TCS", "import", [{ start: 0, close: 11 }]),
        payload("TCS", "import", [{ start: 0, close: 11 }]),
        payload("TCS", "import", [{ start: 0, close: 10 }]),
      ],
      undefined,
    );
    expect(rowsOf(made)).toEqual([
      ["TCS", 0, 10, 2, 0],
      ["TCS", 0, 11, 2, 1],
      ["TCS", 0, 10, 2, 2],
    ]);
    expect(made.restated).toEqual(["TCS", "TCS"]);
    expect(made.outcomes).toEqual({ accepted: 3, confirming: 1, quarantined: 0 });
  });

  test("are of one source a minute; the revisions of another one stay out", () => {
    const made = makeDayCandles(
      [
        payload("TCS", "import", [
          { start: 0, close: 10 },
          { start: 1, close: 10 },
        ]),
        payload("TCS", "import", [{ start: 0, close: 12 }]),
        payload("TCS", "rest", [{ start: 1, close: 13 }]),
      ],
      stream("TCS", [
        { start: 0, close: 14 },
        { start: 1, close: 15, incomplete: 1 },
      ]),
    );
    expect(rowsOf(made)).toEqual([
      ["TCS", 0, 14, 0, 0],
      ["TCS", 1, 13, 1, 0],
    ]);
    expect(made.restated).toEqual([]);
  });

  const row = fc.record({
    start: fc.nat({ max: 5 }),
    close: fc.constantFrom(10, 11, 12),
    isRefused: fc.constantFrom(false, false, false, true),
  });
  const anyPayload = fc.record({
    symbol: fc.constantFrom("TCS", "INFY", "M&M"),
    source: fc.constantFrom("rest" as const, "import" as const),
    rows: fc.uniqueArray(row, { selector: ({ start }) => start, maxLength: 6 }),
  });
  const streamed = fc.uniqueArray(
    fc.record({
      start: fc.nat({ max: 5 }),
      close: fc.constant(20),
      incomplete: fc.nat({ max: 1 }),
    }),
    { selector: ({ start }) => start, maxLength: 6 },
  );

  test("from any sources have every minute that was told, numbered revisions, and no other", () => {
    fc.assert(
      fc.property(fc.array(anyPayload, { maxLength: 6 }), streamed, (payloads, live) => {
        const given = payloads.map(({ symbol, source, rows }) => payload(symbol, source, rows));
        const made = makeDayCandles(given, stream("TCS", live));
        const rows = rowsOf(made);
        const told = new Set([
          ...payloads.flatMap(({ symbol, rows: all }) =>
            all.filter((one) => !one.isRefused).map(({ start }) => `${symbol} ${start}`),
          ),
          ...live.map(({ start }) => `TCS ${start}`),
        ]);
        const newest = rows.filter(
          ([name, start], at) => rows[at + 1]?.[0] !== name || rows[at + 1]?.[1] !== start,
        );
        expect(newest.map(([name, start]) => `${name} ${start}`).toSorted()).toEqual(
          [...told].sort(),
        );
        for (const [at, [name, start, , , revision]] of rows.entries()) {
          const before = rows[at - 1];
          const isSameKey = before?.[0] === name && before[1] === start;
          expect(revision).toBe(isSameKey ? (before[4] ?? 0) + 1 : 0);
        }
        const { accepted, confirming, quarantined } = made.outcomes;
        expect(accepted + confirming + quarantined).toBe(
          payloads.reduce((sum, one) => sum + one.rows.length, 0),
        );
      }),
      { numRuns: testCount(200, 5000), seed: testSeed() },
    );
  });
});

test("sessions are made in stretches that hold no more rows than allowed", () => {
  const day = (interval: "1m" | "5m", rows: number): DayInputs => ({
    interval,
    session: "2026-03-12",
    day: 0,
    payloads: [],
    ticks: [],
    rows,
  });
  const days = [day("1m", 4), day("1m", 5), day("1m", 2), day("1m", 99), day("5m", 1)];
  expect(windowsOf(days, 10).map((window) => window.map(({ rows }) => rows))).toEqual([
    [4, 5],
    [2],
    [99],
    [1],
  ]);
  expect(windowsOf([], 10)).toEqual([]);
});

/** Merged candles are the best of what is there: none is invented, lost, doubled or mixed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import {
  type Candle,
  type CandleTable,
  appendCandle,
  candleAt,
  createCandleTable,
} from "./candle-table.ts";
import { mergeCandles } from "./merge-candles.ts";

const STREAM = 0;
const REST = 1;
const IMPORT = 2;
const MINUTE = 0;
const AUCTION = 1;

function candle(of: Partial<Candle>): Candle {
  const prices = { open: 10_000, high: 10_000, low: 10_000, close: 10_000 };
  const rest = { volume: 1, vwap: NaN, tickCount: 0, source: STREAM, kind: MINUTE, incomplete: 0 };
  return { symbol: 0, startMinute: 1000, ...prices, ...rest, ...of };
}

function tableOf(symbols: readonly string[], candles: readonly Partial<Candle>[]): CandleTable {
  const table = createCandleTable(symbols);
  for (const one of candles) appendCandle(table, candle(one));
  return table;
}

/** Candles as values with the symbol's name. */
function namedRows(table: CandleTable) {
  return Array.from({ length: table.length }, (_, row) => {
    const { symbol, ...values } = candleAt(table, row);
    return { name: table.symbols[symbol] ?? "?", ...values };
  });
}

const closes = (...tables: CandleTable[]) =>
  namedRows(mergeCandles(tables).candles).map(({ close }) => close);

describe("of two candles of a minute", () => {
  const streamed = tableOf(["A"], [{ source: STREAM, close: 1 }]);
  const doubtful = tableOf(["A"], [{ source: STREAM, close: 2, incomplete: 1 }]);
  const rest = tableOf(["A"], [{ source: REST, close: 3 }]);
  const imported = tableOf(["A"], [{ source: IMPORT, close: 4 }]);

  test.each([
    ["a complete streamed one stays before REST", [streamed, rest], 1],
    ["a complete streamed one stays before an import", [imported, streamed], 1],
    ["REST stays before an import", [imported, rest], 3],
    ["REST replaces an incomplete streamed one", [doubtful, rest], 3],
    ["an import replaces an incomplete streamed one", [doubtful, imported], 4],
    ["an incomplete streamed one is better than none", [doubtful], 2],
  ])("%s", (_, tables, close) => {
    expect(closes(...tables)).toEqual([close]);
    expect(closes(...tables.toReversed())).toEqual([close]);
  });

  test("of the same source the one given last counts", () => {
    const restated = tableOf(["A"], [{ source: IMPORT, close: 5 }]);
    expect(closes(imported, restated)).toEqual([5]);
    expect(closes(restated, imported)).toEqual([4]);
  });
});

test("an auction is a candle of its own beside the minute of its start", () => {
  const table = tableOf(
    ["A"],
    [
      { kind: AUCTION, close: 2 },
      { kind: MINUTE, close: 1 },
    ],
  );
  expect(namedRows(mergeCandles([table]).candles)).toMatchObject([
    { kind: MINUTE, close: 1 },
    { kind: AUCTION, close: 2 },
  ]);
});

test("nothing merges to nothing", () => {
  expect(mergeCandles([]).candles.length).toBe(0);
  expect(mergeCandles([createCandleTable(["A"])]).candles.length).toBe(0);
});

test("candles of more than one session are a mistake of the caller", () => {
  const table = tableOf(["A"], [{ startMinute: 0 }, { startMinute: 10_000 }]);
  expect(() => mergeCandles([table])).toThrow("one session");
});

const NAMES = ["RELIANCE", "TCS", "Nifty 50", "INFY", "M&M"];
const anyCandle = fc.record({
  symbol: fc.nat({ max: NAMES.length - 1 }),
  startMinute: fc.integer({ min: 26_000_000, max: 26_000_006 }),
  close: fc.nat({ max: 50 }),
  source: fc.constantFrom(STREAM, REST, IMPORT),
  kind: fc.constantFrom(MINUTE, MINUTE, AUCTION),
  incomplete: fc.constantFrom(0, 0, 1),
});
const anyTables = fc.array(
  fc.record({
    names: fc.shuffledSubarray(NAMES, { minLength: NAMES.length }),
    candles: fc.array(anyCandle, { maxLength: 30 }),
  }),
  { maxLength: 5 },
);

const keyOf = (row: { name: string; startMinute: number; kind: number }): string =>
  `${row.name} ${row.startMinute} ${row.kind}`;
const rankOf = (row: { source: number; incomplete: number }): number =>
  row.source + 3 * row.incomplete;

describe("any tables merge to candles", () => {
  const settings = () => ({ numRuns: testCount(200, 10_000), seed: testSeed() });

  test("of which each was given, no key is lost or double, and none could be better", () => {
    fc.assert(
      fc.property(anyTables, (given) => {
        const tables = given.map(({ names, candles }) => tableOf(names, candles));
        const rows = tables.flatMap(namedRows);
        const merged = mergeCandles(tables);
        const result = namedRows(merged.candles);
        expect(result.map(keyOf).toSorted()).toEqual([...new Set(rows.map(keyOf))].toSorted());
        for (const [at, row] of result.entries()) {
          const origin = tables[merged.fromTable[at] ?? -1] ?? createCandleTable([]);
          expect(namedRows(origin)[merged.fromRow[at] ?? -1]).toEqual(row);
          const rivals = rows.filter((one) => keyOf(one) === keyOf(row));
          expect(Math.min(...rivals.map(rankOf))).toBe(rankOf(row));
          expect(rivals.findLast((one) => rankOf(one) === rankOf(row))).toEqual(row);
        }
      }),
      settings(),
    );
  });

  test("in the order of the lake, and merging again changes nothing", () => {
    fc.assert(
      fc.property(anyTables, (given) => {
        const tables = given.map(({ names, candles }) => tableOf(names, candles));
        const { candles } = mergeCandles(tables);
        const rows = namedRows(candles);
        const sorted = rows.toSorted(
          (a, b) =>
            (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
            a.startMinute - b.startMinute ||
            a.kind - b.kind,
        );
        expect(rows).toEqual(sorted);
        expect(namedRows(mergeCandles([candles]).candles)).toEqual(rows);
      }),
      settings(),
    );
  });
});

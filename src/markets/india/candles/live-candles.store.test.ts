/** Sealed candles are on the disk when `write` resolves, once each, and come back as they were. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { describeParquet, queryParquet } from "#lake/read-parquet.testing.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import {
  type Candle,
  type CandleTable,
  appendCandle,
  candleAt,
  createCandleTable,
} from "./candle-table.ts";
import { type LiveCandles, openLiveCandles } from "./live-candles-store.ts";

const makeFolder = temporaryFolders();
const SESSION = sessionDate("2026-03-12");
/** 09:15 IST of the session. */
const OPEN = dayNumberOf(SESSION) * 1440 + 9 * 60 + 15 - 330;
const AUCTION = 1;

const open = (stagingDir: string): Promise<LiveCandles> =>
  openLiveCandles({ stagingDir, temporaryDir: join(stagingDir, "tmp"), session: SESSION });

function tableOf(symbols: readonly string[], candles: readonly Partial<Candle>[]): CandleTable {
  const table = createCandleTable(symbols);
  for (const one of candles) {
    appendCandle(table, {
      symbol: 0,
      startMinute: OPEN,
      open: 13_855_000,
      high: 13_860_500,
      low: 13_850_000,
      close: 13_860_000,
      volume: 1234,
      vwap: 1385.27,
      tickCount: 61,
      source: 0,
      kind: 0,
      incomplete: 0,
      ...one,
    });
  }
  return table;
}

function rowsOf(table: CandleTable) {
  return Array.from({ length: table.length }, (_, row) => {
    const { symbol, ...values } = candleAt(table, row);
    return { name: table.symbols[symbol] ?? "?", ...values };
  });
}

const filesIn = (folder: string) =>
  readdirSync(join(folder, "candles", `session=${SESSION}`)).sort();

describe("a batch of sealed candles", () => {
  test("lies in a file of its minute, with the lake's columns, sorted by symbol", async () => {
    const folder = makeFolder();
    const live = await open(folder);
    await live.write(
      [OPEN],
      tableOf(["TCS", "Nifty 50"], [{ symbol: 0 }, { symbol: 1, volume: NaN, vwap: NaN }]),
    );
    live.close();
    expect(filesIn(folder)).toEqual(["0915-0915.parquet"]);
    const path = join(folder, "candles", `session=${SESSION}`, "0915-0915.parquet");
    expect(await describeParquet([path])).toEqual([
      "symbol VARCHAR",
      "session DATE",
      "start TIMESTAMP WITH TIME ZONE",
      "open DECIMAL(18,4)",
      "high DECIMAL(18,4)",
      "low DECIMAL(18,4)",
      "close DECIMAL(18,4)",
      "volume BIGINT",
      "vwap DOUBLE",
      "tick_count INTEGER",
      "source VARCHAR",
      "kind VARCHAR",
      "incomplete BOOLEAN",
      "revision INTEGER",
    ]);
    const [index, stock] = await queryParquet([path]);
    expect(index).toMatchObject({ symbol: "Nifty 50", volume: null, vwap: null });
    expect(stock).toEqual({
      symbol: "TCS",
      session: "2026-03-12",
      start: "2026-03-12 03:45:00+00",
      open: "1385.5000",
      high: "1386.0500",
      low: "1385.0000",
      close: "1386.0000",
      volume: "1234",
      vwap: 1385.27,
      tick_count: 61,
      source: "stream",
      kind: "minute",
      incomplete: false,
      revision: 0,
    });
  });

  test("may hold minutes without a trade, which count as written", async () => {
    const folder = makeFolder();
    const live = await open(folder);
    await live.write([OPEN, OPEN + 1], createCandleTable([]));
    await live.write([OPEN + 2], createCandleTable(["TCS"]));
    live.close();
    const again = await open(folder);
    expect([...again.covered()]).toEqual([OPEN, OPEN + 1, OPEN + 2]);
    expect((await again.read()).length).toBe(0);
    again.close();
  });

  test("of an auction has a file of its own beside the minutes", async () => {
    const folder = makeFolder();
    const live = await open(folder);
    const auction = tableOf(["TCS"], [{ kind: AUCTION, startMinute: OPEN + 360 }]);
    await live.write([OPEN + 360], tableOf(["INFY"], [{ startMinute: OPEN + 360 }]));
    await live.write([OPEN + 360], auction, "auction");
    expect(filesIn(folder)).toEqual(["1515-1515-auction.parquet", "1515-1515.parquet"]);
    expect([...live.covered("auction")]).toEqual([OPEN + 360]);
    expect(rowsOf(await live.read()).map(({ name, kind }) => [name, kind])).toEqual([
      ["INFY", 0],
      ["TCS", AUCTION],
    ]);
    live.close();
  });

  test("that was written is not written again, whatever comes", async () => {
    const folder = makeFolder();
    const live = await open(folder);
    await live.write([OPEN], tableOf(["TCS"], [{ close: 13_851_000 }]));
    const other = [{ close: 1 }, { startMinute: OPEN + 1, close: 13_852_000 }];
    await live.write([OPEN, OPEN + 1], tableOf(["TCS"], other));
    expect(rowsOf(await live.read()).map(({ close }) => close)).toEqual([13_851_000, 13_852_000]);
    live.close();
  });

  test("of another day is a mistake of the caller", async () => {
    const live = await open(makeFolder());
    await expect(live.write([OPEN + 1440], createCandleTable(["TCS"]))).rejects.toThrow("session");
    live.close();
  });
});

test("SYNTHETIC candles say so in every row and are read as any other", async () => {
  const folder = makeFolder();
  const temporaryDir = join(folder, "tmp");
  const about = { stagingDir: folder, temporaryDir, session: SESSION, isSynthetic: true };
  const live = await openLiveCandles(about);
  await live.write([OPEN], tableOf(["TCS"], [{ source: 1 }]));
  expect(rowsOf(await live.read())).toMatchObject([{ source: 1 }]);
  live.close();
  const path = join(folder, "candles", `session=${SESSION}`, "0915-0915.parquet");
  expect(await queryParquet([path])).toMatchObject([{ source: "SYNTHETIC:rest" }]);
});

test("what a killed writer left unfinished counts for nothing", async () => {
  const folder = makeFolder();
  const live = await open(folder);
  await live.write([OPEN], tableOf(["TCS"], [{}]));
  live.close();
  const session = join(folder, "candles", `session=${SESSION}`);
  writeFileSync(join(session, "0916-0916.parquet.1.part~"), "half");
  const again = await open(folder);
  expect([...again.covered()]).toEqual([OPEN]);
  expect(filesIn(folder)).toEqual(["0915-0915.parquet"]);
  again.close();
});

test("sealed candles come back as they were, in any batches and over any restarts", async () => {
  const price = fc.integer({ min: 1, max: 2_000_000_000 });
  const candle = fc.record({
    open: price,
    high: price,
    low: price,
    close: price,
    volume: fc.oneof(fc.constant(NaN), fc.nat({ max: 1e12 })),
    vwap: fc.oneof(fc.constant(NaN), fc.double({ min: 0.01, max: 2e5, noNaN: true })),
    tickCount: fc.nat(),
    source: fc.nat({ max: 2 }),
    incomplete: fc.nat({ max: 1 }),
  });
  const names = ["M&M", "TCS", "Nifty 50", "INFY", "O'NE"];
  const minutes = fc.array(fc.array(candle, { maxLength: names.length }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(minutes, fc.infiniteStream(fc.boolean()), async (batches, restarts) => {
      const folder = makeFolder();
      let live = await open(folder);
      const expected: ReturnType<typeof rowsOf> = [];
      for (const [offset, candles] of batches.entries()) {
        const rows = candles.map((one, symbol) => ({ ...one, symbol, startMinute: OPEN + offset }));
        const table = tableOf(names, rows);
        await live.write([OPEN + offset], table);
        expected.push(...rowsOf(table));
        if (restarts.next().value !== true) continue;
        live.close();
        live = await open(folder);
      }
      expected.sort((a, b) =>
        a.name < b.name ? -1 : a.name > b.name ? 1 : a.startMinute - b.startMinute,
      );
      expect(rowsOf(await live.read())).toEqual(expected);
      live.close();
    }),
    { numRuns: testCount(10, 200), seed: testSeed() },
  );
});

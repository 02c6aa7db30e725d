/** Streamed sessions in a snapshot: rebuilt from their segments, merged with REST, and not replayed again. */
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { runBuildJob } from "#curation/build-job.ts";
import { settingsSchema } from "#contracts/settings.ts";
import { openMarketData } from "#curation/market-context.ts";
import { queryParquet } from "#lake/read-parquet.testing.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { type Candle, appendCandle, createCandleTable } from "../candles/candle-table.ts";
import { INDIA_MARKET } from "../india-market.ts";
import { type OpenIndia, importFiles } from "../india-scene.testing.ts";
import { indiaCandleDatasets } from "./candle-datasets.ts";

const makeFolder = temporaryFolders();
const opened: OpenIndia[] = [];
afterEach(() => {
  for (const market of opened.splice(0)) market.close();
});

const OPEN = dayNumberOf(sessionDate("2026-03-12")) * 1440 + 555 - 330;
const AUCTION = 1;

/** A market whose tick log is rebuilt by `candlesOf`. */
function open(candlesOf: (segments: readonly RawReceipt[]) => readonly Partial<Candle>[]) {
  const rebuilds: string[][] = [];
  const rebuild = async (segments: readonly RawReceipt[]) => {
    rebuilds.push(segments.map(({ endpoint }) => endpoint.params["segment"] ?? ""));
    const table = createCandleTable(["TCS", "SILENT"]);
    const usual = { open: 10, high: 20, low: 5, close: 12, volume: 7, vwap: 11.25, tickCount: 9 };
    for (const one of candlesOf(segments)) {
      appendCandle(table, {
        symbol: 0,
        startMinute: OPEN,
        ...usual,
        source: 0,
        kind: 0,
        incomplete: 0,
        ...one,
      });
    }
    return await Promise.resolve(table);
  };
  const market = openMarketData(
    { ...INDIA_MARKET, datasets: (inputs) => indiaCandleDatasets(inputs, rebuild) },
    {
      workspace: workspaceAt(join(makeFolder(), "workspace")),
      settings: settingsSchema.parse({}),
      clock: fixedClock(instantOfIso("2026-03-12T14:00:00Z")),
      progress: { step: () => undefined },
    },
  );
  opened.push(market);
  return { market, rebuilds };
}

function landSegment(market: OpenIndia, segment: string, session = "2026-03-12"): void {
  market.rawStore.land({
    kind: "ticks",
    source: "smartapi",
    synthetic: false,
    endpoint: { name: "smart-stream", params: { segment, session } },
    symbol: null,
    fetchedAt: market.clock.wallMs(),
    // A segment's bytes are read by the rebuild alone, which is another here.
    format: "json",
    bytes: new TextEncoder().encode(segment),
    rows: 1,
    newestSession: null,
  });
}

async function candlesOf(market: OpenIndia) {
  const built = await runBuildJob(market);
  const analytics = market.workspace.analyticsDir("india");
  const paths = built.manifest.files.map(({ path }) => join(analytics, path));
  const rows = await queryParquet(
    paths,
    (from) =>
      `SELECT symbol, strftime(start, '%H:%M') AS start, volume, vwap, tick_count, source, kind, incomplete FROM ${from}`,
  );
  return { built, rows };
}

describe("a streamed session", () => {
  test("becomes candles with all that the stream knows, silent symbols reported", async () => {
    const { market } = open(() => [{}, { startMinute: OPEN + 360, kind: AUCTION, vwap: NaN }]);
    landSegment(market, "20260312T033000-0001");
    const { built, rows } = await candlesOf(market);
    const told = { symbol: "TCS", volume: "7", tick_count: 9, source: "stream", incomplete: false };
    expect(rows).toEqual([
      { ...told, start: "03:45", kind: "minute", vwap: 11.25 },
      { ...told, start: "09:45", kind: "auction", vwap: null },
    ]);
    expect(built.manifest.counts).toEqual({
      candles_1m: { parsed: 2, accepted: 2, quarantined: 0, parked: 0 },
    });
    expect(built.report.minutes).toMatchObject([
      { symbol: "SILENT", judgement: "EMPTY" },
      { symbol: "TCS", bars: 1, sources: { stream: 1, rest: 0, import: 0 } },
    ]);
  });

  test("is rebuilt from its segments in the order in which they were written, once", async () => {
    const { market, rebuilds } = open(() => [{}]);
    landSegment(market, "20260312T060000-0001");
    landSegment(market, "20260312T033000-0002");
    landSegment(market, "20260312T033000-0001");
    await runBuildJob(market);
    const inOrder = ["20260312T033000-0001", "20260312T033000-0002", "20260312T060000-0001"];
    expect(rebuilds).toEqual([inOrder]);
    importFiles(
      market,
      { "TCS.csv": ["date,open,high,low,close,volume", "2026-03-11 09:15,1,2,1,2,5"] },
      { interval: "1m", label: "start" },
    );
    await runBuildJob(market);
    expect(rebuilds).toHaveLength(1);
    landSegment(market, "20260312T070000-0001");
    await runBuildJob(market);
    expect(rebuilds[1]).toEqual([...inOrder, "20260312T070000-0001"]);
  });

  test("keeps a candle that breaks a rule out of analytics", async () => {
    const { market } = open(() => [
      {},
      { startMinute: OPEN + 1, close: 21 },
      { startMinute: OPEN - 5 },
      { startMinute: OPEN + 2, volume: NaN, incomplete: 1 },
    ]);
    landSegment(market, "20260312T033000-0001");
    const { built, rows } = await candlesOf(market);
    expect(rows.map(({ start }) => start)).toEqual(["03:45", "03:47"]);
    expect(built.manifest.counts["candles_1m"]).toEqual({
      parsed: 4,
      accepted: 2,
      quarantined: 2,
      parked: 0,
    });
    expect(built.report.quarantineByRule).toEqual({ CLOSE_OUTSIDE_RANGE: 1, OUTSIDE_HOURS: 1 });
  });

  test("of a day that is no session has no candles", async () => {
    const { market, rebuilds } = open(() => [{}]);
    landSegment(market, "20260308T033000-0001", "2026-03-08");
    landSegment(market, "20260312T033000-0001", "");
    expect((await runBuildJob(market)).manifest.files).toEqual([]);
    expect(rebuilds).toEqual([]);
  });
});

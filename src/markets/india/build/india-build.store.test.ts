/** The build of the Indian market: daily candles and files judged, and the market's own datasets in the snapshot. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import { sessionDate } from "#core/session-date.ts";
import { runBuildJob, runRebuildJob } from "#curation/build-job.ts";
import { type MarketDataContext, openMarketData } from "#curation/market-context.ts";
import type { BuiltDatasets } from "#curation/market-datasets.ts";
import type { DatasetInputs, MarketRules } from "#curation/market-rules.ts";
import { snapshotIsStale } from "#curation/snapshot-staleness.ts";
import type { Landing } from "#ingestion/raw-store.ts";
import { queryParquet } from "#lake/read-parquet.testing.ts";
import { readManifest, scrubSnapshot } from "#lake/snapshot-store.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { INDIA_MARKET } from "../india-market.ts";

const makeFolder = temporaryFolders();
const open: { close(): void }[] = [];
afterEach(() => {
  for (const market of open.splice(0)) market.close();
});

const EVENING = instantOfIso("2024-03-28T14:00:00Z");

function market(root: string, rules: MarketRules = INDIA_MARKET): MarketDataContext {
  const opened = openMarketData(rules, {
    workspace: workspaceAt(root),
    settings: settingsSchema.parse({}),
    clock: fixedClock(EVENING),
    progress: { step: () => undefined },
  });
  open.push(opened);
  return opened;
}

function landing(change: Partial<Landing> & { readonly text: string }): Landing {
  const { text, ...rest } = change;
  return {
    kind: "daily",
    source: "smartapi",
    synthetic: false,
    endpoint: { name: "getCandleData", params: { interval: "ONE_DAY" } },
    symbol: "Nifty 50",
    fetchedAt: EVENING,
    format: "json",
    bytes: new TextEncoder().encode(text),
    rows: 1,
    newestSession: sessionDate("2024-03-28"),
    ...rest,
  };
}

const answer = (...data: unknown[]) => JSON.stringify({ status: true, message: "SUCCESS", data });

describe("daily rows", () => {
  test("come from the vendor's candles and the operator's files, bad ones quoted", async () => {
    const context = market(makeFolder());
    const text = answer(
      ["2024-03-27T00:00:00+05:30", 100.05, 101, 99, 100, 0],
      ["2024-03-28T00:00:00+05:30", 100, 101, 99, 102, 0],
    );
    context.rawStore.land(landing({ text }));
    const file =
      "Symbol,Date,Open,High,Low,Close,Volume\nRELIANCE,2024-03-28,1,1,1,1,5\nTCS,2024-03-28,2,2,2,2,5\n";
    context.rawStore.land(
      landing({
        text: file,
        kind: "import_daily",
        source: "import",
        format: "csv",
        symbol: "TCS",
        import: { fileName: "two.csv", basis: "raw", basisAsof: null, instrumentClass: "fund" },
      }),
    );
    const { manifest, report } = await runBuildJob(context);
    expect(manifest.counts["daily"]).toEqual({ parsed: 3, accepted: 2, quarantined: 1, parked: 0 });
    expect(report.quarantineByRule).toHaveProperty("CLOSE_OUTSIDE_RANGE");
    expect(report).not.toHaveProperty("minutes");
    const analytics = context.workspace.analyticsDir("india");
    const paths = manifest.files.map(({ path }) => join(analytics, path));
    const rows = await queryParquet(
      paths,
      (from) => `SELECT symbol, open, volume FROM ${from} ORDER BY symbol`,
    );
    expect(rows).toEqual([
      { symbol: "Nifty 50", open: "100.0500", volume: null },
      { symbol: "TCS", open: "2.0000", volume: "5" },
    ]);
    const quarantine = context.workspace.quarantineDir("india");
    const refused = readFileSync(join(quarantine, `${manifest.snapshot}.ndjson`), "utf8");
    expect(JSON.parse(refused)).toMatchObject({
      symbol: "Nifty 50",
      session: "2024-03-28",
      line: 2,
      text: '["2024-03-28T00:00:00+05:30",100,101,99,102,0]',
    });
  });
});

describe("datasets of the market", () => {
  /** One part with one row, and a digest that depends on what was received. */
  const rules = (seen: DatasetInputs[] = []): MarketRules => ({
    ...INDIA_MARKET,
    datasets: (inputs) => ({
      build: async ({ analytics }): Promise<BuiltDatasets> => {
        seen.push(inputs);
        const cells = Float64Array.from([inputs.receipts.length]);
        const filled = await analytics.fill(
          "candles/interval=1m",
          [{ name: "vwap", kind: "double", cells }],
          1,
        );
        return {
          files: [await filled.write()],
          staged: [],
          digests: { "candles/1m": String(inputs.receipts.length) },
          counts: { candles_1m: { parsed: 2, accepted: 1, quarantined: 1, parked: 0 } },
          report: { minutes: [], minutesLeftOut: 0, quarantineByRule: { OUTSIDE_SESSION: 1 } },
        };
      },
    }),
  });
  const minutes = landing({
    text: answer(["2024-03-28T09:15:00+05:30", 100, 101, 99, 100, 0]),
    kind: "minutes",
    newestSession: null,
  });

  test("are part of the snapshot, found again and made again", async () => {
    const root = makeFolder();
    const seen: DatasetInputs[] = [];
    const context = market(root, rules(seen));
    context.rawStore.land(minutes);
    const built = await runBuildJob(context);
    expect(built.manifest.counts).toMatchObject({ candles_1m: { parsed: 2 } });
    expect(built.report).toMatchObject({ quarantineByRule: { OUTSIDE_SESSION: 1 } });
    expect(built.manifest.recipe.builder).toBe(INDIA_MARKET.builder);
    expect(snapshotIsStale(context, built.manifest)).toBe(false);
    expect((await runBuildJob(context)).wasThere).toBe(true);
    expect(seen.length).toBe(1);

    context.rawStore.land(landing({ text: answer(["2024-03-28", 100, 101, 99, 100, 0]) }));
    const more = await runBuildJob(context);
    expect(more.contentDigest).not.toBe(built.contentDigest);
    const again = await runRebuildJob(context, built.snapshot);
    expect(again.contentDigest).toBe(built.contentDigest);
    const analytics = context.workspace.analyticsDir("india");
    const manifest = readManifest(analytics, more.snapshot);
    expect(manifest && scrubSnapshot(analytics, manifest)).toEqual([]);
  });

  test("leave alone what a stream has sealed into staging", async () => {
    const root = makeFolder();
    const context = market(root, rules());
    context.rawStore.land(minutes);
    const sealed = join(root, "data/staging/india/candles/session=2024-03-28");
    mkdirSync(sealed, { recursive: true });
    writeFileSync(join(sealed, "0915-0915.parquet"), "sealed");
    await runBuildJob(context);
    expect(existsSync(join(sealed, "0915-0915.parquet"))).toBe(true);
  });
});

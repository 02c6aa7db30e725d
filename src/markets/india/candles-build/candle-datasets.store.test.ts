/** Minute candles in a snapshot: judged, merged, revised, and read again only where something changed. */
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type MarketBuildReport, runBuildJob, runRebuildJob } from "#curation/build-job.ts";
import { sessionDate } from "#core/session-date.ts";
import { describeParquet, queryParquet } from "#lake/read-parquet.testing.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { type OpenIndia, importFiles, openIndia } from "../india-scene.testing.ts";

const makeFolder = temporaryFolders();
const opened: OpenIndia[] = [];
afterEach(() => {
  for (const market of opened.splice(0)) market.close();
});

function open(root: string, at?: string): OpenIndia {
  const market = openIndia(join(root, "workspace"), { at });
  opened.push(market);
  return market;
}

const MINUTES = { interval: "1m", label: "start" } as const;
const HEADER = "date,open,high,low,close,volume";
const bar = (clock: string, close = 10, date = "2026-03-12"): string =>
  `${date} ${clock},10,20,5,${close},7`;

/** Rows of the candles in force, as any reader sees them. */
async function candlesOf(market: OpenIndia, built: MarketBuildReport, interval = "1m") {
  const analytics = market.workspace.analyticsDir("india");
  const paths = built.manifest.files
    .filter(({ path }) => path.startsWith(`candles/interval=${interval}/`))
    .map(({ path }) => join(analytics, path));
  return await queryParquet(
    paths,
    (from) =>
      `SELECT symbol, strftime(start, '%H:%M') AS start, close::VARCHAR AS close, volume, source, kind, revision
       FROM ${from}`,
  );
}

/** How many bodies a build reads. */
function countReads(market: OpenIndia): {
  readonly count: () => number;
  readonly market: OpenIndia;
} {
  let reads = 0;
  const rawStore = {
    ...market.rawStore,
    readBody: (receipt: Parameters<OpenIndia["rawStore"]["readBody"]>[0]) => {
      reads++;
      return market.rawStore.readBody(receipt);
    },
  };
  return { count: () => reads, market: { ...market, rawStore } };
}

const REST_ANSWER = (rows: readonly (readonly [string, number])[]): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      status: true,
      message: "SUCCESS",
      errorcode: "",
      data: rows.map(([clock, close]) => [`2026-03-12T${clock}:00+05:30`, 10, 20, 5, close, 9]),
    }),
  );

function landRest(market: OpenIndia, rows: readonly (readonly [string, number])[]): void {
  market.rawStore.land({
    kind: "minutes",
    source: "smartapi",
    synthetic: false,
    endpoint: {
      name: "getCandleData",
      params: { interval: "ONE_MINUTE", fromdate: `2026-03-12 ${rows[0]?.[0] ?? ""}` },
    },
    symbol: "TCS",
    fetchedAt: market.clock.wallMs(),
    format: "json",
    bytes: REST_ANSWER(rows),
    rows: rows.length,
    newestSession: sessionDate("2026-03-12"),
  });
}

describe("imported minutes", () => {
  test("become candles with the lake's columns, sorted, an index without volumes", async () => {
    const market = open(makeFolder());
    importFiles(market, { "TCS.csv": [HEADER, bar("09:16"), bar("09:15")] }, MINUTES);
    importFiles(market, { "NIFTY_50.csv": [HEADER, bar("09:15")] }, MINUTES);
    const built = await runBuildJob(market);
    expect(built.manifest.counts).toEqual({
      candles_1m: { parsed: 3, accepted: 3, quarantined: 0, parked: 0 },
    });
    const rest = { close: "10.0000", source: "import", kind: "minute", revision: 0 };
    expect(await candlesOf(market, built)).toEqual([
      { symbol: "Nifty 50", start: "03:45", volume: null, ...rest },
      { symbol: "TCS", start: "03:45", volume: "7", ...rest },
      { symbol: "TCS", start: "03:46", volume: "7", ...rest },
    ]);
    const [file] = built.manifest.files;
    const path = join(market.workspace.analyticsDir("india"), file?.path ?? "");
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
  });

  test("that break a rule are in the quarantine, each with its line, and every row is counted", async () => {
    const market = open(makeFolder());
    const lines = [
      HEADER,
      bar("09:08"),
      bar("09:15"),
      bar("09:15"),
      bar("09:16", 30),
      bar("09:15", 10, "2026-03-08"),
      "soon,1,2,1,2,5",
    ];
    importFiles(market, { "TCS.csv": lines }, MINUTES);
    const { manifest, report } = await runBuildJob(market);
    expect(manifest.counts["candles_1m"]).toEqual({
      parsed: 6,
      accepted: 1,
      quarantined: 5,
      parked: 0,
    });
    expect(report.quarantineByRule).toEqual({
      CLOSE_OUTSIDE_RANGE: 1,
      DUPLICATE_ROW: 1,
      NOT_A_SESSION: 1,
      OUTSIDE_HOURS: 1,
      SCHEMA_DATE: 1,
    });
    const path = join(market.workspace.quarantineDir("india"), `${manifest.snapshot}.ndjson`);
    const quarantine = readFileSync(path, "utf8").trim().split("\n");
    expect(quarantine.map((line): unknown => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ line: 2, text: bar("09:08"), rules: ["OUTSIDE_HOURS"] }),
    );
    expect(report.minutes).toMatchObject([
      {
        symbol: "TCS",
        session: "2026-03-12",
        judgement: "EARLY_END",
        bars: 1,
        duplicates: 1,
        outside: 1,
      },
    ]);
  });

  test("that come again changed are a new revision; the same again is none", async () => {
    const root = makeFolder();
    importFiles(open(root), { "TCS.csv": [HEADER, bar("09:15"), bar("09:16")] }, MINUTES);
    const market = open(root);
    importFiles(
      market,
      { "TCS_again.csv": [HEADER, bar("09:15"), bar("09:16", 11)] },
      {
        ...MINUTES,
        symbolFromName: false,
        symbol: "TCS",
      },
    );
    const built = await runBuildJob(market);
    expect(await candlesOf(market, built)).toMatchObject([
      { start: "03:45", close: "10.0000", revision: 0 },
      { start: "03:46", close: "10.0000", revision: 0 },
      { start: "03:46", close: "11.0000", revision: 1 },
    ]);
    expect(built.manifest.counts["candles_1m"]).toMatchObject({ parsed: 4, accepted: 4 });
    expect(built.report.minutes).toMatchObject([{ bars: 2, notes: ["EARLY_END", "RESTATED"] }]);
  });

  test("of five minutes lie apart from those of one", async () => {
    const market = open(makeFolder());
    importFiles(market, { "TCS.csv": [HEADER, bar("09:15")] }, { ...MINUTES, interval: "5m" });
    importFiles(market, { "INFY.csv": [HEADER, bar("09:15")] }, MINUTES);
    const built = await runBuildJob(market);
    expect(await candlesOf(market, built, "5m")).toMatchObject([{ symbol: "TCS" }]);
    expect(await candlesOf(market, built)).toMatchObject([{ symbol: "INFY" }]);
    expect(Object.keys(built.manifest.counts)).toEqual(["candles_1m", "candles_5m"]);
  });
});

test("SYNTHETIC minutes say so in every row", async () => {
  const market = open(makeFolder());
  importFiles(market, { "TCS.csv": [HEADER, bar("09:15")] }, { ...MINUTES, synthetic: true });
  const built = await runBuildJob(market);
  expect(built.manifest.synthetic).toBe(true);
  expect(await candlesOf(market, built)).toMatchObject([{ source: "SYNTHETIC:import" }]);
});

test("minutes by REST win over imported ones", async () => {
  const market = open(makeFolder());
  importFiles(market, { "TCS.csv": [HEADER, bar("09:15"), bar("09:17")] }, MINUTES);
  landRest(market, [
    ["09:15", 12],
    ["09:16", 13],
  ]);
  const built = await runBuildJob(market);
  expect(await candlesOf(market, built)).toMatchObject([
    { start: "03:45", close: "12.0000", source: "rest" },
    { start: "03:46", close: "13.0000", source: "rest" },
    { start: "03:47", close: "10.0000", source: "import" },
  ]);
  expect(built.report.minutes).toMatchObject([{ sources: { stream: 0, rest: 2, import: 1 } }]);
});

describe("a build after another one", () => {
  const twoDays = [HEADER, bar("09:15"), bar("09:15", 10, "2026-03-13")];

  test("reads only payloads of sessions that changed, and gives what a fresh one gives", async () => {
    const root = makeFolder();
    const market = open(root);
    importFiles(market, { "TCS.csv": twoDays }, MINUTES);
    importFiles(market, { "SBIN.csv": [HEADER, bar("09:15")] }, MINUTES);
    await runBuildJob(market);
    importFiles(market, { "INFY.csv": [HEADER, bar("09:15", 10, "2026-03-13")] }, MINUTES);
    const counted = countReads(market);
    const second = await runBuildJob(counted.market);
    // INFY to find its sessions; INFY and TCS, which share the session that changed.
    expect(counted.count()).toBe(3);
    const staging = market.workspace.stagingDir("india");
    rmSync(join(staging, "candles"), { recursive: true });
    rmSync(market.workspace.analyticsDir("india"), { recursive: true });
    const fresh = await runBuildJob(market);
    expect(fresh.manifest).toEqual(second.manifest);
    expect(fresh.report).toEqual(second.report);
  });

  test("makes parts again that are gone or damaged", async () => {
    const market = open(makeFolder());
    importFiles(market, { "TCS.csv": twoDays }, MINUTES);
    const first = await runBuildJob(market);
    const folder = join(market.workspace.analyticsDir("india"), "candles", "interval=1m");
    rmSync(join(folder, readdirSync(folder)[0] ?? ""));
    const again = await runBuildJob(market);
    expect(again.wasThere).toBe(false);
    expect(again.manifest).toEqual(first.manifest);
  });

  test("takes withdrawn files out again, and an earlier snapshot can be made again", async () => {
    const market = open(makeFolder());
    importFiles(market, { "TCS.csv": twoDays }, MINUTES);
    const first = await runBuildJob(market);
    importFiles(market, { "INFY.csv": [HEADER, bar("09:15")] }, MINUTES);
    await runBuildJob(market);
    const past = await runRebuildJob(market, first.snapshot);
    expect(past.manifest).toEqual(first.manifest);
  });
});

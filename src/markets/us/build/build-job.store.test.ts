/** The build from raw payloads to a snapshot that any tool can read, and back again after any loss. */
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { must } from "#core/assert.ts";
import { readManifest, readPointedSnapshot, scrubSnapshot } from "#lake/snapshot-store.ts";
import { describeParquet, queryParquet } from "#lake/read-parquet.testing.ts";
import { TEMPORARY_SUFFIX } from "#platform/atomic-file.ts";
import { sha256Hex } from "#platform/digest.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { EVENING, type OpenMarket, dailyRow, landCsv, openMarket } from "../us-market.testing.ts";
import { runBuildJob, runRebuildJob } from "#curation/build-job.ts";
import { runWithdrawJob } from "#curation/withdraw-job.ts";

const makeFolder = temporaryFolders();
const open: OpenMarket[] = [];
afterEach(() => {
  for (const market of open.splice(0)) market.close();
});

function market(root: string, options?: Parameters<typeof openMarket>[1]): OpenMarket {
  const opened = openMarket(root, options);
  open.push(opened);
  return opened;
}
const build = (root: string, options?: Parameters<typeof openMarket>[1]) =>
  runBuildJob(market(root, options));
const DATES = ["2026-05-12", "2026-05-13", "2026-05-14", "2026-05-15", "2026-05-18"];
const daily = (...closes: number[]) =>
  closes.map((close, index) => dailyRow(must(DATES[index], "a date"), close));

/** One payload of every dataset, with one bad row in most. */
function landEverything(of: OpenMarket, synthetic = false): void {
  const land = (kind: Parameters<typeof landCsv>[1], symbol: string | null, rows: string[]) =>
    landCsv(of, kind, symbol, rows, { synthetic });
  land("daily", "SPY", [...daily(500.1234, 501), "2026-05-14,5,4,6,5,1"]);
  land("daily", "AAPL", daily(200, 100));
  land("splits", "AAPL", ["2026-05-13,2.0000", "2026-05-32,3"]);
  land("dividends", "AAPL", ["2026-05-12,None,None,None,0.255", "x,None,None,None,1"]);
  land("series", "WTI", ["2026-05-13,-37.63", "2026-05-12,.", "2026-05-11,oops"]);
  land("intraday", "AAPL", [
    "2026-05-18 09:35:00,10.00005,10.1,9.9,10,7",
    "2026-05-18 09:30:00,10,10,10,10,5",
    "nonsense",
  ]);
  land("daily_adjusted", "MSFT", [
    "2026-05-13,50,50,50,50,50,9,0.5,2.0",
    "2026-05-12,100,100,100,100,50,8,0.0,1.0",
  ]);
}

/** Every file below a folder but state files and locks: path, digest and time of change. */
function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(root, path)).isFile() && !path.includes("state"))
    .map(
      (path) =>
        `${path} ${sha256Hex(readFileSync(join(root, path)))} ${statSync(join(root, path)).mtimeMs}`,
    )
    .sort();
}

const analytics = (of: OpenMarket) => of.workspace.analyticsDir("us");
function partsOf(of: OpenMarket, folder: string): string[] {
  const manifest = must(
    readManifest(analytics(of), must(readPointedSnapshot(analytics(of)), "built")),
    "published",
  );
  return manifest.files
    .filter((file) => file.path.startsWith(`${folder}/`))
    .map((file) => join(analytics(of), file.path));
}

describe("what others read", () => {
  const PRICES = [
    "symbol VARCHAR",
    "session DATE",
    "open DECIMAL(18,4)",
    "high DECIMAL(18,4)",
    "low DECIMAL(18,4)",
    "close DECIMAL(18,4)",
    "volume BIGINT",
    "basis VARCHAR",
    "basis_asof DATE",
    "source VARCHAR",
    "revision INTEGER",
    "known_at TIMESTAMP WITH TIME ZONE",
  ];

  test("has the columns and types that are promised, in every dataset", async () => {
    const root = makeFolder();
    const of = market(root);
    landEverything(of);
    await runBuildJob(of);
    expect(await describeParquet(partsOf(of, "prices/frequency=1d"))).toEqual(PRICES);
    expect(await describeParquet(partsOf(of, "prices/frequency=5min"))).toEqual(
      PRICES.toSpliced(2, 0, "start TIMESTAMP WITH TIME ZONE"),
    );
    const events = await describeParquet(partsOf(of, "events"));
    expect(events.slice(0, 4)).toEqual([
      "symbol VARCHAR",
      "session DATE",
      "split_factor DECIMAL(18,8)",
      "dividend DECIMAL(18,6)",
    ]);
    const series = await describeParquet(partsOf(of, "series"));
    expect(series.slice(0, 3)).toEqual(["symbol VARCHAR", "session DATE", "value DECIMAL(18,6)"]);
  });

  test("is exact, sorted by symbol and time, and without what was refused or parked", async () => {
    const of = market(makeFolder());
    landEverything(of);
    const { manifest, report } = await runBuildJob(of);
    const select = async (folder: string, columns: string) =>
      (await queryParquet(partsOf(of, folder), (from) => `SELECT ${columns} FROM ${from}`)).map(
        (row) => Object.values(row).join(" "),
      );
    expect(
      await select(
        "prices/frequency=1d",
        "symbol, session, close, volume, basis, basis_asof, source, revision",
      ),
    ).toEqual([
      "AAPL 2026-05-12 200.0000 1000 raw  alpha_vantage 0",
      "AAPL 2026-05-13 100.0000 1000 raw  alpha_vantage 0",
      "MSFT 2026-05-12 100.0000 8 raw  alpha_vantage 0",
      "MSFT 2026-05-13 50.0000 9 raw  alpha_vantage 0",
      "SPY 2026-05-12 500.1234 1000 raw  alpha_vantage 0",
      "SPY 2026-05-13 501.0000 1000 raw  alpha_vantage 0",
    ]);
    expect(
      await select(
        "prices/frequency=5min",
        "symbol, session, start::VARCHAR AS start, open, volume",
      ),
    ).toEqual([
      "AAPL 2026-05-18 2026-05-18 13:30:00+00 10.0000 5",
      "AAPL 2026-05-18 2026-05-18 13:35:00+00 10.0000 7",
    ]);
    expect(await select("events", "symbol, session, split_factor, dividend")).toEqual([
      "AAPL 2026-05-12  0.255000",
      "AAPL 2026-05-13 2.00000000 ",
      "MSFT 2026-05-13 2.00000000 0.500000",
    ]);
    expect(await select("series", "symbol, session, value")).toEqual(["WTI 2026-05-13 -37.630000"]);
    for (const [dataset, counts] of Object.entries(manifest.counts)) {
      expect(counts.accepted + counts.quarantined + counts.parked, dataset).toBe(counts.parsed);
    }
    expect(manifest.counts).toMatchObject({
      daily: { parsed: 7, accepted: 6, quarantined: 1, parked: 0 },
      intraday_5min: { parsed: 3, accepted: 2, quarantined: 1, parked: 0 },
      events: { parsed: 6, accepted: 4, quarantined: 2, parked: 0 },
      series: { parsed: 2, accepted: 1, quarantined: 1, parked: 0 },
    });
    expect(report.reviews).toEqual([]);
    expect(manifest.synthetic).toBe(false);
  });

  test("lists every refused row with its place, its text and every rule it failed", async () => {
    const of = market(makeFolder());
    landEverything(of);
    const { snapshot, report } = await runBuildJob(of);
    const rows = readFileSync(join(of.workspace.quarantineDir("us"), `${snapshot}.ndjson`), "utf8")
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(rows).toHaveLength(5);
    expect(rows).toContainEqual({
      dataset: "daily",
      symbol: "SPY",
      session: "2026-05-14",
      raw: expect.stringMatching(/^RAW-/),
      line: 4,
      text: "2026-05-14,5,4,6,5,1",
      rules: ["HIGH_BELOW_LOW", "OPEN_OUTSIDE_RANGE", "CLOSE_OUTSIDE_RANGE"],
    });
    expect(rows).toContainEqual(
      expect.objectContaining({
        dataset: "intraday_5min",
        session: null,
        text: "nonsense",
        rules: expect.arrayContaining(["SCHEMA_FIELD_COUNT", "SCHEMA_DATE", "SCHEMA_NUMBER"]),
      }),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({
        dataset: "events",
        text: "2026-05-32,3",
        rules: expect.arrayContaining(["SCHEMA_DATE"]),
      }),
    );
    expect(report.quarantineByRule["HIGH_BELOW_LOW"]).toBe(1);
  });

  test("says SYNTHETIC in every row and in the manifest when the data is", async () => {
    const of = market(makeFolder());
    landEverything(of, true);
    const { manifest } = await runBuildJob(of);
    expect(manifest.synthetic).toBe(true);
    for (const folder of ["prices/frequency=1d", "prices/frequency=5min", "events", "series"]) {
      const sources = await queryParquet(
        partsOf(of, folder),
        (from) => `SELECT DISTINCT source FROM ${from}`,
      );
      expect(sources, folder).toEqual([{ source: "SYNTHETIC:alpha_vantage" }]);
    }
  });

  test("keeps every revision; the newest of a key is the canonical row, known when it came", async () => {
    const of = market(makeFolder());
    landCsv(of, "daily", "SPY", daily(500, 501), { at: "2026-05-13T22:00:00Z" });
    landCsv(of, "daily", "SPY", daily(500, 501.5, 502), { at: "2026-05-14T22:00:00Z" });
    const { report } = await runBuildJob(of);
    const rows = await queryParquet(
      partsOf(of, "prices/frequency=1d"),
      (from) => `SELECT session, close, revision, known_at::VARCHAR AS known FROM ${from}`,
    );
    expect(rows.map((row) => Object.values(row).join(" "))).toEqual([
      "2026-05-12 500.0000 0 2026-05-13 22:00:00+00",
      "2026-05-13 501.0000 0 2026-05-13 22:00:00+00",
      "2026-05-13 501.5000 1 2026-05-14 22:00:00+00",
      "2026-05-14 502.0000 0 2026-05-14 22:00:00+00",
    ]);
    expect(report.restated.map((one) => [one.session, one.facts["close"]])).toEqual([
      ["2026-05-13", "501.5000"],
    ]);
  });
});

describe("the same raw data", () => {
  test("gives the same snapshot and content in another workspace", async () => {
    const made = await Promise.all(
      [makeFolder(), makeFolder()].map((root) => {
        const of = market(root);
        landEverything(of);
        return runBuildJob(of);
      }),
    );
    expect(made[1]?.snapshot).toBe(made[0]?.snapshot);
    expect(made[1]?.contentDigest).toBe(made[0]?.contentDigest);
  });

  test("built again changes no byte and adds no entry to the ledger", async () => {
    const root = makeFolder();
    landEverything(market(root));
    const first = await build(root);
    const [files, head] = [filesBelow(root), market(root).ledger.head()];
    const again = await build(root, { at: "2026-05-19T22:00:00Z" });
    expect(again).toMatchObject({ wasThere: true, snapshot: first.snapshot, report: first.report });
    expect(filesBelow(root)).toEqual(files);
    expect(market(root).ledger.head()).toEqual(head);
  });

  test("gives the same content when everything derived was deleted", async () => {
    const root = makeFolder();
    const of = market(root);
    landEverything(of);
    const first = await runBuildJob(of);
    for (const folder of [
      of.workspace.stagingDir("us"),
      analytics(of),
      of.workspace.quarantineDir("us"),
    ]) {
      rmSync(folder, { recursive: true });
    }
    const again = await build(root);
    expect(again).toMatchObject({
      wasThere: false,
      snapshot: first.snapshot,
      contentDigest: first.contentDigest,
    });
    expect(again.manifest).toEqual(first.manifest);
    expect(existsSync(of.workspace.stagingDir("us"))).toBe(true);
  });

  test.each<[string, (folder: string, snapshot: string) => void]>([
    [
      "its report was changed",
      (folder, snapshot) => writeFileSync(join(folder, "reports", `${snapshot}.json`), "{}"),
    ],
    [
      "its manifest was cut",
      (folder, snapshot) => writeFileSync(join(folder, "manifests", `${snapshot}.json`), "{"),
    ],
    ["the pointer was cut", (folder) => writeFileSync(join(folder, "current.json"), "")],
    ["a part is gone", (folder) => rmSync(join(folder, "series"), { recursive: true })],
  ])("is built again when %s", async (_, damage) => {
    const root = makeFolder();
    const of = market(root);
    landEverything(of);
    const first = await runBuildJob(of);
    damage(analytics(of), first.snapshot);
    const again = await build(root);
    expect(again.contentDigest).toBe(first.contentDigest);
    expect(readPointedSnapshot(analytics(of))).toBe(first.snapshot);
    expect(scrubSnapshot(analytics(of), again.manifest)).toEqual([]);
  });

  test.each<[string, (of: OpenMarket, snapshot: string) => void]>([
    [
      "the refused rows are gone",
      (of) => rmSync(of.workspace.quarantineDir("us"), { recursive: true }),
    ],
    [
      "the refused rows were changed",
      (of, snapshot) =>
        writeFileSync(join(of.workspace.quarantineDir("us"), `${snapshot}.ndjson`), "{}\n"),
    ],
    ["staging is gone", (of) => rmSync(of.workspace.stagingDir("us"), { recursive: true })],
    [
      "staging is of another snapshot",
      (of) =>
        writeFileSync(
          join(of.workspace.stagingDir("us"), "snapshot.json"),
          '{"parts":[],"snapshot":"SNAP-0000000000000000"}',
        ),
    ],
    ["a staged part was changed", (of) => damageFirstPart(of.workspace.stagingDir("us"))],
    ["a part for readers was changed", (of) => damageFirstPart(analytics(of))],
  ])("is made whole again when %s", async (_, damage) => {
    const root = makeFolder();
    const of = market(root);
    landEverything(of);
    const first = await runBuildJob(of);
    const contents = () => filesBelow(root).map((file) => file.slice(0, file.lastIndexOf(" ")));
    const files = contents();
    damage(of, first.snapshot);
    expect(await build(root)).toMatchObject({
      wasThere: false,
      contentDigest: first.contentDigest,
    });
    expect(contents()).toEqual(files);
    expect(await build(root)).toMatchObject({ wasThere: true });
  });

  test("is rid of what a killed build left, wherever it lay", async () => {
    const root = makeFolder();
    const of = market(root);
    landEverything(of);
    await runBuildJob(of);
    const folders = ["prices/frequency=1d", "events", "manifests", "reports", "."].map((folder) =>
      join(analytics(of), folder),
    );
    folders.push(
      join(of.workspace.stagingDir("us"), "prices/frequency=1d"),
      of.workspace.quarantineDir("us"),
    );
    for (const folder of folders)
      writeFileSync(join(folder, `half.4711${TEMPORARY_SUFFIX}`), "half");
    landCsv(of, "daily", "QQQ", daily(1));
    await build(root);
    for (const folder of folders) {
      expect(
        readdirSync(folder).filter((name) => name.endsWith(TEMPORARY_SUFFIX)),
        folder,
      ).toEqual([]);
    }
  });
});

function damageFirstPart(root: string): void {
  const folder = join(root, "prices/frequency=1d");
  const name = must(readdirSync(folder)[0], "a part is there");
  const bytes = readFileSync(join(folder, name));
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  writeFileSync(join(folder, name), bytes);
}

describe("a snapshot of the past", () => {
  test("is made again from its id after later data and decisions, beside the one in force", async () => {
    const root = makeFolder();
    landCsv(market(root), "daily", "SPY", daily(500, 560));
    const first = await build(root);
    const id = must(first.report.reviews[0], "the jump is parked").id;
    const of = market(root);
    const reviews = [{ id, symbol: "SPY", session: "2026-05-13", rule: "DRIFT_REQUIRED" }];
    of.ledger.append({
      kind: "REVIEW_APPROVED",
      actor: "Ada",
      payload: { reviews, reason: "seen" },
    });
    landCsv(of, "daily", "SPY", daily(500, 560, 561), { at: "2026-05-19T22:00:00Z" });
    const second = await build(root, { settings: { thresholds: { drift_required_percent: 5 } } });
    expect(second.snapshot).not.toBe(first.snapshot);
    rmSync(join(analytics(of), "manifests", `${first.snapshot}.json`));
    const again = await runRebuildJob(market(root), first.snapshot);
    expect(again).toMatchObject({
      wasThere: false,
      contentDigest: first.contentDigest,
      manifest: first.manifest,
    });
    expect(readPointedSnapshot(analytics(of))).toBe(second.snapshot);
    expect(existsSync(`${of.workspace.stagingDir("us")}-past`)).toBe(false);
    expect(
      await build(root, { settings: { thresholds: { drift_required_percent: 5 } } }),
    ).toMatchObject({
      snapshot: second.snapshot,
      wasThere: true,
    });
  });

  test("is unknown, or not repeatable when an input is gone", async () => {
    const root = makeFolder();
    const of = market(root);
    const receipt = landCsv(of, "daily", "SPY", daily(500));
    const { snapshot } = await runBuildJob(of);
    await expect(runRebuildJob(market(root), "SNAP-ffffffffffffffff")).rejects.toMatchObject({
      code: "SNAPSHOT_UNKNOWN",
    });
    rmSync(analytics(of), { recursive: true });
    rmSync(join(of.workspace.rawDir("us"), receipt.body));
    await expect(runRebuildJob(market(root), snapshot)).rejects.toMatchObject({
      code: "FILE_DAMAGED",
    });
  });
});

describe("decisions and withdrawals", () => {
  const decide = (
    root: string,
    kind: "REVIEW_APPROVED" | "REVIEW_REJECTED" | "REVIEW_REOPENED",
    id: string,
  ) =>
    market(root).ledger.append({
      kind,
      actor: "Ada",
      payload: {
        reviews: [{ id, symbol: "SPY", session: "2026-05-13", rule: "DRIFT_REQUIRED" }],
        reason: "seen",
      },
    });

  test("take effect with the next build, and the counts add up at every step", async () => {
    const root = makeFolder();
    landCsv(market(root), "daily", "SPY", daily(500, 560, 561));
    const first = await build(root);
    const { id } = must(first.report.reviews[0], "the jump is parked");
    const counts = (built: typeof first) => {
      const of = must(built.manifest.counts["daily"], "daily rows");
      expect(of.accepted + of.quarantined + of.parked).toBe(of.parsed);
      return [of.parsed, of.accepted, of.quarantined, of.parked];
    };
    expect(counts(first)).toEqual([3, 2, 0, 1]);
    decide(root, "REVIEW_APPROVED", id);
    expect(counts(await build(root))).toEqual([3, 3, 0, 0]);
    decide(root, "REVIEW_REJECTED", id);
    const rejected = await build(root);
    expect(counts(rejected)).toEqual([3, 2, 1, 0]);
    expect(rejected.report.quarantineByRule).toEqual({ REVIEW_REJECTED: 1 });
    decide(root, "REVIEW_REOPENED", id);
    const reopened = await build(root);
    expect(counts(reopened)).toEqual([3, 2, 0, 1]);
    // Its parts were there, but staging was of the snapshot before, so it was built again.
    expect([reopened.snapshot, reopened.wasThere]).toEqual([first.snapshot, false]);
    expect(reopened.manifest).toEqual(first.manifest);
    expect((await build(root)).wasThere).toBe(true);
  });

  test("of a raw file make builds ignore it, and its bytes stay", async () => {
    const root = makeFolder();
    const good = landCsv(market(root), "daily", "SPY", daily(500), { at: "2026-05-12T22:00:00Z" });
    const before = await build(root);
    const wrong = landCsv(market(root), "daily", "SPY", daily(400, 401));
    await build(root);
    const withdraw = () =>
      runWithdrawJob(market(root), { raw: wrong.id, operator: "Ada", reason: "wrong file" });
    expect(withdraw()).toMatchObject({ raw: wrong.id, symbol: "SPY", recorded: true });
    expect(withdraw().recorded).toBe(false);
    expect((await build(root)).snapshot).toBe(before.snapshot);
    expect(market(root).rawStore.readBody(wrong)).not.toHaveLength(0);
    expect(() =>
      runWithdrawJob(market(root), { raw: "RAW-0000000000000000", operator: "Ada", reason: "x" }),
    ).toThrow(expect.objectContaining({ code: "RAW_UNKNOWN" }));
    expect(good.id).not.toBe(wrong.id);
  });
});

describe("a build", () => {
  test("has nothing to do before prices or series came", async () => {
    const root = makeFolder();
    landCsv(market(root), "listing", null, ["SPY,S,NYSE ARCA,ETF,1993-01-29,null,Active"]);
    await expect(build(root)).rejects.toMatchObject({ code: "NOTHING_TO_BUILD" });
  });

  test("takes the class of a symbol from the role, else the listing, else a stock", async () => {
    const root = makeFolder();
    const of = market(root, { settings: { us: { vendor: { plan: "premium" } } } });
    landCsv(of, "listing", null, [
      "ARKK,A,NYSE ARCA,ETF,2014-10-31,null,Active",
      "VIX,V,NYSE,Stock,2014-10-31,null,Active",
    ]);
    for (const symbol of ["ARKK", "VIX", "SPY", "XYZ"]) landCsv(of, "daily", symbol, daily(20));
    const { report } = await runBuildJob(of);
    expect(report.symbols.map((one) => `${one.symbol} ${one.instrumentClass}`)).toEqual([
      "ARKK fund",
      "SPY fund",
      "VIX index",
      "XYZ stock",
    ]);
  });

  test("is not disturbed by rows of a session that runs while they are fetched", async () => {
    const root = makeFolder();
    landCsv(market(root), "daily", "SPY", daily(500, 501, 502, 503, 480), {
      at: "2026-05-18T19:00:00Z",
    });
    const early = await build(root);
    expect(early.report.symbols[0]).toMatchObject({
      newestReceived: "2026-05-15",
      newestAccepted: "2026-05-15",
      missing: 0,
    });
    landCsv(market(root), "daily", "SPY", daily(500, 501, 502, 503, 504), { at: EVENING });
    const late = await build(root);
    expect(late.report.symbols[0]).toMatchObject({ newestAccepted: "2026-05-18" });
    expect(late.report.restated).toEqual([]);
  });
});

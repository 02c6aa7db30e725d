/** `us import` from files to raw: what it takes, what it says, and that it takes nothing twice. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { must } from "#core/assert.ts";
import { claimWorkspaceKind, readWorkspaceKind } from "#platform/workspace.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { runBuildJob } from "#curation/build-job.ts";
import { type OpenMarket, openMarket } from "../us-market.testing.ts";
import { type ImportOptions, runImportJob } from "./import-job.ts";

const makeFolder = temporaryFolders();
const open: OpenMarket[] = [];
afterEach(() => {
  for (const market of open.splice(0)) market.close();
});

const HEADER = "Date,Open,High,Low,Close,Volume";
const ROWS = [
  "2026-05-13,500,500,500,500,7",
  "2026-05-14,501,501,501,501,7",
  "2026-05-15,560,560,560,560,7",
];

function setUp(files: { readonly [name: string]: readonly string[] }, settings: object = {}) {
  const root = makeFolder();
  const folder = join(root, "files");
  mkdirSync(folder);
  for (const [name, lines] of Object.entries(files))
    writeFileSync(join(folder, name), [...lines, ""].join("\n"));
  const market = (at?: string): OpenMarket => {
    const opened = openMarket(join(root, "workspace"), {
      settings,
      ...(at === undefined ? {} : { at }),
    });
    open.push(opened);
    return opened;
  };
  const run = (options: Partial<ImportOptions> = {}, at?: string) =>
    runImportJob(market(at), {
      paths: [folder],
      symbolFromName: false,
      basis: "raw",
      dryRun: false,
      synthetic: false,
      ...options,
    });
  return { folder, market, run };
}

describe("an import", () => {
  test("lands the bytes as they are, with what the operator said of them", () => {
    const { market, run } = setUp({ "spy.csv": [HEADER, ...ROWS] });
    const { files } = run({ basis: "split", basisAsof: "2026-05-01", instrumentClass: "fund" });
    expect(files).toMatchObject([
      { fileName: "spy.csv", symbol: "SPY", outcome: "stored", refusal: null },
    ]);
    const of = market();
    const [receipt] = of.rawStore.receipts();
    expect(receipt).toMatchObject({
      id: files[0]?.raw,
      kind: "import_daily",
      source: "import",
      symbol: "SPY",
      synthetic: false,
      rows: 3,
      newestSession: "2026-05-15",
      import: {
        fileName: "spy.csv",
        basis: "split",
        basisAsof: "2026-05-01",
        instrumentClass: "fund",
      },
    });
    const body = new TextDecoder().decode(of.rawStore.readBody(must(receipt, "landed")));
    expect(body).toBe([HEADER, ...ROWS, ""].join("\n"));
    expect(readWorkspaceKind(of.workspace)).toBe("vendor");
  });

  test("tells rows, range, gaps, and what gate 1 will refuse, park and list", () => {
    const { run } = setUp({
      "spy.csv": [
        HEADER,
        "2026-05-11,500,500,500,500,7",
        "2026-05-12,500,400,600,500,7",
        ...ROWS.slice(1),
      ],
      "xyz.csv": [HEADER, "2026-05-13,10,10,10,10,7", "2026-05-14,13,13,13,13,7"],
    });
    const [spy, xyz] = run().files.map((file) => file.preview);
    expect(spy).toEqual({
      rows: 4,
      from: "2026-05-11",
      to: "2026-05-15",
      accepted: 2,
      quarantined: 1,
      parked: 1,
      missingSessions: 1,
      quarantineByRule: { HIGH_BELOW_LOW: 1, OPEN_OUTSIDE_RANGE: 1, CLOSE_OUTSIDE_RANGE: 1 },
      parkedRows: [{ session: "2026-05-15", rule: "DRIFT_REQUIRED" }],
      largeMoves: [],
    });
    expect(xyz).toMatchObject({ parked: 0, largeMoves: ["2026-05-14"] });
  });

  test("of the same file with the same words is known, and writes nothing", () => {
    const { market, run } = setUp({ "spy.csv": [HEADER, ...ROWS] });
    run({ basis: "split", basisAsof: "2026-05-01" });
    const again = run({ basis: "split", basisAsof: "2026-05-01" }, "2026-06-30T12:00:00Z");
    expect(again.files[0]?.outcome).toBe("known");
    expect(market().rawStore.newestSeq()).toBe(1);
  });

  test("of the same bytes under another basis is another receipt of them", () => {
    const { market, run } = setUp({ "spy.csv": [HEADER, ...ROWS] });
    run();
    expect(run({ basis: "total" }).files[0]?.outcome).toBe("same_bytes");
    const bodies = market()
      .rawStore.receipts()
      .map((receipt) => receipt.body);
    expect([bodies.length, new Set(bodies).size]).toEqual([2, 1]);
  });

  test("that is only tried writes no raw file, no receipt and no mark", () => {
    const { market, run } = setUp({ "spy.csv": [HEADER, ...ROWS] });
    const { files, dryRun } = run({ dryRun: true });
    expect([dryRun, files[0]?.outcome, files[0]?.raw]).toEqual([true, "would_import", null]);
    expect(files[0]?.preview).toMatchObject({ rows: 3, parked: 1 });
    const of = market();
    expect([of.rawStore.newestSeq(), readWorkspaceKind(of.workspace)]).toEqual([0, "empty"]);
    expect(readdirSync(join(of.workspace.root, "data"))).toEqual(["state"]);
  });

  test("that is only tried tells of a workspace of the other kind as the real one does", () => {
    const { market, run } = setUp({ "spy.csv": [HEADER, ...ROWS] });
    claimWorkspaceKind(market().workspace, "synthetic");
    for (const dryRun of [true, false]) {
      const isMix = expect.objectContaining({ code: "SYNTHETIC_MIX" });
      expect(() => run({ dryRun })).toThrow(isMix);
    }
    expect(run({ dryRun: true, synthetic: true }).files[0]?.outcome).toBe("would_import");
  });

  test("takes the day of the import for the day of adjustment, where none is given", () => {
    const { run } = setUp({ "spy.csv": [HEADER, ...ROWS] });
    expect(run({ basis: "split" }, "2026-05-19T03:00:00Z").basisAsof).toBe("2026-05-18");
    expect(run({ basis: "total" }, "2026-05-19T12:00:00Z").basisAsof).toBe("2026-05-19");
    expect(run({ basis: "raw" }).basisAsof).toBeNull();
  });

  test("counts a row on a holiday for no session received", () => {
    const { market, run } = setUp({ "spy.csv": [HEADER, ...ROWS, "2026-05-16,561,561,561,561,7"] });
    expect(run().files[0]?.preview?.quarantineByRule).toEqual({ NOT_A_SESSION: 1 });
    expect(market().rawStore.receipts()[0]?.newestSession).toBe("2026-05-15");
  });

  test("counts a row of the running session for none either", () => {
    const { market, run } = setUp({ "spy.csv": [HEADER, ...ROWS] });
    run({}, "2026-05-15T19:00:00Z");
    expect(market().rawStore.receipts()[0]?.newestSession).toBe("2026-05-14");
  });
});

describe("what a file is to the build", () => {
  const classOf = async (
    options: Partial<ImportOptions>,
    settings: object = {},
    name = "vix.csv",
  ) => {
    const { market, run } = setUp(
      { [name]: [HEADER, "2026-05-14,17.1,18,16,17.5,0.0", "2026-05-15,17.5,19,17,18.2,0.0"] },
      settings,
    );
    run(options);
    const { report, manifest } = await runBuildJob(market());
    return [report.symbols[0]?.instrumentClass, manifest.counts["daily"]?.accepted];
  };

  test("follows the proxy role before --class, and --class before stock", async () => {
    const bound = { us: { proxies: { volatility_gauge: "VIX" } } };
    expect(await classOf({ instrumentClass: "stock" }, bound)).toEqual(["index", 2]);
    expect(await classOf({ instrumentClass: "index" })).toEqual(["index", 2]);
    expect(await classOf({ instrumentClass: "fund" })).toEqual(["fund", 2]);
    expect(await classOf({})).toEqual(["stock", 2]);
    expect(await classOf({ instrumentClass: "stock" }, {}, "qqq.csv")).toEqual(["fund", 2]);
  });
});

describe("files", () => {
  const ERROR_TEXT = [
    "Thank you for using Alpha Vantage! Our standard API rate limit is 25 requests per day.",
  ];

  test("that are no price history are refused by name, and the others go on", () => {
    const { market, run } = setUp({
      "bad.csv": ERROR_TEXT,
      "spy.csv": [HEADER, ...ROWS],
      "none.csv": [HEADER, "x,y"],
    });
    const outcomes = run().files.map((file) => [
      file.fileName,
      file.outcome,
      file.refusal?.slice(0, 40) ?? null,
    ]);
    expect(outcomes).toEqual([
      ["bad.csv", "refused", "bad.csv is not price history: no column "],
      ["none.csv", "refused", "none.csv holds no row that can be read"],
      ["spy.csv", "stored", null],
    ]);
    expect(
      market()
        .rawStore.receipts()
        .map((receipt) => receipt.symbol),
    ).toEqual(["SPY"]);
  });

  test("that are all refused end the import", () => {
    const { run } = setUp({ "bad.csv": ERROR_TEXT });
    expect(() => run()).toThrow(
      expect.objectContaining({ code: "IMPORT_REFUSED", facts: { refused: 1 } }),
    );
  });

  test("in a folder are those that end in .csv, in the order of their names, each for its symbol", () => {
    const { folder, run } = setUp({
      "b.CSV": [HEADER, ...ROWS],
      "A.csv": [HEADER, ...ROWS],
      "notes.txt": ["x"],
      "BRK-B.csv": [HEADER, ...ROWS],
    });
    mkdirSync(join(folder, "more.csv.d"));
    expect(run().files.map((file) => file.symbol)).toEqual(["A", "BRK-B", "B"]);
  });

  test.each<[string, Partial<ImportOptions>, string]>([
    ["a file without a symbol", { paths: ["SPY"] }, "ARGUMENT_INVALID"],
    ["a file that is not there", { paths: ["absent.csv"] }, "FILE_UNREADABLE"],
    ["one symbol for several files", { symbol: "SPY" }, "ARGUMENT_INVALID"],
    ["a day of adjustment for raw prices", { basisAsof: "2026-05-01" }, "ARGUMENT_INVALID"],
    [
      "a day of adjustment that is none",
      { basis: "split", basisAsof: "2026-02-30" },
      "ARGUMENT_INVALID",
    ],
    ["a blank symbol", { paths: ["SPY"], symbol: "" }, "ARGUMENT_INVALID"],
    ["a symbol of 41 characters", { paths: ["SPY"], symbol: "A".repeat(41) }, "ARGUMENT_INVALID"],
    ["SYNTHETIC files after vendor data", { synthetic: true }, "SYNTHETIC_MIX"],
  ])("with %s are refused", (_, options, code) => {
    const { folder, market, run } = setUp({
      "spy.csv": [HEADER, ...ROWS],
      "qqq.csv": [HEADER, ...ROWS],
    });
    if (code === "SYNTHETIC_MIX") run();
    const before = market().rawStore.newestSeq();
    const paths = options.paths?.map((path) => join(folder, path === "SPY" ? "spy.csv" : path));
    expect(() => run({ ...options, ...(paths ? { paths } : {}) })).toThrow(
      expect.objectContaining({ code }),
    );
    expect(market().rawStore.newestSeq()).toBe(before);
  });

  test("named one by one take --symbol, or the name when that is asked for", () => {
    const { folder, run } = setUp({ "history of spy.csv": [HEADER, ...ROWS] });
    const paths = [join(folder, "history of spy.csv")];
    expect(run({ paths, symbol: "spy" }).files[0]?.symbol).toBe("SPY");
    expect(run({ paths, symbolFromName: true }).files[0]?.symbol).toBe("HISTORY OF SPY");
  });
});

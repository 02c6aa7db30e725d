/** The smaller commands on a workspace of their own: init, doctor, calendar, ledger, reviews, waivers. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { runMeridian, runMeridianJson } from "../../tests/support/command-line.ts";
import { parseSettings } from "./settings-file.ts";

const makeFolder = temporaryFolders();
let workspace: string;
beforeEach(() => {
  workspace = join(makeFolder(), "workspace");
  vi.stubEnv("ALPHAVANTAGE_API_KEYS", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const run = (...words: string[]) => runMeridian(workspace, ...words);
const json = <T>(schema: z.ZodType<T>, ...words: string[]) =>
  runMeridianJson(schema, workspace, ...words);
const exitOf = async (...words: string[]) => (await run(...words)).exitCode;

const DATES = [
  "2024-03-20",
  "2024-03-21",
  "2024-03-22",
  "2024-03-25",
  "2024-03-26",
  "2024-03-27",
  "2024-03-28",
];
const WHO = ["--operator", "A. Person", "--reason", "looked at it"];

/** Imports closes for the sessions of `DATES`; null leaves one out. */
async function importCloses(closes: {
  readonly [symbol: string]: readonly (number | null)[];
}): Promise<void> {
  const folder = makeFolder();
  for (const [symbol, list] of Object.entries(closes)) {
    const rows = list.flatMap((close, index) =>
      close === null ? [] : [`${DATES[index] ?? ""},${close},${close},${close},${close},100`],
    );
    writeFileSync(
      join(folder, `${symbol}.csv`),
      ["Date,Open,High,Low,Close,Volume", ...rows].join("\n"),
    );
  }
  expect(await exitOf("us", "import", folder, "--basis", "raw")).toBe(0);
}
const flat = [100, 100, 100, 100, 100, 100, 100];

describe("init", () => {
  const document = z.object({ kind: z.string(), wrote: z.array(z.string()) });

  test("writes settings and a place for secrets once, and overwrites neither", async () => {
    expect(await json(document, "init")).toMatchObject({
      kind: "empty",
      wrote: ["meridian.toml", ".env"],
    });
    expect(parseSettings(readFileSync(join(workspace, "meridian.toml"), "utf8"))).toEqual(
      parseSettings(""),
    );
    writeFileSync(join(workspace, "meridian.toml"), "[thresholds]\nus_settle_minutes = 45\n");
    writeFileSync(join(workspace, ".env"), "ALPHAVANTAGE_API_KEYS=MINE0001\n");
    expect(await json(document, "init")).toMatchObject({ wrote: [] });
    expect(readFileSync(join(workspace, "meridian.toml"), "utf8")).toContain("= 45");
    expect(readFileSync(join(workspace, ".env"), "utf8")).toContain("MINE0001");
  });

  test("prints the settings without writing anything", async () => {
    const { stdout } = await run("init", "--print");
    expect(parseSettings(stdout)).toEqual(parseSettings(""));
    expect(existsSync(workspace)).toBe(false);
  });

  test("marks a workspace for SYNTHETIC data, which vendor data then cannot enter", async () => {
    expect(await json(document, "init", "--synthetic")).toMatchObject({ kind: "synthetic" });
    const folder = makeFolder();
    writeFileSync(join(folder, "SPY.csv"), "Date,Open,High,Low,Close\n2024-03-28,1,1,1,1\n");
    const mixed = await run("us", "import", folder, "--basis", "raw");
    expect([mixed.exitCode, mixed.stderr.slice(0, 20)]).toEqual([2, "error SYNTHETIC_MIX:"]);
    expect(await exitOf("us", "import", folder, "--basis", "raw", "--synthetic")).toBe(0);
    expect((await run("status")).stdout).toContain("SYNTHETIC");
  });
});

describe("doctor", () => {
  const checks = z.object({
    checks: z.array(z.object({ check: z.string(), outcome: z.string(), says: z.string() })),
    dropped: z.array(z.string()),
  });
  const outcomes = async (...words: string[]) =>
    new Map(
      (await json(checks, "doctor", "--offline", ...words)).checks.map((one) => [one.check, one]),
    );

  test("fails while the vendor's key is missing, and not once it is there", async () => {
    await run("init");
    expect(await exitOf("doctor", "--offline")).toBe(3);
    expect((await outcomes()).get("credentials")).toMatchObject({
      outcome: "fail",
      says: expect.stringContaining(".env"),
    });
    writeFileSync(join(workspace, ".env"), "ALPHAVANTAGE_API_KEYS=KEY00001,KEY00002\n");
    const found = await outcomes();
    expect(found.get("credentials")).toMatchObject({ outcome: "ok", says: "2 Alpha Vantage keys" });
    expect(found.get("call budget")).toMatchObject({
      outcome: "ok",
      says: expect.stringMatching(/^50 calls left until /),
    });
    expect(found.get("ledger")).toMatchObject({ outcome: "ok" });
  });

  test("finds damage in parts, reports and raw files, and stops at none of it", async () => {
    await importCloses({ SPY: flat, VIXY: flat });
    await exitOf("us", "build");
    const analytics = join(workspace, "data", "analytics", "us");
    const parts = join(analytics, "prices", "frequency=1d");
    expect((await outcomes("--deep")).get("snapshot files")).toMatchObject({ outcome: "ok" });
    const [part = ""] = readdirSync(parts);
    const bytes = readFileSync(join(parts, part));
    writeFileSync(join(parts, part), bytes.with(100, 255 - (bytes[100] ?? 0)));
    expect((await outcomes("--deep")).get("snapshot files")).toMatchObject({
      outcome: "fail",
      says: expect.stringContaining(part),
    });
    writeFileSync(join(parts, part), bytes);
    const [report = ""] = readdirSync(join(analytics, "reports"));
    writeFileSync(join(analytics, "reports", report), "{}");
    expect((await outcomes("--deep")).get("snapshot files")).toMatchObject({
      outcome: "fail",
      says: expect.stringContaining("us build"),
    });
    expect(await exitOf("us", "build")).toBe(0);
    const raw = readdirSync(join(workspace, "data", "raw"), {
      recursive: true,
      withFileTypes: true,
    }).find((one) => one.name.endsWith(".csv"));
    writeFileSync(join(raw?.parentPath ?? "", raw?.name ?? ""), "other bytes");
    const deep = await outcomes("--deep");
    expect(deep.get("snapshot files")?.outcome).toBe("ok");
    expect(deep.get("raw files")?.outcome).toBe("fail");
  });

  test("deletes on demand what no snapshot in force or of truth time needs", async () => {
    await importCloses({ SPY: flat.slice(0, 5), VIXY: flat.slice(0, 5) });
    await exitOf("us", "build");
    await exitOf("gate", "ingest", "--market", "us");
    await importCloses({ QQQ: flat });
    await exitOf("us", "build");
    await importCloses({ SPY: flat, VIXY: flat });
    await exitOf("us", "build");
    const manifests = () =>
      readdirSync(join(workspace, "data", "analytics", "us", "manifests")).length;
    expect(manifests()).toBe(3);
    const { dropped } = await json(checks, "doctor", "--offline", "--gc");
    expect(dropped.some((path) => path.endsWith(".parquet"))).toBe(true);
    expect(manifests()).toBe(2);
    expect((await outcomes("--deep")).get("snapshot files")?.outcome).toBe("ok");
  });
});

describe("calendar import", () => {
  const document = z.object({ recorded: z.boolean(), version: z.string() });
  const correct = async (correction: object, decision = "D-1") => {
    const path = join(makeFolder(), "correction.json");
    writeFileSync(path, `\uFEFF${JSON.stringify(correction)}`);
    return json(
      document,
      "calendar",
      "import",
      path,
      "--market",
      "us",
      "--operator",
      "A. Person",
      "--decision",
      decision,
    );
  };
  const CLOSE = { closed: [{ date: "2024-03-28", name: "storm" }] };
  const OPEN = {
    open: [{ date: "2024-03-28", open: "09:30", close: "16:00", name: "not closed after all" }],
  };

  test("makes another version each time it changes something, also by going back and forth", async () => {
    await exitOf(
      "ledger",
      "decide",
      "--id",
      "D-1",
      "--text",
      "The exchange said so.",
      "--author",
      "A. Person",
    );
    const first = await correct(CLOSE);
    expect([first.recorded, (await correct(CLOSE)).recorded]).toEqual([true, false]);
    const second = await correct(OPEN);
    const third = await correct(CLOSE);
    expect([second.recorded, third.recorded]).toEqual([true, true]);
    const versions = [first, second, third].map((one) => one.version);
    expect(new Set(versions).size).toBe(3);
    const shown = await json(
      z.object({ version: z.string() }),
      "calendar",
      "show",
      "--around",
      "2024-03-28",
    );
    expect(shown.version).toBe(third.version);
  });

  test("needs a decision that is on record and a file of its form", async () => {
    const path = join(makeFolder(), "correction.json");
    writeFileSync(path, JSON.stringify(CLOSE));
    const words = [
      "calendar",
      "import",
      path,
      "--market",
      "us",
      "--operator",
      "A. Person",
      "--decision",
      "D-9",
    ];
    expect((await run(...words)).stderr).toContain("error DECISION_UNKNOWN:");
    writeFileSync(path, '{"closed":"2024-03-28"}');
    expect(await run(...words)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("error CALENDAR_FILE_INVALID:"),
    });
    expect(
      await exitOf(
        "calendar",
        "import",
        join(workspace, "absent.json"),
        "--market",
        "us",
        "--operator",
        "A",
        "--decision",
        "D-9",
      ),
    ).toBe(2);
  });

  test("takes away what was expected: a day that never was a session is not missing", async () => {
    await importCloses({
      SPY: [100, 100, 100, 100, null, 100, 100],
      VIXY: [100, 100, 100, 100, null, 100, 100],
    });
    await exitOf("us", "build");
    await exitOf("gate", "ingest", "--market", "us");
    const ctt = z.object({ ctt: z.string().nullable() });
    expect((await json(ctt, "truth", "status")).ctt).toBe("2024-03-25");
    await exitOf("ledger", "decide", "--id", "D-1", "--text", "Closed.", "--author", "A. Person");
    await correct({ closed: [{ date: "2024-03-26", name: "storm" }] });
    await exitOf("us", "build");
    expect(await exitOf("gate", "ingest", "--market", "us")).toBe(0);
    expect((await json(ctt, "truth", "status")).ctt).toBe("2024-03-28");
  });
});

describe("reviews", () => {
  const document = z.object({
    reviews: z.array(
      z.object({ id: z.string(), symbol: z.string(), session: z.string(), holds: z.boolean() }),
    ),
  });
  const open = async () =>
    (await json(document, "truth", "reviews")).reviews.map((one) => `${one.symbol} ${one.session}`);

  beforeEach(async () => {
    await importCloses({
      SPY: [100, 120, 120, 150, 150, 150, 150],
      VIXY: flat,
      AAPL: [100, 50, 50, 50, 50, 100, 100],
    });
    await exitOf("us", "build");
  });

  test("are chosen by symbol, by date, or by id, and stay chosen until they are reopened", async () => {
    expect(await open()).toEqual([
      "AAPL 2024-03-21",
      "SPY 2024-03-21",
      "SPY 2024-03-25",
      "AAPL 2024-03-27",
    ]);
    expect(
      await exitOf("truth", "approve", "--symbol", "SPY", "--before", "2024-03-25", ...WHO),
    ).toBe(0);
    expect(await open()).toEqual(["AAPL 2024-03-21", "SPY 2024-03-25", "AAPL 2024-03-27"]);
    const [aapl] = (await json(document, "truth", "reviews")).reviews;
    expect(await exitOf("truth", "reject", aapl?.id ?? "", ...WHO)).toBe(0);
    expect((await run("truth", "approve", aapl?.id ?? "", ...WHO)).stderr).toContain(
      "error REVIEW_UNKNOWN:",
    );
    expect(await exitOf("truth", "reopen", "--symbol", "SPY", ...WHO)).toBe(0);
    expect(await open()).toEqual(["SPY 2024-03-21", "SPY 2024-03-25", "AAPL 2024-03-27"]);
  });

  test("need a choice, and are not chosen in two ways at once", async () => {
    const [first] = (await json(document, "truth", "reviews")).reviews;
    for (const words of [[], [first?.id ?? "", "--symbol", "SPY"], ["--before", "soon"]]) {
      expect(await run("truth", "approve", ...words, ...WHO)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("error ARGUMENT_INVALID:"),
      });
    }
    expect(await open()).toHaveLength(4);
  });
});

describe("ledger", () => {
  test("keeps a decision once, shows it, and finds its chain whole", async () => {
    const decide = (text: string) =>
      run("ledger", "decide", "--id", "D-2024-001", "--text", text, "--author", "A. Person");
    expect((await decide("Pass without SPY.")).exitCode).toBe(0);
    expect((await decide("Something else.")).stderr).toContain("error DECISION_EXISTS:");
    expect((await run("ledger", "tail", "--limit", "1")).stdout).toContain("DECISION_RECORDED");
    const heads = await json(
      z.object({
        heads: z.array(z.object({ market: z.string(), seq: z.number(), hash: z.string() })),
      }),
      "ledger",
      "head",
    );
    expect(heads.heads.map((head) => head.market)).toEqual(["system"]);
    const head = heads.heads[0]?.hash ?? "";
    expect(await exitOf("ledger", "verify", "--head", head)).toBe(0);
    expect(await exitOf("ledger", "verify", "--head", "f".repeat(64))).toBe(3);
    expect(
      readFileSync(join(workspace, "docs", "epistemic", "ledger", "decisions.md"), "utf8"),
    ).toContain("Pass without SPY.");
  });

  test("has nothing to say before there is one", async () => {
    mkdirSync(workspace);
    expect(await run("ledger", "verify")).toMatchObject({
      exitCode: 0,
      stdout: "there is no ledger yet\n",
    });
    rmSync(workspace, { recursive: true });
    expect(await exitOf("ledger", "tail", "--limit", "-1")).toBe(2);
  });
});

/**
 * The operator's own history: all real US files imported, judged and decided on. Spin-offs and benchmark
 * moves are parked or listed as decided, real crashes are kept, and the counts add up at every step.
 */
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { must } from "#core/assert.ts";
import { queryLake, readManifestInForce } from "./lake-rows.ts";
import { type Operator, startOperator } from "./operator.ts";

const DATA = join(
  must(process.env["MERIDIAN_ACCEPT_DATA"], "npm run accept names the folder"),
  "us_daily",
);
/** Files with raw prices; the others, stocks and IWM, are split-adjusted as of 2021-02-05. */
const RAW_FILES = new Set([
  "SPY.csv",
  "QQQ.csv",
  "HYG.csv",
  "LQD.csv",
  "TLT.csv",
  "GLD.csv",
  "VIX.csv",
]);

const counts = z.object({
  parsed: z.number(),
  accepted: z.number(),
  quarantined: z.number(),
  parked: z.number(),
});
const buildSchema = z.object({
  snapshot: z.string(),
  contentDigest: z.string(),
  wasThere: z.boolean(),
  counts: z.record(z.string(), counts),
  openReviews: z.number(),
  largeMoves: z.array(z.object({ symbol: z.string(), session: z.string() })),
});
const reviewsSchema = z.object({
  reviews: z.array(
    z.object({
      id: z.string(),
      market: z.literal("us"),
      symbol: z.string(),
      session: z.string(),
      rule: z.string(),
      facts: z.record(z.string(), z.unknown()),
      holds: z.boolean(),
    }),
  ),
});
const truthSchema = z.object({
  market: z.literal("us"),
  rdt: z.string(),
  ctt: z.string(),
  te: z.null(),
  state: z.string(),
});

let operator: Operator;
let folders: string;
let rowsInFiles = 0;

beforeAll(async () => {
  operator = startOperator('[us.proxies]\nvolatility_gauge = "VIX"\n');
  folders = mkdtempSync(join(tmpdir(), "meridian-files-"));
  for (const name of readdirSync(DATA).filter((one) => one.endsWith(".csv"))) {
    const folder = RAW_FILES.has(name) ? "raw-" : "split-";
    copyFileSync(join(DATA, name), join(folders, `${folder}${name}`));
    rowsInFiles += readFileSync(join(DATA, name), "utf8").trim().split("\n").length - 1;
  }
  for (const name of readdirSync(folders)) {
    const [basis = "", file = ""] = name.split("-");
    const asof = basis === "split" ? ["--basis-asof", "2021-02-05"] : [];
    const done = await operator.run(
      "us",
      "import",
      join(folders, name),
      "--symbol",
      file.replace(".csv", ""),
      "--basis",
      basis,
      ...asof,
    );
    expect(done.exitCode, done.stderr).toBe(0);
  }
});
afterAll(() => {
  operator.remove();
  rmSync(folders, { recursive: true, force: true });
});

function addsUp(built: z.output<typeof buildSchema>): z.output<typeof counts> {
  const daily = must(built.counts["daily"], "daily rows were built");
  expect(daily.accepted + daily.quarantined + daily.parked).toBe(daily.parsed);
  expect(daily.parsed).toBe(rowsInFiles);
  return daily;
}

it("builds analytics for every file, parks and lists as decided, and moves truth time", async () => {
  const built = await operator.json(buildSchema, "us", "build");
  const daily = addsUp(built);
  expect(daily.quarantined).toBe(0);
  const symbols = await queryLake(
    operator.workspace,
    "prices/frequency=1d",
    "count(DISTINCT symbol)::INTEGER AS symbols, count(*)::INTEGER AS rows",
    "",
  );
  expect(symbols).toEqual([{ symbols: 58, rows: daily.accepted }]);

  const { reviews } = await operator.json(reviewsSchema, "truth", "reviews", "--market", "us");
  expect(reviews).toHaveLength(daily.parked);
  const seen = new Set(
    [...reviews, ...built.largeMoves].map((one) => `${one.symbol} ${one.session}`),
  );
  for (const move of [
    "MO 2008-03-31",
    "EXPE 2011-12-21",
    "WY 2010-07-20",
    "SPY 2008-10-13",
    "SPY 2008-10-28",
    "AIG 2008-09-15",
  ]) {
    expect(seen, move).toContain(move);
  }
  expect(
    reviews.filter((one) => one.symbol === "SPY").map((one) => [one.session, one.rule, one.holds]),
  ).toEqual([
    ["2008-10-13", "DRIFT_REQUIRED", false],
    ["2008-10-28", "DRIFT_REQUIRED", false],
  ]);
  const aig = await queryLake(
    operator.workspace,
    "prices/frequency=1d",
    "close",
    "WHERE symbol = 'AIG' AND session = DATE '2008-09-15'",
  );
  const recorded = readFileSync(join(DATA, "AIG.csv"), "utf8")
    .split("\n")
    .find((line) => line.startsWith("2008-09-15"))
    ?.split(",")[4];
  expect(aig.map((row) => Number(row["close"]))).toEqual([Number(Number(recorded).toFixed(4))]);
  const vix = await queryLake(
    operator.workspace,
    "prices/frequency=1d",
    "count(*)::INTEGER AS rows, count(volume)::INTEGER AS volumes",
    "WHERE symbol = 'VIX'",
  );
  expect(vix).toEqual([{ rows: 4027, volumes: 0 }]);

  expect((await operator.run("gate", "ingest", "--market", "us")).exitCode).toBe(0);
  expect(await operator.json(truthSchema, "truth", "status", "--market", "us")).toMatchObject({
    rdt: "2018-12-31",
    ctt: "2018-12-31",
    state: "PENDING_EVALUATION",
  });
});

it("adds up after approvals and rejections, and a parked row enters only when approved", async () => {
  const before = addsUp(await operator.json(buildSchema, "us", "build"));
  const { reviews } = await operator.json(reviewsSchema, "truth", "reviews");
  const spy = reviews.filter((one) => one.symbol === "SPY");
  const other = must(
    reviews.find((one) => one.symbol !== "SPY"),
    "a stock is parked too",
  );
  const who = ["--operator", "A. Tester", "--reason", "checked by hand"];
  expect(
    (await operator.run("truth", "approve", ...spy.map((one) => one.id), ...who)).exitCode,
  ).toBe(0);
  expect((await operator.run("truth", "reject", other.id, ...who)).exitCode).toBe(0);
  const after = addsUp(await operator.json(buildSchema, "us", "build"));
  expect(after).toEqual({
    parsed: before.parsed,
    accepted: before.accepted + spy.length,
    quarantined: before.quarantined + 1,
    parked: before.parked - spy.length - 1,
  });
  const entered = await queryLake(
    operator.workspace,
    "prices/frequency=1d",
    "symbol, session::VARCHAR AS session",
    "WHERE symbol = 'SPY' AND session IN (DATE '2008-10-13', DATE '2008-10-28') ORDER BY session",
  );
  expect(entered.map((row) => row["session"])).toEqual(["2008-10-13", "2008-10-28"]);
  expect((await operator.run("truth", "reopen", other.id, ...who)).exitCode).toBe(0);
  expect(addsUp(await operator.json(buildSchema, "us", "build")).quarantined).toBe(
    before.quarantined,
  );
});

it("changes no byte on a second run and gives the same content after deleting what is derived", async () => {
  const built = await operator.json(buildSchema, "us", "build");
  const files = (): string[] =>
    readManifestInForce(operator.workspace).files.map((file) => {
      const bytes = readFileSync(join(operator.workspace, "data", "analytics", "us", file.path));
      const digest = createHash("sha256").update(bytes).digest("hex");
      expect(digest).toBe(file.sha256);
      return `${file.path} ${digest}`;
    });
  const before = files();
  expect((await operator.json(buildSchema, "us", "build")).wasThere).toBe(true);
  expect(files()).toEqual(before);
  for (const derived of ["staging", "analytics"])
    rmSync(join(operator.workspace, "data", derived), { recursive: true });
  const again = await operator.json(buildSchema, "us", "build");
  expect(again.contentDigest).toBe(built.contentDigest);
  expect(again.snapshot).toBe(built.snapshot);
});

/**
 * Recorded vendor responses through the real client from a loopback server: what lands in analytics
 * equals the recorded numbers exactly, and every recorded refusal is named and never taken for data.
 */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { must } from "#core/assert.ts";
import { queryLake } from "./lake-rows.ts";
import { type Operator, startOperator } from "./operator.ts";
import { type RecordedServer, startRecordedServer } from "./recorded-server.ts";

const DATA = join(
  must(process.env["MERIDIAN_ACCEPT_DATA"], "npm run accept names the folder"),
  "alpha_vantage",
);
const EXAMPLES = join(DATA, "portfoliotree_demo_20260517", "examples");
const find = (folder: string, start: string): string =>
  join(
    EXAMPLES,
    folder,
    must(
      readdirSync(join(EXAMPLES, folder)).find((name) => name.startsWith(start)),
      `${start} is recorded`,
    ),
  );

const RECORDED = {
  daily: find("time_series", "TIME_SERIES_DAILY_4"),
  adjusted: find("time_series", "TIME_SERIES_DAILY_ADJUSTED"),
  intraday: find("time_series", "TIME_SERIES_INTRADAY"),
  listing: find("fundamental", "LISTING_STATUS"),
  splits: find("fundamental", "SPLITS"),
  dividends: find("fundamental", "DIVIDENDS"),
  treasury: find("economic", "TREASURY_YIELD"),
  wti: find("commodities", "WTI"),
};

const settings = (baseUrl: string, plan: "free" | "premium"): string => `
[us.vendor]
base_url = "${baseUrl}"
plan = "${plan}"
calls_per_second = 500
calls_per_minute = 10000
calls_per_day = 10000
tries_per_call = 1
retry_pause_seconds = 0
[us.universe]
symbols = ["IBM"]
`;

/** Every fund's role is IBM's, so that the free plan's rotation of events begins with it. */
const IBM_FOR_ALL = `
[us.proxies]
${["benchmark_equity", "growth", "small_cap", "blue_chip", "volatility_gauge", "credit_high_yield", "credit_investment_grade", "dollar"].map((role) => `${role} = "IBM"`).join("\n")}
`;

const reportSchema = z.object({
  exitCode: z.number(),
  received: z.number(),
  failed: z.array(z.object({ what: z.string(), failure: z.string() })),
});

let server: RecordedServer;
const operators: Operator[] = [];
const operator = (plan: "free" | "premium"): Operator => {
  const made = startOperator(settings(server.baseUrl, plan));
  operators.push(made);
  return made;
};

beforeAll(async () => {
  server = await startRecordedServer([]);
});
afterAll(async () => {
  await server.close();
  for (const one of operators) one.remove();
});

/** Cells of a recorded CSV by header name. */
function readCsv(path: string): Record<string, string>[] {
  const [header = "", ...lines] = readFileSync(path, "utf8").trim().split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line) =>
    Object.fromEntries(line.split(",").map((cell, index) => [names[index] ?? "", cell])),
  );
}

/** A decimal text rounded half to even to `decimals` decimals, in whole-number arithmetic of its own. */
function padded(text: string | undefined, decimals: number): string {
  const [whole = "", fraction = ""] = must(text, "the recording has the column").split(".");
  const dropped = fraction.slice(decimals).padEnd(1, "0");
  const kept = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, "0"));
  const half = BigInt(`5${"0".repeat(dropped.length - 1)}`);
  const isUp = BigInt(dropped) > half || (BigInt(dropped) === half && kept % 2n === 1n);
  const digits = String(isUp ? kept + 1n : kept).padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Rows by their first cell, a date. */
function sortRows(rows: (string | undefined)[][]): (string | undefined)[][] {
  return rows.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1));
}

function expectedPrices(path: string): Record<string, string>[] {
  return readCsv(path)
    .map((row) => ({
      session: must(row["timestamp"], "a row has a date"),
      open: padded(row["open"], 4),
      high: padded(row["high"], 4),
      low: padded(row["low"], 4),
      close: padded(row["close"], 4),
      volume: must(row["volume"], "a row has a volume"),
    }))
    .sort((a, b) => (a.session < b.session ? -1 : 1));
}

const PRICES = "session::VARCHAR AS session, open, high, low, close, volume";

it("gives IBM's recorded daily rows, split, dividends and monthly series exactly, on the free plan", async () => {
  server.answer([
    { function: "TIME_SERIES_DAILY", symbol: "IBM", file: RECORDED.daily },
    { function: "SPLITS", symbol: "IBM", file: RECORDED.splits },
    { function: "DIVIDENDS", symbol: "IBM", file: RECORDED.dividends },
    { function: "TREASURY_YIELD", file: RECORDED.treasury },
    { function: "WTI", file: RECORDED.wti },
  ]);
  const free = startOperator(settings(server.baseUrl, "free") + IBM_FOR_ALL);
  operators.push(free);
  const report = await free.json(reportSchema, "us", "daily");
  expect(report.failed).toEqual([]);
  expect((await free.run("us", "build")).exitCode).toBe(0);
  expect(
    await queryLake(
      free.workspace,
      "prices/frequency=1d",
      PRICES,
      "WHERE symbol = 'IBM' ORDER BY session",
    ),
  ).toEqual(expectedPrices(RECORDED.daily));
  const splits = readCsv(RECORDED.splits).map((row) => [
    row["effective_date"],
    padded(row["split_factor"], 8),
  ]);
  const kept = await queryLake(
    free.workspace,
    "events",
    "session::VARCHAR AS session, split_factor, dividend",
    "WHERE symbol = 'IBM' ORDER BY session",
  );
  expect(
    kept
      .filter((row) => row["split_factor"] !== null)
      .map((row) => [row["session"], row["split_factor"]]),
  ).toEqual(sortRows(splits));
  const dividends = readCsv(RECORDED.dividends).map((row) => [
    row["ex_dividend_date"],
    padded(row["amount"], 6),
  ]);
  expect(
    kept.filter((row) => row["dividend"] !== null).map((row) => [row["session"], row["dividend"]]),
  ).toEqual(sortRows(dividends));
  const yields = readCsv(RECORDED.treasury).map((row) => [
    row["timestamp"],
    padded(row["value"], 6),
  ]);
  const series = await queryLake(
    free.workspace,
    "series",
    "session::VARCHAR AS session, value",
    "WHERE symbol = 'TREASURY_YIELD_10YEAR' ORDER BY session",
  );
  expect(series.map((row) => [row["session"], row["value"]])).toEqual(sortRows(yields));
});

it("gives IBM's recorded adjusted and intraday rows exactly, on the premium plan", async () => {
  server.answer([
    { function: "TIME_SERIES_DAILY_ADJUSTED", symbol: "IBM", file: RECORDED.adjusted },
    { function: "TIME_SERIES_INTRADAY", symbol: "IBM", file: RECORDED.intraday },
  ]);
  const premium = operator("premium");
  await premium.json(reportSchema, "us", "backfill", "--symbols", "IBM");
  await premium.json(reportSchema, "us", "intraday");
  expect((await premium.run("us", "build")).exitCode).toBe(0);
  expect(
    await queryLake(
      premium.workspace,
      "prices/frequency=1d",
      PRICES,
      "WHERE symbol = 'IBM' ORDER BY session",
    ),
  ).toEqual(expectedPrices(RECORDED.adjusted));
  const dividends = readCsv(RECORDED.adjusted)
    .filter((row) => Number(row["dividend_amount"]) !== 0)
    .map((row) => [row["timestamp"], padded(row["dividend_amount"], 6)]);
  const kept = await queryLake(
    premium.workspace,
    "events",
    "session::VARCHAR AS session, dividend",
    "WHERE symbol = 'IBM' AND dividend IS NOT NULL ORDER BY session",
  );
  expect(kept.map((row) => [row["session"], row["dividend"]])).toEqual(sortRows(dividends));
  const bars = await queryLake(
    premium.workspace,
    "prices/frequency=5min",
    "strftime(start AT TIME ZONE 'America/New_York', '%Y-%m-%d %H:%M:%S') AS session, open, high, low, close, volume",
    "WHERE symbol = 'IBM' ORDER BY start",
  );
  expect(bars).toEqual(expectedPrices(RECORDED.intraday));
});

it("keeps the recorded listing, odd symbols included, and makes a universe of it", async () => {
  server.answer([{ function: "LISTING_STATUS", file: RECORDED.listing }]);
  const premium = startOperator(
    settings(server.baseUrl, "premium").replace('symbols = ["IBM"]', ""),
  );
  operators.push(premium);
  const report = await premium.json(
    z.object({ received: z.number(), notes: z.array(z.string()) }),
    "us",
    "symbols",
  );
  expect(report.received).toBe(1);
  expect(report.notes.join(" ")).toContain("13411");
});

it("names every recorded refusal and lands none of them", async () => {
  const messages = join(DATA, "messages");
  const expected: Record<string, string> = {
    "csv_quota_notice_as_row.csv": "QUOTA_SPENT",
    "empty_global_quote.json": "UNKNOWN_SYMBOL",
    "error_message.json": "UNKNOWN_SYMBOL",
    "information_25_per_day.json": "QUOTA_SPENT",
    "information_demo.json": "DEMO_KEY",
    "information_detected_key.json": "QUOTA_SPENT",
    "information_premium.json": "PREMIUM_ONLY",
    "note_5_per_minute.json": "THROTTLED",
  };
  expect(readdirSync(messages).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, failure] of Object.entries(expected)) {
    server.answer([{ function: "*", file: join(messages, name) }]);
    const one = operator("free");
    const report = await one.json(
      z.object({
        exitCode: z.number(),
        failed: z.array(z.object({ failure: z.string() })),
        deferred: z.array(z.object({ reason: z.string() })),
      }),
      "us",
      "symbols",
    );
    const seen = [
      ...report.failed.map((item) => item.failure),
      ...report.deferred.map((item) => item.reason),
    ];
    expect(seen, name).toContain(failure);
    expect(
      statSync(join(one.workspace, "data", "raw", "us"), { throwIfNoEntry: false }),
      name,
    ).toBeUndefined();
  }
});

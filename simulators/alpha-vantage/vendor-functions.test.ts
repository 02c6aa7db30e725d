/** What each function serves: forms, order, numbers as text, and only what exists at the simulated time. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { must } from "#core/assert.ts";
import { isSession } from "#core/calendar.ts";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { dailyHistoryOf } from "../synthetic-market/synthetic-market.ts";
import { historyUntil } from "../synthetic-market/daily-history.ts";
import type { AlphaVantageSimulator } from "./alpha-vantage-server.ts";
import { dailyCsvBytes } from "./daily-csv.ts";
import {
  EVENING,
  NOON,
  TEST_STOCK,
  ask,
  csvRows,
  startTestSimulator,
  testMarket,
} from "./testing.ts";
import { countUntil } from "./vendor-view.ts";

let simulator: AlphaVantageSimulator;
beforeAll(async () => {
  simulator = await startTestSimulator();
});
afterAll(() => simulator.close());

async function csv(params: Readonly<Record<string, string>>): Promise<string[][]> {
  const answer = await ask(simulator, { datatype: "csv", ...params });
  return csvRows(answer.text);
}

async function json(params: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(simulator, params)).text) as Record<string, unknown>;
}

describe("every answer", () => {
  test("says SYNTHETIC in a header and nowhere in the bars", async () => {
    const answer = await ask(simulator, { function: "TIME_SERIES_DAILY", symbol: "SPY" });
    expect(answer.headers.get("x-meridian-synthetic")).toBe("SYNTHETIC");
    expect(answer.text).not.toContain("SYNTHETIC");
    const refusal = await ask(simulator, { function: "TIME_SERIES_DAILY", symbol: "NOPE" });
    expect(refusal.headers.get("x-meridian-synthetic")).toBe("SYNTHETIC");
  });
});

describe("TIME_SERIES_DAILY", () => {
  test("as CSV has 100 rows, newest first, on sessions of the calendar, four decimals", async () => {
    const [header, ...rows] = await csv({ function: "TIME_SERIES_DAILY", symbol: "SPY" });
    expect(header?.join()).toBe("timestamp,open,high,low,close,volume");
    expect(rows).toHaveLength(100);
    const dates = rows.map((row) => row[0] ?? "");
    expect(dates[0]).toBe("2024-06-12");
    expect(dates).toEqual(dates.toSorted().toReversed());
    const { calendar } = testMarket().input;
    expect(dates.every((date) => isSession(calendar, dayNumberOf(sessionDate(date))))).toBe(true);
    expect(rows.every((row) => row.slice(1, 5).every((cell) => /^\d+\.\d{4}$/.test(cell)))).toBe(
      true,
    );
    expect(rows.every((row) => /^\d+$/.test(row[5] ?? ""))).toBe(true);
  });

  test("as JSON has the vendor's keys and the same numbers as text", async () => {
    const body = await json({ function: "TIME_SERIES_DAILY", symbol: "SPY" });
    expect(body["Meta Data"]).toEqual({
      "1. Information": "Daily Prices (open, high, low, close) and Volumes",
      "2. Symbol": "SPY",
      "3. Last Refreshed": "2024-06-12",
      "4. Output Size": "Compact",
      "5. Time Zone": "US/Eastern",
    });
    const [, first] = await csv({ function: "TIME_SERIES_DAILY", symbol: "SPY" });
    const series = Object.entries(body["Time Series (Daily)"] as Record<string, object>);
    expect(series).toHaveLength(100);
    expect(series[0]).toEqual([
      first?.[0],
      {
        "1. open": first?.[1],
        "2. high": first?.[2],
        "3. low": first?.[3],
        "4. close": first?.[4],
        "5. volume": first?.[5],
      },
    ]);
  });

  test("in full is, byte for byte, what the fast writer for benchmarks makes", async () => {
    const answer = await ask(simulator, {
      function: "TIME_SERIES_DAILY",
      symbol: TEST_STOCK,
      outputsize: "full",
      datatype: "csv",
    });
    const history = must(dailyHistoryOf(testMarket(), TEST_STOCK), "it has prices");
    const visible = historyUntil(
      history,
      countUntil(history.days, dayNumberOf(sessionDate("2024-06-12"))),
    );
    expect(answer.text).toBe(Buffer.from(dailyCsvBytes(visible)).toString("utf8"));
    expect(csvRows(answer.text).at(-1)?.[0]).toBe("2021-01-04");
  });

  test("serves a session from its close on and not before", async () => {
    const newestAt = async (at: string) => {
      const other = await startTestSimulator({ at });
      const { text } = await ask(other, {
        function: "TIME_SERIES_DAILY",
        symbol: "SPY",
        datatype: "csv",
      });
      await other.close();
      return csvRows(text)[1]?.[0];
    };
    expect(await newestAt("2024-06-12T19:59:59Z")).toBe("2024-06-11");
    expect(await newestAt("2024-06-12T20:00:00Z")).toBe("2024-06-12");
    expect(await newestAt("2024-11-29T18:00:00Z")).toBe("2024-11-29");
    expect(await newestAt("2024-12-01T12:00:00Z")).toBe("2024-11-29");
  });
});

describe("TIME_SERIES_DAILY_ADJUSTED", () => {
  test("adjusts all rows before an ex-date by exactly C / (C + D) and leaves the rest raw", async () => {
    const [header, ...rows] = await csv({
      function: "TIME_SERIES_DAILY_ADJUSTED",
      symbol: TEST_STOCK,
      outputsize: "full",
    });
    expect(header?.join()).toBe(
      "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient",
    );
    const at = (date: string) => rows.findIndex((row) => row[0] === date);
    const ratio = (row: number) => Number(rows[row]?.[5]) / Number(rows[row]?.[4]);
    const ex = at("2024-05-08");
    const close = Number(rows[ex]?.[4]);
    expect(rows[ex]?.slice(7)).toEqual(["1.6900", "1.0"]);
    expect(ratio(ex + 1) / ratio(ex)).toBeCloseTo(close / (close + 1.69), 14);
    expect(rows[at("2023-11-06")]?.[8]).toBe("1.046");
    expect(rows[at("2022-06-06")]?.[8]).toBe("2.0");
    expect(ratio(at("2022-06-06") + 1) / ratio(at("2022-06-06"))).toBeCloseTo(0.5, 14);
    expect(rows[0]?.[5]).toBe(rows[0]?.[4]);
  });

  test("as JSON pads every number to four decimals", async () => {
    const body = await json({ function: "TIME_SERIES_DAILY_ADJUSTED", symbol: TEST_STOCK });
    const row = (body["Time Series (Daily)"] as Record<string, Record<string, string>>)[
      "2024-05-08"
    ];
    expect(row?.["7. dividend amount"]).toBe("1.6900");
    expect(row?.["8. split coefficient"]).toBe("1.0000");
    expect(row?.["5. adjusted close"]).toMatch(/^\d+\.\d{4}$/);
  });
});

describe("TIME_SERIES_INTRADAY", () => {
  const query = { function: "TIME_SERIES_INTRADAY", symbol: "SPY", interval: "5min" };

  test("labels bars by their start in New York's wall clock and stops at the simulated time", async () => {
    const [, ...rows] = await csv(query);
    expect(rows).toHaveLength(100);
    expect(rows[0]?.[0]).toBe("2024-06-12 17:55:00");
    expect(rows[1]?.[0]).toBe("2024-06-12 17:50:00");
  });

  test("of a month, regular hours only, add up to the daily bars but for the auction", async () => {
    const [, ...rows] = await csv({
      ...query,
      month: "2024-05",
      outputsize: "full",
      extended_hours: "false",
      adjusted: "false",
    });
    const daily = await csv({ function: "TIME_SERIES_DAILY", symbol: "SPY", outputsize: "full" });
    const dates = [...new Set(rows.map((row) => row[0]?.slice(0, 10)))];
    expect(dates).toHaveLength(daily.filter((row) => row[0]?.startsWith("2024-05")).length);
    for (const date of dates) {
      const bars = rows.filter((row) => row[0]?.startsWith(date ?? "?")).toReversed();
      const day = daily.find((row) => row[0] === date);
      expect(bars.map((row) => row[0]?.slice(11))).toHaveLength(78);
      expect(bars[0]?.[1]).toBe(day?.[1]);
      expect(bars.at(-1)?.[4]).toBe(day?.[4]);
      expect(Math.max(...bars.map((row) => Number(row[2])))).toBe(Number(day?.[2]));
      expect(bars.reduce((sum, row) => sum + Number(row[5]), 0)).toBeLessThan(Number(day?.[5]));
    }
  });

  test("can be served with the old end labels", async () => {
    const old = await startTestSimulator({ intradayLabels: "end" });
    const { text } = await ask(old, {
      ...query,
      datatype: "csv",
      month: "2024-05",
      outputsize: "full",
    });
    await old.close();
    const labels = csvRows(text).map((row) => row[0] ?? "");
    expect(labels[1]).toBe("2024-05-31 20:00:00");
    expect(labels.at(-1)).toBe("2024-05-01 04:05:00");
  });

  test("of a month to come or of another interval is an invalid call", async () => {
    for (const wrong of [{ month: "2024-09" }, { month: "24-09" }, { interval: "7min" }]) {
      const { text } = await ask(simulator, { ...query, ...wrong, outputsize: "full" });
      expect(text).toContain("Invalid API call");
      expect(text).toContain("TIME_SERIES_INTRADAY");
    }
  });
});

describe("events and quotes", () => {
  test("SPLITS and DIVIDENDS have the vendor's columns; a declared dividend is served before its ex-date", async () => {
    const splits = await csv({ function: "SPLITS", symbol: TEST_STOCK });
    expect(splits[0]?.join()).toBe("effective_date,split_factor");
    expect(splits).toContainEqual(["2023-11-06", "1.0460"]);
    expect(splits).toContainEqual(["2022-06-06", "2.0000"]);
    const dividends = await csv({ function: "DIVIDENDS", symbol: TEST_STOCK });
    expect(dividends[0]?.join()).toBe(
      "ex_dividend_date,declaration_date,record_date,payment_date,amount",
    );
    expect(dividends.find((row) => row[0] === "2024-05-08")?.[4]).toBe("1.69");
    expect(dividends[1]).toEqual(["2024-06-25", "2024-06-08", "2024-06-25", "2024-07-26", "1.70"]);
    const body = await json({ function: "SPLITS", symbol: TEST_STOCK });
    expect(body).toMatchObject({ symbol: TEST_STOCK });
    expect(body["data"]).toContainEqual({ effective_date: "2023-11-06", split_factor: "1.0460" });
  });

  test("of an unknown symbol are `{}`, of a quiet one a header or an empty list", async () => {
    expect((await ask(simulator, { function: "SPLITS", symbol: "NOPE" })).text).toBe("{}");
    expect(await csv({ function: "SPLITS", symbol: "SPY" })).toEqual([
      ["effective_date", "split_factor"],
    ]);
    expect(await json({ function: "SPLITS", symbol: "SPY" })).toEqual({ symbol: "SPY", data: [] });
  });

  test("GLOBAL_QUOTE is the newest daily bar; empty for the unknown; renamed when delayed", async () => {
    const [header, row] = await csv({ function: "GLOBAL_QUOTE", symbol: "SPY" });
    expect(header?.join()).toBe(
      "symbol,open,high,low,price,volume,latestDay,previousClose,change,changePercent",
    );
    expect(row?.[6]).toBe("2024-06-12");
    expect(row?.[9]).toMatch(/^-?\d+\.\d{4}%$/);
    expect(await json({ function: "GLOBAL_QUOTE", symbol: "NOPE" })).toEqual({
      "Global Quote": {},
    });
    const delayed = await json({ function: "GLOBAL_QUOTE", symbol: "SPY", entitlement: "delayed" });
    expect(Object.keys(delayed)).toEqual(["Global Quote - DATA DELAYED BY 15 MINUTES"]);
  });

  test("REALTIME_BULK_QUOTES without a right to them are ARTIFICIAL", async () => {
    const query = { function: "REALTIME_BULK_QUOTES", symbol: "SPY,QQQ" };
    expect((await ask(simulator, query)).text).toContain("ARTIFICIAL");
    const entitled = await json({ ...query, entitlement: "realtime" });
    expect((entitled["data"] as object[]).length).toBe(2);
    expect(JSON.stringify(entitled)).not.toContain("ARTIFICIAL");
  });
});

describe("series", () => {
  test("TREASURY_YIELD is percent on weekdays, a dot on bond holidays, one day late", async () => {
    const [header, ...rows] = await csv({
      function: "TREASURY_YIELD",
      interval: "daily",
      maturity: "2year",
    });
    expect(header?.join()).toBe("timestamp,value");
    expect(rows[0]?.[0]).toBe("2024-06-11");
    expect(rows.find((row) => row[0] === "2023-10-09")?.[1]).toBe(".");
    const body = await json({ function: "TREASURY_YIELD", interval: "daily", maturity: "10year" });
    expect(body).toMatchObject({
      name: "10-Year Treasury Constant Maturity Rate",
      interval: "daily",
      unit: "percent",
    });
    expect((body["data"] as object[])[0]).toMatchObject({ date: "2024-06-11" });
  });

  test("monthly, the default, is dated by the first of a month that is over", async () => {
    const [, newest, before] = await csv({ function: "WTI" });
    expect([newest?.[0], before?.[0]]).toEqual(["2024-05-01", "2024-04-01"]);
  });

  test("INDEX_DATA of VIX has no volume; other indexes do not exist", async () => {
    const body = await json({ function: "INDEX_DATA", symbol: "VIX", interval: "daily" });
    expect(body).toMatchObject({ symbol: "VIX", interval: "daily" });
    expect(Object.keys((body["data"] as object[])[0] ?? {})).toEqual([
      "date",
      "open",
      "high",
      "low",
      "close",
    ]);
    const { text } = await ask(simulator, {
      function: "INDEX_DATA",
      symbol: "TNX",
      interval: "daily",
    });
    expect(text).toContain("Invalid API call");
  });
});

describe("LISTING_STATUS", () => {
  test("is CSV whatever is asked, active names with `null`, delisted ones with their date", async () => {
    const { text, headers } = await ask(simulator, { function: "LISTING_STATUS" });
    expect(headers.get("content-type")).toBe("application/x-download");
    const [header, ...active] = csvRows(text);
    expect(header?.join()).toBe("symbol,name,exchange,assetType,ipoDate,delistingDate,status");
    expect(active.every((row) => row[5] === "null" && row[6] === "Active")).toBe(true);
    const delisted = await csv({ function: "LISTING_STATUS", state: "delisted" });
    expect(
      delisted.slice(1).every((row) => row[6] === "Delisted" && /^\d{4}-/.test(row[5] ?? "")),
    ).toBe(true);
    expect(delisted.some((row) => row[0] === "DELW")).toBe(true);
    expect(
      delisted.every((row) => row[5] === "delistingDate" || (row[5] ?? "") < "2024-06-12"),
    ).toBe(true);
  });

  test("as of a date knows who was listed then, and refuses dates before 2010", async () => {
    const symbolsAsOf = async (date: string) =>
      (await csv({ function: "LISTING_STATUS", date })).map((row) => row[0]);
    expect(await symbolsAsOf("2014-01-02")).toContain("DELN");
    expect(await symbolsAsOf("2016-01-04")).not.toContain("DELN");
    const { text } = await ask(simulator, { function: "LISTING_STATUS", date: "2009-12-31" });
    expect(text).toContain("Invalid API call");
  });
});

describe("the running session", () => {
  test("is served only by its fault, with a time in Last Refreshed", async () => {
    const noon = await startTestSimulator({ at: NOON });
    const query = { function: "TIME_SERIES_DAILY", symbol: "SPY" };
    const before = JSON.parse((await ask(noon, query)).text) as Record<
      string,
      Record<string, unknown>
    >;
    noon.addFault({ fault: "partial_row" });
    const during = JSON.parse((await ask(noon, query)).text) as Record<
      string,
      Record<string, unknown>
    >;
    noon.clock.advance(6 * 3_600_000);
    const after = JSON.parse((await ask(noon, query)).text) as Record<
      string,
      Record<string, unknown>
    >;
    await noon.close();
    expect(before["Meta Data"]?.["3. Last Refreshed"]).toBe("2024-06-11");
    expect(during["Meta Data"]?.["3. Last Refreshed"]).toBe("2024-06-12 12:02:00");
    expect(after["Meta Data"]?.["3. Last Refreshed"]).toBe("2024-06-12");
    const rowOf = (body: typeof during) =>
      body["Time Series (Daily)"]?.["2024-06-12"] as Record<string, string> | undefined;
    expect(rowOf(before)).toBeUndefined();
    expect(Number(rowOf(during)?.["5. volume"])).toBeLessThan(Number(rowOf(after)?.["5. volume"]));
    expect(rowOf(during)?.["1. open"]).toBe(rowOf(after)?.["1. open"]);
    expect(EVENING > NOON).toBe(true);
  });
});

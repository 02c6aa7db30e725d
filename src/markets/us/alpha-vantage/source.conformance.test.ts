/** Alpha Vantage under the contract of its port, with samples of every kind that is asked for. */
import type { CallFailure, VendorCall } from "#ingestion/market-data-source.ts";
import { describeMarketDataSource } from "#ingestion/market-data-source.conformance.ts";
import {
  dailyCall,
  eventCalls,
  indexCall,
  intradayCall,
  listingCall,
  seriesCall,
} from "../vendor-calls.ts";
import { fixtureBytes } from "./fixture-store.ts";
import { openAlphaVantage } from "./source.ts";

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const [splits, dividends] = eventCalls("ACME");
const daily = dailyCall("ACME", "free", "compact");

const FIXTURES: readonly (readonly [string, VendorCall, number, string | null, string | null])[] = [
  ["daily.csv", daily, 3, "2026-05-15", "2026-05-13"],
  ["daily.json", daily, 2, "2018-08-16", "2018-08-15"],
  ["daily-adjusted.csv", dailyCall("ACME", "premium", "full"), 3, "2026-05-15", "2026-05-13"],
  ["daily-adjusted.json", dailyCall("ACME", "premium", "compact"), 3, "2020-05-08", "2020-05-06"],
  ["intraday-start.csv", intradayCall("ACME", "compact"), 5, "2026-05-15", "2026-05-15"],
  ["intraday.json", intradayCall("ACME", "full"), 2, "2026-01-09", "2026-01-09"],
  ["index.json", indexCall("VIX"), 2, "2026-05-15", "2026-05-14"],
  ["splits.csv", splits, 3, "2024-06-10", "2011-09-30"],
  ["dividends.csv", dividends, 2, "2026-05-08", "1999-02-08"],
  ["treasury-yield.csv", seriesCall("TREASURY_YIELD_10YEAR"), 4, "2026-05-14", "2026-05-11"],
  ["treasury-yield.json", seriesCall("TREASURY_YIELD_10YEAR"), 2, "2026-05-14", "2026-05-14"],
  ["listing.csv", listingCall("active"), 18, null, null],
];

type SourceUnderTest = Parameters<typeof describeMarketDataSource>[1];
type DataSample = SourceUnderTest["samples"][number];
type RefusalSample = SourceUnderTest["refusals"][number];

const samples = FIXTURES.map(([name, call, rows, newestDate, oldestDate]): DataSample => {
  const format = name.endsWith(".json") ? "json" : "csv";
  const contentType = format === "json" ? "application/json" : "application/x-download";
  return {
    title: name,
    call,
    contentType,
    body: fixtureBytes(name),
    format,
    rows,
    newestDate,
    oldestDate,
  };
});

const REFUSALS: readonly (readonly [string, string, CallFailure])[] = [
  [
    "quota",
    '{"Information": "Our standard API rate limit is 25 requests per day."}',
    "QUOTA_SPENT",
  ],
  [
    "burst",
    '{"Information": "Please consider spreading out your free API requests more sparingly (1 request per second)."}',
    "BURST",
  ],
  ["premium", '{"Information": "This is a premium endpoint."}', "PREMIUM_ONLY"],
  [
    "premium parameter",
    '{"Information": "The outputsize=full parameter value is a premium feature."}',
    "PREMIUM_PARAMETER",
  ],
  [
    "throttle",
    '{"Note": "Our standard API call frequency is 5 calls per minute and 500 calls per day."}',
    "THROTTLED",
  ],
  [
    "unknown",
    '{"Error Message": "Invalid API call. Please retry or visit the documentation for SPLITS."}',
    "UNKNOWN_SYMBOL",
  ],
  ["key", '{"Error Message": "the parameter apikey is invalid or missing."}', "KEY_INVALID"],
  ["demo", '{"Information": "The **demo** API key is for demo purposes only."}', "DEMO_KEY"],
  ["nothing", "{}", "EMPTY"],
  [
    "sample rows",
    '{"message": "THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL", "data": []}',
    "ARTIFICIAL",
  ],
  ["spelled notice", "timestamp,open,high,low,close,volume\nI,n,f,o,r,m\n", "QUOTA_SPENT"],
];

const refusals = REFUSALS.map(([title, body, outcome]): RefusalSample => ({
  title,
  call: daily,
  body,
  outcome,
}));

describeMarketDataSource("Alpha Vantage", {
  makeSource: (options) => openAlphaVantage({ ...options, bytesMax: BODY_BYTES_MAX }),
  bodyBytesMax: BODY_BYTES_MAX,
  samples,
  refusals,
  syntheticHeader: ["x-meridian-synthetic", "true"],
});

/** What is data and what is which refusal: tables over every known shape, and properties of the rest. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CALL_FAILURES, type CallFailure, type VendorCall } from "#ingestion/market-data-source.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { classifyAnswer } from "./classify.ts";
import { fixtureText } from "./fixture-store.ts";
import type { VendorKind } from "./vendor-columns.ts";

const KEY = "CANARY0KEY123456";
const encoder = new TextEncoder();

const PARAMS: { readonly [kind in VendorKind]: VendorCall["params"] } = {
  daily: { symbol: "ACME", outputsize: "compact" },
  daily_adjusted: { symbol: "ACME", outputsize: "compact" },
  intraday: { symbol: "ACME", interval: "5min" },
  index_daily: { symbol: "VIX", interval: "daily" },
  splits: { symbol: "ACME" },
  dividends: { symbol: "ACME" },
  series: { interval: "daily", maturity: "10year" },
  listing: { state: "active" },
};

function callOf(kind: VendorKind): VendorCall {
  return { kind, name: "FUNCTION", params: PARAMS[kind], symbol: PARAMS[kind]["symbol"] ?? null };
}

function classify(kind: VendorKind, body: string | Uint8Array, status = 200) {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  return classifyAnswer(callOf(kind), { status, bytes }, [KEY]);
}

const DATA = [
  ["daily", "daily.csv", 3, "2026-05-15", "2026-05-13"],
  ["daily", "daily.json", 2, "2018-08-16", "2018-08-15"],
  ["daily_adjusted", "daily-adjusted.csv", 3, "2026-05-15", "2026-05-13"],
  ["daily_adjusted", "daily-adjusted.json", 3, "2020-05-08", "2020-05-06"],
  ["intraday", "intraday-start.csv", 5, "2026-05-15", "2026-05-15"],
  ["intraday", "intraday-end.csv", 3, "2020-11-06", "2020-10-30"],
  ["intraday", "intraday.json", 2, "2026-01-09", "2026-01-09"],
  ["index_daily", "index.json", 2, "2026-05-15", "2026-05-14"],
  ["splits", "splits.csv", 3, "2024-06-10", "2011-09-30"],
  ["splits", "splits.json", 1, "2024-06-10", "2024-06-10"],
  ["dividends", "dividends.csv", 2, "2026-05-08", "1999-02-08"],
  ["series", "treasury-yield.csv", 4, "2026-05-14", "2026-05-11"],
  ["series", "treasury-yield.json", 2, "2026-05-14", "2026-05-14"],
  ["listing", "listing.csv", 18, null, null],
] as const;

describe("data", () => {
  test.each(DATA)("takes %s from %s", (kind, name, rows, newestDate, oldestDate) => {
    const format = name.endsWith(".json") ? "json" : "csv";
    const expected = { outcome: "data", format, rows, newestDate, oldestDate, isTerminated: true };
    expect(classify(kind, fixtureText(name))).toStrictEqual(expected);
  });

  test.each(DATA)("takes %s from %s with CRLF and a byte order mark", (kind, name, rows) => {
    const body = `\ufeff${fixtureText(name).replace("\ufeff", "").replaceAll("\n", "\r\n")}`;
    expect(classify(kind, body)).toMatchObject({ outcome: "data", rows });
  });

  test("takes an index as a time series and as CSV with either date column", () => {
    const row = { "1. open": "17.1", "2. high": "18", "3. low": "17", "4. close": "17.5" };
    const series = JSON.stringify({ "Time Series (Daily)": { "2026-05-15": row } });
    expect(classify("index_daily", series)).toMatchObject({ outcome: "data", rows: 1 });
    for (const date of ["timestamp", "date"]) {
      const csv = `${date},open,high,low,close\n2026-05-15,17.1,18,17,17.5\n`;
      expect(classify("index_daily", csv)).toMatchObject({ outcome: "data", rows: 1 });
    }
  });

  test("counts a listing by the rows that can be read, and refuses a garbled one", () => {
    const rows = Array.from(
      { length: 200 },
      (_, at) => `S${at},N,NYSE,Stock,2000-01-03,null,Active`,
    );
    const listing = (garbled: number): string => {
      const lines = rows.map((row, at) => (at < garbled ? row.replace("Active", "@#!") : row));
      const header = "symbol,name,exchange,assetType,ipoDate,delistingDate,status";
      return `${[header, ...lines].join("\n")}\n`;
    };
    expect(classify("listing", listing(2))).toMatchObject({ outcome: "data", rows: 198 });
    for (const garbled of [3, 199]) {
      expect(classify("listing", listing(garbled))).toStrictEqual({
        outcome: "NOT_DATA",
        detail: `${garbled} of 200 rows of the listing cannot be read; line 2: the status is "@#!"`,
      });
    }
  });

  test("finds a key in any case of its letters, but the published one in none", () => {
    const listing = fixtureText("listing.csv").replace(
      "Sample Spa",
      `Sample ${KEY.toLowerCase()} Spa`,
    );
    expect(classify("listing", listing).outcome).toBe("NOT_DATA");
    const bytes = encoder.encode(listing.replace(KEY.toLowerCase(), "demo"));
    const answer = { status: 200, bytes };
    expect(classifyAnswer(callOf("listing"), answer, ["demo"]).outcome).toBe("data");
  });

  test("takes columns in another order, but not in a listing", () => {
    const daily = "close,timestamp,open,high,low,volume\n1.5,2026-05-15,1,2,1,10\n";
    expect(classify("daily", daily)).toMatchObject({ outcome: "data", newestDate: "2026-05-15" });
    const listing = fixtureText("listing.csv").replace("symbol,name", "name,symbol");
    expect(classify("listing", listing).outcome).toBe("NOT_DATA");
  });

  test("takes a header alone for splits and dividends: there were none", () => {
    const nothing = { outcome: "data", rows: 0, newestDate: null };
    expect(classify("splits", "effective_date,split_factor\r\n")).toMatchObject(nothing);
    expect(
      classify("dividends", fixtureText("dividends.csv").split("\n", 1)[0] + "\n"),
    ).toMatchObject(nothing);
    expect(classify("splits", '{"symbol":"ACME","data":[]}')).toMatchObject(nothing);
  });

  test("keeps malformed rows among good ones as data: gate 1 names what is wrong with them", () => {
    const body = fixtureText("daily.csv")
      .replace("101.2500,102.0000", "NaN,")
      .replace("2026-05-14", "2026-02-30");
    expect(classify("daily", body)).toMatchObject({ outcome: "data", rows: 3 });
  });

  test("says when a CSV body ends inside its last line", () => {
    const body = fixtureText("daily.csv").trimEnd();
    expect(classify("daily", body)).toMatchObject({ outcome: "data", isTerminated: false });
  });
});

const QUOTA = `We have detected your API key as ${KEY} and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans to instantly remove all daily rate limits.`;
const BURST =
  "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints";
const PREMIUM =
  "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans to instantly unlock all premium endpoints";
const PREMIUM_FULL =
  "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY endpoint. You may subscribe to any of the premium plans to unlock all premium endpoints";
const FREQUENCY =
  "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day.";
const information = (text: string) => JSON.stringify({ Information: text }, null, 4);

const REFUSALS: readonly (readonly [string, string, CallFailure])[] = [
  ["the daily quota with the key", information(QUOTA), "QUOTA_SPENT"],
  [
    "the daily quota",
    information("Our standard API rate limit is 25 requests per day."),
    "QUOTA_SPENT",
  ],
  ["the burst notice", information(BURST), "BURST"],
  ["a premium function", information(PREMIUM), "PREMIUM_ONLY"],
  ["a premium parameter", information(PREMIUM_FULL), "PREMIUM_PARAMETER"],
  ["the demo key", information("The **demo** API key is for demo purposes only."), "DEMO_KEY"],
  [
    "the volume notice of 2018",
    information("Please visit the site if you would like to have a higher API call volume."),
    "THROTTLED",
  ],
  ["the frequency note of 2018", JSON.stringify({ Note: FREQUENCY }), "THROTTLED"],
  ["a note of unknown words", JSON.stringify({ Note: "Slow down." }), "THROTTLED"],
  ["information of unknown words", information("Something else."), "NOT_DATA"],
  [
    "an unknown symbol",
    JSON.stringify({
      "Error Message":
        "Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY.",
    }),
    "UNKNOWN_SYMBOL",
  ],
  [
    "an invalid key",
    JSON.stringify({
      "Error Message":
        "the parameter apikey is invalid or missing. Please claim your free API key.",
    }),
    "KEY_INVALID",
  ],
  ["an error of unknown words", JSON.stringify({ "Error Message": "Oops" }), "NOT_DATA"],
  [
    "a header that cannot be satisfied",
    '{"detail":"Could not satisfy the request Accept header."}',
    "NOT_DATA",
  ],
  ["an empty object", "{}", "EMPTY"],
  ["an empty object between blanks", " \r\n{ }\n", "EMPTY"],
  ["an empty array", "[]", "EMPTY"],
  ["nothing", "", "EMPTY"],
  ["blanks", " \r\n\t", "EMPTY"],
  ["an empty quote", '{"Global Quote": {}}', "UNKNOWN_SYMBOL"],
  [
    "a delayed quote",
    '{"Global Quote - DATA DELAYED BY 15 MINUTES": {"01. symbol": "ACME"}}',
    "NOT_DATA",
  ],
  [
    "artificial rows",
    JSON.stringify({
      endpoint: "Realtime Bulk Quotes",
      message:
        "This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***",
      data: [{ symbol: "ACME" }],
    }),
    "ARTIFICIAL",
  ],
  [
    "a page of markup",
    "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>",
    "NOT_DATA",
  ],
  ["plain text", "Service unavailable", "NOT_DATA"],
  ["a notice as plain text", FREQUENCY, "THROTTLED"],
  ["bytes that are no text", "PK\u0003\u0004\u0000\u0000", "NOT_DATA"],
  ["a JSON number", "42", "NOT_DATA"],
  ["a JSON array", "[1, 2]", "NOT_DATA"],
  ["a notice cut in half", information(QUOTA).slice(0, 120), "QUOTA_SPENT"],
  ["JSON cut early", '{"Meta Data": {"1. Inf', "TRUNCATED"],
  [
    "rows of sample data with a notice",
    JSON.stringify({ "Time Series (Daily)": { "2026-05-15": {} }, Information: BURST }),
    "BURST",
  ],
];

const KINDS = Object.keys(PARAMS).filter((kind): kind is VendorKind => Object.hasOwn(PARAMS, kind));

describe("refusals", () => {
  test.each(REFUSALS)("names %s, whatever was asked for", (_, body, outcome) => {
    for (const kind of KINDS)
      expect([kind, classify(kind, body).outcome]).toStrictEqual([kind, outcome]);
  });

  const SPELLED = [
    ["Information", "QUOTA_SPENT"],
    ["Note", "THROTTLED"],
    ["Error Message", "NOT_DATA"],
  ] as const;
  test.each(SPELLED)("names %s spelled as a row under any header", (word, outcome) => {
    for (const [kind, name] of DATA) {
      if (!name.endsWith(".csv")) continue;
      const header = fixtureText(name).split("\n", 1)[0] ?? "";
      const row = [...word].slice(0, header.split(",").length).join(",");
      expect(classify(kind, `${header}\r\n${row}\r\n`).outcome).toBe(outcome);
    }
    const row = [...word].slice(0, 7).join(",");
    const other = `symbol,name,reportDate,fiscalDateEnding,estimate,currency,timeOfTheDay\n${row}\n`;
    expect(classify("daily", other).outcome).toBe(outcome);
  });

  const EMBEDDED: readonly (readonly [string, CallFailure])[] = [
    [information(QUOTA), "QUOTA_SPENT"],
    [information(BURST), "BURST"],
    [JSON.stringify({ "Error Message": "Oops" }), "NOT_DATA"],
    ['{"x": 1', "NOT_DATA"],
    ["<html>", "NOT_DATA"],
    [FREQUENCY, "THROTTLED"],
  ];
  test.each(EMBEDDED)("finds %j after good rows", (notice, outcome) => {
    const found = DATA.filter(([, name]) => name.endsWith(".csv")).map(
      ([kind, name]) => classify(kind, fixtureText(name) + notice).outcome,
    );
    expect(new Set(found)).toStrictEqual(new Set([outcome]));
  });

  test("refuses unknown prose between rows of dates", () => {
    expect(classify("daily", `${fixtureText("daily.csv")}Internal error\n`).outcome).toBe(
      "NOT_DATA",
    );
  });

  test("refuses a body in which a configured key stands", () => {
    const listing = fixtureText("listing.csv").replace("Sample Spa", `Sample ${KEY} Spa`);
    expect(classify("listing", listing).outcome).toBe("NOT_DATA");
    const short = classifyAnswer(
      callOf("listing"),
      { status: 200, bytes: encoder.encode(listing) },
      ["NA", "Labs", "ampl"],
    );
    expect(short.outcome).toBe("NOT_DATA");
    const part = classifyAnswer(
      callOf("listing"),
      { status: 200, bytes: encoder.encode(listing) },
      ["NA", "ampl"],
    );
    expect(part.outcome).toBe("data");
  });
});

describe("status", () => {
  const STATUSES: readonly (readonly [number, string, CallFailure])[] = [
    [429, "slow down", "HTTP_429"],
    [429, information(QUOTA), "QUOTA_SPENT"],
    [500, "<html>", "HTTP_5XX"],
    [503, "", "HTTP_5XX"],
    [404, "not found", "HTTP_4XX"],
    [
      403,
      JSON.stringify({ "Error Message": "the parameter apikey is invalid or missing." }),
      "KEY_INVALID",
    ],
    [406, '{"detail":"Could not satisfy the request Accept header."}', "HTTP_4XX"],
    [500, "timestamp,open,high,low,close,volume\n2026-05-15,1,2,1,1,5\n", "HTTP_5XX"],
    [204, "", "EMPTY"],
  ];
  test.each(STATUSES)("names %d with %j", (status, body, outcome) => {
    expect(classify("daily", body, status).outcome).toBe(outcome);
  });
});

describe("payloads of another kind or form", () => {
  const edit = (name: string, from: string | RegExp, to: string) =>
    fixtureText(name).replace(from, to);
  const WRONG: readonly (readonly [string, VendorKind, string, CallFailure, RegExp])[] = [
    [
      "a missing column",
      "daily",
      edit("daily.csv", ",volume", ""),
      "NOT_DATA",
      /missing columns: "volume"/,
    ],
    [
      "an unknown column",
      "daily",
      edit("daily.csv", ",volume", ",volume,vwap"),
      "NOT_DATA",
      /unknown columns: "vwap"/,
    ],
    [
      "a column twice",
      "daily",
      edit("daily.csv", ",volume", ",volume,close"),
      "NOT_DATA",
      /occur twice: "close"/,
    ],
    [
      "adjusted rows for raw ones",
      "daily",
      fixtureText("daily-adjusted.csv"),
      "NOT_DATA",
      /"adjusted_close"/,
    ],
    [
      "raw rows for adjusted ones",
      "daily_adjusted",
      fixtureText("daily.csv"),
      "NOT_DATA",
      /"split_coefficient"/,
    ],
    [
      "a JSON row without volume",
      "daily",
      fixtureText("daily.json").replaceAll(/,\s*"5. volume": "\d+"/g, ""),
      "NOT_DATA",
      /missing columns: "volume"/,
    ],
    [
      "an unknown JSON column",
      "daily",
      fixtureText("daily.json").replaceAll("5. volume", "5. turnover"),
      "NOT_DATA",
      /"turnover"/,
    ],
    [
      "another symbol",
      "daily",
      edit("daily.json", "ACME", "OTHR"),
      "NOT_DATA",
      /ACME was asked for.*OTHR/,
    ],
    [
      "another interval",
      "intraday",
      fixtureText("intraday.json").replaceAll("5min", "15min"),
      "NOT_DATA",
      /15min/,
    ],
    [
      "another zone",
      "intraday",
      edit("intraday.json", "US/Eastern", "UTC"),
      "NOT_DATA",
      /time zone UTC/,
    ],
    [
      "weekly rows",
      "daily",
      edit("daily.json", "Time Series (Daily)", "Weekly Time Series"),
      "NOT_DATA",
      /Weekly/,
    ],
    [
      "a monthly series",
      "series",
      edit("treasury-yield.json", "daily", "monthly"),
      "NOT_DATA",
      /monthly/,
    ],
    ["a date twice", "daily", edit("daily.json", "2018-08-15", "2018-08-16"), "NOT_DATA", /twice/],
    ["a listing as JSON", "listing", fixtureText("daily.json"), "NOT_DATA", /CSV only/],
    [
      "no series",
      "daily",
      '{"Meta Data": {}, "rows": {}}',
      "NOT_DATA",
      /its keys are: Meta Data, rows/,
    ],
    ["a header alone", "daily", "timestamp,open,high,low,close,volume\n", "EMPTY", /no rows/],
    ["a series header alone", "series", "timestamp,value\n", "EMPTY", /no rows/],
    ["a listing header alone", "listing", edit("listing.csv", /\n.*$/s, "\n"), "EMPTY", /no rows/],
    ["an empty JSON series", "daily", '{"Time Series (Daily)": {}}', "EMPTY", /no rows/],
    ["an empty data array", "index_daily", '{"symbol":"VIX","data":[]}', "EMPTY", /no rows/],
    [
      "rows none of which can be read",
      "daily",
      "timestamp,open,high,low,close,volume\n1,2,3,4,5,6\n",
      "NOT_DATA",
      /none of the 1 rows/,
    ],
    [
      "a last row cut between cells",
      "daily",
      fixtureText("daily.csv").slice(0, -20),
      "TRUNCATED",
      /line 4/,
    ],
    [
      "a last row cut before its last cell",
      "daily",
      fixtureText("daily.csv").slice(0, -8),
      "TRUNCATED",
      /line 4/,
    ],
    [
      "a short last row that is ended",
      "splits",
      "effective_date,split_factor\n2024-06-10,2\n2024\n",
      "TRUNCATED",
      /line 3/,
    ],
    ["a header cut", "daily", "timestamp,open,hi", "NOT_DATA", /missing columns/],
  ];
  test.each(WRONG)("refuses %s", (_, kind, body, outcome, says) => {
    expect(classify(kind, body)).toMatchObject({ outcome, detail: expect.stringMatching(says) });
  });
});

describe("properties", () => {
  const kinds = fc.constantFrom(...KINDS);

  test("any bytes are either data or a named failure", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        ...DATA.map(([, name]) => fixtureText(name)),
        ...REFUSALS.map(([, body]) => body),
      ),
      fc.constantFrom("\n", ",", '"', "{", "<", "\ufeff", "timestamp,value\n", "2026-05-15,1\n"),
    );
    const body = fc.oneof(
      fc.array(piece, { maxLength: 4 }).map((pieces) => encoder.encode(pieces.join(""))),
      fc.uint8Array({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(
        kinds,
        body,
        fc.constantFrom(200, 204, 301, 400, 429, 500),
        (kind, bytes, status) => {
          const { outcome } = classify(kind, bytes, status);
          expect(outcome === "data" || Object.hasOwn(CALL_FAILURES, outcome)).toBe(true);
          if (status >= 300) expect(outcome).not.toBe("data");
        },
      ),
      { seed: testSeed(), numRuns: testCount(400, 50_000) },
    );
  });

  test("a refusal is never data, however it is cut, prefixed or put between rows", () => {
    const refusal = fc.constantFrom(
      ...REFUSALS.filter(([, body]) => body.trim().length > 2).map(([, body]) => body),
    );
    const sample = fc.constantFrom(...DATA);
    fc.assert(
      fc.property(refusal, sample, fc.nat(), fc.nat(2), (body, [kind, name], at, mode) => {
        const lines = fixtureText(name).split("\n");
        const mutated = [
          body.slice(0, 2 + (at % body.length)),
          `${lines[0] ?? ""}\n${body}\n`,
          [...lines.slice(0, -1), body, lines[1] ?? ""].join("\n"),
        ][name.endsWith(".csv") ? mode : 0];
        expect(classify(kind, mutated ?? "").outcome).not.toBe("data");
      }),
      { seed: testSeed(), numRuns: testCount(400, 50_000) },
    );
  });

  test("a payload cut anywhere is no data, has only whole rows, or is known to end inside its last line", () => {
    const sample = fc.constantFrom(...DATA);
    fc.assert(
      fc.property(sample, fc.nat(), ([kind, name], at) => {
        const whole = new TextEncoder().encode(fixtureText(name));
        const cut = whole.subarray(0, at % (whole.length - 2));
        const found = classify(kind, cut);
        if (found.outcome !== "data" || !found.isTerminated) return;
        expect(name).toMatch(/csv$/);
        expect(cut.at(-1)).toBe(0x0a);
      }),
      { seed: testSeed(), numRuns: testCount(400, 20_000) },
    );
  });
});

/** SmartAPI's candles under the contract of their port. */
import { json } from "node:stream/consumers";
import { z } from "zod";
import type { CallFailure } from "#ingestion/market-data-source.ts";
import { describeMarketDataSource } from "#ingestion/market-data-source.conformance.ts";
import { sessionDate } from "#core/session-date.ts";
import { secretMask } from "#platform/secrets.ts";
import { dailyCall, minuteCall } from "./candle-call.ts";
import { openSmartApiSource } from "./smartapi-source.ts";

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const instrument = { symbol: "RELIANCE", token: "2885" };
const daily = dailyCall(instrument, {
  from: sessionDate("2026-03-09"),
  to: sessionDate("2026-03-12"),
});
const openMs = Date.UTC(2026, 2, 12, 3, 45);
const minutes = minuteCall(instrument, { fromMs: openMs, toMs: openMs + 300_000 });

const bodyOf = (data: unknown) =>
  Buffer.from(JSON.stringify({ status: true, message: "SUCCESS", errorcode: "", data }));

const contentType = "application/json";
const samples = [
  {
    title: "daily candles",
    call: daily,
    contentType,
    body: bodyOf([
      ["2026-03-11T00:00:00+05:30", 1400.5, 1412, 1398.05, 1410, 2692157],
      ["2026-03-12T00:00:00+05:30", 1410, 1422.2, 1401, 1405.55, 3512686],
    ]),
    format: "json",
    rows: 2,
    newestDate: "2026-03-12",
    oldestDate: "2026-03-11",
  },
  {
    title: "minute candles",
    call: minutes,
    contentType,
    body: bodyOf([
      ["2026-03-12T09:15:00+05:30", 1410, 1411, 1409.95, 1410.5, 31509],
      ["2026-03-12T09:16:00+05:30", 1410.5, 1410.5, 1410, 1410, 0],
      ["2026-03-12T09:18:00+05:30", 1410, 1410, 1410, 1410, 12],
    ]),
    format: "json",
    rows: 3,
    newestDate: "2026-03-12",
    oldestDate: "2026-03-12",
  },
] as const;

const refusals: readonly (readonly [string, number, string, CallFailure])[] = [
  [
    "trouble",
    200,
    '{"status":false,"message":"Something Went Wrong","errorcode":"AB1004","data":null}',
    "HTTP_5XX",
  ],
  ["texts", 200, '{"status":"false","message":"m","errorcode":"AB1004","data":"null"}', "HTTP_5XX"],
  [
    "gateway",
    200,
    '{"success":false,"message":"Invalid Token","errorCode":"AG8001","data":""}',
    "KEY_INVALID",
  ],
  [
    "gateway 401",
    401,
    '{"success":false,"message":"Invalid Token","errorCode":"AG8001","data":""}',
    "KEY_INVALID",
  ],
  ["too fast", 403, "Access denied because of exceeding access rate", "THROTTLED"],
  ["empty", 200, "", "EMPTY"],
  [
    "unknown",
    200,
    '{"status":false,"message":"Symbol not found","errorcode":"AB1009","data":null}',
    "UNKNOWN_SYMBOL",
  ],
  [
    "stampless",
    200,
    '{"status":true,"message":"SUCCESS","errorcode":"","data":[["x",1,1,1,1,1]]}',
    "NOT_DATA",
  ],
  ["no list", 200, '{"status":true,"message":"SUCCESS","errorcode":"","data":{"a":1}}', "NOT_DATA"],
];

describeMarketDataSource("SmartAPI", {
  bodyBytesMax: BODY_BYTES_MAX,
  syntheticHeader: ["x-meridian-synthetic", "1"],
  samples,
  sampleOf: async (request) =>
    z.looseObject({ sample: z.string() }).parse(await json(request)).sample,
  refusals: refusals.map(([title, status, body, outcome]) => ({
    title,
    call: daily,
    status,
    body,
    outcome,
  })),
  makeSource: ({ baseUrl, timeoutMs, secrets, clock }) =>
    openSmartApiSource({
      baseUrl,
      apiKey: "api-key-canary",
      timeoutMs,
      clock,
      mask: secretMask(secrets),
      bytesMax: BODY_BYTES_MAX,
    }),
});

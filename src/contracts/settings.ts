/**
 * The contract of `meridian.toml`: every key, its type, its default and its bounds. Unknown keys are
 * errors, so that a misspelt threshold cannot silently keep its default. Reading the file is the CLI's.
 */
import { z } from "zod";
import { parseSessionDate } from "#core/session-date.ts";

const dateText = z
  .string()
  .refine((text) => parseSessionDate(text) !== undefined, { error: "a date written YYYY-MM-DD" });
const symbolText = z.string().min(1).max(40);
const share = z.number().min(0).max(1);
const percent = z.number().positive().max(10_000);
const count = z.number().int().min(0).max(100_000);
const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** A session that the published calendar does not know, in the exchange's local time. */
const openSession = z.strictObject({ date: dateText, open: localTime, close: localTime });

const thresholds = z.strictObject({
  /** Drift check: largest close-to-close change of a required equity or index role. */
  drift_required_percent: percent.default(10),
  /** Drift check: largest change of a required volatility gauge. */
  drift_gauge_percent: percent.default(150),
  /** Drift check: largest change of a stock or fund before it must be corroborated. */
  drift_stock_percent: percent.default(20),
  /** A move this close to a common split ratio, with no split on file, is uncorroborated. */
  drift_split_ratio_percent: percent.default(1),
  /** A move whose next session returns this close to the close before it counts as undone. */
  drift_undone_percent: percent.default(2),
  /** Where two price bases overlap they must agree within this. */
  basis_mismatch_percent: percent.default(1),
  /** Share of the universe that may have failed, be parked or missing (never fewer than one symbol). */
  coverage_failed_share_max: share.default(0.1),
  /** On a first load, required symbols must be whole for this many sessions up to the newest. */
  first_load_sessions: count.default(780),
  /** Minutes after the close from which a fetched US row is whole. */
  us_settle_minutes: count.default(30),
  /** Minutes after the close (after the closing auction where there is one) until an Indian row is whole. */
  india_settle_minutes: count.default(10),
  /** A minute is sealed this long after its end on the session clock. */
  india_seal_delay_ms: count.default(2000),
  /** The session clock differs from the exchange's time by more than this: a warning. */
  india_clock_offset_warn_ms: count.default(2000),
  /** Momentum: the close lies at most this far under the day's high. */
  momentum_hod_distance_percent: percent.default(0.5),
  /** Momentum: volume over the mean of the candles before it, at least. */
  momentum_volume_ratio: z.number().positive().max(1000).default(2),
  /** Momentum: candles whose mean volume is the yardstick; the observed one comes on top. */
  momentum_volume_candles: count.default(20),
  /** Momentum at T+15: a larger rise is CLEAN. */
  momentum_clean_percent: percent.default(0.3),
  /** Momentum at T+15: a larger fall is FALSE. */
  momentum_false_percent: percent.default(0.1),
  /** Momentum at T+5: a larger rise of volume is a surge. */
  momentum_surge_percent: percent.default(50),
  /** A listing with fewer rows than this share of the kept master is short and replaces nothing. */
  listing_short_share: share.default(0.9),
});

const usVendor = z.strictObject({
  base_url: z.url({ protocol: /^https?$/ }).default("https://www.alphavantage.co/query"),
  calls_per_second: z.number().positive().max(1000).default(0.8),
  calls_per_minute: z.number().int().positive().max(100_000).default(5),
  calls_per_day: z.number().int().positive().max(10_000_000).default(25),
  plan: z.enum(["free", "premium"]).default("free"),
  /** A call with no complete answer after this long has timed out. */
  timeout_seconds: z.number().positive().max(600).default(30),
  /** Tries of one call inside one job before it goes to the retry queue. */
  tries_per_call: z.number().int().min(1).max(10).default(3),
  /** First pause between such tries; it doubles, with jitter. */
  retry_pause_seconds: z.number().min(0).max(600).default(1.5),
});

const indiaVendor = z.strictObject({
  rest_url: z.url({ protocol: /^https?$/ }).default("https://apiconnect.angelone.in"),
  stream_url: z
    .url({ protocol: /^wss?$/ })
    .default("wss://smartapisocket.angelone.in/smart-stream"),
  instruments_url: z
    .url({ protocol: /^https?$/ })
    .default("https://margincalculator.angelone.in/OpenAPI_File/files/OpenAPIScripMaster.json"),
  mode: z.enum(["ltp", "quote", "snap_quote"]).default("quote"),
  /** A REST call with no complete answer after this long has timed out. */
  timeout_seconds: z.number().positive().max(600).default(7),
  /** Calls a second for candles; published are 3, and 0.4 s apart was seen to trip. */
  candle_calls_per_second: z.number().positive().max(1000).default(2),
  /** A connection that is up but silent for so long while the market trades is made anew. */
  stall_seconds: z.number().positive().max(3600).default(60),
  /** The text `ping` is sent this often. */
  heartbeat_seconds: z.number().positive().max(30).default(10),
  /** First pause before connecting again; it doubles to the largest, with jitter. */
  reconnect_seconds: z.number().positive().max(60).default(1),
  reconnect_seconds_max: z.number().positive().max(600).default(30),
  /** A socket that stayed unusable for so long is replaced by REST polling until it is back. */
  fallback_seconds: z.number().positive().max(3600).default(60),
});

const marketCalendar = z.strictObject({
  closed: z.array(dateText).default([]),
  open: z.array(openSession).default([]),
});

const us = z.strictObject({
  vendor: usVendor.prefault({}),
  universe: z
    .strictObject({
      exchanges: z.array(z.string().min(1)).default(["NYSE", "NASDAQ"]),
      asset_types: z.array(z.string().min(1)).default(["Stock"]),
      symbols: z.array(symbolText).default([]),
    })
    .prefault({}),
  /** role = symbol; overrides a binding of the proxy set, which makes another version of it. */
  proxies: z.record(z.string(), symbolText).default({}),
  calendar: marketCalendar.prefault({}),
});

const india = z.strictObject({
  vendor: indiaVendor.prefault({}),
  /** NSE names without series, besides the proxies. */
  watchlist: z.strictObject({ symbols: z.array(symbolText).default([]) }).prefault({}),
  /** role = symbol; overrides a binding of the proxy set, which makes another version of it. */
  proxies: z.record(z.string(), symbolText).default({}),
  calendar: marketCalendar.prefault({}),
});

/** All settings with their defaults filled in. */
export const settingsSchema = z.strictObject({
  us: us.prefault({}),
  india: india.prefault({}),
  thresholds: thresholds.prefault({}),
});

export type Settings = z.output<typeof settingsSchema>;
export type Thresholds = Settings["thresholds"];
export type UsVendorSettings = Settings["us"]["vendor"];
export type IndiaVendorSettings = Settings["india"]["vendor"];

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

/** All settings with their defaults filled in. */
export const settingsSchema = z.strictObject({
  us: us.prefault({}),
  thresholds: thresholds.prefault({}),
});

export type Settings = z.output<typeof settingsSchema>;
export type Thresholds = Settings["thresholds"];
export type UsVendorSettings = Settings["us"]["vendor"];

/**
 * What is asked for candles: the question as a `VendorCall` and its body, and how a long range is cut into
 * pages the vendor answers whole. Pure. Times are the exchange's, IST, without a zone, as the vendor wants them.
 */
import { assert } from "#core/assert.ts";
import { type SessionDate, dateOfDayNumber, dayNumberOf } from "#core/session-date.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";

/** The intervals in use, and how many days one answer may span. */
export const CANDLE_INTERVALS = {
  ONE_MINUTE: { daysMax: 30, kind: "minutes" },
  ONE_DAY: { daysMax: 2000, kind: "daily" },
} as const;
export type CandleInterval = keyof typeof CANDLE_INTERVALS;

/** Name of the call in receipts. */
export const CANDLE_CALL = "getCandleData";

/** What is asked about: the plain name and the vendor's token on NSE. */
export type CandleInstrument = { readonly symbol: string; readonly token: string };

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** IST is UTC+5:30, the whole year. */
export const IST_OFFSET_MINUTES = 330;

/** One-minute bars that start in [fromMs, toMs]; both ends are cut to their minute, one minute asks for two. */
export function minuteCall(
  instrument: CandleInstrument,
  range: { readonly fromMs: number; readonly toMs: number },
): VendorCall {
  const { fromMs, toMs } = range;
  const { daysMax } = CANDLE_INTERVALS.ONE_MINUTE;
  assert(toMs >= fromMs, "a range of minutes ends after it starts");
  assert(toMs - fromMs <= daysMax * DAY_MINUTES * MINUTE_MS, `at most ${daysMax} days of minutes`);
  const toMinute = Math.floor(toMs / MINUTE_MS);
  // The vendor refuses an end that is not after the start; a later end could be a minute that still runs.
  const fromMinute = Math.min(Math.floor(fromMs / MINUTE_MS), toMinute - 1);
  return callOf(instrument, "ONE_MINUTE", istMinuteText(fromMinute), istMinuteText(toMinute));
}

/** Daily bars of the days [from, to]. */
export function dailyCall(
  instrument: CandleInstrument,
  range: { readonly from: SessionDate; readonly to: SessionDate },
): VendorCall {
  const days = dayNumberOf(range.to) - dayNumberOf(range.from) + 1;
  const { daysMax } = CANDLE_INTERVALS.ONE_DAY;
  assert(days >= 1 && days <= daysMax, `a page of daily bars has 1 to ${daysMax} days`);
  return callOf(instrument, "ONE_DAY", `${range.from} 00:00`, `${range.to} 23:59`);
}

/** A range of days as pages, oldest first, none longer than `daysMax`. Empty when it ends before it starts. */
export function planDailyPages(
  range: { readonly from: SessionDate; readonly to: SessionDate },
  daysMax: number = CANDLE_INTERVALS.ONE_DAY.daysMax,
): { readonly from: SessionDate; readonly to: SessionDate }[] {
  assert(daysMax >= 1, "a page has at least one day");
  const lastDay = dayNumberOf(range.to);
  const pages: { from: SessionDate; to: SessionDate }[] = [];
  for (let day: number = dayNumberOf(range.from); day <= lastDay; day += daysMax) {
    const to = dateOfDayNumber(Math.min(day + daysMax - 1, lastDay));
    pages.push({ from: dateOfDayNumber(day), to });
  }
  return pages;
}

/** `2026-03-12 09:15` in IST for an epoch minute. */
export function istMinuteText(epochMinute: number): string {
  const local = epochMinute + IST_OFFSET_MINUTES;
  const minuteOfDay = ((local % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = dateOfDayNumber(Math.floor(local / DAY_MINUTES));
  return `${date} ${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
}

function callOf(
  { symbol, token }: CandleInstrument,
  interval: CandleInterval,
  fromdate: string,
  todate: string,
): VendorCall {
  return {
    kind: CANDLE_INTERVALS[interval].kind,
    name: CANDLE_CALL,
    params: { exchange: "NSE", symboltoken: token, interval, fromdate, todate },
    symbol,
  };
}

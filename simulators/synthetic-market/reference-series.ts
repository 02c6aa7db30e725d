/**
 * What has no OHLC bars of its own in the lists: the volatility index, Treasury yields and oil. Their
 * rows come from the market's paths; how they are published is the vendor look-alike's business.
 */
import { type Calendar, isSession, sessionsBefore } from "#core/calendar.ts";
import { dateOfDayNumber, weekdayOf } from "#core/session-date.ts";
import { bellAt, mixAt, streamOf } from "./counter-random.ts";
import type { DayRange } from "./daily-history.ts";
import type { MarketPaths } from "./market-paths.ts";
import { FIRST_DAY, dayOfWeekdayIndex, weekdayIndexOf } from "./weekday-index.ts";

/** Bars of an index: no volume, values in 1/10000 point. Oldest first. */
export type IndexHistory = {
  readonly days: Int32Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
};

/** One observation. Absent on a holiday of the series, where its publisher writes a dot. */
export type Observation = { readonly day: number; readonly valueCents: number | undefined };

/** The series that exist. Yields in 1/100 percent, oil in cents a barrel. */
export const REFERENCE_SERIES = ["yield_2year", "yield_10year", "oil_wti"] as const;
export type ReferenceSeries = (typeof REFERENCE_SERIES)[number];

const UNITS_PER_HUNDREDTH = 100;
const HUNDREDTHS = 100;
/** Typical size of the index's wicks and gaps. */
const INDEX_WICK = 0.025;
const MONDAY = 1;
const OCTOBER = "10";

/** Bars of the volatility index on the sessions of the range, in hundredths of a point. */
export function makeVolatilityIndex(
  seed: number,
  calendar: Calendar,
  paths: MarketPaths,
  range: DayRange,
): IndexHistory {
  const from = sessionsBefore(calendar, Math.max(FIRST_DAY, range.fromDay));
  const days = calendar.sessions.slice(
    from,
    Math.max(from, sessionsBefore(calendar, range.toDay + 1)),
  );
  const stream = streamOf(seed, "volatility-index/shape");
  const column = (): Float64Array => new Float64Array(days.length);
  const history = { days, open: column(), high: column(), low: column(), close: column() };
  days.forEach((day, row) => {
    const weekday = weekdayIndexOf(day);
    const level = paths.volatilityIndex[weekday] ?? 0;
    const before = paths.volatilityIndex[weekday - 1] ?? level;
    const gap = 0.4 * (level - before) + 0.3 * INDEX_WICK * bellAt(stream, weekday);
    const open = indexUnits(before + gap);
    const close = indexUnits(level);
    const bits = mixAt(stream, weekday);
    history.open[row] = open;
    history.close[row] = close;
    history.high[row] = roundToHundredths(Math.max(open, close) * (1 + wick(bits)));
    history.low[row] = roundToHundredths(Math.min(open, close) * (1 - wick(bits >>> 8)));
  });
  return history;
}

/** Observations on all weekdays of the range, oldest first. */
export function makeReferenceSeries(
  calendar: Calendar,
  paths: MarketPaths,
  series: ReferenceSeries,
  range: DayRange,
): Observation[] {
  const path = { yield_2year: paths.yield2, yield_10year: paths.yield10, oil_wti: paths.oil }[
    series
  ];
  const isHoliday = series === "oil_wti" ? isExchangeHoliday : isBondHoliday;
  const first = weekdayIndexOf(Math.max(FIRST_DAY, range.fromDay));
  const observations: Observation[] = [];
  for (let weekday = first; weekday < path.length; weekday++) {
    const day = dayOfWeekdayIndex(weekday);
    if (day < range.fromDay) continue;
    if (day > range.toDay) break;
    const value = Math.round((path[weekday] ?? 0) * HUNDREDTHS);
    observations.push({ day, valueCents: isHoliday(calendar, day) ? undefined : value });
  }
  return observations;
}

function isExchangeHoliday(calendar: Calendar, day: number): boolean {
  return !isSession(calendar, day);
}

/** Bonds also rest on Columbus Day (second Monday of October) and Veterans Day, when shares trade. */
function isBondHoliday(calendar: Calendar, day: number): boolean {
  const date = dateOfDayNumber(day);
  const dayOfMonth = Number(date.slice(8));
  const isColumbusDay =
    date.slice(5, 7) === OCTOBER && weekdayOf(day) === MONDAY && dayOfMonth > 7 && dayOfMonth <= 14;
  return isColumbusDay || date.endsWith("-11-11") || isExchangeHoliday(calendar, day);
}

function indexUnits(logLevel: number): number {
  return roundToHundredths(Math.exp(logLevel) * 10_000);
}

function roundToHundredths(units: number): number {
  return Math.round(units / UNITS_PER_HUNDREDTH) * UNITS_PER_HUNDREDTH;
}

function wick(bits: number): number {
  return INDEX_WICK * ((bits & 255) / 255);
}

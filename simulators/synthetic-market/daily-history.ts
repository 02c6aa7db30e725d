/**
 * Daily bars of one symbol as traded, with the splits and dividends on the way. The path always runs
 * from the start of the symbol's life, so a bar does not depend on the range that was asked for.
 */
import { type Calendar, sessionsBefore } from "#core/calendar.ts";
import type { DividendEvent, PlannedEvent, SplitEvent } from "./corporate-events.ts";
import type { InstrumentProfile } from "./instrument-profile.ts";
import type { MarketPaths } from "./market-paths.ts";
import { PricePath } from "./price-path.ts";
import { FIRST_DAY } from "./weekday-index.ts";

/** Bars of a symbol, oldest first; all arrays have one entry per session. */
export type DailyHistory = {
  readonly symbol: string;
  /** Day numbers of the sessions. */
  readonly days: Int32Array;
  /** Prices as traded, in 1/10000 dollar; 0 < low <= open, close <= high. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Shares as traded. */
  readonly volume: Float64Array;
  /** Events inside the range, oldest first. */
  readonly splits: readonly SplitEvent[];
  readonly dividends: readonly DividendEvent[];
};

/** What a history is made from; life and range are bounded by days, all included. */
export type HistoryRequest = {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly paths: MarketPaths;
  readonly symbol: string;
  readonly profile: InstrumentProfile;
  readonly life: DayRange;
  readonly range: DayRange;
  readonly plannedEvents: readonly PlannedEvent[];
};

/** Two day numbers, both included. */
export type DayRange = { readonly fromDay: number; readonly toDay: number };

/** Makes the bars of the sessions that lie both in the symbol's life and in the range. */
export function makeDailyHistory(request: HistoryRequest): DailyHistory {
  const { calendar, life, range } = request;
  const lifeFrom = sessionsBefore(calendar, Math.max(life.fromDay, FIRST_DAY));
  const rangeFrom = Math.max(lifeFrom, sessionsBefore(calendar, range.fromDay));
  const rangeTo = sessionsBefore(calendar, Math.min(life.toDay, range.toDay) + 1);
  const count = Math.max(0, rangeTo - rangeFrom);
  const bars = emptyBars(request.symbol, calendar.sessions.slice(rangeFrom, rangeFrom + count));
  if (count === 0) return { ...bars, splits: [], dividends: [] };
  const path = new PricePath({ ...request, firstDay: calendar.sessions[lifeFrom] ?? FIRST_DAY });
  for (let index = lifeFrom; index < rangeTo; index++) {
    path.advanceTo(calendar.sessions[index] ?? 0);
    const row = index - rangeFrom;
    if (row < 0) continue;
    bars.open[row] = path.openUnits;
    bars.high[row] = path.highUnits;
    bars.low[row] = path.lowUnits;
    bars.close[row] = path.closeUnits;
    bars.volume[row] = path.volume;
  }
  const isInRange = (event: { readonly day: number }): boolean => event.day >= range.fromDay;
  return {
    ...bars,
    splits: path.splits.filter(isInRange),
    dividends: path.dividends.filter(isInRange),
  };
}

/** The first `count` bars of a history, with the events that were effective by then. */
export function historyUntil(history: DailyHistory, count: number): DailyHistory {
  if (count >= history.days.length) return history;
  const newestDay = count === 0 ? Number.NEGATIVE_INFINITY : (history.days[count - 1] ?? 0);
  const isEffective = (event: { readonly day: number }): boolean => event.day <= newestDay;
  return {
    symbol: history.symbol,
    days: history.days.subarray(0, count),
    open: history.open.subarray(0, count),
    high: history.high.subarray(0, count),
    low: history.low.subarray(0, count),
    close: history.close.subarray(0, count),
    volume: history.volume.subarray(0, count),
    splits: history.splits.filter(isEffective),
    dividends: history.dividends.filter(isEffective),
  };
}

function emptyBars(symbol: string, days: Int32Array): Omit<DailyHistory, "splits" | "dividends"> {
  const column = (): Float64Array => new Float64Array(days.length);
  return {
    symbol,
    days,
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
}

/**
 * What exists for the vendor at one simulated instant: sessions whose close has passed and, where a
 * fault asks for it, the partial row of the session that is running.
 */
import {
  type Calendar,
  hoursOf,
  isSession,
  localDayOf,
  newestCompleteSession,
} from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { type DailyHistory, historyUntil } from "../synthetic-market/daily-history.ts";
import { type InstrumentKind, profileOf } from "../synthetic-market/instrument-profile.ts";
import {
  type IntradayBar,
  makeIntradayBars,
  partialBarAt,
} from "../synthetic-market/intraday-bars.ts";
import { type SyntheticMarket, dailyHistoryOf } from "../synthetic-market/synthetic-market.ts";

/** Histories kept in memory; the oldest is dropped. One of 28 years takes about 320 kB. */
const HISTORIES_KEPT_MAX = 200;

/** A market with the histories made so far, shared by all requests of a server. */
export type HistoryCache = {
  readonly market: SyntheticMarket;
  readonly made: Map<string, DailyHistory | undefined>;
};

export function historyCache(market: SyntheticMarket): HistoryCache {
  return { market, made: new Map() };
}

/** The market at one instant. */
export type VendorView = {
  readonly cache: HistoryCache;
  readonly calendar: Calendar;
  readonly instant: EpochMs;
  /** Newest session whose close has passed; one before all sessions when there is none. */
  readonly newestDay: number;
  /** The running session, when its partial row is to be shown. */
  readonly running: RunningSession | undefined;
};

export type RunningSession = {
  readonly day: number;
  /** Minutes after local midnight in the exchange's zone. */
  readonly minute: number;
  readonly openMinute: number;
  readonly closeMinute: number;
};

/** Opens the view of an instant. `showsRunning` includes a session that is open just then. */
export function viewAt(cache: HistoryCache, instant: EpochMs, showsRunning: boolean): VendorView {
  const { calendar } = cache.market.input;
  return {
    cache,
    calendar,
    instant,
    newestDay: newestClosedDay(calendar, instant),
    running: showsRunning ? runningSession(calendar, instant) : undefined,
  };
}

/** The bars of a symbol that exist, oldest first; `undefined` for what never has prices. */
export function visibleHistory(view: VendorView, symbol: string): DailyHistory | undefined {
  const history = cachedHistory(view.cache, symbol);
  if (history === undefined) return undefined;
  const visible = historyUntil(history, countUntil(history.days, view.newestDay));
  return view.running ? withRunningBar(view, view.running, history, visible) : visible;
}

/** The five-minute bars of a session that exist, oldest first, labelled by their start. */
export function visibleIntraday(
  view: VendorView,
  history: DailyHistory,
  row: number,
): IntradayBar[] {
  const day = history.days[row] ?? 0;
  const full = cachedHistory(view.cache, history.symbol) ?? history;
  const bars = sessionBars(view, full, countUntil(full.days, day) - 1);
  const local = localMinuteOf(view.calendar, view.instant);
  if (day > local.day) return [];
  return day < local.day ? bars : bars.filter((bar) => bar.startMinute + 5 <= local.minute);
}

/** How many of the ascending days lie on or before `day`. */
export function countUntil(days: Int32Array, day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[middle] ?? 0) <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The exchange's local day and minute of the day at an instant. */
export function localMinuteOf(
  calendar: Calendar,
  instant: EpochMs,
): { readonly day: number; readonly minute: number } {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(
    calendar.facts.timeZone,
  );
  return { day: localDayOf(calendar, instant), minute: local.hour * 60 + local.minute };
}

function cachedHistory(cache: HistoryCache, symbol: string): DailyHistory | undefined {
  const { made, market } = cache;
  if (made.has(symbol)) return made.get(symbol);
  const history = dailyHistoryOf(market, symbol);
  const [oldest] = made.keys();
  if (made.size >= HISTORIES_KEPT_MAX && oldest !== undefined) made.delete(oldest);
  made.set(symbol, history);
  return history;
}

function newestClosedDay(calendar: Calendar, instant: EpochMs): number {
  const day = localDayOf(calendar, instant);
  if (day > calendar.toDay) return calendar.toDay;
  const isBeforeAll = calendar.sessions[0] === undefined || day <= calendar.sessions[0];
  return isBeforeAll ? calendar.fromDay - 1 : newestCompleteSession(calendar, instant, 0);
}

function runningSession(calendar: Calendar, instant: EpochMs): RunningSession | undefined {
  const { day, minute } = localMinuteOf(calendar, instant);
  if (!isSession(calendar, day)) return undefined;
  const { opensAt, closesAt } = hoursOf(calendar, day);
  if (instant <= opensAt || instant >= closesAt) return undefined;
  const special = calendar.facts.special.get(dateOfDayNumber(day));
  const { openMinute, closeMinute } = special ?? calendar.facts;
  return { day, minute, openMinute, closeMinute };
}

function withRunningBar(
  view: VendorView,
  running: RunningSession,
  full: DailyHistory,
  visible: DailyHistory,
): DailyHistory {
  const row = countUntil(full.days, running.day) - 1;
  if (full.days[row] !== running.day) return visible;
  const bar = partialBarAt(sessionBars(view, full, row), running, running.minute);
  if (!bar) return visible;
  const upTo = historyUntil(full, row + 1);
  const replaceLast = (column: Float64Array, value: number): Float64Array => {
    const copy = column.slice();
    copy[row] = value;
    return copy;
  };
  return {
    ...upTo,
    open: replaceLast(upTo.open, bar.open),
    high: replaceLast(upTo.high, bar.high),
    low: replaceLast(upTo.low, bar.low),
    close: replaceLast(upTo.close, bar.close),
    volume: replaceLast(upTo.volume, bar.volume),
  };
}

function sessionBars(view: VendorView, history: DailyHistory, row: number): IntradayBar[] {
  const { market } = view.cache;
  const { seed } = market.input;
  const kind: InstrumentKind = market.bySymbol.get(history.symbol)?.kind ?? "stock";
  const bar = {
    symbol: history.symbol,
    day: history.days[row] ?? 0,
    open: history.open[row] ?? 0,
    high: history.high[row] ?? 0,
    low: history.low[row] ?? 0,
    close: history.close[row] ?? 0,
    volume: history.volume[row] ?? 0,
  };
  return makeIntradayBars(seed, view.calendar, bar, profileOf(seed, history.symbol, kind).thin);
}

/**
 * A seeded synthetic Indian market as a value: daily bars of indices and stocks on the sessions of a
 * calendar. The same seed and calendar give the same bars, whatever is asked first; what happens inside
 * a session is `tick-timeline.ts`'s, which keeps to the bar of its day exactly.
 */
import { assert, must } from "#core/assert.ts";
import { type Calendar, sessionIndexOf, sessionsBefore } from "#core/calendar.ts";
import { type SessionDate, dayNumberOf, dayNumberOfCivil } from "#core/session-date.ts";
import { type IndiaInstrument, makeIndiaRoster } from "./india-roster.ts";
import { type MarketPaths, marketPaths } from "./market-paths.ts";
import { PricePath } from "./price-path.ts";
import { makeVolatilityIndex } from "./reference-series.ts";
import { weekdayIndexOf } from "./weekday-index.ts";

export type IndiaMarketInput = {
  readonly seed: number;
  /** Decides which days are sessions. */
  readonly calendar: Calendar;
  /** Stocks besides the five indices. See `indiaStockNames`. */
  readonly stocks: readonly string[];
  /** First day of all histories, 2015-01-01 by default; thousands of stocks are sooner ready with less. */
  readonly from?: SessionDate | undefined;
};

/** A market ready for questions. Made by `buildIndiaMarket`. */
export type IndiaMarket = {
  readonly input: IndiaMarketInput;
  readonly instruments: readonly IndiaInstrument[];
  readonly paths: MarketPaths;
  /** First day of all histories. */
  readonly fromDay: number;
  readonly byToken: ReadonlyMap<string, IndiaInstrument>;
  /** Histories that were asked for, by token. */
  readonly histories: Map<string, IndiaDaily>;
};

/** Daily bars, oldest first: day numbers, prices in paise, shares (0 for an index). */
export type IndiaDaily = {
  readonly days: Int32Array;
  readonly open: Int32Array;
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly close: Int32Array;
  readonly volume: Float64Array;
};

/** One bar of `IndiaDaily`, with the close of the session before. */
export type IndiaDayBar = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly previousClose: number;
};

const HISTORY_FROM = dayNumberOfCivil(2015, 1, 1);
/** The exchange quotes in steps of 5 paise; histories come in 1/10000 rupee. */
const UNITS_PER_TICK = 500;
const TICK_PAISE = 5;

/** Builds a market; each instrument's history is computed when it is first asked for. */
export function buildIndiaMarket(input: IndiaMarketInput): IndiaMarket {
  const { seed, calendar, stocks, from } = input;
  const instruments = makeIndiaRoster(seed, stocks);
  const byToken = new Map(instruments.map((one) => [one.token, one]));
  assert(byToken.size === instruments.length, "no two instruments of a market share a token");
  return {
    input,
    instruments,
    paths: marketPaths(seed, weekdayIndexOf(calendar.toDay) + 1),
    fromDay: Math.max(from === undefined ? HISTORY_FROM : dayNumberOf(from), calendar.fromDay),
    byToken,
    histories: new Map(),
  };
}

/** All daily bars of an instrument, to the calendar's end. */
export function indiaDailyOf(market: IndiaMarket, instrument: IndiaInstrument): IndiaDaily {
  const known = market.histories.get(instrument.token);
  if (known) return known;
  const made = instrument.profile ? pricedHistory(market, instrument) : gaugeHistory(market);
  market.histories.set(instrument.token, made);
  return made;
}

/** The bar of one session. Throws when the day is no session of the market's calendar. */
export function indiaDayBar(
  market: IndiaMarket,
  instrument: IndiaInstrument,
  date: SessionDate,
): IndiaDayBar {
  const { calendar } = market.input;
  const index = sessionIndexOf(calendar, dayNumberOf(date));
  const row = index - sessionsBefore(calendar, market.fromDay);
  assert(index >= 0 && row >= 1, `${date} is no session with one before it in this market`);
  const daily = indiaDailyOf(market, instrument);
  const cell = (column: Int32Array | Float64Array, at: number): number =>
    must(column[at], "the row of a session exists in every column");
  return {
    open: cell(daily.open, row),
    high: cell(daily.high, row),
    low: cell(daily.low, row),
    close: cell(daily.close, row),
    volume: cell(daily.volume, row),
    previousClose: cell(daily.close, row - 1),
  };
}

function pricedHistory(market: IndiaMarket, instrument: IndiaInstrument): IndiaDaily {
  const days = historyDays(market);
  const daily = emptyDaily(days);
  const path = new PricePath({
    seed: market.input.seed,
    symbol: `india/${instrument.name}`,
    profile: must(instrument.profile, "only the gauge has no profile"),
    paths: market.paths,
    firstDay: days[0] ?? market.fromDay,
    plannedEvents: [],
  });
  days.forEach((day, row) => {
    path.advanceTo(day);
    daily.open[row] = toPaise(path.openUnits);
    daily.high[row] = toPaise(path.highUnits);
    daily.low[row] = toPaise(path.lowUnits);
    daily.close[row] = toPaise(path.closeUnits);
    daily.volume[row] = instrument.kind === "stock" ? path.volume : 0;
  });
  return daily;
}

function gaugeHistory(market: IndiaMarket): IndiaDaily {
  const { seed, calendar } = market.input;
  const range = { fromDay: market.fromDay, toDay: calendar.toDay };
  const index = makeVolatilityIndex(seed, calendar, market.paths, range);
  return {
    days: index.days,
    open: Int32Array.from(index.open, toPaise),
    high: Int32Array.from(index.high, toPaise),
    low: Int32Array.from(index.low, toPaise),
    close: Int32Array.from(index.close, toPaise),
    volume: new Float64Array(index.days.length),
  };
}

function historyDays(market: IndiaMarket): Int32Array {
  const { calendar } = market.input;
  return calendar.sessions.slice(sessionsBefore(calendar, market.fromDay));
}

function emptyDaily(days: Int32Array): IndiaDaily {
  const column = (): Int32Array => new Int32Array(days.length);
  return {
    days,
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: new Float64Array(days.length),
  };
}

/** Rounding keeps the order of prices, so a bar stays a bar. */
function toPaise(units: number): number {
  return Math.max(1, Math.round(units / UNITS_PER_TICK)) * TICK_PAISE;
}

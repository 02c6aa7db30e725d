/**
 * A seeded synthetic US market as a value: the same seed and calendar give the same bars, whatever
 * range or symbol is asked first. It knows no vendor and no clock; who sees which rows when is the
 * look-alike's decision.
 */
import { assert } from "#core/assert.ts";
import type { Calendar } from "#core/calendar.ts";
import { type SessionDate, dateOfDayNumber, dayNumberOf } from "#core/session-date.ts";
import type { PlannedEvent } from "./corporate-events.ts";
import { type DailyHistory, type DayRange, makeDailyHistory } from "./daily-history.ts";
import { profileOf } from "./instrument-profile.ts";
import { type MarketPaths, type Regime, marketPaths, regimeAt } from "./market-paths.ts";
import {
  type IndexHistory,
  type Observation,
  type ReferenceSeries,
  makeReferenceSeries,
  makeVolatilityIndex,
} from "./reference-series.ts";
import { type ListedInstrument, makeRoster } from "./roster.ts";
import { FIRST_DAY, dayOfWeekdayIndex, weekdayIndexOf } from "./weekday-index.ts";

export type SyntheticMarketInput = {
  readonly seed: number;
  /** Decides which days are sessions and when they close. */
  readonly calendar: Calendar;
  /** First and last day of all histories; not before 2000-01-03. */
  readonly from: SessionDate;
  readonly to: SessionDate;
  /** Ordinary stocks besides the proxies and the list's traps. See `stockSymbols`. */
  readonly symbols: readonly string[];
  readonly plannedEvents?: readonly PlannedEvent[] | undefined;
};

/** A market ready for questions. Made by `buildSyntheticMarket`; never changed. */
export type SyntheticMarket = {
  readonly input: SyntheticMarketInput;
  readonly range: DayRange;
  readonly paths: MarketPaths;
  /** Everything ever listed, sorted by symbol. */
  readonly roster: readonly ListedInstrument[];
  readonly bySymbol: ReadonlyMap<string, ListedInstrument>;
};

/** A stretch of days in one mood; both days included. */
export type RegimeSpan = {
  readonly regime: Regime;
  readonly from: SessionDate;
  readonly to: SessionDate;
};

/** Builds a market. It computes the common paths at once and each symbol only when asked. */
export function buildSyntheticMarket(input: SyntheticMarketInput): SyntheticMarket {
  const range = { fromDay: dayNumberOf(input.from), toDay: dayNumberOf(input.to) };
  assert(range.fromDay <= range.toDay, `a market from ${input.from} to ${input.to} has no days`);
  assert(
    range.fromDay >= FIRST_DAY,
    `the synthetic market begins on 2000-01-03, not ${input.from}`,
  );
  const { calendar } = input;
  assert(
    range.fromDay >= calendar.fromDay && range.toDay <= calendar.toDay,
    `the calendar does not cover ${input.from} to ${input.to}`,
  );
  const roster = makeRoster(input.seed, input.symbols, calendar.toDay);
  return {
    input,
    range,
    paths: marketPaths(input.seed, weekdayIndexOf(range.toDay) + 1),
    roster,
    bySymbol: new Map(roster.map((instrument) => [instrument.symbol, instrument])),
  };
}

/** Daily bars of a symbol over the market's range; `undefined` for what has no prices. */
export function dailyHistoryOf(market: SyntheticMarket, symbol: string): DailyHistory | undefined {
  const instrument = market.bySymbol.get(symbol);
  if (instrument?.kind === undefined) return undefined;
  const { seed, calendar, plannedEvents } = market.input;
  return makeDailyHistory({
    seed,
    calendar,
    paths: market.paths,
    symbol,
    profile: profileOf(seed, symbol, instrument.kind),
    life: {
      fromDay: instrument.ipoDay,
      toDay: instrument.delistedDay ?? market.range.toDay,
    },
    range: market.range,
    plannedEvents: plannedEvents ?? [],
  });
}

/** Daily bars of the volatility index (VIX), which has no volume. */
export function volatilityIndexOf(market: SyntheticMarket): IndexHistory {
  const { seed, calendar } = market.input;
  return makeVolatilityIndex(seed, calendar, market.paths, market.range);
}

/** Observations of a series on all weekdays of the range, oldest first. */
export function referenceSeriesOf(market: SyntheticMarket, series: ReferenceSeries): Observation[] {
  return makeReferenceSeries(market.input.calendar, market.paths, series, market.range);
}

/** The moods of the range in order. */
export function regimeSpansOf(market: SyntheticMarket): RegimeSpan[] {
  const spans: RegimeSpan[] = [];
  const last = weekdayIndexOf(market.range.toDay);
  let start = weekdayIndexOf(market.range.fromDay);
  for (let weekday = start; weekday <= last; weekday++) {
    const regime = regimeAt(market.paths, weekday);
    if (weekday < last && regimeAt(market.paths, weekday + 1) === regime) continue;
    spans.push({
      regime,
      from: dateOfDayNumber(dayOfWeekdayIndex(start)),
      to: dateOfDayNumber(dayOfWeekdayIndex(weekday)),
    });
    start = weekday + 1;
  }
  return spans;
}

/** The synthetic market: the same seed gives the same bars whatever is asked, and bars are possible. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { must } from "#core/assert.ts";
import { isSession } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate, weekdayOf } from "#core/session-date.ts";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { adjustmentFactors } from "./adjusted-close.ts";
import { SPLIT_SCALE } from "./corporate-events.ts";
import type { DailyHistory } from "./daily-history.ts";
import { PROXY_SYMBOLS } from "./instrument-profile.ts";
import { REGIMES } from "./market-paths.ts";
import { stockSymbols } from "./roster.ts";
import { smallCalendar } from "./small-calendar.ts";
import {
  type SyntheticMarketInput,
  buildSyntheticMarket,
  dailyHistoryOf,
  referenceSeriesOf,
  regimeSpansOf,
  volatilityIndexOf,
} from "./synthetic-market.ts";

const calendar = smallCalendar();
const SYMBOLS = stockSymbols(12);

function marketOf(changes: Partial<SyntheticMarketInput> = {}) {
  return buildSyntheticMarket({
    seed: 7,
    calendar,
    from: sessionDate("2020-01-01"),
    to: sessionDate("2024-12-31"),
    symbols: SYMBOLS,
    ...changes,
  });
}

function barsOf(market: ReturnType<typeof marketOf>, symbol: string): DailyHistory {
  return must(dailyHistoryOf(market, symbol), `${symbol} has prices`);
}

/** Rows as text by date, for comparing histories of different ranges. */
function rowsByDate(history: DailyHistory): Map<string, string> {
  return new Map(
    [...history.days].map((day, row) => [
      dateOfDayNumber(day),
      [history.open, history.high, history.low, history.close, history.volume]
        .map((column) => column[row])
        .join(),
    ]),
  );
}

describe("determinism", () => {
  test("the same seed gives the same bars and another seed gives others", () => {
    const [first = ""] = SYMBOLS;
    expect(barsOf(marketOf(), first)).toEqual(barsOf(marketOf(), first));
    expect(barsOf(marketOf({ seed: 8 }), first).close).not.toEqual(barsOf(marketOf(), first).close);
  });

  test("a bar does not depend on the range nor on the other symbols", () => {
    const whole = rowsByDate(barsOf(marketOf(), "SPY"));
    const part = barsOf(
      marketOf({ from: sessionDate("2022-03-03"), to: sessionDate("2022-09-09"), symbols: [] }),
      "SPY",
    );
    expect(part.days.length).toBeGreaterThan(120);
    for (const [date, row] of rowsByDate(part)) expect(whole.get(date)).toBe(row);
  });
});

describe("bars", () => {
  test("lie exactly on the sessions of the calendar", () => {
    const history = barsOf(marketOf(), "QQQ");
    const sessions = calendar.sessions.filter(
      (day) =>
        day >= dayNumberOf(sessionDate("2020-01-01")) &&
        day <= dayNumberOf(sessionDate("2024-12-31")),
    );
    expect([...history.days]).toEqual([...sessions]);
  });

  test("are possible for every seed and symbol: positive, high and low around open and close", () => {
    const symbolOf = fc.constantFrom(...SYMBOLS, ...PROXY_SYMBOLS, "SYAC-WS", "SYAC-R", "NEWT");
    fc.assert(
      fc.property(fc.nat(2 ** 31), symbolOf, (seed, symbol) => {
        const history = barsOf(marketOf({ seed }), symbol);
        const broken = [...history.days.keys()].filter((row) => !isPossible(history, row));
        expect(broken).toEqual([]);
      }),
      { seed: testSeed(), numRuns: testCount(25, 500) },
    );
  });

  test("without events no proxy of shares or bonds moves 10 % in a session, nor a stock 20 %", () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 31),
        fc.constantFrom(...PROXY_SYMBOLS, ...SYMBOLS),
        (seed, symbol) => {
          const limit = symbol === "VIXY" ? 1.5 : PROXY_SYMBOLS.includes(symbol) ? 0.1 : 0.2;
          expect(largestMove(barsOf(marketOf({ seed }), symbol))).toBeLessThan(limit);
        },
      ),
      { seed: testSeed(), numRuns: testCount(25, 500) },
    );
  });

  test("of two funds move together, of a stock with them, and the index moves against them", () => {
    const market = marketOf({ from: sessionDate("2001-01-01") });
    const spy = returnsOf(barsOf(market, "SPY"));
    expect(correlation(spy, returnsOf(barsOf(market, "QQQ")))).toBeGreaterThan(0.8);
    expect(correlation(spy, returnsOf(barsOf(market, SYMBOLS[0] ?? "")))).toBeGreaterThan(0.15);
    expect(correlation(spy, returnsOf(volatilityIndexOf(market)))).toBeLessThan(-0.4);
  });
});

function isPossible(history: DailyHistory, row: number): boolean {
  const [open = 0, high = 0, low = 0, close = 0, volume = 0] = [
    history.open[row],
    history.high[row],
    history.low[row],
    history.close[row],
    history.volume[row],
  ];
  const isWhole = [open, high, low, close, volume].every(Number.isSafeInteger);
  const isAround = low <= Math.min(open, close) && high >= Math.max(open, close);
  return isWhole && isAround && low > 0 && volume > 0;
}

/** Largest close-to-close change with splits and dividends taken out. */
function largestMove(history: DailyHistory): number {
  const splits = new Map(history.splits.map((one) => [one.day, one.factorUnits / SPLIT_SCALE]));
  const dividends = new Map(history.dividends.map((one) => [one.day, one.amountUnits]));
  let largest = 0;
  for (let row = 1; row < history.days.length; row++) {
    const day = history.days[row] ?? 0;
    const before =
      (history.close[row - 1] ?? 0) / (splits.get(day) ?? 1) - (dividends.get(day) ?? 0);
    largest = Math.max(largest, Math.abs((history.close[row] ?? 0) / before - 1));
  }
  return largest;
}

function returnsOf(history: { readonly close: Float64Array }): number[] {
  return [...history.close]
    .slice(1)
    .map((close, row) => Math.log(close / (history.close[row] ?? close)));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((x, y) => x + y, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const both = a.map((value, at) => (value - meanA) * ((b[at] ?? 0) - meanB));
  const spread = (values: readonly number[], m: number) =>
    Math.sqrt(mean(values.map((value) => (value - m) ** 2)));
  return mean(both) / (spread(a, meanA) * spread(b, meanB));
}

describe("events", () => {
  const long = marketOf({
    from: sessionDate("2001-01-01"),
    to: sessionDate("2026-12-31"),
    symbols: stockSymbols(60),
  });
  const histories = stockSymbols(60).map((symbol) => barsOf(long, symbol));

  test("are of every kind: 2-for-1, 3-for-2, reverse, spin-off and dividend", () => {
    const factors = new Set(
      histories.flatMap((one) => one.splits.map((split) => split.factorUnits)),
    );
    expect(factors).toContain(20_000);
    expect(factors).toContain(15_000);
    expect([...factors].some((factor) => factor < SPLIT_SCALE)).toBe(true);
    expect([...factors].some((factor) => factor > 10_100 && factor < 12_300)).toBe(true);
    expect(histories.reduce((sum, one) => sum + one.dividends.length, 0)).toBeGreaterThan(1000);
  });

  test("fall on sessions, no split on the ex-date of a dividend", () => {
    for (const { splits, dividends } of histories) {
      const splitDays = new Set(splits.map((split) => split.day));
      expect(splits.every((split) => isSession(calendar, split.day))).toBe(true);
      expect(
        dividends.every((one) => isSession(calendar, one.day) && !splitDays.has(one.day)),
      ).toBe(true);
    }
  });

  test("that are planned happen where they are planned", () => {
    const symbol = SYMBOLS[3] ?? "";
    const plain = barsOf(marketOf(), symbol);
    const market = marketOf({
      plannedEvents: [
        { symbol, kind: "split", date: sessionDate("2022-01-01"), factorUnits: 40_000 },
        { symbol, kind: "dividend", date: sessionDate("2022-06-15"), amountUnits: 2500 },
        { symbol, kind: "move", date: sessionDate("2023-02-01"), logReturn: Math.log(0.5) },
      ],
    });
    const history = barsOf(market, symbol);
    expect(history.splits).toContainEqual({
      day: dayNumberOf(sessionDate("2022-01-03")),
      factorUnits: 40_000,
    });
    const paid = history.dividends.find(
      (one) => one.day === dayNumberOf(sessionDate("2022-06-15")),
    );
    expect(paid?.amountUnits).toBe(2500);
    const row = history.days.indexOf(dayNumberOf(sessionDate("2023-02-01")));
    const ratio = (history.close[row] ?? 0) / (history.close[row - 1] ?? 1);
    const plainRatio = (plain.close[row] ?? 0) / (plain.close[row - 1] ?? 1);
    expect(ratio / plainRatio).toBeCloseTo(0.5, 2);
  });

  test("a dividend adjusts all earlier rows by exactly C / (C + D), a split by its factor", () => {
    const symbol = SYMBOLS[1] ?? "";
    const market = marketOf({
      plannedEvents: [
        { symbol, kind: "dividend", date: sessionDate("2023-05-10"), amountUnits: 16_900 },
        { symbol, kind: "split", date: sessionDate("2021-11-04"), factorUnits: 10_460 },
      ],
    });
    const history = barsOf(market, symbol);
    const { price, volume } = adjustmentFactors(history);
    const factorAt = (date: string) => {
      const row = history.days.indexOf(dayNumberOf(sessionDate(date)));
      return { row, step: (price[row - 1] ?? 0) / (price[row] ?? 1) };
    };
    const dividend = factorAt("2023-05-10");
    const close = history.close[dividend.row] ?? 0;
    expect(dividend.step).toBeCloseTo(close / (close + 16_900), 15);
    expect(factorAt("2021-11-04").step).toBeCloseTo(1 / 1.046, 15);
    expect(price.at(-1)).toBe(1);
    expect(volume.at(-1)).toBe(1);
  });
});

describe("what goes with the market", () => {
  test("every mood comes within five years, and the bars of the index are possible", () => {
    const market = marketOf({ from: sessionDate("2012-01-02"), to: sessionDate("2016-12-30") });
    expect(new Set(regimeSpansOf(market).map((span) => span.regime))).toEqual(new Set(REGIMES));
    const index = volatilityIndexOf(market);
    expect(index.days.length).toBe(barsOf(market, "SPY").days.length);
    const possible = [...index.days].every(
      (_, row) =>
        (index.low[row] ?? 0) <= Math.min(index.open[row] ?? 0, index.close[row] ?? 0) &&
        (index.high[row] ?? 0) >= Math.max(index.open[row] ?? 0, index.close[row] ?? 0),
    );
    expect(possible).toBe(true);
  });

  test("yields have no value on holidays of shares and bonds, on all other weekdays one", () => {
    const observations = referenceSeriesOf(marketOf(), "yield_10year");
    const missing = observations.filter((one) => one.valueCents === undefined);
    const dates = missing
      .map((one) => dateOfDayNumber(one.day))
      .filter((date) => date.startsWith("2021"));
    expect(dates).toEqual(["2021-01-01", "2021-10-11", "2021-11-11", "2021-11-25"]);
    expect(observations.every((one) => weekdayOf(one.day) >= 1 && weekdayOf(one.day) <= 5)).toBe(
      true,
    );
  });

  test("a delisted name ends on its last day and a newcomer begins on its first", () => {
    const market = marketOf({ from: sessionDate("2001-01-02") });
    const leaver = must(market.bySymbol.get("DELT"), "one company leaves each year");
    const leaverDays = barsOf(market, "DELT").days;
    expect(leaverDays.at(-1)).toBeLessThanOrEqual(must(leaver.delistedDay, "it was delisted"));
    expect(must(leaver.delistedDay, "") - (leaverDays.at(-1) ?? 0)).toBeLessThan(5);
    const newcomer = must(market.bySymbol.get("NEWT"), "one company comes each year");
    expect(barsOf(market, "NEWT").days[0]).toBeGreaterThanOrEqual(newcomer.ipoDay);
  });
});

/** What is no price bar of a share: LISTING_STATUS, SPLITS, DIVIDENDS, TREASURY_YIELD, WTI, INDEX_DATA. */
import { formatDecimalUnits, formatPrice } from "#core/price.ts";
import { dateOfDayNumber, dayNumberOf, parseSessionDate, weekdayOf } from "#core/session-date.ts";
import type { Observation, ReferenceSeries } from "../synthetic-market/reference-series.ts";
import { isListedOn } from "../synthetic-market/roster.ts";
import { referenceSeriesOf, volatilityIndexOf } from "../synthetic-market/synthetic-market.ts";
import { weekdayIndexOf } from "../synthetic-market/weekday-index.ts";
import { type VendorAnswer, refused, tableAnswer } from "./vendor-answer.ts";
import { type VendorQuery, paramOf } from "./vendor-query.ts";
import { type VendorView, countUntil, localMinuteOf, visibleHistory } from "./vendor-view.ts";

const LISTING_COLUMNS = [
  "symbol",
  "name",
  "exchange",
  "assetType",
  "ipoDate",
  "delistingDate",
  "status",
] as const;
const LISTING_FIRST_DATE = "2010-01-01";
/** Weekdays after which an observation is published: yields the next day, oil within the week. */
const YIELD_LAG_WEEKDAYS = 1;
const OIL_LAG_WEEKDAYS = 4;
const MISSING_VALUE = ".";
const MATURITIES: Readonly<
  Record<string, { readonly series: ReferenceSeries; readonly name: string }>
> = {
  "2year": { series: "yield_2year", name: "2-Year Treasury Constant Maturity Rate" },
  "10year": { series: "yield_10year", name: "10-Year Treasury Constant Maturity Rate" },
};
const FRIDAY = 5;

/** The roster as of a date (default: the newest closed session), one state at a time. */
export function answerListing(view: VendorView, query: VendorQuery): VendorAnswer {
  const state = paramOf(query, "state", "active").toLowerCase();
  const asked = paramOf(query, "date", "");
  const date = parseSessionDate(asked);
  const isDateWrong = asked !== "" && (date === undefined || date <= LISTING_FIRST_DATE);
  if ((state !== "active" && state !== "delisted") || isDateWrong) return refused("invalid_call");
  const asOf = Math.min(view.newestDay, date === undefined ? view.newestDay : dayNumberOf(date));
  const isActive = state === "active";
  const rows = view.cache.market.roster
    .filter((one) =>
      isActive ? isListedOn(one, asOf) : one.delistedDay !== undefined && one.delistedDay < asOf,
    )
    .map((one) => [
      one.symbol,
      one.name,
      one.exchange,
      one.assetType,
      dateOfDayNumber(one.ipoDay),
      isActive || one.delistedDay === undefined ? "null" : dateOfDayNumber(one.delistedDay),
      isActive ? "Active" : "Delisted",
    ]);
  const frame = { kind: "csv_only" } as const;
  return tableAnswer({ columns: LISTING_COLUMNS, header: LISTING_COLUMNS, rows, frame });
}

/** Splits whose effective day has begun, newest first. */
export function answerSplits(view: VendorView, query: VendorQuery): VendorAnswer {
  const symbol = paramOf(query, "symbol", "");
  if (symbol === "") return refused("invalid_call");
  const begun = viewUpToLocalDay(view);
  const history = visibleHistory(begun, symbol);
  if (!history) return refused("empty_object");
  const rows = history.splits
    .toReversed()
    .map((event) => [dateOfDayNumber(event.day), formatPrice(event.factorUnits)]);
  const columns = ["effective_date", "split_factor"];
  return tableAnswer({ columns, header: columns, rows, frame: { kind: "list", head: { symbol } } });
}

/** Dividends that are declared or have gone ex, newest first: the newest may lie ahead. */
export function answerDividends(view: VendorView, query: VendorQuery): VendorAnswer {
  const symbol = paramOf(query, "symbol", "");
  if (symbol === "") return refused("invalid_call");
  const wholeRange = { ...view, newestDay: view.cache.market.range.toDay, running: undefined };
  const history = visibleHistory(wholeRange, symbol);
  if (!history) return refused("empty_object");
  const { day: localDay } = localMinuteOf(view.calendar, view.instant);
  const rows = history.dividends
    .filter((event) => (event.declaredDay ?? event.day) <= localDay)
    .toReversed()
    .map((event) => [
      dateOfDayNumber(event.day),
      event.declaredDay === undefined ? "None" : dateOfDayNumber(event.declaredDay),
      event.declaredDay === undefined ? "None" : dateOfDayNumber(event.day),
      event.declaredDay === undefined ? "None" : dateOfDayNumber(event.paymentDay),
      formatPrice(event.amountUnits).replace(/0{1,2}$/, ""),
    ]);
  const columns = ["ex_dividend_date", "declaration_date", "record_date", "payment_date", "amount"];
  return tableAnswer({ columns, header: columns, rows, frame: { kind: "list", head: { symbol } } });
}

/** A Treasury yield in percent; a dot where the bond market rested. */
export function answerTreasuryYield(view: VendorView, query: VendorQuery): VendorAnswer {
  const maturity = MATURITIES[paramOf(query, "maturity", "10year")];
  if (!maturity) return refused("invalid_call");
  const { series, name } = maturity;
  return seriesAnswer(view, query, { series, name, unit: "percent", lag: YIELD_LAG_WEEKDAYS });
}

/** West Texas Intermediate in dollars a barrel. */
export function answerWti(view: VendorView, query: VendorQuery): VendorAnswer {
  return seriesAnswer(view, query, {
    series: "oil_wti",
    name: "Crude Oil Prices WTI",
    unit: "dollars per barrel",
    lag: OIL_LAG_WEEKDAYS,
  });
}

/** Bars of the volatility index; no other index and no other interval than daily exists here. */
export function answerIndexData(view: VendorView, query: VendorQuery): VendorAnswer {
  const symbol = paramOf(query, "symbol", "");
  const interval = paramOf(query, "interval", "");
  if (symbol !== "VIX" || interval !== "daily") return refused("invalid_call");
  const history = volatilityIndexOf(view.cache.market);
  const rows = Array.from({ length: countUntil(history.days, view.newestDay) }, (_, row) => [
    dateOfDayNumber(history.days[row] ?? 0),
    formatPrice(history.open[row] ?? 0),
    formatPrice(history.high[row] ?? 0),
    formatPrice(history.low[row] ?? 0),
    formatPrice(history.close[row] ?? 0),
  ]).toReversed();
  const first = query.datatype === "csv" ? "timestamp" : "date";
  return tableAnswer({
    columns: ["timestamp", "open", "high", "low", "close"],
    header: [first, "open", "high", "low", "close"],
    rows,
    frame: { kind: "list", head: { symbol, name: "SYNTHETIC Volatility Index", interval } },
  });
}

function viewUpToLocalDay(view: VendorView): VendorView {
  const { day } = localMinuteOf(view.calendar, view.instant);
  return { ...view, newestDay: Math.max(view.newestDay, day), running: undefined };
}

function seriesAnswer(
  view: VendorView,
  query: VendorQuery,
  spec: {
    readonly series: ReferenceSeries;
    readonly name: string;
    readonly unit: string;
    readonly lag: number;
  },
): VendorAnswer {
  const interval = paramOf(query, "interval", "monthly");
  const newest = weekdayIndexOf(view.newestDay) - spec.lag;
  const daily = referenceSeriesOf(view.cache.market, spec.series).filter(
    (one) => weekdayIndexOf(one.day) <= newest,
  );
  const observations = inInterval(daily, interval, view.newestDay);
  if (!observations) return refused("invalid_call");
  const rows = observations
    .map((one) => [
      dateOfDayNumber(one.day),
      one.valueCents === undefined ? MISSING_VALUE : valueText(one.valueCents),
    ])
    .toReversed();
  const first = query.datatype === "csv" ? "timestamp" : "date";
  return tableAnswer({
    columns: ["timestamp", "value"],
    header: [first, "value"],
    rows,
    frame: { kind: "list", head: { name: spec.name, interval, unit: spec.unit } },
  });
}

/** Daily as is; weeks dated by their Friday, months by their first day and only when they are over. */
function inInterval(
  daily: readonly Observation[],
  interval: string,
  newestDay: number,
): readonly Observation[] | undefined {
  if (interval === "daily") return daily;
  if (interval !== "weekly" && interval !== "monthly") return undefined;
  const periodOf = (day: number): number =>
    interval === "weekly"
      ? day + FRIDAY - weekdayOf(day)
      : day + 1 - Number(dateOfDayNumber(day).slice(8));
  const periods = new Map<number, number[]>();
  for (const { day, valueCents } of daily) {
    const values = periods.get(periodOf(day)) ?? [];
    periods.set(periodOf(day), values);
    if (valueCents !== undefined) values.push(valueCents);
  }
  const running = periodOf(newestDay);
  return [...periods]
    .filter(([day, values]) => day !== running && values.length > 0)
    .map(([day, values]) => ({
      day,
      valueCents: Math.round(values.reduce((sum, value) => sum + value, 0) / values.length),
    }));
}

function valueText(cents: number): string {
  return formatDecimalUnits(cents, 2).replace(/0$/, "");
}

/**
 * The calls that the US market asks of its vendor: function, parameters, and what the answer is
 * about. Which of them are asked, and when, is decided by the plans (`plan-*.ts`).
 */
import type { VendorCall } from "#ingestion/market-data-source.ts";

/** `free` and `premium` differ in what may be asked (decision 10). */
export type VendorPlan = "free" | "premium";

/** Rows of an answer: the newest 100, or all. */
export type OutputSize = "compact" | "full";

/** Rows of a `compact` answer: sessions of daily prices, bars of intraday ones. */
export const COMPACT_ROWS = 100;

type SeriesFunction = {
  readonly name: string;
  readonly params: { readonly [name: string]: string };
};

/** Series without OHLC, by the plain symbol under which they are kept. */
const SERIES: ReadonlyMap<string, SeriesFunction> = new Map<string, SeriesFunction>([
  ...["3month", "2year", "5year", "7year", "10year", "30year"].map(
    (maturity): [string, SeriesFunction] => [
      `TREASURY_YIELD_${maturity.toUpperCase()}`,
      { name: "TREASURY_YIELD", params: { interval: "daily", maturity } },
    ],
  ),
  ["WTI", { name: "WTI", params: { interval: "daily" } }],
  ["BRENT", { name: "BRENT", params: { interval: "daily" } }],
]);

/** Whether a symbol names a series of the vendor, e.g. `TREASURY_YIELD_10YEAR`. */
export function isSeriesSymbol(symbol: string): boolean {
  return SERIES.has(symbol);
}

/**
 * Daily prices as traded. On premium the rows carry splits and dividends; on free they come apart. A
 * full history that the plan refuses is asked for again as compact.
 */
export function dailyCall(symbol: string, plan: VendorPlan, outputSize: OutputSize): VendorCall {
  const make = (size: OutputSize): VendorCall => ({
    kind: plan === "premium" ? "daily_adjusted" : "daily",
    name: plan === "premium" ? "TIME_SERIES_DAILY_ADJUSTED" : "TIME_SERIES_DAILY",
    params: { symbol, outputsize: size, datatype: "csv" },
    symbol,
  });
  return outputSize === "full" ? { ...make("full"), downgrade: make("compact") } : make("compact");
}

/** Daily values of an index, always the whole history. The CSV header is not on record: JSON. */
export function indexCall(symbol: string): VendorCall {
  return {
    kind: "index_daily",
    name: "INDEX_DATA",
    params: { symbol, interval: "daily", datatype: "json" },
    symbol,
  };
}

/** All splits and all dividends of a symbol. */
export function eventCalls(symbol: string): readonly [VendorCall, VendorCall] {
  const params = { symbol, datatype: "csv" };
  return [
    { kind: "splits", name: "SPLITS", params, symbol },
    { kind: "dividends", name: "DIVIDENDS", params, symbol },
  ];
}

/** The whole history of a series. Throws for a symbol that names none: check `isSeriesSymbol` first. */
export function seriesCall(symbol: string): VendorCall {
  const series = SERIES.get(symbol);
  if (series === undefined) throw new Error(`broken promise: ${symbol} names no series`);
  return {
    kind: "series",
    name: series.name,
    params: { ...series.params, datatype: "csv" },
    symbol,
  };
}

/** Five-minute bars as traded, with extended hours: `full` reaches back 30 days. */
export function intradayCall(symbol: string, outputSize: OutputSize): VendorCall {
  const fixed = { interval: "5min", adjusted: "false", extended_hours: "true", datatype: "csv" };
  return {
    kind: "intraday",
    name: "TIME_SERIES_INTRADAY",
    params: { symbol, outputsize: outputSize, ...fixed },
    symbol,
  };
}

/** The listing of all symbols that are, or that no longer are, listed. It comes as CSV only. */
export function listingCall(state: "active" | "delisted"): VendorCall {
  return { kind: "listing", name: "LISTING_STATUS", params: { state }, symbol: null };
}

/** TIME_SERIES_DAILY and TIME_SERIES_DAILY_ADJUSTED: raw bars, and raw bars with the vendor's adjustment. */
import { formatPrice } from "#core/price.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { adjustmentFactors } from "../synthetic-market/adjusted-close.ts";
import { SPLIT_SCALE } from "../synthetic-market/corporate-events.ts";
import type { DailyHistory } from "../synthetic-market/daily-history.ts";
import {
  BAR_COLUMNS,
  COMPACT_ROWS,
  type VendorAnswer,
  ordinalKeys,
  refused,
  shortDecimal,
  tableAnswer,
  wallClockText,
} from "./vendor-answer.ts";
import { type VendorQuery, paramOf } from "./vendor-query.ts";
import type { VendorTable } from "./vendor-table.ts";
import { type VendorView, visibleHistory } from "./vendor-view.ts";

const ADJUSTED_COLUMNS = [
  "timestamp",
  "open",
  "high",
  "low",
  "close",
  "adjusted_close",
  "volume",
  "dividend_amount",
  "split_coefficient",
] as const;
const UNITS_PER_DOLLAR = 10_000;
const TIME_ZONE_LABEL = "US/Eastern";

/** Bars as traded. */
export function answerDaily(view: VendorView, query: VendorQuery): VendorAnswer {
  const history = tradedHistory(view, query);
  if (!history) return refused("invalid_call");
  const rows = newestRows(history, query).map((row) => [
    dateOfDayNumber(history.days[row] ?? 0),
    formatPrice(history.open[row] ?? 0),
    formatPrice(history.high[row] ?? 0),
    formatPrice(history.low[row] ?? 0),
    formatPrice(history.close[row] ?? 0),
    String(history.volume[row] ?? 0),
  ]);
  const information = "Daily Prices (open, high, low, close) and Volumes";
  return tableAnswer(seriesTable(view, query, history, BAR_COLUMNS, rows, information));
}

/** Bars as traded, with adjusted close, dividend and split of each day. */
export function answerDailyAdjusted(view: VendorView, query: VendorQuery): VendorAnswer {
  const history = tradedHistory(view, query);
  if (!history) return refused("invalid_call");
  const isCsv = query.datatype === "csv";
  const { price } = adjustmentFactors(history);
  const splits = new Map(history.splits.map((event) => [event.day, event.factorUnits]));
  const dividends = new Map(history.dividends.map((event) => [event.day, event.amountUnits]));
  // The vendor pads to four decimals in JSON; its newer CSV does not (docs/vendors/alpha-vantage.md).
  const priceText = (units: number): string =>
    isCsv ? shortDecimal(units / UNITS_PER_DOLLAR) : formatPrice(units);
  const rows = newestRows(history, query).map((row) => {
    const day = history.days[row] ?? 0;
    const close = history.close[row] ?? 0;
    const adjusted = (close / UNITS_PER_DOLLAR) * (price[row] ?? 1);
    const split = splits.get(day) ?? SPLIT_SCALE;
    return [
      dateOfDayNumber(day),
      priceText(history.open[row] ?? 0),
      priceText(history.high[row] ?? 0),
      priceText(history.low[row] ?? 0),
      priceText(close),
      isCsv ? shortDecimal(adjusted) : adjusted.toFixed(4),
      String(history.volume[row] ?? 0),
      formatPrice(dividends.get(day) ?? 0),
      isCsv ? shortDecimal(split / SPLIT_SCALE) : formatPrice(split),
    ];
  });
  const information = "Daily Time Series with Splits and Dividend Events";
  return tableAnswer(seriesTable(view, query, history, ADJUSTED_COLUMNS, rows, information));
}

/** The visible bars of the asked symbol; `undefined` where the vendor calls it an invalid call. */
export function tradedHistory(view: VendorView, query: VendorQuery): DailyHistory | undefined {
  const symbol = paramOf(query, "symbol", "");
  const history = visibleHistory(view, symbol);
  if (!history || history.days.length === 0) return undefined;
  return isForgotten(view, symbol) ? undefined : history;
}

/** The vendor still serves some delisted names and not others; here every second one is forgotten. */
function isForgotten(view: VendorView, symbol: string): boolean {
  const { delistedDay } = view.cache.market.bySymbol.get(symbol) ?? {};
  if (delistedDay === undefined || delistedDay >= view.newestDay) return false;
  return symbol.charCodeAt(symbol.length - 1) % 2 === 0;
}

/** Indexes of the rows to send, newest first. */
function newestRows(history: DailyHistory, query: VendorQuery): number[] {
  const isFull = paramOf(query, "outputsize", "compact") === "full";
  const count = isFull ? history.days.length : Math.min(COMPACT_ROWS, history.days.length);
  return Array.from({ length: count }, (_, at) => history.days.length - 1 - at);
}

function seriesTable(
  view: VendorView,
  query: VendorQuery,
  history: DailyHistory,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  information: string,
): VendorTable {
  const isFull = paramOf(query, "outputsize", "compact") === "full";
  const newestDate = rows[0]?.[0] ?? "";
  // While a session runs its row is stamped with a time; a finished one has a bare date.
  const isPartial = view.running !== undefined && history.days.at(-1) === view.running.day;
  const refreshed = isPartial ? wallClockText(newestDate, view.running?.minute ?? 0) : newestDate;
  return {
    columns,
    header: query.datatype === "csv" ? columns : ordinalKeys(columns),
    rows,
    frame: {
      kind: "series",
      key: "Time Series (Daily)",
      meta: {
        "1. Information": information,
        "2. Symbol": history.symbol,
        "3. Last Refreshed": refreshed,
        "4. Output Size": isFull ? "Full size" : "Compact",
        "5. Time Zone": TIME_ZONE_LABEL,
      },
    },
  };
}

/** GLOBAL_QUOTE, and REALTIME_BULK_QUOTES with the made-up rows that callers without a right to it get. */
import { formatPrice } from "#core/price.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { tradedHistory } from "./daily-answers.ts";
import { type VendorAnswer, refused, tableAnswer } from "./vendor-answer.ts";
import { type VendorQuery, paramOf } from "./vendor-query.ts";
import type { VendorTable } from "./vendor-table.ts";
import { type VendorView, visibleHistory } from "./vendor-view.ts";

const QUOTE_CSV_COLUMNS = [
  "symbol",
  "open",
  "high",
  "low",
  "price",
  "volume",
  "latestDay",
  "previousClose",
  "change",
  "changePercent",
] as const;
const QUOTE_JSON_KEYS = [
  "01. symbol",
  "02. open",
  "03. high",
  "04. low",
  "05. price",
  "06. volume",
  "07. latest trading day",
  "08. previous close",
  "09. change",
  "10. change percent",
] as const;
const QUOTE_KEY = "Global Quote";
const DELAYED_QUOTE_KEY = "Global Quote - DATA DELAYED BY 15 MINUTES";
const BULK_SYMBOLS_MAX = 100;

/** The newest bar of one symbol; an empty quote for what the vendor does not know. */
export function answerGlobalQuote(view: VendorView, query: VendorQuery): VendorAnswer {
  const symbol = paramOf(query, "symbol", "");
  if (symbol === "") return refused("invalid_call");
  const cells = quoteCells(view, query, symbol);
  if (!cells) return refused("empty_quote");
  const isDelayed = paramOf(query, "entitlement", "") === "delayed";
  const table: VendorTable = {
    columns: QUOTE_CSV_COLUMNS,
    header: query.datatype === "csv" ? QUOTE_CSV_COLUMNS : QUOTE_JSON_KEYS,
    rows: [cells],
    frame: { kind: "single", key: isDelayed ? DELAYED_QUOTE_KEY : QUOTE_KEY },
  };
  return tableAnswer(table);
}

/** Rows of many symbols: real ones for `isEntitled`, artificial ones with a notice for all others. */
export function answerBulkQuotes(
  view: VendorView,
  query: VendorQuery,
  isEntitled: boolean,
): VendorAnswer {
  const symbols = paramOf(query, "symbol", "")
    .split(",")
    .filter(Boolean)
    .slice(0, BULK_SYMBOLS_MAX);
  if (symbols.length === 0) return refused("invalid_call");
  if (!isEntitled) return { kind: "json", body: artificialQuotes() };
  const data = symbols.flatMap((symbol) => {
    const history = visibleHistory(view, symbol);
    const row = (history?.days.length ?? 0) - 1;
    if (!history || row < 0) return [];
    const day = dateOfDayNumber(history.days[row] ?? 0);
    return [
      bulkRow(symbol, `${day} 15:59:59.000`, history.close[row] ?? 0, history.close[row - 1] ?? 0),
    ];
  });
  return { kind: "json", body: { endpoint: "Realtime Bulk Quotes", message: "", data } };
}

function quoteCells(
  view: VendorView,
  query: VendorQuery,
  symbol: string,
): readonly string[] | undefined {
  const history = tradedHistory(view, query);
  const row = (history?.days.length ?? 0) - 1;
  if (!history || row < 0) return undefined;
  const close = history.close[row] ?? 0;
  const before = history.close[row - 1] ?? close;
  return [
    symbol,
    formatPrice(history.open[row] ?? 0),
    formatPrice(history.high[row] ?? 0),
    formatPrice(history.low[row] ?? 0),
    formatPrice(close),
    String(history.volume[row] ?? 0),
    dateOfDayNumber(history.days[row] ?? 0),
    formatPrice(before),
    formatPrice(close - before),
    percentText(close, before),
  ];
}

function percentText(close: number, before: number): string {
  return `${((100 * (close - before)) / before).toFixed(4)}%`;
}

function artificialQuotes(): unknown {
  return {
    endpoint: "Realtime Bulk Quotes",
    message:
      "This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***. The actual data needs a premium plan that mentions 'Realtime US Market Data'.",
    data: [
      bulkRow("MSFT", "2024-10-18 19:59:55.000", 4_100_000, 4_090_000),
      bulkRow("AAPL", "2024-10-18 19:59:50.000", 2_300_000, 2_310_000),
    ],
  };
}

function bulkRow(symbol: string, timestamp: string, close: number, before: number): unknown {
  const price = formatPrice(close);
  return {
    symbol,
    timestamp,
    open: formatPrice(before),
    high: formatPrice(Math.max(close, before)),
    low: formatPrice(Math.min(close, before)),
    close: price,
    volume: "1000000",
    previous_close: formatPrice(before),
    change: formatPrice(close - before),
    change_percent: percentText(close, before).slice(0, -1),
    extended_hours_quote: price,
    extended_hours_change: "0.0000",
    extended_hours_change_percent: "0.0000",
  };
}

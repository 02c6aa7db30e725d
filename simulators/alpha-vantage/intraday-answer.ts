/** TIME_SERIES_INTRADAY: five-minute bars in the exchange's wall-clock time, without an offset. */
import { formatPrice } from "#core/price.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { adjustmentFactors } from "../synthetic-market/adjusted-close.ts";
import type { DailyHistory } from "../synthetic-market/daily-history.ts";
import { BAR_MINUTES, type IntradayBar } from "../synthetic-market/intraday-bars.ts";
import { tradedHistory } from "./daily-answers.ts";
import {
  BAR_COLUMNS,
  COMPACT_ROWS,
  type VendorAnswer,
  ordinalKeys,
  refused,
  tableAnswer,
  wallClockText,
} from "./vendor-answer.ts";
import { type VendorQuery, paramOf } from "./vendor-query.ts";
import { type VendorView, visibleIntraday } from "./vendor-view.ts";

/** Whether a bar's label is its first minute (since about 2024) or its end (before). */
export const INTRADAY_LABELS = ["start", "end"] as const;
export type IntradayLabels = (typeof INTRADAY_LABELS)[number];

const INTERVAL = "5min";
const MONTH_PATTERN = /^\d{4}-(0[1-9]|1[0-2])$/;
const FIRST_MONTH = "2000-01";
/** Days of a full answer without a month. */
const TRAILING_DAYS = 30;

export function answerIntraday(
  view: VendorView,
  query: VendorQuery,
  labels: IntradayLabels,
): VendorAnswer {
  const history = tradedHistory(view, query);
  const month = paramOf(query, "month", "");
  const isMonthWrong = month !== "" && (!MONTH_PATTERN.test(month) || month < FIRST_MONTH);
  if (!history || paramOf(query, "interval", "") !== INTERVAL || isMonthWrong) {
    return refused("invalid_call");
  }
  const isFull = paramOf(query, "outputsize", "compact") === "full";
  const rows = barRows(view, query, history, labels, isFull ? undefined : COMPACT_ROWS);
  const newest = rows[0];
  if (!newest) return refused("invalid_call");
  return tableAnswer({
    columns: BAR_COLUMNS,
    header: query.datatype === "csv" ? BAR_COLUMNS : ordinalKeys(BAR_COLUMNS),
    rows,
    frame: {
      kind: "series",
      key: `Time Series (${INTERVAL})`,
      meta: {
        "1. Information": `Intraday (${INTERVAL}) open, high, low, close prices and volume`,
        "2. Symbol": history.symbol,
        "3. Last Refreshed": newest[0] ?? "",
        "4. Interval": INTERVAL,
        "5. Output Size": isFull ? "Full size" : "Compact",
        "6. Time Zone": "US/Eastern",
      },
    },
  });
}

function barRows(
  view: VendorView,
  query: VendorQuery,
  history: DailyHistory,
  labels: IntradayLabels,
  rowsMax: number | undefined,
): string[][] {
  const month = paramOf(query, "month", "");
  const isExtended = paramOf(query, "extended_hours", "true") !== "false";
  const isAdjusted = paramOf(query, "adjusted", "true") !== "false";
  const factors = isAdjusted ? adjustmentFactors(history) : undefined;
  const oldestDay = (history.days.at(-1) ?? 0) - TRAILING_DAYS;
  const rows: string[][] = [];
  for (let row = history.days.length - 1; row >= 0; row--) {
    const day = history.days[row] ?? 0;
    const date = dateOfDayNumber(day);
    if (rowsMax !== undefined && rows.length >= rowsMax) break;
    if (month === "" ? day < oldestDay : date.slice(0, 7) < month) break;
    if (month !== "" && !date.startsWith(month)) continue;
    const factor = { price: factors?.price[row] ?? 1, volume: factors?.volume[row] ?? 1 };
    const special = view.calendar.facts.special.get(date);
    const { openMinute, closeMinute } = special ?? view.calendar.facts;
    const bars = visibleIntraday(view, history, row).filter(
      (bar) => isExtended || (bar.startMinute >= openMinute && bar.startMinute < closeMinute),
    );
    for (const bar of bars.toReversed()) rows.push(barCells(bar, date, labels, factor));
  }
  return rows.slice(0, rowsMax);
}

function barCells(
  bar: IntradayBar,
  date: string,
  labels: IntradayLabels,
  factor: { readonly price: number; readonly volume: number },
): string[] {
  const price = (units: number): string => formatPrice(Math.round(units * factor.price));
  return [
    wallClockText(date, labels === "start" ? bar.startMinute : bar.startMinute + BAR_MINUTES),
    price(bar.open),
    price(bar.high),
    price(bar.low),
    price(bar.close),
    String(Math.round(bar.volume * factor.volume)),
  ];
}

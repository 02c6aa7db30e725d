/**
 * Quotes of an answer as values in price units. What the vendor left out or spoilt is NaN or null, never 0.
 * Pure.
 */
import { z } from "zod";
import { parseDecimalUnits, parsePrice } from "#core/price.ts";
import { dayNumberOfCivil, isCivilDate } from "#core/session-date.ts";
import type { EpochMs } from "#core/clock.ts";
import { IST_OFFSET_MINUTES } from "./candle-call.ts";

/** Prices in units of 1/10000 rupee, NaN where not told. */
export type Quote = {
  readonly exchange: string;
  readonly token: string;
  readonly tradingSymbol: string | null;
  readonly lastPrice: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly previousClose: number;
  readonly averagePrice: number;
  /** Shares of the day; NaN where not told. */
  readonly volume: number;
  /** When the exchange's feed said so, and when the last trade was; null where not told. */
  readonly feedAt: EpochMs | null;
  readonly tradedAt: EpochMs | null;
};

export type UnfetchedQuote = { readonly token: string; readonly says: string };

export type ParsedQuotes =
  | {
      readonly outcome: "quotes";
      readonly quotes: readonly Quote[];
      readonly unfetched: readonly UnfetchedQuote[];
    }
  | { readonly outcome: "problem"; readonly says: string };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const STAMP = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})[ T](\d{2}):(\d{2}):(\d{2})$/;
const SAYS_MAX = 200;

const textLike = z.union([z.string(), z.number()]).transform((value) => String(value).trim());
const quoteRow = z.looseObject({
  exchange: textLike.catch("NSE"),
  symbolToken: textLike,
  tradingSymbol: textLike.nullish().catch(null),
});
const unfetchedRow = z.looseObject({
  symbolToken: textLike.catch(""),
  message: z.unknown().optional(),
  errorCode: z.unknown().optional(),
});
const payload = z.looseObject({
  fetched: z.array(z.unknown()).nullish(),
  unfetched: z.array(z.unknown()).nullish(),
});

/** Reads the `data` of an answer to the quote call. Rows without a token are left out. */
export function parseQuoteData(data: unknown): ParsedQuotes {
  const found = payload.safeParse(data).data;
  if (found === undefined) return { outcome: "problem", says: "the quotes are no object of lists" };
  const quotes = (found.fetched ?? []).flatMap((row) => quoteOf(row) ?? []);
  const unfetched = (found.unfetched ?? []).flatMap((row): UnfetchedQuote[] => {
    const read = unfetchedRow.safeParse(row).data;
    if (read === undefined) return [];
    const says = `${String(read.errorCode)}: ${String(read.message)}`.slice(0, SAYS_MAX);
    return [{ token: read.symbolToken, says }];
  });
  return { outcome: "quotes", quotes, unfetched };
}

function quoteOf(row: unknown): Quote | undefined {
  const read = quoteRow.safeParse(row).data;
  if (read === undefined) return undefined;
  const price = (name: string): number => parsePrice(decimalText(read[name])) ?? Number.NaN;
  return {
    exchange: read.exchange,
    token: read.symbolToken,
    tradingSymbol: read.tradingSymbol ?? null,
    lastPrice: price("ltp"),
    open: price("open"),
    high: price("high"),
    low: price("low"),
    previousClose: price("close"),
    averagePrice: price("avgPrice"),
    volume: parseDecimalUnits(decimalText(read["tradeVolume"]), 0) ?? Number.NaN,
    feedAt: parseQuoteStamp(read["exchFeedTime"]),
    tradedAt: parseQuoteStamp(read["exchTradeTime"]),
  };
}

/** `21-Jun-2023 10:46:10` in IST as an instant; null for anything else. */
function parseQuoteStamp(value: unknown): EpochMs | null {
  const match = typeof value === "string" ? STAMP.exec(value.trim()) : null;
  if (match === null) return null;
  const month = MONTHS.indexOf((match[2] ?? "").toLowerCase()) + 1;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((part) => Number(match[part])) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isCivilDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return null;
  const minutes = dayNumberOfCivil(year, month, day) * 1440 + hour * 60 + minute;
  return ((minutes - IST_OFFSET_MINUTES) * 60_000 + second * 1000) as EpochMs;
}

/** A number as the shortest decimal text that means it. */
function decimalText(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value.trim() : "";
}

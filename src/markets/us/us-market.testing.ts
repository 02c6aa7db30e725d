/**
 * The US market at rest in a temporary workspace: its stores as the composition root opens them, and
 * short ways to land payloads in the vendor's shape. Nothing here fetches.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { settingsSchema } from "#contracts/settings.ts";
import { newestCompleteSession } from "#core/calendar.ts";
import type { EpochMs } from "#core/clock.ts";
import { type SessionDate, dateOfDayNumber, sessionDate } from "#core/session-date.ts";
import { type MarketDataContext, openMarketData } from "#curation/market-context.ts";
import type { Landing } from "#ingestion/raw-store.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { US_MARKET } from "./us-market.ts";

/** Evening of a session in New York, well after the close. */
export const EVENING = "2026-05-18T22:00:00Z";

export type OpenMarket = MarketDataContext & { close(): void };

/** Opens the market of a folder as a new process would. */
export function openMarket(
  root: string,
  options: { readonly at?: string; readonly settings?: object } = {},
): OpenMarket {
  return openMarketData(US_MARKET, {
    workspace: workspaceAt(root),
    settings: settingsSchema.parse(options.settings ?? {}),
    clock: fixedClock(instantOfIso(options.at ?? EVENING)),
    progress: { step: () => undefined },
  });
}

const HEADERS = {
  daily: "timestamp,open,high,low,close,volume",
  daily_adjusted:
    "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient",
  intraday: "timestamp,open,high,low,close,volume",
  splits: "effective_date,split_factor",
  dividends: "ex_dividend_date,declaration_date,record_date,payment_date,amount",
  series: "timestamp,value",
  listing: "symbol,name,exchange,assetType,ipoDate,delistingDate,status",
} as const;

/** Lands rows of a CSV payload, as the fetch jobs would after the vendor answered with them. */
export function landCsv(
  market: OpenMarket,
  kind: keyof typeof HEADERS,
  symbol: string | null,
  rows: readonly string[],
  more: {
    readonly at?: string;
    readonly synthetic?: boolean;
    readonly params?: { readonly [name: string]: string };
  } = {},
): RawReceipt {
  const fetchedAt: EpochMs = more.at === undefined ? market.clock.wallMs() : instantOfIso(more.at);
  const landing: Landing = {
    kind,
    source: "alpha_vantage",
    synthetic: more.synthetic ?? false,
    endpoint: {
      name: kind.toUpperCase(),
      params: { ...(symbol === null ? {} : { symbol }), ...more.params },
    },
    symbol,
    fetchedAt,
    format: "csv",
    bytes: new TextEncoder().encode([HEADERS[kind], ...rows, ""].join("\r\n")),
    rows: rows.length,
    newestSession: newestOf(market, kind, rows, fetchedAt),
  };
  return market.rawStore.land(landing).receipt;
}

function newestOf(
  market: OpenMarket,
  kind: string,
  rows: readonly string[],
  fetchedAt: EpochMs,
): SessionDate | null {
  if (!kind.startsWith("daily")) return null;
  const whole = dateOfDayNumber(
    newestCompleteSession(market.calendar, fetchedAt, market.settings.thresholds.us_settle_minutes),
  );
  const dates = rows
    .map((row) => row.slice(0, 10))
    .filter((date) => /^\d{4}-\d\d-\d\d$/.test(date) && date <= whole);
  const newest = dates.toSorted().at(-1);
  return newest === undefined ? null : sessionDate(newest);
}

/** A daily row whose prices all follow from its close. */
export function dailyRow(date: string, close: number, volume = 1000): string {
  const text = close.toFixed(4);
  return `${date},${text},${text},${text},${text},${volume}`;
}

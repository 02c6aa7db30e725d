/**
 * India's part of a stage: one synthetic market, a vendor of one session for each workspace, the operator's
 * settings and credentials. A session passes once, so no two workspaces share a vendor.
 */
import { buildCalendar } from "#core/calendar.ts";
import { sessionDate } from "#core/session-date.ts";
import { NSE_FACTS } from "#markets/india/nse-facts.ts";
import {
  type SmartApiAddresses,
  type SmartApiSimulator,
  type SmartApiSimulatorOptions,
  startSmartApiSimulator,
} from "../smartapi/smartapi-server.ts";
import { SIMULATED_CREDENTIALS } from "../smartapi/vendor-accounts.ts";
import { type IndiaMarket, buildIndiaMarket } from "../synthetic-market/india-market.ts";
import { INDIA_INDEX_NAMES, indiaStockNames } from "../synthetic-market/india-roster.ts";
import { tickSessionOf } from "../synthetic-market/tick-session.ts";

const CALENDAR = buildCalendar(NSE_FACTS);
const STOCKS_DEFAULT = 4;

export type IndiaVendorOptions = Partial<
  Omit<SmartApiSimulatorOptions, "market" | "session" | "waitForTokens">
> & {
  readonly market: IndiaMarket;
  readonly session: string;
};

/** A market of the five indices and some stocks. */
export function indiaMarketOf(seed: number, stocks: number = STOCKS_DEFAULT): IndiaMarket {
  return buildIndiaMarket({
    seed,
    calendar: CALENDAR,
    stocks: indiaStockNames(stocks),
    from: sessionDate("2019-01-01"),
  });
}

/** A vendor whose feed begins when every instrument is subscribed. Calls are not limited. */
export function startIndiaVendor(options: IndiaVendorOptions): Promise<SmartApiSimulator> {
  const { market, session, ...more } = options;
  return startSmartApiSimulator({
    rateLimits: false,
    ...more,
    market,
    session: tickSessionOf(CALENDAR, sessionDate(session)),
    waitForTokens: INDIA_INDEX_NAMES.length + market.input.stocks.length,
  });
}

/** Times of the connection that suit a session pressed into seconds, in seconds of the machine. */
export type IndiaPatience = {
  readonly heartbeat: number;
  readonly stall: number;
  readonly reconnect: number;
  readonly reconnectMax: number;
  readonly fallback: number;
};

/** Short, and long enough for a machine whose two cores are busy. */
const INDIA_PATIENCE: IndiaPatience = {
  heartbeat: 0.6,
  stall: 1.5,
  reconnect: 0.02,
  reconnectMax: 0.3,
  fallback: 0.1,
};

/** The operator's settings. */
export function indiaSettingsText(
  vendor: SmartApiAddresses,
  market: IndiaMarket,
  patience: IndiaPatience = INDIA_PATIENCE,
): string {
  return `[india.vendor]
rest_url = "${vendor.restUrl}"
stream_url = "${vendor.streamUrl}"
instruments_url = "${vendor.instrumentsUrl}"
candle_calls_per_second = 500
heartbeat_seconds = ${patience.heartbeat}
stall_seconds = ${patience.stall}
reconnect_seconds = ${patience.reconnect}
reconnect_seconds_max = ${patience.reconnectMax}
fallback_seconds = ${patience.fallback}

[india.watchlist]
symbols = [${market.input.stocks.map((name) => `"${name}"`).join(", ")}]
`;
}

/** The operator's credentials as the product reads them from the environment. */
export function indiaEnvironment(
  credentials: SmartApiSimulator["credentials"] = SIMULATED_CREDENTIALS,
): Readonly<Record<string, string>> {
  const { apiKey, clientCode, pin, totpSecret } = credentials;
  return {
    SMARTAPI_API_KEY: apiKey,
    SMARTAPI_CLIENT_CODE: clientCode,
    SMARTAPI_PIN: pin,
    SMARTAPI_TOTP_SECRET: totpSecret,
  };
}

/**
 * India's part of a stage: one synthetic market, a vendor of one session for each workspace, the operator's
 * settings and credentials. A session passes once, so no two workspaces share a vendor.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "#core/assert.ts";
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
import { SECONDS_PER_MINUTE, tickSessionOf, timeOfDay } from "../synthetic-market/tick-session.ts";

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

/** The session of all scenes: an hour on a holiday. */
const SCENE_SESSION = "2025-10-21";
/** An hour and a quarter after it; its candles are whole. */
const SCENE_EVENING = "2025-10-21T10:30:00Z";
const SCENE_SEED = 5;
/** Sessions of the operator's own minutes, which end before that one. */
const IMPORTED_SESSIONS = ["2025-10-17", "2025-10-20"];
const IMPORTED_SYMBOLS = ["Nifty 50", "SYNTECH"];
const IMPORTED_MINUTES = 375;
const OPEN_MINUTE = 555;

/** Event seconds a second of the machine; without them the session is over when the scene begins. */
const INDIA_VENDORS = {
  india_evening: undefined,
  india_day: 1200,
  india_slow_day: 250,
} as const;
export type IndiaVendorName = keyof typeof INDIA_VENDORS;

export function isIndiaVendor(name: string): name is IndiaVendorName {
  return name in INDIA_VENDORS;
}

/** The vendors of the Indian scenes, by workspace. Their clock is the machine's, set to the evening. */
export interface IndiaVendors {
  /** The wall clock of vendors and operators minus the machine's. */
  readonly clockShiftMs: number;
  /** Starts the vendor of a workspace; returns the settings that reach it. */
  open(workspace: string, name: IndiaVendorName): Promise<string>;
  vendorOf(workspace: string): SmartApiSimulator;
  /** Ends one, if there is one. */
  closeOne(workspace: string): void;
  close(): Promise<void>;
}

export function openIndiaVendors(): IndiaVendors {
  const market = indiaMarketOf(SCENE_SEED);
  const vendors = new Map<string, SmartApiSimulator>();
  const wallMs = (): number => Temporal.Now.instant().epochMilliseconds;
  const clockShiftMs = Temporal.Instant.from(SCENE_EVENING).epochMilliseconds - wallMs();
  return {
    clockShiftMs,
    open: async (workspace, name) => {
      const speed = INDIA_VENDORS[name];
      const vendor = await startIndiaVendor({
        market,
        session: SCENE_SESSION,
        pace:
          speed === undefined
            ? { kind: "consumer" }
            : { kind: "speed", eventSecondsPerSecond: speed },
        wallMs: () => wallMs() + clockShiftMs,
      });
      if (speed === undefined) {
        vendor.start();
        await vendor.ended;
      }
      vendors.set(workspace, vendor);
      return indiaSettingsText(vendor, market);
    },
    vendorOf: (workspace) => must(vendors.get(workspace), "an Indian scene has a vendor"),
    closeOne: (workspace) => {
      void vendors.get(workspace)?.close();
      vendors.delete(workspace);
    },
    close: async () => {
      await Promise.all([...vendors.values()].map((vendor) => vendor.close()));
    },
  };
}

/** Minutes of two sessions of an index and a stock, as a vendor of files writes them. */
export function writeIndiaInputs(inputs: string): void {
  mkdirSync(join(inputs, "minutes"), { recursive: true });
  for (const [place, symbol] of IMPORTED_SYMBOLS.entries()) {
    const rows = IMPORTED_SESSIONS.flatMap((session) =>
      Array.from({ length: IMPORTED_MINUTES }, (_, minute) => {
        const close = 1000 * (place + 1) + (minute % 11) / 4;
        const prices = [close, close + 1, close - 1, close].map((price) => price.toFixed(2));
        const stamp = `${session} ${timeOfDay((OPEN_MINUTE + minute) * SECONDS_PER_MINUTE)}`;
        return [stamp, ...prices, String(place * (100 + minute))].join(",");
      }),
    );
    const text = `date,open,high,low,close,volume\n${rows.join("\n")}\n`;
    writeFileSync(join(inputs, "minutes", `${symbol}.csv`), text);
  }
}

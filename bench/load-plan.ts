/**
 * The load of the streaming benchmark: which tokens, how often they tick, and how the simulator is started to
 * send them. Session time passes faster than the clock, so that minutes are sealed all the while; packets a
 * second are what is asked for.
 */
import { buildCalendar } from "#core/calendar.ts";
import { sessionDate } from "#core/session-date.ts";
import { NSE_FACTS } from "#markets/india/nse-facts.ts";
import {
  type SessionPlan,
  TOKENS_PER_CONNECTION,
} from "#markets/india/ticks/session-instruments.ts";
import type { WantedToken } from "#markets/india/ticks/tick-source.ts";
import { NSE_CASH } from "../simulators/smartapi/packet-book.ts";
import { buildIndiaMarket } from "../simulators/synthetic-market/india-market.ts";
import { indiaStockNames } from "../simulators/synthetic-market/india-roster.ts";
import { midnightMinuteOf, timeOfDay } from "../simulators/synthetic-market/tick-session.ts";

export type LoadSize = {
  readonly seed: number;
  /** Stocks and the five indices. */
  readonly tokens: number;
  readonly packetsPerSecond: number;
  readonly seconds: number;
};

export type LoadPlan = {
  readonly seed: number;
  readonly plan: SessionPlan;
  readonly tokens: readonly WantedToken[];
  /** Of the simulator's process. */
  readonly flags: readonly string[];
};

const DATE = "2026-06-12";
const HISTORY_FROM = "2026-06-01";
const INDICES = 5;
const OPEN_MINUTE = 555;
const SECONDS_PER_MINUTE = 60;
const SEAL_DELAY_MS = 2000;
/** A minute of the session passes in so many seconds, or faster when there would be too few of them. */
const MINUTE_SECONDS = 10;
const MINUTES_MIN = 3;

export function planLoad({ seed, tokens, packetsPerSecond, seconds }: LoadSize): LoadPlan {
  const stocks = tokens - INDICES;
  const market = buildIndiaMarket({
    seed,
    calendar: buildCalendar(NSE_FACTS),
    stocks: indiaStockNames(stocks),
    from: sessionDate(HISTORY_FROM),
  });
  const minutes = Math.max(MINUTES_MIN, Math.round(seconds / MINUTE_SECONDS));
  const perMinute = (packetsPerSecond * seconds) / minutes / tokens;
  const speed = (minutes * SECONDS_PER_MINUTE) / seconds;
  const midnight = midnightMinuteOf(sessionDate(DATE));
  const wanted = market.instruments.map(({ token }) => ({ exchangeType: NSE_CASH, token }));
  return {
    seed,
    tokens: wanted,
    plan: {
      session: sessionDate(DATE),
      mode: "quote",
      openMinute: midnight + OPEN_MINUTE,
      closeMinute: midnight + OPEN_MINUTE + minutes,
      auction: null,
      sealDelayMs: SEAL_DELAY_MS,
      clock: "feed",
      instruments: market.instruments.map(({ name, token, kind }, at) => ({
        symbol: name,
        token,
        exchangeType: NSE_CASH,
        isIndex: kind !== "stock",
        hasAuction: false,
        connection: Math.floor(at / TOKENS_PER_CONNECTION),
      })),
    },
    flags: [
      `--seed=${seed}`,
      `--date=${DATE}`,
      `--history-from=${HISTORY_FROM}`,
      `--stocks=${stocks}`,
      `--packets=${perMinute}`,
      "--even",
      `--open=${clockOf(OPEN_MINUTE)}`,
      `--start-at=${clockOf(OPEN_MINUTE)}`,
      `--close=${clockOf(OPEN_MINUTE + minutes)}`,
      "--no-after-close",
      `--speed=${speed}`,
      `--wait-for=${tokens}`,
      "--stamp-sends",
      "--no-limits",
    ],
  };
}

/** `HH:MM` of a minute after midnight. */
function clockOf(minute: number): string {
  return timeOfDay(minute * SECONDS_PER_MINUTE).slice(0, 5);
}

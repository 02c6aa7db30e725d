/** The demo's vendor: a seeded synthetic market behind the look-alike, and settings that point at it. */
import { buildCalendar } from "#core/calendar.ts";
import type { Clock } from "#core/clock.ts";
import { sessionDate } from "#core/session-date.ts";
import { NYSE_FACTS } from "#markets/us/nyse-facts.ts";
import {
  type AlphaVantageSimulator,
  startAlphaVantageSimulator,
} from "../../simulators/alpha-vantage/alpha-vantage-server.ts";
import { followingClock } from "../../simulators/alpha-vantage/simulator-clock.ts";
import { stockSymbols } from "../../simulators/synthetic-market/roster.ts";
import { buildSyntheticMarket } from "../../simulators/synthetic-market/synthetic-market.ts";

const HISTORY_FROM = sessionDate("2022-01-03");
const HISTORY_TO = sessionDate("2026-12-31");
const STOCKS = stockSymbols(24);
/** The benchmark jumps on the second evening: gate 1 parks it, and a person has to look. */
const JUMP = { symbol: "SPY", date: sessionDate("2026-05-19"), logReturn: 0.13 };
/** Whose rows come damaged on the second evening. */
const DAMAGED = STOCKS[7] ?? "";

/** Starts the vendor; it lives at the time of `clock`. */
export async function startDemoVendor(seed: number, clock: Clock): Promise<AlphaVantageSimulator> {
  return await startAlphaVantageSimulator({
    market: buildSyntheticMarket({
      seed,
      calendar: buildCalendar(NYSE_FACTS),
      from: HISTORY_FROM,
      to: HISTORY_TO,
      symbols: STOCKS,
      plannedEvents: [{ kind: "move", ...JUMP }],
    }),
    clock: followingClock(clock),
    defaultPlan: "premium",
    limits: { premium: {} },
  });
}

/** What goes wrong on the second evening. */
export function spoilSecondEvening(vendor: AlphaVantageSimulator): void {
  const dailyRows = { function: "TIME_SERIES_DAILY_ADJUSTED" };
  vendor.addFault({ fault: "http_500", ...dailyRows, symbol: "HYG", count: 3 });
  vendor.addFault({
    fault: "high_below_low",
    ...dailyRows,
    symbol: DAMAGED,
    count: 1,
    args: { rowsBack: 0 },
  });
}

/** Settings of the demo's workspace. */
export function demoSettings(baseUrl: string): string {
  const symbols = STOCKS.map((symbol) => `"${symbol}"`).join(", ");
  return `# Settings of the demo: SYNTHETIC data, the premium plan, no real limits.
[us.vendor]
base_url = "${baseUrl}"
plan = "premium"
calls_per_second = 500
calls_per_minute = 75000
calls_per_day = 100000
timeout_seconds = 2
retry_pause_seconds = 0.2

[us.universe]
symbols = [${symbols}]
`;
}

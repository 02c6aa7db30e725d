/** What the tests of the look-alike share: a small market, a server, and a caller. */
import { sessionDate } from "#core/session-date.ts";
import { stockSymbols } from "../synthetic-market/roster.ts";
import { smallCalendar } from "../synthetic-market/small-calendar.ts";
import {
  type SyntheticMarket,
  buildSyntheticMarket,
} from "../synthetic-market/synthetic-market.ts";
import {
  type AlphaVantageSimulator,
  type AlphaVantageSimulatorOptions,
  startAlphaVantageSimulator,
} from "./alpha-vantage-server.ts";
import { instantOfText, standingClock } from "./simulator-clock.ts";

const TEST_SYMBOLS = stockSymbols(6);
export const TEST_STOCK = TEST_SYMBOLS[0] ?? "";
/** Wednesday, 18:00 in New York: the session of the day has closed. */
export const EVENING = "2024-06-12T22:00:00Z";
/** Wednesday, 12:02 in New York: a session is running. */
export const NOON = "2024-06-12T16:02:00Z";

/** A market with a known split, spin-off and dividend of `TEST_STOCK`. */
export function testMarket(): SyntheticMarket {
  return buildSyntheticMarket({
    seed: 11,
    calendar: smallCalendar(),
    from: sessionDate("2021-01-04"),
    to: sessionDate("2024-12-31"),
    symbols: TEST_SYMBOLS,
    plannedEvents: [
      { symbol: TEST_STOCK, kind: "split", date: sessionDate("2022-06-06"), factorUnits: 20_000 },
      { symbol: TEST_STOCK, kind: "split", date: sessionDate("2023-11-06"), factorUnits: 10_460 },
      {
        symbol: TEST_STOCK,
        kind: "dividend",
        date: sessionDate("2024-05-08"),
        amountUnits: 16_900,
      },
      {
        symbol: TEST_STOCK,
        kind: "dividend",
        date: sessionDate("2024-06-25"),
        amountUnits: 17_000,
      },
    ],
  });
}

const market = testMarket();

/** A server without limits on the premium plan, unless told otherwise. */
export function startTestSimulator(
  options: Partial<AlphaVantageSimulatorOptions> & { readonly at?: string } = {},
): Promise<AlphaVantageSimulator> {
  return startAlphaVantageSimulator({
    market,
    clock: standingClock(instantOfText(options.at ?? EVENING)),
    defaultPlan: "premium",
    limits: { premium: {} },
    ...options,
  });
}

export type Answered = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

/** Asks with key `canary-key-1`, unless the parameters name another. */
export async function ask(
  simulator: { readonly baseUrl: string },
  params: Readonly<Record<string, string>>,
  timeoutMs = 10_000,
): Promise<Answered> {
  const search = new URLSearchParams({ apikey: "canary-key-1", ...params });
  const response = await fetch(`${simulator.baseUrl}?${search.toString()}`, {
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Cells of a CSV body, header first. */
export function csvRows(text: string): string[][] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(","));
}

/** Dates as the vendor orders them, newest first. */
export function newestFirst(dates: readonly (string | undefined)[]): (string | undefined)[] {
  return dates.toSorted((a = "", b = "") => (a < b ? 1 : -1));
}

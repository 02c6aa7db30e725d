/**
 * Makes the input of a benchmark: a SYNTHETIC workspace whose raw store holds the daily payloads of
 * many symbols, with defects, second payloads and restated rows. Landing is never timed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Calendar } from "#core/calendar.ts";
import { newestCompleteSession } from "#core/calendar.ts";
import { must } from "#core/assert.ts";
import { seededRandom } from "#core/random.ts";
import { dateOfDayNumber, sessionDate } from "#core/session-date.ts";
import { type RawStore, openRawStore } from "#ingestion/raw-store.ts";
import { usCalendar } from "#markets/us/us-calendar.ts";
import { openStateStore } from "#platform/state-store.ts";
import { instantOfIso, systemClock } from "#platform/system-clock.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { dailyCsvBytes } from "../simulators/alpha-vantage/daily-csv.ts";
import type { DailyHistory } from "../simulators/synthetic-market/daily-history.ts";
import { stockSymbols } from "../simulators/synthetic-market/roster.ts";
import {
  type SyntheticMarket,
  buildSyntheticMarket,
  dailyHistoryOf,
} from "../simulators/synthetic-market/synthetic-market.ts";
import { spoilCsv } from "./row-defects.ts";

export type InputSize = {
  readonly symbols: number;
  /** First and last day of the histories. */
  readonly from: string;
  readonly to: string;
  readonly seed: number;
};

/** Bound to roles that gate 1 judges by limits of their own. */
export const PROXIES = ["SPY", "VIXY", "QQQ", "IWM"];
const DEFECTS_A_SYMBOL_MAX = 12;
/** Every so many symbols get a second, short payload, and every so many came before their session was over. */
const SECOND_PAYLOAD_EVERY = 10;
const EARLY_PAYLOAD_EVERY = 20;
/** Rows of the vendor's short form. */
const SHORT_ROWS = 100;
const RESTATED_ROWS = 3;
/** One price unit is 1/10000 dollar. */
const RESTATED_BY_UNITS = 100;
/** Of the default settings. */
export const SETTLE_MINUTES = 30;

/** Symbols of an input, proxies among them. */
export function symbolsOfInput(size: InputSize): string[] {
  return [...PROXIES, ...stockSymbols(Math.max(0, size.symbols - PROXIES.length))].slice(
    0,
    size.symbols,
  );
}

/** The market that an input is cut from. */
export function marketOfInput(size: InputSize, calendar: Calendar): SyntheticMarket {
  return buildSyntheticMarket({
    seed: size.seed,
    calendar,
    from: sessionDate(size.from),
    to: sessionDate(size.to),
    symbols: symbolsOfInput(size).slice(PROXIES.length),
  });
}

/** Fills an empty folder. Returns the rows that were landed, spoilt ones included. */
export function landInput(
  folder: string,
  size: InputSize,
): { readonly rows: number; readonly bytes: number } {
  const workspace = workspaceAt(folder);
  const calendar = usCalendar([]);
  const symbols = symbolsOfInput(size);
  const market = marketOfInput(size, calendar);
  writeSettings(workspace.settingsPath, symbols);
  const database = openStateStore(workspace.statePath("us"));
  try {
    const rawStore = openRawStore({ workspace, market: "us", database, clock: systemClock() });
    let rows = 0;
    let bytes = 0;
    for (const [ordinal, symbol] of symbols.entries()) {
      for (const payload of payloadsOf({ market, size, symbol, ordinal })) {
        rows += payload.rows;
        bytes += payload.bytes.length;
        landDaily(rawStore, calendar, symbol, payload);
      }
    }
    return { rows, bytes };
  } finally {
    database.close();
  }
}

export type InputPayload = {
  readonly bytes: Uint8Array;
  readonly fetchedAt: string;
  readonly rows: number;
};

/** The payloads of one symbol in the order in which they came. */
export function payloadsOf(of: {
  readonly market: SyntheticMarket;
  readonly size: InputSize;
  readonly symbol: string;
  readonly ordinal: number;
}): InputPayload[] {
  const { market, size, symbol, ordinal } = of;
  const random = seededRandom(size.seed * 1_000_003 + ordinal);
  const history = must(dailyHistoryOf(market, symbol), `${symbol} has prices`);
  const isEarly = ordinal % EARLY_PAYLOAD_EVERY === 7;
  const defects = Math.floor(random() * (DEFECTS_A_SYMBOL_MAX + 1));
  const whole = spoilCsv(dailyCsvBytes(history), defects, random);
  const fetchedAt = `${size.to}T${isEarly ? "18:00:00.000Z" : "22:30:00.000Z"}`;
  const payloads = [{ bytes: whole, fetchedAt, rows: countRows(whole) }];
  if (ordinal % SECOND_PAYLOAD_EVERY === 3) {
    const short = dailyCsvBytes(restateSome(history, random));
    payloads.push({ bytes: short, fetchedAt: `${size.to}T23:30:00.000Z`, rows: countRows(short) });
  }
  return payloads;
}

/** The newest rows of a history, some of them with another volume and close. */
function restateSome(history: DailyHistory, random: () => number): DailyHistory {
  const from = Math.max(0, history.days.length - SHORT_ROWS);
  const close = history.close.slice(from);
  const high = history.high.slice(from);
  for (let done = 0; done < RESTATED_ROWS && close.length > 0; done++) {
    const at = Math.floor(random() * close.length);
    close[at] = (close[at] ?? 0) + RESTATED_BY_UNITS;
    high[at] = Math.max(high[at] ?? 0, close[at] ?? 0);
  }
  return {
    ...history,
    days: history.days.slice(from),
    open: history.open.slice(from),
    high,
    low: history.low.slice(from),
    close,
    volume: history.volume.slice(from),
  };
}

function landDaily(
  rawStore: RawStore,
  calendar: Calendar,
  symbol: string,
  payload: InputPayload,
): void {
  const fetchedAt = instantOfIso(payload.fetchedAt);
  rawStore.land({
    kind: "daily",
    source: "alpha_vantage",
    synthetic: true,
    endpoint: {
      name: "TIME_SERIES_DAILY",
      params: { symbol, outputsize: payload.rows > SHORT_ROWS ? "full" : "compact" },
    },
    symbol,
    fetchedAt,
    format: "csv",
    bytes: payload.bytes,
    rows: payload.rows,
    newestSession: dateOfDayNumber(newestCompleteSession(calendar, fetchedAt, SETTLE_MINUTES)),
  });
}

function writeSettings(path: string, symbols: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const names = symbols
    .filter((symbol) => !PROXIES.includes(symbol))
    .map((symbol) => `"${symbol}"`);
  writeFileSync(path, `[us.universe]\nsymbols = [${names.join(", ")}]\n`);
}

function countRows(bytes: Uint8Array): number {
  const LINE_FEED = 10;
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++;
  return lines - 1;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      workspace: { type: "string" },
      symbols: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      seed: { type: "string" },
    },
  });
  const landed = landInput(join(must(values.workspace, "--workspace is given")), {
    symbols: Number(values.symbols),
    from: must(values.from, "--from is given"),
    to: must(values.to, "--to is given"),
    seed: Number(values.seed),
  });
  console.log(JSON.stringify(landed));
}

/**
 * What every scenario plays on: a small synthetic market with its vendor on two evenings, the operator's
 * settings, and the files an operator would bring. Which commands are run is `fault-jobs.ts`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildCalendar } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { NYSE_FACTS } from "#markets/us/nyse-facts.ts";
import {
  type AlphaVantageSimulator,
  startAlphaVantageSimulator,
} from "../alpha-vantage/alpha-vantage-server.ts";
import {
  type SimulatorClock,
  instantOfText,
  runningClock,
  standingClock,
} from "../alpha-vantage/simulator-clock.ts";
import { writeIndiaInputs } from "./india-stage.ts";
import { stockSymbols } from "../synthetic-market/roster.ts";
import { buildSyntheticMarket } from "../synthetic-market/synthetic-market.ts";

/** 21:00 in New York, when the extended hours are over too, on two evenings that follow each other. */
const EVENINGS = ["2026-05-19T01:00:00Z", "2026-05-20T01:00:00Z"] as const;

/** After what is done on the second evening, and before midnight in New York. */
const LATER = "2026-05-20T02:00:00Z";

/** The three vendors of a stage: one stands at each evening, one runs on the second. */
export type VendorName = "first_evening" | "second_evening" | "running";

export interface FaultStage {
  vendor(name: VendorName): AlphaVantageSimulator;
  /** Folder of the files that an operator brings. */
  readonly inputs: string;
  close(): Promise<void>;
}

const MARKET_SEED = 5;
const HISTORY_FROM = sessionDate("2026-02-02");
const HISTORY_TO = sessionDate("2026-12-31");
const STOCKS = stockSymbols(1);
/** Rows of an imported file. */
const IMPORT_SESSIONS = 40;
const IMPORT_TO = "2026-05-15";
const HALF = 0.5;

/** Calls a day that the vendor and the operator's settings allow. */
export const CALLS_PER_DAY = 60;
/** Likewise a second; fast enough to be no hindrance. */
export const CALLS_PER_SECOND = 100;

/** Settings as an operator on the premium plan has them, but quick. */
export function settingsText(baseUrl: string): string {
  return `[us.vendor]
base_url = "${baseUrl}"
plan = "premium"
calls_per_second = ${CALLS_PER_SECOND}
calls_per_minute = 75000
calls_per_day = ${CALLS_PER_DAY}
timeout_seconds = 5
retry_pause_seconds = 0.01

[us.universe]
symbols = [${STOCKS.map((symbol) => `"${symbol}"`).join(", ")}]
`;
}

/** Starts the vendors and writes the input files below `folder`. */
export async function openStage(folder: string): Promise<FaultStage> {
  const market = buildSyntheticMarket({
    seed: MARKET_SEED,
    calendar: buildCalendar(NYSE_FACTS),
    from: HISTORY_FROM,
    to: HISTORY_TO,
    symbols: STOCKS,
  });
  const start = (clock: SimulatorClock): Promise<AlphaVantageSimulator> =>
    startAlphaVantageSimulator({
      market,
      clock,
      defaultPlan: "premium",
      limits: { premium: { callsPerDay: CALLS_PER_DAY } },
    });
  const vendors = {
    first_evening: await start(standingClock(instantOfText(EVENINGS[0]))),
    second_evening: await start(standingClock(instantOfText(EVENINGS[1]))),
    running: await start(runningClock(instantOfText(LATER))),
  };
  const inputs = join(folder, "inputs");
  writeInputs(inputs);
  writeIndiaInputs(inputs);
  return {
    vendor: (name) => vendors[name],
    inputs,
    close: async () => {
      await Promise.all(Object.values(vendors).map((vendor) => vendor.close()));
    },
  };
}

/** Two good files in a folder, one with a jump that needs a person, and a calendar correction. */
function writeInputs(inputs: string): void {
  mkdirSync(join(inputs, "history"), { recursive: true });
  writeFileSync(
    join(inputs, "history", "MEADOW.csv"),
    priceFile(() => 1),
  );
  writeFileSync(
    join(inputs, "history", "RIDGE.csv"),
    priceFile((row) => 3 + row / 100),
  );
  const isLate = (row: number): boolean => row >= IMPORT_SESSIONS / 2;
  writeFileSync(
    join(inputs, "CLIFF.csv"),
    priceFile((row) => (isLate(row) ? HALF : 1)),
  );
  const closed = [{ date: "2026-11-27", name: "SYNTHETIC closure" }];
  writeFileSync(join(inputs, "closure.json"), JSON.stringify({ closed, open: [] }));
}

/** A price history in a CSV file as spreadsheets write it; `level` scales the prices of a row. */
function priceFile(level: (row: number) => number): string {
  const calendar = buildCalendar(NYSE_FACTS);
  const lastDay = dayNumberOf(sessionDate(IMPORT_TO));
  const days = [...calendar.sessions].filter((day) => day <= lastDay).slice(-IMPORT_SESSIONS);
  const rows = days.map((day, row) => {
    const close = (20 + (row % 7) / 10) * level(row);
    const [open, high, low] = [close, close * 1.01, close * 0.99];
    const prices = [open, high, low, close].map((price) => price.toFixed(4));
    return [dateOfDayNumber(day), ...prices, String(1000 + row)].join(",");
  });
  return `Date,Open,High,Low,Close,Volume\n${rows.join("\n")}\n`;
}

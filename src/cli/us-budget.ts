/** The call budget of Alpha Vantage as the settings and the key pool define it. */
import type { DatabaseSync } from "node:sqlite";
import type { CallBudgetOptions } from "#ingestion/call-budget-store.ts";
import { ALPHA_VANTAGE } from "#markets/us/alpha-vantage/source.ts";
import type { CommandContext } from "./command-context.ts";

/** Options for `openCallBudget`. */
export function budgetOptions(context: CommandContext, database: DatabaseSync): CallBudgetOptions {
  const { calls_per_second, calls_per_minute, calls_per_day } = context.settings.us.vendor;
  return {
    database,
    vendor: ALPHA_VANTAGE,
    keys: context.credentials.alphaVantageKeys,
    limits: { perSecond: calls_per_second, perMinute: calls_per_minute, perDay: calls_per_day },
    clock: context.clock,
  };
}

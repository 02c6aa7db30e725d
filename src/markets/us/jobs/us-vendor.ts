/** Makes the US vendor and the budget of its keys from settings and credentials. */
import type { DatabaseSync } from "node:sqlite";
import type { UsVendorSettings } from "#contracts/settings.ts";
import type { Clock } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type CallBudget, openCallBudget } from "#ingestion/call-budget-store.ts";
import type { MarketDataSource } from "#ingestion/market-data-source.ts";
import { ALPHA_VANTAGE, openAlphaVantage } from "../alpha-vantage/source.ts";

/** Name of the variable that holds the key pool, comma separated. */
const KEYS_VARIABLE = "ALPHAVANTAGE_API_KEYS";

/** Opens source and budget. @throws CREDENTIAL_MISSING without a key */
export function openUsVendor(options: {
  readonly settings: UsVendorSettings;
  readonly keys: readonly string[];
  /** All secrets of the operator, for masking; the keys are always among them. */
  readonly secrets?: readonly string[] | undefined;
  readonly database: DatabaseSync;
  readonly clock: Clock;
}): { readonly source: MarketDataSource; readonly budget: CallBudget } {
  const { settings, keys, database, clock } = options;
  if (keys.length === 0) {
    throw new MeridianError("CREDENTIAL_MISSING", {
      message: `no Alpha Vantage key is configured: ${KEYS_VARIABLE} is neither in the environment nor in .env`,
      facts: { variable: KEYS_VARIABLE },
    });
  }
  const source = openAlphaVantage({
    baseUrl: settings.base_url,
    timeoutMs: settings.timeout_seconds * 1000,
    secrets: [...new Set([...keys, ...(options.secrets ?? [])])],
    clock,
  });
  const limits = {
    perSecond: settings.calls_per_second,
    perMinute: settings.calls_per_minute,
    perDay: settings.calls_per_day,
  };
  return {
    source,
    budget: openCallBudget({ database, vendor: ALPHA_VANTAGE, keys, limits, clock }),
  };
}

/** Runs work that asks the vendor outside a stream: under the one login's lock, with a logout at the end. */
import type { MarketDataContext } from "#curation/market-context.ts";
import { takeSessionLock } from "#markets/india/session/session-lock.ts";
import type { SmartApi } from "#markets/india/smartapi/smart-api.ts";
import { withLogout } from "#markets/india/smartapi/with-logout.ts";
import type { ComponentLog } from "#platform/component-log.ts";
import type { CommandContext } from "./command-context.ts";
import { openIndiaLog, openVendor } from "./india-vendor.ts";
import { type OpenMarket, openMarket } from "./market-open.ts";

/** What the work gets. */
export type Asking = {
  readonly market: MarketDataContext;
  readonly api: SmartApi;
  readonly log: ComponentLog;
};

/** @throws SESSION_IN_USE while a stream holds the session; CREDENTIAL_MISSING, LOGIN_REFUSED; DISK_FULL */
export async function askingIndia<T>(
  context: CommandContext,
  component: string,
  work: (asking: Asking) => Promise<T>,
): Promise<T> {
  const market: OpenMarket = openMarket(context, "india");
  try {
    const lock = takeSessionLock(context.workspace, context.clock);
    try {
      market.rawStore.recover();
      const log = openIndiaLog(context, component);
      const api = openVendor(context, market, log);
      return await withLogout(api.session, () => work({ market, api, log }));
    } finally {
      lock.release();
    }
  } finally {
    market.close();
  }
}

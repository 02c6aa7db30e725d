/**
 * The Indian vendor as commands wire it: its log, its REST side with the operator's login, and the wanted
 * instruments in the master of the day. Who may ask is decided by the session's lock, which callers hold.
 */
import { MeridianError } from "#core/meridian-error.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import {
  type InstrumentMaster,
  openInstrumentMaster,
} from "#markets/india/instruments/instrument-master-store.ts";
import {
  type Resolution,
  resolveInstruments,
} from "#markets/india/instruments/resolve-instruments.ts";
import { type SmartApi, openSmartApi } from "#markets/india/smartapi/smart-api.ts";
import { readSecret } from "#markets/india/smartapi/login-secret.ts";
import { type ComponentLog, openComponentLog } from "#platform/component-log.ts";
import type { CommandContext } from "./command-context.ts";

/** The log of one component of the Indian market. */
export function openIndiaLog(context: CommandContext, component: string): ComponentLog {
  const { workspace, clock, credentials } = context;
  return openComponentLog({ workspace, component, market: "india", clock, mask: credentials.mask });
}

/** The REST side; nothing is asked yet. @throws CREDENTIAL_MISSING naming what is not set; LOGIN_REFUSED */
export function openVendor(
  context: CommandContext,
  market: MarketDataContext,
  log: ComponentLog,
): SmartApi {
  const { settings, clock, random } = context;
  const { mask, smartApi } = context.credentials;
  if (smartApi.kind === "missing") {
    throw new MeridianError("CREDENTIAL_MISSING", {
      message: `no SmartAPI login is configured: ${smartApi.names.join(", ")} is neither in the environment nor in .env`,
      facts: { variables: [...smartApi.names] },
    });
  }
  requireSecret(context);
  return openSmartApi({
    settings: settings.india.vendor,
    credentials: smartApi,
    database: market.database,
    clock,
    random,
    mask,
    log,
  });
}

/** Refuses a secret of which no code can be made, before anything waits for it. @throws LOGIN_REFUSED */
export function requireSecret({ credentials: { smartApi } }: CommandContext): void {
  if (smartApi.kind === "set") readSecret(smartApi);
}

/** Proxies and watchlist in the master of the day; what is wrong with its copy is among the notes. @throws NO_INSTRUMENTS */
export async function resolveWanted(
  market: MarketDataContext,
  log: ComponentLog,
  options: { readonly force?: boolean } = {},
): Promise<{ readonly master: InstrumentMaster; readonly resolution: Resolution }> {
  const { settings, rawStore, database, clock, proxies } = market;
  const vendor = settings.india.vendor;
  const store = openInstrumentMaster({ settings: vendor, rawStore, database, clock, log });
  const master = await store.refresh(options);
  const resolution = resolveInstruments({
    rows: master.rows,
    watchlist: settings.india.watchlist.symbols,
    proxies: proxies.roles,
  });
  const notes = master.warning === null ? [] : [master.warning];
  return { master, resolution: { ...resolution, notes: [...notes, ...resolution.notes] } };
}

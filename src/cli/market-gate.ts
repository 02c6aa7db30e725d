/** Puts together what gate 1 is asked about a market. */
import { MeridianError } from "#core/meridian-error.ts";
import { type MarketDataContext, rdtOf, universeOf } from "#curation/market-context.ts";
import { snapshotIsStale } from "#curation/snapshot-staleness.ts";
import { readManifest, readPointedSnapshot } from "#lake/snapshot-store.ts";
import { verifyLedger } from "#ledger/verify-ledger-store.ts";
import type { Gate1Options } from "#truth/run-gate1.ts";

/**
 * Fails closed: on a chain that does not hold nothing is decided and nobody's decision is recorded.
 * @throws LEDGER_BROKEN
 */
export function requireIntactLedger({ market, database }: MarketDataContext): void {
  const { ok, broken } = verifyLedger(database);
  if (ok) return;
  throw new MeridianError("LEDGER_BROKEN", {
    message: `the ledger of ${market.id} does not hold: ${broken?.says ?? "its rows cannot be read"}`,
    facts: { market: market.id, row: broken?.seq ?? null },
  });
}

/** What gate 1 is asked about. @throws NOTHING_TO_BUILD before the first build */
export function gate1Options(context: MarketDataContext): Gate1Options {
  const { market, workspace, calendar, proxies, settings, events } = context;
  const analyticsDir = workspace.analyticsDir(market.id);
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  if (!manifest) {
    throw new MeridianError("NOTHING_TO_BUILD", {
      message: `there is no snapshot of the ${market.name} market to judge yet`,
      nextStep: `Run \`${market.id} build\` first.`,
    });
  }
  return {
    workspace,
    market: market.id,
    calendar,
    proxies,
    universe: universeOf(context),
    thresholds: settings.thresholds,
    manifest,
    events,
    rdt: rdtOf(context),
    isStale: snapshotIsStale(context, manifest),
  };
}

/** Puts together what gate 1 is asked about the US market. */
import { MeridianError } from "#core/meridian-error.ts";
import { readManifest, readPointedSnapshot } from "#lake/snapshot-store.ts";
import { verifyLedger } from "#ledger/verify-ledger-store.ts";
import type { UsDataContext } from "#markets/us/us-data-context.ts";
import type { Gate1Options } from "#truth/run-gate1.ts";
import { openUsUniverse, rdtOf } from "./us-open.ts";
import { snapshotIsStale } from "./us-stale.ts";

/**
 * Fails closed: on a chain that does not hold nothing is decided and nobody's decision is recorded.
 * @throws LEDGER_BROKEN
 */
export function requireIntactLedger(us: UsDataContext): void {
  const { ok, broken } = verifyLedger(us.database);
  if (ok) return;
  throw new MeridianError("LEDGER_BROKEN", {
    message: `the ledger of us does not hold: ${broken?.says ?? "its rows cannot be read"}`,
    facts: { market: "us", row: broken?.seq ?? null },
  });
}

/** What gate 1 is asked about. @throws NOTHING_TO_BUILD before the first build */
export function gate1Options(us: UsDataContext): Gate1Options {
  const analyticsDir = us.workspace.analyticsDir("us");
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  if (!manifest) {
    throw new MeridianError("NOTHING_TO_BUILD", {
      message: "there is no snapshot of the US market to judge yet",
      nextStep: "Run `us build` first.",
    });
  }
  return {
    workspace: us.workspace,
    market: "us",
    calendar: us.calendar,
    proxies: us.proxies,
    universe: openUsUniverse(us).members,
    thresholds: us.settings.thresholds,
    manifest,
    events: us.events,
    rdt: rdtOf(us),
    isStale: snapshotIsStale(us, manifest),
  };
}

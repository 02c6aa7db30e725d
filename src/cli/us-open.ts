/**
 * The composition root of the US market: opens its state file and stores, folds what people have
 * decided, and hands jobs what they need. The only place where concrete adapters are built.
 */
import { openRawStore } from "#ingestion/raw-store.ts";
import { openLedger } from "#ledger/ledger-store.ts";
import { parseListing } from "#markets/us/alpha-vantage/parse-listing.ts";
import { usAssetTypes } from "#markets/us/build/us-asset-types.ts";
import { usRoleOf } from "#markets/us/build/us-roles.ts";
import { delistingDates, readListingMaster } from "#markets/us/listing-master.ts";
import { usProxySet } from "#markets/us/proxy-set.ts";
import { type Universe, decideUniverse } from "#markets/us/universe.ts";
import { usCalendar, usCorrections } from "#markets/us/us-calendar.ts";
import type { UsDataContext } from "#markets/us/us-data-context.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { openStateStore } from "#platform/state-store.ts";
import { indexOfDate } from "#truth/gate1-facts.ts";
import { TRUTH_EVENT_KINDS, foldTruthEvents } from "#truth/truth-events.ts";
import type { UniverseMember } from "#truth/universe-coverage.ts";
import type { CommandContext } from "./command-context.ts";
import { startProgress } from "./progress.ts";

export type OpenUs = UsDataContext & { close(): void };

/** Opens the US stores of a workspace; creates what is not there. */
export function openUs(context: CommandContext): OpenUs {
  const { workspace, settings, clock } = context;
  const database = openStateStore(workspace.statePath("us"));
  try {
    const ledger = openLedger(database, "us", clock);
    const events = foldTruthEvents(ledger.entries({ kinds: TRUTH_EVENT_KINDS }));
    const withdrawn = () => events.withdrawn;
    const rawStore = openRawStore({ workspace, market: "us", database, clock, withdrawn });
    const corrections = usCorrections(settings, events.corrections);
    const proxies = usProxySet(settings.us.vendor.plan, settings.us.proxies);
    const progress = startProgress();
    return {
      workspace,
      settings,
      clock,
      database,
      ledger,
      rawStore,
      events,
      corrections,
      calendar: usCalendar(corrections),
      proxies,
      roleOf: usRoleOf([...proxies.roles], () =>
        usAssetTypes(
          rawStore.receipts({ kinds: ["listing"] }),
          settings.thresholds.listing_short_share,
          (receipt) => rawStore.readBody(receipt),
        ),
      ),
      progress,
      close: () => {
        progress.end();
        database.close();
      },
    };
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** The universe in force, with what the listings say of its end. */
export function openUsUniverse(us: UsDataContext): {
  readonly universe: Universe;
  readonly members: readonly UniverseMember[];
} {
  const share = us.settings.thresholds.listing_short_share;
  const listing = readListingMaster(us.rawStore, share, us.events.withdrawn)?.rows;
  const universe = decideUniverse({
    settings: us.settings.us.universe,
    plan: us.settings.us.vendor.plan,
    proxySet: us.proxies,
    listing,
  });
  const delisted = delistingDates(listing ?? [], delistedRows(us));
  const members = universe.members.map(({ symbol }) => ({
    symbol,
    delistedOn: delisted.get(symbol) ?? null,
  }));
  return { universe, members };
}

/** Rows of the newest listing of delisted symbols, if one was ever fetched. */
function delistedRows(us: UsDataContext) {
  const receipt = us.rawStore
    .receipts({ kinds: ["listing"] })
    .findLast(
      (one) => one.endpoint.params["state"] === "delisted" && !us.events.withdrawn.has(one.id),
    );
  if (!receipt) return [];
  const listing = parseListing(us.rawStore.readBody(receipt));
  return "problem" in listing ? [] : listing.rows;
}

/** Kinds of payload whose rows are daily prices. Series and intraday bars move no truth time. */
const DAILY_KINDS = ["daily", "daily_adjusted", "index_daily", "import_daily"] as const;

/**
 * Newest completed session among daily payloads received (decision 1); withdrawn ones do not count. A
 * day that a later correction closed is no session, so the one before it is meant.
 */
export function rdtOf(us: UsDataContext): string | null {
  const received = us.rawStore.newestSession(DAILY_KINDS, us.events.withdrawn);
  if (received === null) return null;
  const day = us.calendar.sessions[indexOfDate(us.calendar, received)];
  return day === undefined ? null : dateOfDayNumber(day);
}

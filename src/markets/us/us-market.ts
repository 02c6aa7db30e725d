/** The US market as shared jobs and gates know it: its facts, and what only it can answer. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { MarketRules, UniverseInputs } from "#curation/market-rules.ts";
import { BUILDER_VERSION } from "#curation/recipe.ts";
import type { UniverseMember } from "#truth/universe-coverage.ts";
import { parseListing } from "./alpha-vantage/parse-listing.ts";
import { usAssetTypes } from "./build/us-asset-types.ts";
import { usParsers } from "./build/us-parsers.ts";
import { usRoleOf } from "./build/us-roles.ts";
import { delistingDates, readListingMaster } from "./listing-master.ts";
import { NYSE_FACTS } from "./nyse-facts.ts";
import { usProxySet } from "./proxy-set.ts";
import { decideUniverse } from "./universe.ts";

export const US_MARKET: MarketRules = {
  id: "us",
  name: "US",
  builder: BUILDER_VERSION,
  publishedCalendar: NYSE_FACTS,
  dailyKinds: ["daily", "daily_adjusted", "index_daily", "import_daily"],
  referenceKinds: ["listing"],
  howToReceive: "Fetch or import some first: `us daily`, `us backfill` or `us import`.",
  calendarSettings: (settings) => settings.us.calendar,
  settleMinutes: (thresholds) => thresholds.us_settle_minutes,
  proxySet: ({ us }) => usProxySet(us.vendor.plan, us.proxies),
  parsers: usParsers,
  roleOf: ({ roles, receipts, thresholds, readBody }) =>
    usRoleOf(roles, () => {
      const listings = receipts().filter((receipt) => receipt.kind === "listing");
      return usAssetTypes(listings, thresholds.listing_short_share, readBody);
    }),
  universe: usUniverseMembers,
};

/** The universe in force, with what the listings say of its end. */
function usUniverseMembers(inputs: UniverseInputs): readonly UniverseMember[] {
  const { settings, proxies, rawStore, withdrawn } = inputs;
  const share = settings.thresholds.listing_short_share;
  const listing = readListingMaster(rawStore, share, withdrawn)?.rows;
  const { members } = decideUniverse({
    settings: settings.us.universe,
    plan: settings.us.vendor.plan,
    proxySet: proxies,
    listing,
  });
  const delisted = delistingDates(listing ?? [], delistedRows(inputs));
  return members.map(({ symbol }) => ({ symbol, delistedOn: delisted.get(symbol) ?? null }));
}

/** Rows of the newest listing of delisted symbols, if one was ever fetched. */
function delistedRows({ rawStore, withdrawn }: UniverseInputs) {
  const isDelisted = (one: RawReceipt): boolean =>
    one.endpoint.params["state"] === "delisted" && !withdrawn.has(one.id);
  const receipt = rawStore.receipts({ kinds: ["listing"] }).findLast(isDelisted);
  if (!receipt) return [];
  const listing = parseListing(rawStore.readBody(receipt));
  return "problem" in listing ? [] : listing.rows;
}

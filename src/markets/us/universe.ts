/**
 * Decides which symbols beside the proxies are observed: the operator's own, or on premium those of
 * the listing that are ordinary shares. Pure. Which listing counts is `listing-master.ts`'s to say.
 */
import type { Settings } from "#contracts/settings.ts";
import type { InstrumentClass, ProxySet } from "#core/market-definition.ts";
import type { ListingRow } from "./alpha-vantage/parse-listing.ts";
import type { VendorPlan } from "./vendor-calls.ts";

export type UniverseMember = {
  readonly symbol: string;
  readonly instrumentClass: Extract<InstrumentClass, "stock" | "fund">;
};

/** Why a row of the listing is no member; the first reason that holds. */
export const EXCLUSIONS = [
  "ghost",
  "test_issue",
  "not_ordinary",
  "other_exchange",
  "other_asset_type",
  "not_active",
  "proxy",
] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];

export type Universe = {
  /** `named` by the operator, from the `listing`, or nothing beside the proxies. */
  readonly source: "named" | "listing" | "proxies_only";
  readonly members: readonly UniverseMember[];
  /** Rows of the listing that are no members, by reason; all 0 unless the source is the listing. */
  readonly excluded: { readonly [reason in Exclusion]: number };
  /** One sentence for the operator. */
  readonly says: string;
};

/**
 * Names of the exchanges' own test issues, as far as the listing does not call them so: some have a
 * blank name. Sources: the exchanges' published lists of test symbols.
 */
const TEST_SYMBOL =
  /^([A-Z]TEST(-[A-Z])?|Z[A-Z]ZZ[TC]|CB[OX]|IBO|IGZ|ZBZX|ZVV|ZZK|ZZZ|ZXYZ(-A)?|ZEXIT|ZIEXT|ZXIET)$/;
/** `TEST` alone would take real companies (Aehr Test Systems) for test issues. */
const TEST_NAME = /\b(LISTED TEST|TEST STOCK|TEST SYMBOL|TEST TICKER|TEST ISSUE|SYMBOLOGY TEST)\b/i;
/** Warrants, units, rights and preferred shares (decision 10), also with a series: `-P-A`, `-WS-B`. */
const NOT_ORDINARY = /-(WS|U|R|P)(-[A-Z]+)*$/;

/** What a share's ticker is made of; the listing also holds `BC/PB` and `NXT(EXP20091224)`. */
const PLAIN_SYMBOL = /^[A-Z0-9.-]+$/;

/** Decides the universe. `listing` is the kept master, `undefined` while there is none. */
export function decideUniverse(about: {
  readonly settings: Settings["us"]["universe"];
  readonly plan: VendorPlan;
  readonly proxySet: ProxySet;
  readonly listing: readonly ListingRow[] | undefined;
}): Universe {
  const { settings, plan, proxySet, listing } = about;
  const proxies = new Set(proxySet.roles.map((role) => role.symbol));
  if (settings.symbols.length > 0) return namedUniverse(settings.symbols, proxies, listing ?? []);
  const excluded = noExclusions();
  if (plan === "free") {
    const says =
      "The universe is the proxies only: the free plan has no calls for a whole listing. Name symbols in [us.universe] to add some.";
    return { source: "proxies_only", members: [], excluded, says };
  }
  if (listing === undefined) {
    const says = "The universe is the proxies only until `us symbols` has brought a listing.";
    return { source: "proxies_only", members: [], excluded, says };
  }
  const members: UniverseMember[] = [];
  for (const row of listing) {
    const reason = proxies.has(row.symbol) ? "proxy" : exclusionOf(row, settings);
    if (reason === undefined) members.push({ symbol: row.symbol, instrumentClass: classOf(row) });
    else excluded[reason] += 1;
  }
  const left = EXCLUSIONS.map(
    (reason) => `${excluded[reason]} ${reason.replaceAll("_", " ")}`,
  ).join(", ");
  const says = `The universe is ${members.length} of the listing's ${listing.length} symbols; left out: ${left}.`;
  return { source: "listing", members, excluded, says };
}

/** Why the row is no member of a universe made from the listing; `undefined` when it is one. */
export function exclusionOf(
  row: ListingRow,
  settings: Pick<Settings["us"]["universe"], "exchanges" | "asset_types">,
): Exclusion | undefined {
  if (row.symbol.includes(":")) return "ghost";
  if (TEST_SYMBOL.test(row.symbol) || TEST_NAME.test(row.name)) return "test_issue";
  if (NOT_ORDINARY.test(row.symbol) || !PLAIN_SYMBOL.test(row.symbol)) return "not_ordinary";
  if (!settings.exchanges.includes(row.exchange)) return "other_exchange";
  if (!settings.asset_types.includes(row.assetType)) return "other_asset_type";
  return row.status === "Active" && row.delistingDate === null ? undefined : "not_active";
}

function namedUniverse(
  symbols: readonly string[],
  proxies: ReadonlySet<string>,
  listing: readonly ListingRow[],
): Universe {
  const listed = new Map(listing.map((row) => [row.symbol, row]));
  const members = [...new Set(symbols)]
    .filter((symbol) => !proxies.has(symbol))
    .map((symbol): UniverseMember => {
      const row = listed.get(symbol);
      return { symbol, instrumentClass: row === undefined ? "stock" : classOf(row) };
    });
  const says = `The universe is the ${members.length} symbols named in [us.universe] beside the proxies.`;
  return { source: "named", members, excluded: noExclusions(), says };
}

/** The vendor's listing knows two types; everything that is no ETF moves like a stock. */
function classOf(row: ListingRow): UniverseMember["instrumentClass"] {
  return row.assetType === "ETF" ? "fund" : "stock";
}

function noExclusions(): { [reason in Exclusion]: number } {
  return {
    ghost: 0,
    test_issue: 0,
    not_ordinary: 0,
    other_exchange: 0,
    other_asset_type: 0,
    not_active: 0,
    proxy: 0,
  };
}

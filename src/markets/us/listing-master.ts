/**
 * Decides which of the listings received is the master: the newest that is not short. A short one, as
 * a throttled or broken vendor sends it, replaces nothing (decision 13). Pure.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { SessionDate } from "#core/session-date.ts";
import type { RawStore } from "#ingestion/raw-store.ts";
import { type Listing, type ListingRow, parseListing } from "./alpha-vantage/parse-listing.ts";

export type ListingFold<T> = {
  readonly master: T | undefined;
  /** Listings that would have shrunk the master too much, in the order in which they came. */
  readonly short: readonly T[];
};

/**
 * Folds listings in the order in which they came. The first needs one row; each later one needs
 * `shortShare` of the rows of the master before it.
 */
export function foldListings<T extends { readonly rows: number }>(
  listings: readonly T[],
  shortShare: number,
): ListingFold<T> {
  let master: T | undefined;
  const short: T[] = [];
  for (const listing of listings) {
    const rowsNeeded = master === undefined ? 1 : master.rows * shortShare;
    if (listing.rows < rowsNeeded) short.push(listing);
    else master = listing;
  }
  return { master, short };
}

/** The listings of symbols that are listed; those of delisted ones are another list. */
export function activeListings<T extends RawReceipt>(receipts: readonly T[]): T[] {
  return receipts.filter(
    ({ kind, endpoint }) => kind === "listing" && endpoint.params["state"] !== "delisted",
  );
}

/** The rows of the kept master and its lines that are none; `undefined` while there is none. @throws FILE_DAMAGED */
export function readListingMaster(
  rawStore: RawStore,
  shortShare: number,
  withdrawn: ReadonlySet<string> = new Set(),
): ({ readonly receipt: RawReceipt } & Listing) | undefined {
  const receipts = rawStore.receipts({ kinds: ["listing"] }).filter(({ id }) => !withdrawn.has(id));
  const { master } = foldListings(activeListings(receipts), shortShare);
  if (master === undefined) return undefined;
  const listing = parseListing(rawStore.readBody(master));
  const read = "problem" in listing ? { rows: [], problems: [] } : listing;
  return { receipt: master, ...read };
}

/**
 * When each listed symbol's listing ends: null while it is active. Tickers are used again, so a symbol
 * of the active listing is not delisted, whatever the list of delisted ones says of its predecessor.
 */
export function delistingDates(
  active: readonly ListingRow[],
  delisted: readonly ListingRow[],
): ReadonlyMap<string, SessionDate | null> {
  return new Map([...delisted, ...active].map((row) => [row.symbol, row.delistingDate]));
}

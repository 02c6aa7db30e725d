/** Asset types of the listing that is the master among some receipts; what they mean is `us-roles`'s. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { parseListing } from "../alpha-vantage/parse-listing.ts";
import { activeListings, foldListings } from "../listing-master.ts";

/** `Stock` or `ETF` by symbol; empty while no listing was received. */
export function usAssetTypes(
  receipts: readonly RawReceipt[],
  shortShare: number,
  readBody: (receipt: RawReceipt) => Uint8Array,
): ReadonlyMap<string, string> {
  const { master } = foldListings(activeListings(receipts), shortShare);
  if (master === undefined) return new Map();
  const listing = parseListing(readBody(master));
  if ("problem" in listing) return new Map();
  return new Map(listing.rows.map((row) => [row.symbol, row.assetType]));
}

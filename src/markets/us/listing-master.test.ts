/** When a listing ends, by what the lists of active and of delisted symbols say. */
import { expect, test } from "vitest";
import { sessionDate } from "#core/session-date.ts";
import type { ListingRow } from "./alpha-vantage/parse-listing.ts";
import { delistingDates } from "./listing-master.ts";

const row = (symbol: string, delistedOn: string | null): ListingRow => ({
  symbol,
  name: "",
  exchange: "NYSE",
  assetType: "Stock",
  ipoDate: null,
  delistingDate: delistedOn === null ? null : sessionDate(delistedOn),
  status: delistedOn === null ? "Active" : "Delisted",
  line: 2,
});

test("a ticker that is used again is not delisted", () => {
  const dates = delistingDates(
    [row("NEW", null)],
    [row("NEW", "2010-01-04"), row("OLD", "2011-01-04")],
  );
  expect([...dates]).toStrictEqual([
    ["NEW", null],
    ["OLD", "2011-01-04"],
  ]);
});

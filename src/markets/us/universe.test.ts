/** Which symbols are observed, and which listing counts. */
import { describe, expect, test } from "vitest";
import { must } from "#core/assert.ts";
import { settingsSchema } from "#contracts/settings.ts";
import { fixtureBytes } from "./alpha-vantage/fixture-store.ts";
import { type ListingRow, parseListing } from "./alpha-vantage/parse-listing.ts";
import { foldListings } from "./listing-master.ts";
import { usProxySet } from "./proxy-set.ts";
import { decideUniverse, exclusionOf } from "./universe.ts";

const settings = (change: object = {}) =>
  settingsSchema.parse({ us: { universe: change } }).us.universe;

function fixtureListing(): readonly ListingRow[] {
  const listing = parseListing(fixtureBytes("listing.csv"));
  return "rows" in listing ? listing.rows : [];
}

function rowOf(change: Partial<ListingRow>): ListingRow {
  return {
    ...must(fixtureListing()[3], "the fixture has rows"),
    symbol: "ACME",
    name: "Acme",
    exchange: "NYSE",
    assetType: "Stock",
    ...change,
  };
}

describe("exclusionOf", () => {
  const EXCLUDED = [
    [{ symbol: "AEGN:BAT" }, "ghost"],
    [{ symbol: "ATEST" }, "test_issue"],
    [{ symbol: "NTEST-Q", name: "" }, "test_issue"],
    [{ symbol: "ZVZZT", name: "NASDAQ TEST STOCK" }, "test_issue"],
    [{ symbol: "CBO", name: "NYSE LISTED TEST STOCK FOR CTS AND CQS" }, "test_issue"],
    [{ symbol: "ZZK", name: "" }, "test_issue"],
    [{ symbol: "ZZZ", name: "TEST TICKER FOR UTP" }, "test_issue"],
    [{ symbol: "ZBZX", name: "Bats Listed Test" }, "test_issue"],
    [{ symbol: "SMPL-WS" }, "not_ordinary"],
    [{ symbol: "SMPL-WS-A" }, "not_ordinary"],
    [{ symbol: "SMPL-U" }, "not_ordinary"],
    [{ symbol: "SMPL-R" }, "not_ordinary"],
    [{ symbol: "SMPL-R-W" }, "not_ordinary"],
    [{ symbol: "SMPL-P" }, "not_ordinary"],
    [{ symbol: "SMPL-P-B" }, "not_ordinary"],
    [{ symbol: "-P-HIZ" }, "not_ordinary"],
    [{ exchange: "NYSE ARCA" }, "other_exchange"],
    [{ assetType: "ETF" }, "other_asset_type"],
    [{ status: "Delisted" }, "not_active"],
    [{ delistingDate: must(rowOf({}).ipoDate, "the row has a date") }, "not_active"],
    [{ symbol: "NXT(EXP20091224)" }, "not_ordinary"],
    [{ symbol: "BC/PB" }, "not_ordinary"],
    [{ symbol: "NYCB- PR-U" }, "not_ordinary"],
    [{ symbol: "BRK-B" }, undefined],
    [{ symbol: "NA" }, undefined],
    [{ symbol: "NAN" }, undefined],
    [{ symbol: "CON" }, undefined],
    [{ symbol: "SPR" }, undefined],
    [{ symbol: "AEHR", name: "Aehr Test Systems" }, undefined],
    [{ symbol: "HSCS", name: "Heart Test Laboratories Inc" }, undefined],
    [{ symbol: "INTT", name: "Intest Corp" }, undefined],
  ] as const;
  test.each(EXCLUDED)("of %j is %s", (change, reason) => {
    expect(exclusionOf(rowOf(change), settings())).toBe(reason);
  });
});

describe("decideUniverse", () => {
  const premium = {
    plan: "premium",
    proxySet: usProxySet("premium"),
    listing: fixtureListing(),
  } as const;

  test("on premium is the listing's ordinary shares, and every row is accounted for", () => {
    const universe = decideUniverse({ ...premium, settings: settings() });
    expect(universe.members.map(({ symbol }) => symbol)).toStrictEqual([
      "BRK-B",
      "CON",
      "E",
      "NA",
      "ON",
      "TSTS",
    ]);
    const excluded = Object.values(universe.excluded).reduce((sum, count) => sum + count, 0);
    expect(universe.members.length + excluded).toBe(fixtureListing().length);
    expect(universe.says).toMatch(
      /^The universe is 6 of the listing's 18 symbols; left out: 1 ghost, 4 test issue/,
    );
  });

  test("on premium without a listing is the proxies until there is one", () => {
    const universe = decideUniverse({ ...premium, listing: undefined, settings: settings() });
    expect(universe).toMatchObject({
      source: "proxies_only",
      members: [],
      says: expect.stringMatching(/us symbols/),
    });
  });

  test("on free without names is the proxies only, and says so", () => {
    const about = {
      plan: "free",
      proxySet: usProxySet("free"),
      listing: fixtureListing(),
      settings: settings(),
    } as const;
    expect(decideUniverse(about)).toMatchObject({
      source: "proxies_only",
      members: [],
      says: expect.stringMatching(/proxies only: the free plan/),
    });
  });

  test("of named symbols is exactly these, each once, without proxies, with the listing's class", () => {
    const names = settings({ symbols: ["NAN", "ACME", "SPY", "ACME", "SMPL-WS"] });
    const universe = decideUniverse({ ...premium, settings: names });
    expect(universe.members).toStrictEqual([
      { symbol: "NAN", instrumentClass: "fund" },
      { symbol: "ACME", instrumentClass: "stock" },
      { symbol: "SMPL-WS", instrumentClass: "stock" },
    ]);
  });
});

describe("foldListings", () => {
  const FOLDS = [
    [[], undefined, []],
    [[0], undefined, [0]],
    [[1], 1, []],
    [[100, 89], 100, [89]],
    [[100, 90], 90, []],
    [[100, 50, 95], 95, [50]],
    [[100, 91, 82], 82, []],
    [[100, 91, 81], 91, [81]],
    [[0, 5, 4], 5, [0, 4]],
  ] as const;
  test.each(FOLDS)("of %j keeps %s and calls %j short", (counts, master, short) => {
    const fold = foldListings(
      counts.map((rows) => ({ rows })),
      0.9,
    );
    expect(fold.master?.rows).toBe(master);
    expect(fold.short.map(({ rows }) => rows)).toStrictEqual(short);
  });
});

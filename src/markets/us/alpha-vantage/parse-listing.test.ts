/** The listing: symbols stay text, and rows that are none are listed. */
import { describe, expect, test } from "vitest";
import { fixtureBytes, fixtureText } from "./fixture-store.ts";
import { parseListing } from "./parse-listing.ts";

const encoder = new TextEncoder();
const HEADER = "symbol,name,exchange,assetType,ipoDate,delistingDate,status";

function parse(...lines: string[]) {
  const listing = parseListing(encoder.encode([HEADER, ...lines, ""].join("\n")));
  if ("problem" in listing) throw new Error(listing.problem);
  return listing;
}

describe("parseListing", () => {
  test("keeps symbols that look like other values as text", () => {
    const listing = parseListing(fixtureBytes("listing.csv"));
    if ("problem" in listing) throw new Error(listing.problem);
    const symbols = listing.rows.map((row) => row.symbol);
    expect(symbols).toHaveLength(18);
    expect(symbols).toStrictEqual(
      expect.arrayContaining(["NA", "NAN", "ON", "E", "CON", "-P-HIZ", "AEGN:BAT"]),
    );
    expect(listing.problems).toStrictEqual([]);
  });

  test("trims names, reads dates, and takes null for no date", () => {
    const { rows } = parse(
      "SPY,Sample 500 ETF Trust ,NYSE ARCA,ETF,1993-01-29,null,Active",
      "OLD,,NYSE,Stock,null,2020-06-01,delisted",
    );
    expect(rows).toStrictEqual([
      {
        symbol: "SPY",
        name: "Sample 500 ETF Trust",
        exchange: "NYSE ARCA",
        assetType: "ETF",
        ipoDate: "1993-01-29",
        delistingDate: null,
        status: "Active",
        line: 2,
      },
      {
        symbol: "OLD",
        name: "",
        exchange: "NYSE",
        assetType: "Stock",
        ipoDate: null,
        delistingDate: "2020-06-01",
        status: "Delisted",
        line: 3,
      },
    ]);
  });

  test("accepts a quoted name with a comma and a quote", () => {
    const { rows } = parse('ACME,"Acme ""A"", Inc",NYSE,Stock,2001-01-02,null,Active');
    expect(rows[0]?.name).toBe('Acme "A", Inc');
  });

  const PROBLEMS = [
    [",Nameless,NYSE,Stock,2001-01-02,null,Active", '"" is no symbol'],
    ["Ä,Umlaut,NYSE,Stock,2001-01-02,null,Active", '"Ä" is no symbol'],
    ["A\tB,Tabulator,NYSE,Stock,2001-01-02,null,Active", '"A\tB" is no symbol'],
    ["A,Acme, Inc,NYSE,Stock,2001-01-02,null,Active", "8 cells instead of 7"],
    ["A,Acme,NYSE,Stock,2001-02-30,null,Active", "a date is unreadable"],
    ["A,Acme,NYSE,Stock,2001-01-02,null,Act", 'the status is "Act"'],
  ] as const;
  test.each(PROBLEMS)("lists %s as a problem", (line, says) => {
    expect(parse("B,Good,NYSE,Stock,2001-01-02,null,Active", line)).toMatchObject({
      rows: [{ symbol: "B" }],
      problems: [{ line: 3, says }],
    });
  });

  test("keeps symbols of any printable form: they are text, and the universe judges them", () => {
    const odd = ["BC/PB", "NXT(EXP20091224)", "NYCB- PR-U", "../X"];
    const { rows } = parse(...odd.map((symbol) => `${symbol},,NYSE,Stock,2001-01-02,null,Active`));
    expect(rows.map(({ symbol }) => symbol)).toStrictEqual(odd);
  });

  test("wants the vendor's columns in the vendor's order", () => {
    const swapped = fixtureText("listing.csv").replace("symbol,name", "name,symbol");
    expect(parseListing(encoder.encode(swapped))).toStrictEqual({
      problem: "the columns of the listing are in another order",
    });
  });
});

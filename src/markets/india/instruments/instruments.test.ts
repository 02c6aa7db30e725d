/** The instrument master in the vendor's shape and in worse ones, and names found in it. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { parseInstruments } from "./parse-instruments.ts";
import { resolveInstruments } from "./resolve-instruments.ts";

function record(token: unknown, symbol: unknown, more: object = {}) {
  return {
    token,
    symbol,
    name: String(symbol).split("-")[0],
    expiry: "",
    strike: "-1.000000",
    lotsize: "1",
    instrumenttype: "",
    exch_seg: "NSE",
    tick_size: "5.000000",
    ...more,
  };
}

const index = {
  instrumenttype: "AMXIDX",
  strike: "0.000000",
  freeze_qty: "0",
  is_cas_enabled: false,
};
const MASTER = [
  record("2885", "RELIANCE-EQ", { freeze_qty: "1", is_cas_enabled: true }),
  record("3045", "SBIN-EQ", { is_cas_enabled: "true" }),
  record("4884", "SBIN-BE"),
  record(16_669, "BAJAJ-AUTO-EQ", { exch_seg: "nse_cm", is_cas_enabled: "false" }),
  record("777", "SLOW-BE", { nested: { deep: ["}", "\\"] } }),
  record("500325", "RELIANCE", { exch_seg: "BSE" }),
  record("47338", "NIFTY09MAR2318050CE", { exch_seg: "NFO", instrumenttype: "OPTIDX" }),
  record("99926000", "Nifty 50", index),
  record("99926009", "NIFTY BANK", index),
  record("99926017", "India VIX", index),
];

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

function rowsOf(value: unknown) {
  const parsed = parseInstruments(bytesOf(value));
  if (parsed.outcome !== "rows") throw new Error(parsed.says);
  return parsed;
}

describe("the instrument master", () => {
  test("gives the rows of NSE's cash segment, whatever else it holds", () => {
    const { rows, records, unreadable } = rowsOf(MASTER);
    expect({ records, unreadable }).toEqual({ records: 10, unreadable: 0 });
    expect(rows).toHaveLength(8);
    expect(rows[0]).toEqual({
      token: "2885",
      symbol: "RELIANCE-EQ",
      isIndex: false,
      isCasEnabled: true,
    });
    expect(rows.map(({ isCasEnabled }) => isCasEnabled).filter(Boolean)).toHaveLength(2);
    expect(rows.find(({ symbol }) => symbol === "BAJAJ-AUTO-EQ")?.token).toBe("16669");
  });

  test("may be spaced, marked and carry records that cannot be read", () => {
    const text = `\uFEFF \n${JSON.stringify([...Array.from({ length: 40 }, (_, at) => record(at, `S${at}-EQ`)), {}], null, 2)}\n`;
    const parsed = parseInstruments(Buffer.from(text));
    expect(parsed).toMatchObject({ outcome: "rows", records: 41, unreadable: 1 });
  });

  test.each([
    ["", "empty"],
    ["null", "no JSON array"],
    ["<html>404</html>", "no JSON array"],
    ['{"status":false}', "no JSON array"],
    [JSON.stringify(MASTER).slice(0, 400), "breaks off"],
    ['[{"token":"1"}}]', "broken"],
    ['[{"token":"1", "symbol": "A-EQ]', "broken"],
    ["[{},{},{}]", "cannot be read"],
  ])("is refused as %j", (text, says) => {
    const parsed = parseInstruments(Buffer.from(text));
    expect(parsed.outcome === "problem" && parsed.says).toContain(says);
  });

  test("reads what JSON reads, and never throws", () => {
    const symbols = fc.array(
      fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.trim() !== ""),
    );
    fc.assert(
      fc.property(symbols, fc.uint8Array(), (names, noise) => {
        const expected = names.map((name) => name.trim().replaceAll(/[\uD800-\uDFFF]/g, "\uFFFD"));
        const parsed = rowsOf(names.map((name, at) => record(at, name)));
        const read = parsed.rows.map(({ symbol }) =>
          symbol.replaceAll(/[\uD800-\uDFFF]/g, "\uFFFD"),
        );
        expect(read).toEqual(expected);
        parseInstruments(noise);
        parseInstruments(Buffer.concat([Buffer.from("[{"), noise, Buffer.from("}]")]));
      }),
      { seed: testSeed(), numRuns: testCount(100, 2000) },
    );
  });
});

describe("names", () => {
  const { rows } = rowsOf(MASTER);
  const proxies = [
    { role: "benchmark_equity", symbol: "Nifty 50" },
    { role: "sector_bank", symbol: "Nifty Bank" },
    { role: "small_cap", symbol: "NIFTY SMLCAP 100" },
    { role: "volatility_gauge", symbol: "India VIX" },
  ];

  test("of proxies are indices, without case, and of the watchlist stocks with their auction", () => {
    const found = resolveInstruments({
      rows,
      proxies,
      watchlist: ["RELIANCE", "BAJAJ-AUTO", "sbin"],
    });
    expect(found.instruments).toEqual([
      { symbol: "Nifty 50", token: "99926000", exchangeType: 1, isIndex: true, hasAuction: false },
      {
        symbol: "Nifty Bank",
        token: "99926009",
        exchangeType: 1,
        isIndex: true,
        hasAuction: false,
      },
      { symbol: "India VIX", token: "99926017", exchangeType: 1, isIndex: true, hasAuction: false },
      { symbol: "RELIANCE", token: "2885", exchangeType: 1, isIndex: false, hasAuction: true },
      { symbol: "BAJAJ-AUTO", token: "16669", exchangeType: 1, isIndex: false, hasAuction: false },
      { symbol: "SBIN", token: "3045", exchangeType: 1, isIndex: false, hasAuction: true },
    ]);
    expect(found.gaps).toEqual([
      {
        symbol: "NIFTY SMLCAP 100",
        role: "small_cap",
        reason: expect.stringContaining("no index"),
      },
    ]);
    expect(found.notes).toEqual([]);
  });

  test("that only another series has are found there, with a note", () => {
    const found = resolveInstruments({
      rows,
      proxies: [],
      watchlist: ["SLOW", "GONE", "RELIANCE-EQ", "reliance"],
    });
    expect(found.instruments.map(({ symbol, token }) => [symbol, token])).toEqual([
      ["SLOW", "777"],
      ["RELIANCE", "2885"],
    ]);
    expect(found.gaps).toMatchObject([{ symbol: "GONE", role: null }]);
    expect(found.notes).toContainEqual("SLOW trades in series BE, not EQ");
  });

  test("may be an index in the watchlist and a fund among the proxies", () => {
    const found = resolveInstruments({
      rows,
      proxies: [{ role: "benchmark_equity", symbol: "SBIN" }],
      watchlist: ["India VIX"],
    });
    expect(found.instruments.map(({ symbol, isIndex }) => [symbol, isIndex])).toEqual([
      ["SBIN", false],
      ["India VIX", true],
    ]);
  });

  test("with two tokens take the first and say so", () => {
    const twice = [
      ...rows,
      { token: "9", symbol: "RELIANCE-EQ", isIndex: false, isCasEnabled: false },
    ];
    const found = resolveInstruments({ rows: twice, proxies: [], watchlist: ["RELIANCE"] });
    expect(found.instruments[0]?.token).toBe("2885");
    expect(found.notes[0]).toContain("also 9");
  });

  test("are each found, or each a gap, once", () => {
    const name = fc.constantFrom("RELIANCE", "SBIN", "NOBODY", "Nifty 50", "nifty 50", "India VIX");
    fc.assert(
      fc.property(fc.array(name), fc.array(name), (watchlist, roles) => {
        const found = resolveInstruments({
          rows,
          watchlist,
          proxies: roles.map((symbol, at) => ({ role: `r${at}`, symbol })),
        });
        const names = [...found.instruments, ...found.gaps].map(({ symbol }) =>
          symbol.toLowerCase(),
        );
        const wanted = new Set([...watchlist, ...roles].map((symbol) => symbol.toLowerCase()));
        expect(names.toSorted()).toEqual([...wanted].toSorted());
      }),
      { seed: testSeed(), numRuns: testCount(100, 2000) },
    );
  });
});

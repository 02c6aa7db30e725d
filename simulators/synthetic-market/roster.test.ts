/** The list of names: traps of the recorded list are in it, and nothing in it passes for real. */
import { describe, expect, test } from "vitest";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { isListedOn, makeRoster, stockSymbols } from "./roster.ts";

const LAST_DAY = dayNumberOf(sessionDate("2027-12-31"));
const roster = makeRoster(1, stockSymbols(40), LAST_DAY);
const symbols = roster.map((one) => one.symbol);

describe("the roster", () => {
  test("is sorted by symbol without a duplicate", () => {
    expect(symbols).toEqual([...new Set(symbols)].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test("says SYNTHETIC in every name that is not blank, and some are blank or padded", () => {
    const names = roster.map((one) => one.name);
    expect(names.filter((name) => name !== "" && !name.includes("SYNTHETIC"))).toEqual([]);
    expect(names.filter((name) => name === "").length).toBeGreaterThan(0);
    expect(names.filter((name) => name.endsWith(" ")).length).toBeGreaterThan(5);
    expect(names.filter((name) => /[,"\n]/.test(name))).toEqual([]);
  });

  test("holds ghosts, test issues, odd tickers and companions of shares", () => {
    for (const symbol of [
      "NA",
      "NAN",
      "ON",
      "E",
      "CON",
      "PRN",
      "-P-HIZ",
      "ZVZZT",
      "SYAC-WS",
      "SYAC-U",
      "SYAC-R",
      "SYBK-P-A",
    ]) {
      expect(symbols).toContain(symbol);
    }
    const ghosts = roster.filter((one) => one.symbol.endsWith(":BAT"));
    expect(ghosts.length).toBeGreaterThan(2);
    expect(ghosts.every((one) => one.kind === undefined)).toBe(true);
  });

  test("changes over time: each year one company comes and one goes", () => {
    const listedOn = (date: string) => {
      const day = dayNumberOf(sessionDate(date));
      return new Set(roster.filter((one) => isListedOn(one, day)).map((one) => one.symbol));
    };
    const [before, after] = [listedOn("2014-01-01"), listedOn("2015-01-01")];
    expect([...after].filter((symbol) => !before.has(symbol))).toEqual(["NEWN"]);
    expect([...before].filter((symbol) => !after.has(symbol))).toEqual(["DELN"]);
  });

  test("stock symbols are distinct four-letter tickers, the first ones the same for any count", () => {
    const many = stockSymbols(8000);
    expect(new Set(many).size).toBe(8000);
    expect(many.every((symbol) => /^[A-Z]{4}$/.test(symbol))).toBe(true);
    expect(stockSymbols(5)).toEqual(many.slice(0, 5));
  });
});

/**
 * Everything that was ever listed in the synthetic market: the proxies, the stocks asked for, one
 * newcomer and one delisting a year, and the traps of the real list (ghosts, test issues, blank
 * names, names that look like null or like a device). Every name that is not blank says SYNTHETIC.
 */
import { dateOfDayNumber, dayNumberOfCivil } from "#core/session-date.ts";
import { mixAt, streamOf } from "./counter-random.ts";
import { type InstrumentKind, PROXY_SYMBOLS } from "./instrument-profile.ts";
import { FIRST_DAY } from "./weekday-index.ts";

export type ListedInstrument = {
  readonly symbol: string;
  readonly name: string;
  readonly exchange: string;
  readonly assetType: "Stock" | "ETF";
  readonly ipoDay: number;
  /** Last session of its life; `undefined` while it is listed. */
  readonly delistedDay: number | undefined;
  /** `undefined` for ghosts and test issues, which have no prices. */
  readonly kind: InstrumentKind | undefined;
};

/** Symbols that readers of CSV turn into null, booleans or numbers, and names of Windows devices. */
const ODD_SYMBOLS = ["NA", "NAN", "ON", "E", "TRUE", "CON", "PRN", "-P-HIZ"];
const TEST_SYMBOLS = ["ZVZZT", "ZXZZT", "ZBZX", "ZAZZT", "ATEST", "ATEST-A", "CBO", "CBX"];
const BLANK_NAME_SYMBOLS = ["BLNKA", "BLNKB"];
const GHOST_BASES = ["AEGX", "OLDCO"];
const COMPANIONS = [
  ["SYAC", "stock", "Acquisition Corp"],
  ["SYAC-WS", "warrant", "Acquisition Corp Wt"],
  ["SYAC-U", "unit", "Acquisition Corp - Units (1 Ord Share Class A & 1/5 War)"],
  ["SYAC-R", "right", "Acquisition Corp Rights"],
  ["SYBK-P-A", "preferred", "Bank Preferred Series A "],
  ["SYBK-B", "stock", "Bank Class B"],
] as const;
const PROXY_EXCHANGES: Readonly<Record<string, string>> = { QQQ: "NASDAQ", VIXY: "BATS" };
const FIRST_LIFE_YEAR = 2001;
const LETTERS = 26;
/** All ghosts carry the same date, as the recorded ones do. */
const GHOST_DAY = dayNumberOfCivil(2003, 3, 31);
const OLDEST_IPO_DAY = dayNumberOfCivil(1962, 1, 2);

/**
 * Makes the roster, sorted by symbol as the vendor sorts it. `symbols` are ordinary stocks that live
 * through the whole market; `lastDay` bounds the yearly newcomers and delistings.
 */
export function makeRoster(
  seed: number,
  symbols: readonly string[],
  lastDay: number,
): readonly ListedInstrument[] {
  const bySymbol = new Map<string, ListedInstrument>();
  const all = [
    ...PROXY_SYMBOLS.map(proxy),
    ...trapInstruments(symbols),
    ...yearlyInstruments(seed, lastDay),
    ...symbols.map((symbol, index) => ordinaryStock(seed, symbol, index)),
  ];
  for (const instrument of all) {
    if (!bySymbol.has(instrument.symbol)) bySymbol.set(instrument.symbol, instrument);
  }
  return [...bySymbol.values()].toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

/** `count` tickers of four letters, the same every time, none of which the roster already uses. */
export function stockSymbols(count: number): string[] {
  const reserved = new Set([
    ...PROXY_SYMBOLS,
    ...ODD_SYMBOLS,
    ...TEST_SYMBOLS,
    "SYAC",
    "OLDCO",
    "AEGX",
  ]);
  const symbols: string[] = [];
  const space = LETTERS ** 4;
  // The step has no factor in common with 26^4, so no ticker comes twice.
  for (let index = 0; symbols.length < Math.min(count, space / 2); index++) {
    let code = (index * 17_971 + 47_521) % space;
    let symbol = "";
    for (let at = 0; at < 4; at++) {
      symbol += letter(code % LETTERS);
      code = Math.floor(code / LETTERS);
    }
    const isYearly = symbol.startsWith("DEL") || symbol.startsWith("NEW");
    if (!reserved.has(symbol) && !isYearly) symbols.push(symbol);
  }
  return symbols;
}

function ordinaryStock(seed: number, symbol: string, index: number): ListedInstrument {
  const bits = mixAt(streamOf(seed, `listing/${symbol}`), 0);
  const padding = bits % 4 === 0 ? " " : "";
  return {
    symbol,
    name: `${symbol} Synthetic Corp SYNTHETIC${padding}`,
    exchange: index % 2 === 0 ? "NYSE" : "NASDAQ",
    assetType: "Stock",
    ipoDay: OLDEST_IPO_DAY + (bits % (FIRST_DAY - OLDEST_IPO_DAY)),
    delistedDay: undefined,
    kind: "stock",
  };
}

function proxy(symbol: string): ListedInstrument {
  return {
    symbol,
    name: `SYNTHETIC ${symbol} look-alike ETF `,
    exchange: PROXY_EXCHANGES[symbol] ?? "NYSE ARCA",
    assetType: "ETF",
    ipoDay: FIRST_DAY - 365,
    delistedDay: undefined,
    kind: "fund",
  };
}

function trapInstruments(symbols: readonly string[]): ListedInstrument[] {
  const base = { exchange: "NASDAQ", assetType: "Stock", delistedDay: undefined } as const;
  const ipoDay = FIRST_DAY - 30;
  const ghosts = [...GHOST_BASES, ...symbols.slice(0, 2)];
  return [
    ...ODD_SYMBOLS.map((symbol) => ({
      ...base,
      symbol,
      name: `SYNTHETIC odd ticker ${symbol}`,
      ipoDay,
      kind: "stock" as const,
    })),
    ...BLANK_NAME_SYMBOLS.map((symbol) => ({
      ...base,
      symbol,
      name: "",
      ipoDay,
      kind: "stock" as const,
    })),
    ...TEST_SYMBOLS.map((symbol) => ({
      ...base,
      symbol,
      name: `SYNTHETIC exchange test issue ${symbol}`,
      ipoDay,
      kind: undefined,
    })),
    ...ghosts.map((symbol) => ({
      ...base,
      symbol: `${symbol}:BAT`,
      name: `SYNTHETIC ghost of ${symbol}`,
      ipoDay: GHOST_DAY,
      kind: undefined,
    })),
    ...COMPANIONS.map(([symbol, kind, name]) => ({
      ...base,
      symbol,
      name: `SYNTHETIC ${name}`,
      exchange: "NYSE",
      ipoDay,
      kind,
    })),
  ];
}

/** For every year one company that comes (NEWA, NEWB, …) and one that goes (DELA, DELB, …). */
function yearlyInstruments(seed: number, lastDay: number): ListedInstrument[] {
  const stream = streamOf(seed, "listing/yearly");
  const instruments: ListedInstrument[] = [];
  const lastYear = Number(dateOfDayNumber(lastDay).slice(0, 4));
  for (let year = FIRST_LIFE_YEAR; year <= lastYear; year++) {
    const suffix =
      letter((year - FIRST_LIFE_YEAR) % LETTERS) + (year - FIRST_LIFE_YEAR >= LETTERS ? "X" : "");
    const comes = weekdayNear(dayNumberOfCivil(year, 1, 10) + (mixAt(stream, year) % 320));
    const goes = weekdayNear(dayNumberOfCivil(year, 1, 10) + (mixAt(stream, -year) % 320));
    const base = { exchange: "NYSE", assetType: "Stock", kind: "stock" } as const;
    instruments.push(
      {
        ...base,
        symbol: `NEW${suffix}`,
        name: `SYNTHETIC Newcomer of ${year}`,
        ipoDay: comes,
        delistedDay: undefined,
      },
      {
        ...base,
        symbol: `DEL${suffix}`,
        name: `SYNTHETIC Leaver of ${year}`,
        ipoDay: FIRST_DAY - 90,
        delistedDay: goes,
      },
    );
  }
  return instruments;
}

function weekdayNear(day: number): number {
  const inWeek = (day - FIRST_DAY) % 7;
  return inWeek >= 5 ? day - 2 : day;
}

function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

/** Whether the instrument is listed and trades on the day. */
export function isListedOn(instrument: ListedInstrument, day: number): boolean {
  return instrument.ipoDay <= day && (instrument.delistedDay ?? day) >= day;
}

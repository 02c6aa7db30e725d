/**
 * Compares the day's streamed minutes with the vendor's own minute candles, symbol by symbol: how many
 * differ and by how much. Which of the two is right it does not say.
 */
import type { IndiaReview, ReviewRestSymbol } from "#contracts/india-review.ts";
import { PRICE_SCALE } from "#core/price.ts";
import { type CandleTable, CANDLE_KINDS, CANDLE_SOURCES } from "../candles/candle-table.ts";
import { formatIstMinute } from "../momentum/ist-minute.ts";
import { roundSignificant } from "../momentum/round-significant.ts";
import { type CandlePair, pairCandles } from "./pair-candles.ts";
import { REST_MINUTES_LISTED_MAX } from "./review-limits.ts";

const MINUTE = CANDLE_KINDS.indexOf("minute");
const STREAM = CANDLE_SOURCES.indexOf("stream");
const PRICES = ["open", "high", "low", "close"] as const;

/**
 * The comparison of each named symbol that REST answered for; `rest.missing` names the others. Auction
 * rows are left out: the vendor's minutes have no such kind. Symbols come in the order of their names.
 */
export function compareRest(
  here: CandleTable,
  rest: {
    readonly candles: CandleTable;
    readonly missing: readonly { readonly symbol: string; readonly reason: string }[];
  },
  symbols: readonly string[],
): IndiaReview["rest"] {
  const missing = new Set(rest.missing.map(({ symbol }) => symbol));
  const names = symbols.filter((symbol) => !missing.has(symbol)).toSorted(compareText);
  const tallies = new Map(names.map((symbol) => [symbol, createTally(symbol)]));
  for (const pair of pairCandles(here, rest.candles)) {
    const tally = tallies.get(pair.symbol);
    if (tally !== undefined && pair.kind === MINUTE) addPair(tally, pair, here, rest.candles);
  }
  return {
    symbols: [...tallies.values()].map(roundTally),
    missing: rest.missing.map(({ symbol, reason }) => ({ symbol, reason })),
  };
}

type Difference = { max: number; sum: number };
/** Sums in price units and shares, rounded once at the end. */
type Tally = Pick<ReviewRestSymbol, "symbol"> & {
  -readonly [Key in Exclude<keyof ReviewRestSymbol, "symbol">]: ReviewRestSymbol[Key];
};

function createTally(symbol: string): Tally {
  const none = (): Difference => ({ max: 0, sum: 0 });
  return {
    symbol,
    compared: 0,
    differing: 0,
    differingIncomplete: 0,
    onlyHere: 0,
    onlyRest: 0,
    recovered: 0,
    open: none(),
    high: none(),
    low: none(),
    close: none(),
    volume: { compared: 0, differing: 0, ...none() },
    listed: [],
  };
}

function addPair(tally: Tally, pair: CandlePair, here: CandleTable, rest: CandleTable): void {
  const { left, right } = pair;
  if (left >= 0 && here.source[left] !== STREAM) {
    tally.recovered += 1;
    return;
  }
  if (left < 0 || right < 0) {
    if (left < 0) tally.onlyRest += 1;
    else tally.onlyHere += 1;
    return;
  }
  tally.compared += 1;
  let isDifferent = false;
  for (const column of PRICES) {
    if (add(tally[column], here[column][left], rest[column][right])) isDifferent = true;
  }
  const volumes = [here.volume[left] ?? NaN, rest.volume[right] ?? NaN] as const;
  if (!volumes.some(Number.isNaN)) {
    tally.volume.compared += 1;
    if (add(tally.volume, ...volumes)) {
      tally.volume.differing += 1;
      isDifferent = true;
    }
  }
  if (!isDifferent) return;
  tally.differing += 1;
  if (here.incomplete[left] !== 0) tally.differingIncomplete += 1;
  if (tally.listed.length < REST_MINUTES_LISTED_MAX) {
    tally.listed.push({
      minute: formatIstMinute(pair.minute),
      here: pricesOf(here, left),
      rest: pricesOf(rest, right),
    });
  }
}

/** Adds |a - b| and says whether there is any. */
function add(difference: Difference, a = NaN, b = NaN): boolean {
  const distance = Math.abs(a - b);
  if (distance === 0) return false;
  difference.max = Math.max(difference.max, distance);
  difference.sum += distance;
  return true;
}

function roundTally(tally: Tally): ReviewRestSymbol {
  const rupees = ({ max, sum }: Difference) => ({
    max: roundSignificant(max / PRICE_SCALE),
    sum: roundSignificant(sum / PRICE_SCALE),
  });
  const { volume } = tally;
  return {
    ...tally,
    open: rupees(tally.open),
    high: rupees(tally.high),
    low: rupees(tally.low),
    close: rupees(tally.close),
    volume: {
      ...volume,
      max: roundSignificant(volume.max),
      sum: roundSignificant(volume.sum),
    },
  };
}

function pricesOf(table: CandleTable, row: number) {
  const rupees = (column: (typeof PRICES)[number]) =>
    roundSignificant((table[column][row] ?? 0) / PRICE_SCALE);
  const volume = table.volume[row] ?? NaN;
  return {
    open: rupees("open"),
    high: rupees("high"),
    low: rupees("low"),
    close: rupees("close"),
    volume: Number.isNaN(volume) ? null : roundSignificant(volume),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Candles of the day by symbol: how many of the session's minutes there are, from where, how many are in
 * doubt, and how many are absent inside a gap, where nobody can tell whether there was a print.
 */
import type { ReviewSymbolCandles } from "#contracts/india-review.ts";
import { PRICE_SCALE } from "#core/price.ts";
import { type CandleTable, CANDLE_KINDS, CANDLE_SOURCES } from "../candles/candle-table.ts";
import { formatIstMinute } from "../momentum/ist-minute.ts";
import { continuousEndOf } from "../momentum/momentum-facts.ts";
import { roundSignificant } from "../momentum/round-significant.ts";
import { minutesTouched } from "./describe-gaps.ts";
import { symbolOf } from "./pair-candles.ts";
import type { ReviewGapInput, ReviewPlan } from "./review-inputs.ts";

const AUCTION = CANDLE_KINDS.indexOf("auction");
/** What a minute of the grid has: a candle, or a gap over it. */
const HAS_CANDLE = 1;
const IN_GAP = 2;

/** One row for each instrument of the plan, in the order of the plan. */
export function summariseCandles(
  plan: ReviewPlan,
  candles: CandleTable,
  gaps: readonly ReviewGapInput[],
): ReviewSymbolCandles[] {
  const minutes = plan.closeMinute - plan.openMinute;
  const grid = new Uint8Array(plan.instruments.length * minutes);
  const indexOf = new Map(plan.instruments.map(({ symbol }, index) => [symbol, index]));
  for (const gap of gaps) {
    const touched = minutesTouched(gap, plan);
    for (const symbol of gap.symbols) {
      const first = (indexOf.get(symbol) ?? -1) * minutes - plan.openMinute;
      if (!indexOf.has(symbol) || touched === null) continue;
      for (let m = touched.from; m < touched.to; m++) grid[first + m] = IN_GAP;
    }
  }
  const tallies = plan.instruments.map(({ symbol }) => createTally(symbol));
  for (let row = 0; row < candles.length; row++) {
    const index = indexOf.get(symbolOf(candles, row)) ?? -1;
    const tally = tallies[index];
    if (tally === undefined) continue;
    addRow(tally, candles, row);
    const offset = (candles.startMinute[row] ?? 0) - plan.openMinute;
    const isInside = offset >= 0 && offset < minutes && candles.kind[row] !== AUCTION;
    if (isInside) grid[index * minutes + offset] = HAS_CANDLE;
  }
  return tallies.map((tally, index) => {
    const { isIndex = false, hasAuction = false } = plan.instruments[index] ?? {};
    const expected = continuousEndOf(plan, hasAuction) - plan.openMinute;
    const own = grid.subarray(index * minutes, index * minutes + expected);
    const { first, last, volume, ...counts } = tally;
    return {
      ...counts,
      isIndex,
      expected,
      unknown: own.reduce((total, cell) => total + (cell === IN_GAP ? 1 : 0), 0),
      first: first === null ? null : formatIstMinute(first),
      last: last === null ? null : formatIstMinute(last),
      volume: volume === null ? null : roundSignificant(volume),
    };
  });
}

type Tally = {
  symbol: string;
  minutes: number;
  stream: number;
  rest: number;
  import: number;
  incomplete: number;
  first: number | null;
  last: number | null;
  volume: number | null;
  auction: ReviewSymbolCandles["auction"];
};

function createTally(symbol: string): Tally {
  return {
    symbol,
    minutes: 0,
    stream: 0,
    rest: 0,
    import: 0,
    incomplete: 0,
    first: null,
    last: null,
    volume: null,
    auction: null,
  };
}

function addRow(tally: Tally, candles: CandleTable, row: number): void {
  const volume = candles.volume[row] ?? NaN;
  if (candles.kind[row] === AUCTION) {
    tally.auction = {
      price: roundSignificant((candles.close[row] ?? 0) / PRICE_SCALE),
      volume: Number.isNaN(volume) ? null : roundSignificant(volume),
    };
    return;
  }
  const minute = candles.startMinute[row] ?? 0;
  tally.minutes += 1;
  tally[CANDLE_SOURCES[candles.source[row] ?? 0] ?? "stream"] += 1;
  tally.incomplete += candles.incomplete[row] ?? 0;
  tally.first = tally.first === null ? minute : Math.min(tally.first, minute);
  tally.last = tally.last === null ? minute : Math.max(tally.last, minute);
  if (!Number.isNaN(volume)) tally.volume = (tally.volume ?? 0) + volume;
}

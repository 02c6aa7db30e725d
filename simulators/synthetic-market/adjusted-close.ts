/**
 * The vendor's adjustment of past prices for splits and dividends. The factor of a dividend D whose
 * ex-date closed at C is C / (C + D) for all earlier rows (docs/vendors/alpha-vantage.md, checked there against two
 * recorded dividends); a split divides all earlier rows by its factor.
 */
import { SPLIT_SCALE } from "./corporate-events.ts";
import type { DailyHistory } from "./daily-history.ts";

/** Factors by which each row's prices and shares compare with the newest row's. */
export type AdjustmentFactors = {
  /** Multiply a raw price by it: splits and dividends after the row. */
  readonly price: Float64Array;
  /** Multiply a raw share count by it: splits after the row. */
  readonly volume: Float64Array;
};

/** The factors of every row, as of the newest row of the history. */
export function adjustmentFactors(history: DailyHistory): AdjustmentFactors {
  const count = history.days.length;
  const price = new Float64Array(count);
  const volume = new Float64Array(count);
  const splits = new Map(history.splits.map((event) => [event.day, event.factorUnits]));
  const dividends = new Map(history.dividends.map((event) => [event.day, event.amountUnits]));
  let priceFactor = 1;
  let volumeFactor = 1;
  for (let row = count - 1; row >= 0; row--) {
    price[row] = priceFactor;
    volume[row] = volumeFactor;
    const day = history.days[row] ?? 0;
    const dividend = dividends.get(day);
    if (dividend !== undefined) {
      const close = history.close[row] ?? 0;
      priceFactor *= close / (close + dividend);
    }
    const split = splits.get(day);
    if (split !== undefined) {
      priceFactor /= split / SPLIT_SCALE;
      volumeFactor *= split / SPLIT_SCALE;
    }
  }
  return { price, volume };
}

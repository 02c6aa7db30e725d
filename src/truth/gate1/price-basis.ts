/**
 * Makes closes of different bases comparable. A raw close is in units of its own session, a
 * split-adjusted one in units of its `basis_asof`; multiplied by all split factors effective up to
 * that day, both are in one unit (decision 12). Dividends are in units of their ex-date.
 */

/** Splits and dividends of one symbol, ascending by day, at most one of each a day. */
export type SymbolEvents = {
  readonly splitDays: Int32Array;
  /** New shares for each old one: 4 for a 4-for-1 split, 1.046 for a spin-off coded as one. */
  readonly splitFactors: Float64Array;
  readonly dividendDays: Int32Array;
  /** Cash for each share in currency units. */
  readonly dividends: Float64Array;
};

export const NO_EVENTS: SymbolEvents = {
  splitDays: new Int32Array(0),
  splitFactors: new Float64Array(0),
  dividendDays: new Int32Array(0),
  dividends: new Float64Array(0),
};

/** Product of the split factors effective on or before `day`. */
export function splitFactorThrough(events: SymbolEvents, day: number): number {
  let factor = 1;
  for (let index = 0; index < events.splitDays.length; index++) {
    if ((events.splitDays[index] ?? 0) > day) break;
    factor *= events.splitFactors[index] ?? 1;
  }
  return factor;
}

/**
 * Cash that fell due after `fromDay` up to `toDay`, in the comparable unit: each dividend times the
 * split factors through its own ex-date.
 */
export function comparableDividends(events: SymbolEvents, fromDay: number, toDay: number): number {
  let cash = 0;
  for (let index = 0; index < events.dividendDays.length; index++) {
    const day = events.dividendDays[index] ?? 0;
    if (day > toDay) break;
    if (day > fromDay) cash += (events.dividends[index] ?? 0) * splitFactorThrough(events, day);
  }
  return cash;
}

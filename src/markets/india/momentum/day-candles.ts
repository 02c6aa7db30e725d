/**
 * The candles of one day in one grid, a cell for each instrument and minute, with each instrument's
 * running high. Room is taken once, so that a day needs no more at its end than at its beginning. What the
 * cells say about momentum is `judge-candle.ts`'s to tell.
 */
import { assert } from "#core/assert.ts";
import type { Candle } from "../candles/candle-table.ts";

/** Longest day of a grid in minutes: two days, far beyond any session. */
const GRID_MINUTES_MAX = 2880;

/** What a cell holds: no candle, a whole one, or one that a gap or an unknown baseline left in doubt. */
export const CELL = { NONE: 0, WHOLE: 1, INCOMPLETE: 2 } as const;

/**
 * `close` in price units, `volume` in shares (NaN unknown), `cell`: see `CELL`; each indexed by
 * `cellOf`. By instrument: `high`, the highest high so far in price units (-Infinity before any candle);
 * `candles`, how many there are; `incomplete`, how many of them are in doubt.
 */
export type DayCandles = {
  readonly openMinute: number;
  readonly minutes: number;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly cell: Uint8Array;
  readonly high: Float64Array;
  readonly candles: Int32Array;
  readonly incomplete: Int32Array;
};

/** An empty day for so many instruments. */
export function createDayCandles(
  instruments: number,
  hours: { readonly openMinute: number; readonly closeMinute: number },
): DayCandles {
  const minutes = hours.closeMinute - hours.openMinute;
  assert(minutes > 0 && minutes <= GRID_MINUTES_MAX, `a session has ${minutes} minutes`);
  const cells = instruments * minutes;
  return {
    openMinute: hours.openMinute,
    minutes,
    close: new Float64Array(cells).fill(NaN),
    volume: new Float64Array(cells).fill(NaN),
    cell: new Uint8Array(cells),
    high: new Float64Array(instruments).fill(-Infinity),
    candles: new Int32Array(instruments),
    incomplete: new Int32Array(instruments),
  };
}

/** The cell of an instrument's minute, or -1 for a minute outside the day. */
export function cellOf(day: DayCandles, instrument: number, minute: number): number {
  const offset = minute - day.openMinute;
  return offset >= 0 && offset < day.minutes ? instrument * day.minutes + offset : -1;
}

/**
 * Takes in a candle and says whether it was new. A minute that is there already stays as it is, but a
 * whole candle takes the place of one in doubt, as it does in the canonical day.
 */
export function addDayCandle(day: DayCandles, instrument: number, candle: Candle): boolean {
  const cell = cellOf(day, instrument, candle.startMinute);
  if (cell < 0) return false;
  const held = day.cell[cell] ?? CELL.NONE;
  const state = candle.incomplete === 0 ? CELL.WHOLE : CELL.INCOMPLETE;
  if (held === CELL.WHOLE || held === state) return false;
  if (held === CELL.INCOMPLETE)
    day.incomplete[instrument] = countOf(day.incomplete, instrument) - 1;
  else day.candles[instrument] = countOf(day.candles, instrument) + 1;
  if (state === CELL.INCOMPLETE) {
    day.incomplete[instrument] = countOf(day.incomplete, instrument) + 1;
  }
  day.cell[cell] = state;
  day.close[cell] = candle.close;
  day.volume[cell] = candle.volume;
  day.high[instrument] = Math.max(day.high[instrument] ?? -Infinity, candle.high);
  return true;
}

/** Volumes of the candles before a minute: their sum, how many were found, and whether all are known. */
export type VolumeWindow = { found: number; sum: number; isWhole: boolean };

/** Looks back over at most `wanted` candles of the same day; minutes without a candle do not count. */
export function sumVolumesBefore(
  day: DayCandles,
  instrument: number,
  minute: number,
  wanted: number,
): VolumeWindow {
  const window: VolumeWindow = { found: 0, sum: 0, isWhole: true };
  const first = instrument * day.minutes;
  for (let cell = first + (minute - day.openMinute) - 1; cell >= first; cell--) {
    if (window.found === wanted) break;
    if (day.cell[cell] === CELL.NONE) continue;
    window.found += 1;
    const volume = day.volume[cell] ?? NaN;
    if (day.cell[cell] === CELL.INCOMPLETE || Number.isNaN(volume)) window.isWhole = false;
    else window.sum += volume;
  }
  return window;
}

function countOf(counts: Int32Array, instrument: number): number {
  return counts[instrument] ?? 0;
}

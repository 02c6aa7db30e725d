/**
 * Five-minute bars of one session, cut out of its daily bar: regular hours open, range and close as
 * the day does, the closing auction prints in the bar that starts at the close, and all volumes add
 * up to the day's. Bars of extended hours may leave the day's range a little, as recorded ones do.
 */
import { assert } from "#core/assert.ts";
import type { Calendar } from "#core/calendar.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { bellAt, mixAt, streamOf, uniformAt } from "./counter-random.ts";

/** One bar; prices in 1/10000 dollar as traded, start in minutes after local midnight. */
export type IntradayBar = {
  readonly startMinute: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

/** The daily bar that is cut. */
export type DayBar = {
  readonly symbol: string;
  readonly day: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

export const BAR_MINUTES = 5;
const EXTENDED_FROM_MINUTE = 4 * 60;
/** Extended hours end four hours after the close: 20:00, or 17:00 after an early close. */
const EXTENDED_AFTER_CLOSE_MINUTES = 4 * 60;
const PRE_MARKET_SHARE = 0.012;
const AFTER_HOURS_SHARE = 0.03;
const AUCTION_SHARE = 0.2;
/** Share of extended-hours bars of a thin name in which nobody trades. */
const THIN_GAP_SHARE = 0.55;
const EXTENDED_NOISE = 0.000_6;

/**
 * The bars of a day, oldest first, labelled by their start. A `thin` name lacks the bars of extended
 * hours in which nobody traded.
 */
export function makeIntradayBars(
  seed: number,
  calendar: Calendar,
  bar: DayBar,
  thin: boolean,
): IntradayBar[] {
  const special = calendar.facts.special.get(dateOfDayNumber(bar.day));
  const openMinute = special?.openMinute ?? calendar.facts.openMinute;
  const closeMinute = special?.closeMinute ?? calendar.facts.closeMinute;
  const stream = streamOf(seed, `intraday/${bar.symbol}/${bar.day}`);
  const beforeCount = (openMinute - EXTENDED_FROM_MINUTE) / BAR_MINUTES;
  const afterCount = EXTENDED_AFTER_CLOSE_MINUTES / BAR_MINUTES;
  const regular = regularBars(stream, bar, openMinute, (closeMinute - openMinute) / BAR_MINUTES);
  const isQuiet = (index: number): boolean => thin && uniformAt(stream, index) < THIN_GAP_SHARE;
  const before = Array.from({ length: beforeCount }, (_, at) => at)
    .filter((at) => !isQuiet(5000 + at))
    .map((at) => extendedBar(stream, bar.open, EXTENDED_FROM_MINUTE + at * BAR_MINUTES, 0));
  // The first bar after the close is the auction: it opens at the official close and is never quiet.
  const after = Array.from({ length: afterCount }, (_, at) => at)
    .filter((at) => at === 0 || !isQuiet(6000 + at))
    .map((at) => extendedBar(stream, bar.close, closeMinute + at * BAR_MINUTES, at === 0 ? 1 : 0));
  return withVolumes(stream, bar.volume, before, regular, after);
}

/** The day as seen when `minute` is over: what a partial row of a running session holds. */
export function partialBarAt(
  bars: readonly IntradayBar[],
  hours: { readonly openMinute: number; readonly closeMinute: number },
  minute: number,
): Omit<IntradayBar, "startMinute"> | undefined {
  const isOver = (bar: IntradayBar): boolean => bar.startMinute + BAR_MINUTES <= minute;
  const seen = bars.filter(isOver);
  const regular = seen.filter(
    (bar) => bar.startMinute >= hours.openMinute && bar.startMinute < hours.closeMinute,
  );
  const [first] = regular;
  const last = regular.at(-1);
  if (!first || !last) return undefined;
  return {
    open: first.open,
    high: Math.max(...regular.map((bar) => bar.high)),
    low: Math.min(...regular.map((bar) => bar.low)),
    close: last.close,
    volume: seen.reduce((sum, bar) => sum + bar.volume, 0),
  };
}

type PricedBar = Omit<IntradayBar, "volume">;

function regularBars(stream: number, bar: DayBar, openMinute: number, count: number): PricedBar[] {
  const range = bar.high - bar.low;
  const points = bridge(stream, bar.open, bar.close, count, range / Math.sqrt(count));
  const bars = points.slice(0, count).map((start, at) => {
    const open = within(start, bar.low, bar.high);
    const close = within(points[at + 1] ?? start, bar.low, bar.high);
    const wick = Math.round((range / 40) * uniformAt(stream, 2000 + at));
    return {
      startMinute: openMinute + at * BAR_MINUTES,
      open,
      high: within(Math.max(open, close) + wick, bar.low, bar.high),
      low: within(Math.min(open, close) - wick, bar.low, bar.high),
      close,
    };
  });
  const top = indexOfExtreme(bars, (a, b) => a.high > b.high);
  const bottom = indexOfExtreme(bars, (a, b) => a.low < b.low);
  return bars.map((one, at) => ({
    ...one,
    high: at === top ? bar.high : one.high,
    low: at === bottom ? bar.low : one.low,
  }));
}

/** A walk from `first` to `last` in `steps` steps, in whole units. */
function bridge(
  stream: number,
  first: number,
  last: number,
  steps: number,
  size: number,
): number[] {
  const walk = [0];
  for (let step = 1; step <= steps; step++) {
    walk.push((walk[step - 1] ?? 0) + size * bellAt(stream, 1000 + step));
  }
  const end = walk[steps] ?? 0;
  return walk.map((value, step) =>
    Math.round(first + value + ((last - first - end) * step) / steps),
  );
}

function extendedBar(
  stream: number,
  price: number,
  startMinute: number,
  opensAtPrice: number,
): PricedBar {
  const move = (index: number): number =>
    Math.max(
      1,
      Math.round(price * (1 + EXTENDED_NOISE * bellAt(stream, index * 4000 + startMinute))),
    );
  const open = opensAtPrice === 1 ? price : move(1);
  const close = move(2);
  return {
    startMinute,
    open,
    high: Math.max(open, close, move(3)),
    low: Math.min(open, close, move(4)),
    close,
  };
}

function withVolumes(
  stream: number,
  total: number,
  before: readonly PricedBar[],
  regular: readonly PricedBar[],
  after: readonly PricedBar[],
): IntradayBar[] {
  const early = apportion(stream, Math.floor(total * PRE_MARKET_SHARE), before, 0);
  const late = apportion(stream, Math.floor(total * AFTER_HOURS_SHARE), after.slice(1), 0);
  const session =
    total - Math.floor(total * (PRE_MARKET_SHARE + AFTER_HOURS_SHARE + AUCTION_SHARE));
  const day = apportion(stream, session, regular, 1);
  const spent = [...early, ...late, ...day].reduce((sum, bar) => sum + bar.volume, 0);
  assert(spent <= total, `bars of ${spent} shares fit into a day of ${total}`);
  const auction = after.slice(0, 1).map((bar) => ({ ...bar, volume: total - spent }));
  // A bar in which nobody traded does not exist.
  return [...early, ...day, ...auction, ...late].filter((bar) => bar.volume > 0);
}

/** Shares out `total` by weights that are larger at both ends of the day; `least` for each bar. */
function apportion(
  stream: number,
  total: number,
  bars: readonly PricedBar[],
  least: number,
): IntradayBar[] {
  const middle = (bars.length - 1) / 2;
  const weights = bars.map((bar, at) => {
    const fromMiddle = middle === 0 ? 0 : Math.abs(at - middle) / middle;
    return (0.6 + fromMiddle ** 2) * (0.5 + (mixAt(stream, 9000 + bar.startMinute) & 255) / 255);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  const free = Math.max(0, total - least * bars.length);
  return bars.map((bar, at) => ({
    ...bar,
    volume: least + Math.floor((free * (weights[at] ?? 0)) / sum),
  }));
}

function indexOfExtreme(
  bars: readonly PricedBar[],
  isBeyond: (a: PricedBar, b: PricedBar) => boolean,
): number {
  let best = 0;
  bars.forEach((bar, at) => {
    const champion = bars[best];
    if (champion && isBeyond(bar, champion)) best = at;
  });
  return best;
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

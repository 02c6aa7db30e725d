/**
 * One instrument's way through a session, packet by packet: before the open, continuous trading, the
 * closing auction, after the close. It is at its daily bar's high and low once each, ends at its close
 * with exactly its volume, and draws everything else.
 */
import { mixAt } from "./counter-random.ts";
import type { TickColumns } from "./tick-columns.ts";
import { SECONDS_PER_DAY, SECONDS_PER_MINUTE } from "./tick-session.ts";
import {
  SURGE_FACTOR,
  SURGE_ONE_IN,
  TRADE_SHARE,
  type TokenWalk,
  type WalkPhase,
} from "./walk-start.ts";

const TICK_PAISE = 5;
/** A price is quoted in steps of this share of it at least, so that dear shares move in larger steps. */
const STEP_SHARE = 0.000_15;
/** Packets whose price moves ahead of the volume. */
const PRICE_AHEAD_SHARE = 0.04;
const PRE_OPEN_SHARE = 0.015;
const INDICATIVE_GAP_SECONDS = 90;
const COLLECTING_GAP_SECONDS = 60;
/** The match of the pre-open lies in its last 40 s, so that a stream from 09:07 sees it. */
const MATCH_SECONDS_BEFORE_END = 40;
const AUCTION_PRINT_SECONDS = 180;
const AFTER_CLOSE_SECONDS = 60;
/** Extra packets of a second: the mean of 1 + these chances. */
const SECOND_PACKET_CHANCE = 0.35;
const THIRD_PACKET_CHANCE = 0.1;
const BURST_MEAN = 1 + SECOND_PACKET_CHANCE + THIRD_PACKET_CHANCE;

/** Writes the packets of the present second and decides when the instrument is due again. */
export function walkStep(walk: TokenWalk, second: number, columns: TickColumns): void {
  switch (walk.phase) {
    case "indicative":
      return stepIndicative(walk, second, columns);
    case "match":
      trade(walk, walk.day.open, Math.max(1, Math.floor(walk.day.volume * PRE_OPEN_SHARE)));
      emit(walk, second, columns);
      return go(walk, "trading", walk.openSecond + firstGap(walk));
    case "trading":
      return stepTrading(walk, second, columns);
    case "last":
      return stepLast(walk, second, columns);
    case "collecting":
      return stepCollecting(walk, second, columns);
    case "print":
      trade(walk, walk.day.close, walk.day.volume - walk.volume);
      emit(walk, second, columns);
      return go(walk, "done", second);
    case "after":
      emit(walk, second, columns);
      return go(walk, "done", second);
    case "done":
  }
}

function stepIndicative(walk: TokenWalk, second: number, columns: TickColumns): void {
  emit(walk, second, columns);
  const end = (walk.session.preOpen?.toMinute ?? 0) * SECONDS_PER_MINUTE;
  const matchAt = end - 1 - (mixAt(walk.stream, 5) % (MATCH_SECONDS_BEFORE_END - 1));
  const next = second + 1 + Math.floor(draw(walk) * INDICATIVE_GAP_SECONDS);
  if (next < matchAt) go(walk, "indicative", next);
  else go(walk, "match", Math.max(second + 1, matchAt));
}

function stepTrading(walk: TokenWalk, second: number, columns: TickColumns): void {
  const before = walk.ordinal;
  if (walk.openDue) {
    trade(walk, walk.day.open, quantityOf(walk, 1));
    walk.openDue = false;
    emit(walk, second, columns);
  }
  emitAnchors(walk, second, columns);
  const isSurge = mixAt(walk.stream, Math.floor(second / SECONDS_PER_MINUTE)) % SURGE_ONE_IN === 0;
  const target = targetAt(walk, second);
  const perSecond = walk.packetsPerMinute / SECONDS_PER_MINUTE;
  // An index shows one value a second: two equal ones could not be told from a duplicate.
  let packets = walk.isStock || walk.ordinal === before ? 1 : 0;
  if (walk.isStock && perSecond >= 1) {
    packets = Math.max(1, Math.floor(perSecond * (0.5 + draw(walk)) + draw(walk)));
  } else if (walk.isStock) {
    if (draw(walk) < SECOND_PACKET_CHANCE) packets++;
    if (draw(walk) < THIRD_PACKET_CHANCE) packets++;
  }
  for (let packet = 0; packet < packets; packet++) {
    step(walk, target, isSurge ? SURGE_FACTOR : 1);
    emit(walk, second, columns);
  }
  const last = walk.endSecond - 1;
  const next = second + gapOf(walk);
  if (next < last) go(walk, "trading", next);
  else go(walk, "last", Math.max(second + 1, last));
}

/** The end of continuous trading: whatever high or low is still due, and the close without an auction. */
function stepLast(walk: TokenWalk, second: number, columns: TickColumns): void {
  const before = walk.ordinal;
  emitAnchors(walk, second, columns);
  if (!walk.hasAuction) {
    const isShown = !walk.isStock && walk.ordinal > before && walk.price === walk.day.close;
    trade(walk, walk.day.close, walk.day.volume - walk.volume);
    if (!isShown) emit(walk, second, columns);
    const after = walk.session.closeMinute * SECONDS_PER_MINUTE + 5;
    if (walk.hasAfter) go(walk, "after", after + (mixAt(walk.stream, 6) % AFTER_CLOSE_SECONDS));
    else go(walk, "done", second);
    return;
  }
  step(walk, walk.day.close, 1);
  emit(walk, second, columns);
  go(walk, "collecting", walk.endSecond + Math.floor(draw(walk) * COLLECTING_GAP_SECONDS));
}

/** Orders for the auction are collected: packets come, but nothing trades. */
function stepCollecting(walk: TokenWalk, second: number, columns: TickColumns): void {
  emit(walk, second, columns);
  const end = (walk.session.auction?.toMinute ?? 0) * SECONDS_PER_MINUTE;
  const printAt = end - 1 - (mixAt(walk.stream, 7) % AUCTION_PRINT_SECONDS);
  const next = second + 1 + Math.floor(draw(walk) * COLLECTING_GAP_SECONDS);
  if (next < printAt) go(walk, "collecting", next);
  else go(walk, "print", Math.max(second + 1, printAt));
}

/** The day's high and low, when they are due; what equals the close comes second. */
function emitAnchors(walk: TokenWalk, second: number, columns: TickColumns): void {
  const isLast = walk.phase === "last";
  const isHighDue = walk.highDue && (isLast || second >= walk.highSecond);
  const isLowDue = walk.lowDue && (isLast || second >= walk.lowSecond);
  walk.highDue &&= !isHighDue;
  walk.lowDue &&= !isLowDue;
  const { high, low, close } = walk.day;
  const due = [...(isHighDue ? [high] : []), ...(isLowDue ? [low] : [])];
  if (close === high) due.reverse();
  for (const price of due) {
    trade(walk, price, quantityOf(walk, 1));
    emit(walk, second, columns);
  }
}

/** One packet's worth of change: a trade, a price ahead of its volume, or nothing but the book. */
function step(walk: TokenWalk, target: number, surge: number): void {
  const kind = draw(walk);
  const unit = Math.max(TICK_PAISE, target * STEP_SHARE);
  const wanted = target + (draw(walk) + draw(walk) - 1) * unit * 4;
  const price = within(Math.round(wanted / TICK_PAISE) * TICK_PAISE, walk.day.low, walk.day.high);
  if (!walk.isStock) {
    walk.price = price;
  } else if (kind < TRADE_SHARE) {
    const quantity = quantityOf(walk, surge);
    if (quantity > 0) trade(walk, price, quantity);
  } else if (kind < TRADE_SHARE + PRICE_AHEAD_SHARE) {
    walk.price = price;
  }
}

/** Where the price is drawn to: straight lines through open, high, low and close. */
function targetAt(walk: TokenWalk, second: number): number {
  const { day, openSecond, endSecond, highSecond, lowSecond } = walk;
  const highFirst = highSecond <= lowSecond;
  const firstAt = highFirst ? highSecond : lowSecond;
  const secondAt = highFirst ? lowSecond : highSecond;
  const first = highFirst ? day.high : day.low;
  const other = highFirst ? day.low : day.high;
  if (second < firstAt) return between(day.open, first, openSecond, firstAt, second);
  if (second < secondAt) return between(first, other, firstAt, secondAt, second);
  return between(other, day.close, secondAt, endSecond, second);
}

function between(from: number, to: number, fromAt: number, toAt: number, at: number): number {
  return toAt <= fromAt ? to : from + ((to - from) * (at - fromAt)) / (toAt - fromAt);
}

function quantityOf(walk: TokenWalk, surge: number): number {
  if (!walk.isStock) return 0;
  const wanted = Math.max(1, Math.floor(walk.quantityMean * surge * (0.25 + 1.5 * draw(walk))));
  // One share is kept for each trade that must still come: high, low and close.
  return Math.max(0, Math.min(wanted, walk.day.volume - walk.volume - 3));
}

function trade(walk: TokenWalk, price: number, quantity: number): void {
  walk.price = price;
  if (!walk.isStock || quantity <= 0) return;
  walk.volume += quantity;
  walk.turnover += price * quantity;
  walk.quantity = quantity;
}

function emit(walk: TokenWalk, second: number, columns: TickColumns): void {
  const row = columns.length++;
  columns.token[row] = walk.token;
  columns.second[row] = second;
  columns.price[row] = walk.price;
  columns.volume[row] = walk.volume;
  columns.average[row] = walk.volume === 0 ? 0 : Math.round(walk.turnover / walk.volume);
  columns.quantity[row] = walk.quantity;
  columns.ordinal[row] = walk.ordinal++;
}

function firstGap(walk: TokenWalk): number {
  return Math.min(gapOf(walk) - 1, walk.endSecond - walk.openSecond - 2);
}

function gapOf(walk: TokenWalk): number {
  const perSecond = walk.packetsPerMinute / SECONDS_PER_MINUTE;
  if (perSecond >= 1) return 1;
  const mean = (walk.isStock ? BURST_MEAN : 1) / perSecond;
  return 1 + Math.floor(-Math.log(1 - draw(walk)) * Math.max(0, mean - 0.5));
}

function go(walk: TokenWalk, phase: WalkPhase, second: number): void {
  walk.phase = phase;
  walk.dueSecond = Math.min(second, SECONDS_PER_DAY);
}

/** The walk's own numbers (mulberry32), so that no other instrument shifts them. */
function draw(walk: TokenWalk): number {
  walk.random = (walk.random + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(walk.random ^ (walk.random >>> 15), walk.random | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

function within(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

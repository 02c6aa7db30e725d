/**
 * What is known of each instrument between two buckets, and what a bucket's packets make of it: the one
 * place where packets become candles (decisions 14-16). The live book walks a bucket when it is sealed,
 * the rebuild walks the whole day; both hand in packets in the order of events, without repeated ones.
 */
import type { SessionPlan } from "../ticks/session-instruments.ts";
import {
  averageAt,
  dayMsAt,
  keyAt,
  type PacketRows,
  priceAt,
  sequenceOfKey,
  volumeAt,
} from "./packet-rows.ts";
import { isConsecutive, type SequenceSteps } from "./sequence-steps.ts";
import type { SessionBuckets } from "./session-buckets.ts";
import { createSlotGaps } from "./slot-gaps.ts";

/** What a bucket's packets of one instrument say; used again for the next. Prices in paise. */
export type WalkResult = {
  hasPrint: boolean;
  open: number;
  high: number;
  low: number;
  close: number;
  packets: number;
  /** NaN when not known, or never there (index, LTP). */
  volume: number;
  average: number;
  isIncomplete: boolean;
  /** A sequence number is missing before the first packet. */
  hasHoleBefore: boolean;
};

export type Run = {
  readonly rows: PacketRows;
  readonly order: Int32Array;
  from: number;
  to: number;
  slot: number;
  bucket: number;
};

/** Told of each packet whose cumulative volume is under that of the packet before. */
export type DecreaseListener = (
  slot: number,
  volume: number,
  before: number,
  dayMs: number,
) => void;

export type SymbolStates = ReturnType<typeof createSymbolStates>;

const UNKNOWN = -1;

export function createWalkResult(): WalkResult {
  return {
    hasPrint: false,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    packets: 0,
    volume: Number.NaN,
    average: Number.NaN,
    isIncomplete: false,
    hasHoleBefore: false,
  };
}

/** States of a plan whose instruments are given in the order of their slots, before any packet. */
export function createSymbolStates(
  plan: Pick<SessionPlan, "mode" | "instruments">,
  buckets: SessionBuckets,
  onDecrease: DecreaseListener,
  areConsecutive?: boolean,
) {
  const { instruments, mode } = plan;
  const size = instruments.length;
  const steps: SequenceSteps = { all: 0, ones: 0 };
  return {
    isIndex: Uint8Array.from(instruments, ({ isIndex }) => (isIndex ? 1 : 0)),
    hasVolume: Uint8Array.from(instruments, ({ isIndex }) => (isIndex || mode === "ltp" ? 0 : 1)),
    /** Of the packet before; 0 before the first. */
    price: new Int32Array(size),
    /** Greatest so far. */
    key: new Float64Array(size).fill(UNKNOWN),
    /** Of the packet before. */
    volume: new Float64Array(size).fill(UNKNOWN),
    /** Greatest so far. */
    mostVolume: new Float64Array(size),
    average: new Int32Array(size),
    gaps: createSlotGaps(size, buckets),
    steps,
    /** Whether sequence numbers tell what is missing; undefined while that is judged by `steps`. */
    areConsecutive,
    /** Packets that only their key showed to be repeated, from one bucket to the next. */
    repeated: 0,
    openMs: buckets.openMs,
    onDecrease,
  };
}

/** Walks a run of packets of one slot and bucket, and says in `result` what they make. */
export function walkRun(states: SymbolStates, run: Run, result: WalkResult): void {
  const { rows, order, from, to, slot, bucket } = run;
  const { gaps } = states;
  const isIndex = states.isIndex[slot] === 1;
  const hasVolume = states.hasVolume[slot] === 1;
  result.hasPrint = false;
  result.packets = 0;
  result.volume = 0;
  result.isIncomplete = false;
  result.hasHoleBefore = false;
  for (let at = from; at < to; at++) {
    const row = order[at] ?? 0;
    const ms = dayMsAt(rows, row);
    const missed = isIndex ? 0 : takeKey(states, slot, keyAt(rows, row));
    if (missed < 0) continue;
    const isAcross = ms > (gaps.boundaryMs[slot] ?? 0);
    if (missed > 0 && isAcross) gaps.addMissing(slot, missed);
    else if (missed > 0 && (states.areConsecutive ?? isConsecutive(states.steps))) {
      result.isIncomplete = true;
      if (at === from) result.hasHoleBefore = true;
    }
    const price = priceAt(rows, row);
    // A packet without a price says nothing but that it came.
    if (price === 0) continue;
    result.packets += 1;
    const priceBefore = states.price[slot] ?? 0;
    const gap = isAcross ? gaps.cross(slot, ms) : UNKNOWN;
    const isBaseline = isAcross || priceBefore === 0;
    if (isBaseline && ms > states.openMs) result.volume = Number.NaN;
    let isPrint = isIndex || price !== priceBefore;
    if (hasVolume) {
      const rise = takeVolume(states, slot, volumeAt(rows, row), ms);
      // The first price alone is no trade of this session.
      isPrint = rise > 0 || (isPrint && priceBefore !== 0);
      if (!isBaseline) result.volume += rise;
      else if (rise > 0 && priceBefore !== 0) gaps.addVolume(gap, slot, rise);
    }
    states.price[slot] = price;
    states.average[slot] = averageAt(rows, row);
    if (isPrint) addPrint(result, price);
  }
  if (Number.isNaN(result.volume) || gaps.isTouched(slot, bucket)) result.isIncomplete = true;
  const average = hasVolume ? (states.average[slot] ?? 0) : 0;
  result.average = average > 0 ? average : Number.NaN;
  if (!hasVolume) result.volume = Number.NaN;
  else if ((states.volume[slot] ?? 0) < (states.mostVolume[slot] ?? 0)) result.isIncomplete = true;
}

/** Notes a key. Returns how many sequence numbers are missing before it, or -1 when it is repeated. */
function takeKey(states: SymbolStates, slot: number, key: number): number {
  const before = states.key[slot] ?? UNKNOWN;
  if (key <= before) {
    if (key === before) states.repeated += 1;
    return key === before ? UNKNOWN : 0;
  }
  states.key[slot] = key;
  if (before === UNKNOWN) return 0;
  const step = sequenceOfKey(key) - sequenceOfKey(before);
  if (step === 0) return 0;
  states.steps.all += 1;
  if (step === 1) states.steps.ones += 1;
  return step - 1;
}

/** Notes a cumulative volume. Returns by how much it passes the greatest so far. */
function takeVolume(states: SymbolStates, slot: number, volume: number, dayMs: number): number {
  const before = states.volume[slot] ?? UNKNOWN;
  const most = states.mostVolume[slot] ?? 0;
  states.volume[slot] = volume;
  if (volume > most) {
    states.mostVolume[slot] = volume;
    return volume - most;
  }
  if (volume < before) states.onDecrease(slot, volume, before, dayMs);
  return 0;
}

function addPrint(result: WalkResult, price: number): void {
  if (!result.hasPrint) {
    result.hasPrint = true;
    result.open = price;
    result.high = price;
    result.low = price;
  } else if (price > result.high) result.high = price;
  else if (price < result.low) result.low = price;
  result.close = price;
}

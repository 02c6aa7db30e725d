/**
 * What is known of each instrument between two buckets, and what a bucket's packets make of it: the one
 * place where packets become candles (decisions 14-16). The live book walks a bucket when it is sealed,
 * the rebuild walks the whole day; both hand in packets in the order of events, without repeated ones.
 */
import type { SessionPlan } from "../ticks/session-instruments.ts";
import {
  averageAt,
  dayMsAt,
  KEY_STEP,
  keyAt,
  type PacketRows,
  priceAt,
  sequenceOfKey,
  volumeAt,
} from "./packet-rows.ts";
import { isConsecutive, type SequenceSteps } from "./sequence-steps.ts";
import { BUCKET_OPEN, type SessionBuckets } from "./session-buckets.ts";
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
  /** A packet whose trade may be of this minute or of one before, of which nothing is known. */
  hasUndatedPrint: boolean;
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
/** Before the first key; no key is the next one of it. */
const NO_KEY = Number.NEGATIVE_INFINITY;

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
    hasUndatedPrint: false,
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
    key: new Float64Array(size).fill(NO_KEY),
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

/**
 * Walks a run of packets of one slot and bucket, and says in `result` what they make. What a packet changes
 * is held in variables until the run ends, since this is done for every packet there is.
 */
export function walkRun(states: SymbolStates, run: Run, result: WalkResult): void {
  const { rows, order, from, to, slot } = run;
  const { gaps, openMs } = states;
  const isIndex = states.isIndex[slot] === 1;
  const hasVolume = states.hasVolume[slot] === 1;
  let boundaryMs = gaps.boundaryMs[slot] ?? 0;
  let key = states.key[slot] ?? NO_KEY;
  let price = states.price[slot] ?? 0;
  let volume = states.volume[slot] ?? UNKNOWN;
  let most = states.mostVolume[slot] ?? 0;
  let average = states.average[slot] ?? 0;
  let keysInStep = 0;
  // Below the greatest volume it is not known what traded: the next rise may be of the minute before.
  let risen = hasVolume && volume >= 0 && volume < most ? Number.NaN : 0;
  startResult(result);
  for (let at = from; at < to; at++) {
    const row = order[at] ?? 0;
    const ms = dayMsAt(rows, row);
    const isAcross = ms > boundaryMs;
    const rowKey = isIndex ? NO_KEY : keyAt(rows, row);
    if (rowKey - key === KEY_STEP) keysInStep += 1;
    else if (!isIndex) {
      countInStep(states, keysInStep);
      keysInStep = 0;
      const place = { slot, before: key, key: rowKey, isAcross, isFirst: at === from };
      if (!judgeKey(states, place, result)) continue;
    }
    if (rowKey > key) key = rowKey;
    const rowPrice = priceAt(rows, row);
    // A packet without a price says nothing but that it came.
    if (rowPrice === 0) continue;
    result.packets += 1;
    const isBaseline = isAcross || price === 0;
    if (isBaseline && ms > openMs) risen = Number.NaN;
    let isPrint = isIndex || rowPrice !== price;
    let rise = 0;
    if (hasVolume) {
      const rowVolume = volumeAt(rows, row);
      if (rowVolume > most) {
        rise = rowVolume - most;
        most = rowVolume;
      } else if (rowVolume < volume) states.onDecrease(slot, rowVolume, volume, ms);
      volume = rowVolume;
      // The first price alone is no trade of this session.
      isPrint = rise > 0 || (isPrint && price !== 0);
      // In which minute it traded is not known: perhaps in one that nothing is known of. The first packet
      // of all inside the opening minute has no other minute that it could be of.
      const isOpening = price === 0 && run.bucket === BUCKET_OPEN;
      if (isBaseline && ms > openMs && !isOpening) {
        result.hasUndatedPrint ||= isPrint;
        isPrint = false;
      }
      if (!isBaseline) risen += rise;
    }
    if (isAcross) {
      crossGaps(states, slot, ms, price === 0 ? 0 : rise);
      boundaryMs = gaps.boundaryMs[slot] ?? 0;
    }
    price = rowPrice;
    average = averageAt(rows, row);
    if (isPrint) addPrint(result, price);
  }
  countInStep(states, keysInStep);
  states.key[slot] = key;
  states.price[slot] = price;
  states.volume[slot] = volume;
  states.mostVolume[slot] = most;
  states.average[slot] = average;
  result.volume = hasVolume && volume >= most ? risen : Number.NaN;
  result.average = hasVolume && average > 0 ? average : Number.NaN;
  const isInDoubt = Number.isNaN(risen) || (hasVolume && volume < most);
  if (isInDoubt || gaps.isTouched(slot, run.bucket)) result.isIncomplete = true;
}

function startResult(result: WalkResult): void {
  result.hasPrint = false;
  result.packets = 0;
  result.isIncomplete = false;
  result.hasHoleBefore = false;
  result.hasUndatedPrint = false;
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

/** Passes the gaps before `ms`, across which the volume rose by `rise`. */
function crossGaps({ gaps }: SymbolStates, slot: number, ms: number, rise: number): void {
  const gap = gaps.cross(slot, ms);
  if (rise > 0) gaps.addVolume(gap, slot, rise);
}

/** Counts keys each of which was the next one. */
function countInStep({ steps }: SymbolStates, keys: number): void {
  steps.all += keys;
  steps.ones += keys;
}

type KeyPlace = {
  readonly slot: number;
  readonly before: number;
  readonly key: number;
  readonly isAcross: boolean;
  readonly isFirst: boolean;
};

/** Judges a key that is not the next one. Returns false when it repeats the one before. */
function judgeKey(states: SymbolStates, place: KeyPlace, result: WalkResult): boolean {
  const { slot, before, key, isAcross, isFirst } = place;
  if (key === before) states.repeated += 1;
  if (key <= before || before === NO_KEY) return key !== before;
  const step = sequenceOfKey(key) - sequenceOfKey(before);
  if (step === 0) return true;
  // A longer step across a gap says nothing of how the feed counts.
  if (step > 1 && isAcross) {
    states.gaps.addMissing(slot, step - 1);
    return true;
  }
  states.steps.all += 1;
  if (step === 1) states.steps.ones += 1;
  else if (states.areConsecutive ?? isConsecutive(states.steps)) {
    result.isIncomplete = true;
    if (isFirst) result.hasHoleBefore = true;
  }
  return true;
}

/**
 * The canonical candles of a day from all of its packets, by event time: the same for any order in which
 * packets between two connection events came (decision 15). First every instrument's packets are put in
 * order, which tells what is missing and when gaps ended; then they are walked.
 */
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { appendWalk } from "./candle-rows.ts";
import { type CandleTable, createCandleTable } from "./candle-table.ts";
import type { GapBook, GapFact } from "./gap-book.ts";
import { type GapRow, gapRowsOf } from "./gap-rows.ts";
import { orderRun } from "./order-run.ts";
import {
  dayMsAt,
  FLAG_LATE,
  FLAG_REORDERED,
  groupBySlot,
  type PacketRows,
  type RowsBySlot,
} from "./packet-rows.ts";
import { createSequenceCount, type MissingPackets } from "./sequence-count.ts";
import { BUCKET_BEFORE, type SessionBuckets } from "./session-buckets.ts";
import {
  createSymbolStates,
  createWalkResult,
  type DecreaseListener,
  type Run,
  type SymbolStates,
  walkRun,
} from "./symbol-states.ts";

/** Exact numbers of a day's packets. */
export type DayCounts = MissingPackets & {
  /** Packets of the session's day, of wanted tokens; each is unique or a duplicate. */
  readonly packets: number;
  readonly unique: number;
  readonly duplicates: number;
  /** Of the unique: came when their minute was sealed. */
  readonly late: number;
  /** Of the unique, not late: came behind a later packet of their token. */
  readonly reordered: number;
};

/**
 * Minutes of a symbol, both included, of which it is not known what traded: packets are missing between
 * them, or the first packet after a gap tells of a trade but not of its minute. The ends may have candles.
 */
export type HoleRow = {
  readonly symbol: string;
  readonly fromMinute: number;
  readonly toMinute: number;
};

export type CanonicalDay = {
  /** Sorted by symbol, then start. */
  readonly candles: CandleTable;
  readonly counts: DayCounts;
  readonly gaps: readonly GapRow[];
  readonly holes: readonly HoleRow[];
};

type DayInputs = {
  readonly plan: SessionPlan;
  /** In the order of their slots. */
  readonly instruments: SessionPlan["instruments"];
  readonly buckets: SessionBuckets;
  /** All packets that count, in the order of arrival. */
  readonly rows: PacketRows;
  readonly gaps: GapBook;
  readonly onDecrease: DecreaseListener;
  /** About how many candles there will be; room for them is made at once. */
  readonly candlesExpected: number;
};

/** Makes the canonical day. */
export function makeCanonicalDay(inputs: DayInputs): CanonicalDay {
  const { plan, instruments, buckets, rows, gaps, onDecrease } = inputs;
  const ordered = orderDay(rows, instruments, gaps.gaps);
  const endsMs = gapEndsOf(gaps, rows, ordered);
  const areConsecutive = ordered.counts.missing !== null;
  const states = createSymbolStates(
    { mode: plan.mode, instruments },
    buckets,
    onDecrease,
    areConsecutive,
  );
  for (const [index, gap] of gaps.gaps.entries()) states.gaps.add(gap, endsMs[index] ?? 0);
  const { candles, holes } = walkDay(inputs, ordered, states);
  return {
    candles,
    holes,
    counts: ordered.counts,
    gaps: gapRowsOf({
      gaps: gaps.gaps,
      endsMs,
      tallies: states.gaps.tallies,
      buckets,
      instruments,
      areConsecutive,
    }),
  };
}

type OrderedDay = RowsBySlot & {
  /** Where each slot's run ends, repeated packets left out. */
  readonly ends: Int32Array;
  readonly counts: DayCounts;
};

function orderDay(
  rows: PacketRows,
  instruments: SessionPlan["instruments"],
  gaps: readonly GapFact[],
): OrderedDay {
  const { order, starts } = groupBySlot(rows, instruments.length);
  const ends = new Int32Array(instruments.length);
  const sequences = createSequenceCount();
  const gapsOf = new Int32Array(instruments.length);
  for (const slot of gaps.flatMap(({ slots }) => slots)) gapsOf[slot] = (gapsOf[slot] ?? 0) + 1;
  let [unique, late, reordered] = [0, 0, 0];
  for (const [slot, { isIndex }] of instruments.entries()) {
    const from = starts[slot] ?? 0;
    const end = orderRun(rows, order, from, starts[slot + 1] ?? 0, isIndex);
    ends[slot] = end;
    unique += end - from;
    for (let at = from; at < end; at++) {
      const flags = rows.flags[order[at] ?? 0] ?? 0;
      if ((flags & FLAG_LATE) !== 0) late += 1;
      else if ((flags & FLAG_REORDERED) !== 0) reordered += 1;
    }
    if (!isIndex) sequences.add(rows, order.subarray(from, end), gapsOf[slot] ?? 0);
  }
  const packets = rows.length;
  const duplicates = packets - unique;
  const counts = { packets, unique, duplicates, late, reordered, ...sequences.result() };
  return { order, starts, ends, counts };
}

/**
 * When each gap ended: the lower median, over its tokens, of the first packet after it. One token alone
 * does not tell: what is sent on subscribing may be of any time inside the gap.
 */
function gapEndsOf(gaps: GapBook, rows: PacketRows, ordered: OrderedDay): number[] {
  const nextFromMs = new Map<number, number>();
  const ends: number[] = [];
  for (let index = gaps.gaps.length - 1; index >= 0; index--) {
    const gap = gaps.gaps[index];
    if (gap === undefined) continue;
    const untilMs = nextFromMs.get(gap.connection) ?? Number.POSITIVE_INFINITY;
    nextFromMs.set(gap.connection, gap.fromMs);
    const first = firstPacketsAfter(gap, rows, ordered).filter((ms) => ms <= untilMs);
    first.sort((a, b) => a - b);
    ends[index] = first[(first.length - 1) >> 1] ?? gaps.arrivedMs[index] ?? untilMs;
  }
  return ends;
}

/** By token that has one: the time of its first packet that is later than the gap's begin. */
function firstPacketsAfter(
  { fromMs, slots }: GapFact,
  rows: PacketRows,
  { order, starts, ends }: OrderedDay,
): number[] {
  return slots.flatMap((slot) => {
    let low = starts[slot] ?? 0;
    const end = ends[slot] ?? 0;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (dayMsAt(rows, order[middle] ?? 0) > fromMs) high = middle;
      else low = middle + 1;
    }
    return low < end ? [dayMsAt(rows, order[low] ?? 0)] : [];
  });
}

function walkDay(inputs: DayInputs, ordered: OrderedDay, states: SymbolStates) {
  const { instruments, buckets, rows } = inputs;
  const { order, starts, ends } = ordered;
  const symbols = instruments.map(({ symbol }) => symbol);
  const candles = createCandleTable(symbols, inputs.candlesExpected);
  const holes: HoleRow[] = [];
  const result = createWalkResult();
  const run: Run = { rows, order, from: 0, to: 0, slot: 0, bucket: 0 };
  const bucketAt = (slot: number, at: number): number =>
    buckets.bucketOf(slot, dayMsAt(rows, order[at] ?? 0));
  for (const [slot, { symbol }] of instruments.entries()) {
    const end = ends[slot] ?? 0;
    run.slot = slot;
    let rowBefore = -1;
    let bucketBefore = BUCKET_BEFORE;
    for (run.from = starts[slot] ?? 0; run.from < end; run.from = run.to) {
      run.bucket = bucketAt(slot, run.from);
      run.to = run.from + 1;
      while (run.to < end && bucketAt(slot, run.to) === run.bucket) run.to += 1;
      walkRun(states, run, result);
      const row = buckets.makesCandle(run.bucket) ? appendWalk(candles, buckets, run, result) : -1;
      if (result.hasHoleBefore || (result.hasUndatedPrint && row < 0)) {
        if (result.hasHoleBefore && rowBefore >= 0) candles.incomplete[rowBefore] = 1;
        const [fromMinute, toMinute] = [bucketBefore, run.bucket].map((bucket) =>
          buckets.minuteOf(bucket),
        );
        holes.push({ symbol, fromMinute: fromMinute ?? 0, toMinute: toMinute ?? 0 });
      }
      rowBefore = row;
      bucketBefore = run.bucket;
    }
  }
  return { candles, holes };
}

/**
 * The packets of open buckets, and the candles they make when a seal says so: once, and in the order of the
 * session, whatever order they came in.
 */
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { type AnomalyTally, VOLUME_DECREASE } from "../ticks/tick-anomalies.ts";
import { appendWalk } from "./candle-rows.ts";
import { type CandleTable, createCandleTable } from "./candle-table.ts";
import { createGapBook } from "./gap-book.ts";
import { type GapRow, gapRowsOf } from "./gap-rows.ts";
import { orderRun } from "./order-run.ts";
import { OpenBuckets } from "./open-buckets.ts";
import { groupBySlot, type PacketRows, type RowsBySlot } from "./packet-rows.ts";
import { isConsecutive } from "./sequence-steps.ts";
import { BUCKET_BEFORE, BUCKET_OPEN, type SessionBuckets } from "./session-buckets.ts";
import {
  createSymbolStates,
  createWalkResult,
  type Run,
  type SymbolStates,
  walkRun,
} from "./symbol-states.ts";

/** Candles of one minute, or of the closing auction; sorted by symbol, never changed again. */
export type SealedBatch = {
  readonly kind: "minute" | "auction";
  /** Epoch minute UTC with which its candles begin. */
  readonly minute: number;
  readonly candles: CandleTable;
};

/** No bucket is sealed before the session begins. */
const NONE_SEALED = -1;

export type BucketSealer = ReturnType<typeof createBucketSealer>;

/** The sealer of a plan whose instruments are given in the order of their slots. */
export function createBucketSealer(options: {
  readonly plan: SessionPlan;
  readonly buckets: SessionBuckets;
  readonly anomalies: AnomalyTally;
  readonly slotsByConnection: ReadonlyMap<number, readonly number[]>;
}) {
  const { plan, buckets, anomalies, slotsByConnection } = options;
  const symbols = plan.instruments.map(({ symbol }) => symbol);
  const states = createSymbolStates(plan, buckets, (slot, volume, before) => {
    anomalies.addSeen(VOLUME_DECREASE, () => `${symbols[slot] ?? ""}: ${volume} after ${before}`);
  });
  const gaps = createGapBook(slotsByConnection, buckets.endMsOf(BUCKET_OPEN), (gap) =>
    states.gaps.add(gap, Number.POSITIVE_INFINITY),
  );
  const walkBucket = createBucketWalk(states, buckets, symbols);
  const batches: SealedBatch[] = [];
  let sealedBucket = NONE_SEALED;
  let isAuctionSealed = false;
  const open = new OpenBuckets(buckets, (bucket) =>
    bucket === buckets.auction ? isAuctionSealed : bucket <= sealedBucket,
  );

  const sealBucket = (bucket: number): CandleTable => {
    for (const [gap, arrivedMs] of gaps.arrivedMs.entries()) states.gaps.setEnd(gap, arrivedMs);
    const rows = open.take(bucket);
    if (rows === undefined) return createCandleTable(symbols);
    const candles = walkBucket.walk(rows, bucket);
    open.giveBack(rows);
    return candles;
  };
  const seal = (minute: number): void => {
    const through = buckets.bucketOfMinute(minute);
    while (sealedBucket < through) {
      sealedBucket += 1;
      const candles = sealBucket(sealedBucket);
      if (sealedBucket === BUCKET_BEFORE) continue;
      batches.push({ kind: "minute", minute: buckets.minuteOf(sealedBucket), candles });
    }
  };
  return {
    gaps,
    seal,
    sealAuction: (): void => {
      if (plan.auction === null || isAuctionSealed) return;
      const minute = plan.auction.fromMinute;
      seal(minute - 1);
      isAuctionSealed = true;
      batches.push({ kind: "auction", minute, candles: sealBucket(buckets.auction) });
    },
    open,
    drainSealed: (): SealedBatch[] => batches.splice(0),
    sealedThrough: (): number =>
      plan.openMinute + Math.max(sealedBucket, BUCKET_BEFORE) - BUCKET_OPEN,
    isAuctionSealed: (): boolean => isAuctionSealed,
    duplicates: (): number => walkBucket.duplicates() + states.repeated,
    gapRows: (): GapRow[] =>
      gapRowsOf({
        gaps: gaps.gaps,
        endsMs: gaps.arrivedMs,
        tallies: states.gaps.tallies,
        buckets,
        instruments: plan.instruments,
        areConsecutive: isConsecutive(states.steps),
      }),
  };
}

/** Walks a bucket's packets, instrument by instrument, into its candles. */
function createBucketWalk(
  states: SymbolStates,
  buckets: SessionBuckets,
  symbols: readonly string[],
) {
  const result = createWalkResult();
  let grouped: RowsBySlot | undefined;
  let duplicates = 0;
  const walk = (rows: PacketRows, bucket: number): CandleTable => {
    const table = createCandleTable(symbols);
    grouped = groupBySlot(rows, symbols.length, grouped);
    const { order, starts } = grouped;
    const run: Run = { rows, order, from: 0, to: 0, slot: 0, bucket };
    for (let slot = 0; slot < symbols.length; slot++) {
      const to = starts[slot + 1] ?? 0;
      run.from = starts[slot] ?? 0;
      if (run.from === to) continue;
      run.to = orderRun(rows, order, run.from, to, states.isIndex[slot] === 1);
      run.slot = slot;
      duplicates += to - run.to;
      walkRun(states, run, result);
      if (bucket !== BUCKET_BEFORE) appendWalk(table, buckets, run, result);
    }
    return table;
  };
  return { walk, duplicates: (): number => duplicates };
}

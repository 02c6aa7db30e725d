/**
 * The open minutes of a session: takes packets in as they come and makes the candles of a bucket when it is
 * sealed. A bucket is sealed once; what comes later for it is counted and kept for the rebuild. Which record
 * says what is the engine's business.
 */
import { NO_VOLUME } from "../ticks/decode-packet.ts";
import { createPacketIntake, slotOrderOf } from "../ticks/packet-intake.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { type AnomalyTally, ZERO_PRICE } from "../ticks/tick-anomalies.ts";
import { createBucketSealer, type SealedBatch } from "./bucket-sealer.ts";
import { type GapBook, slotsByConnectionOf } from "./gap-book.ts";
import type { GapRow } from "./gap-rows.ts";
import { appendPacket, FLAG_LATE, FLAG_REORDERED, packetKeyOf } from "./packet-rows.ts";
import { type SessionBuckets, sessionBucketsOf } from "./session-buckets.ts";

/** Told of every packet that counts, once it has its place; `dayMs` since midnight in India. */
export type PacketTap = (
  slot: number,
  dayMs: number,
  key: number,
  price: number,
  volume: number,
  average: number,
  flags: number,
) => void;

/** What came, as the live book sees it; the exact numbers of a day are the rebuild's. */
export type LiveCounts = {
  /** Packets of the session's day, of wanted tokens. */
  packets: number;
  /** Of these, repeated inside a bucket. */
  duplicates: number;
  /** For a sealed minute or auction. */
  late: number;
  /** Behind a later packet of the same token, in time. */
  reordered: number;
};

export interface LiveBook {
  takeFrame(
    connection: number,
    view: DataView,
    offset: number,
    length: number,
    receivedAtMs: number,
  ): void;
  /** Seals this epoch minute and all before it. */
  seal(minute: number): void;
  sealAuction(): void;
  readonly gaps: GapBook;
  readonly buckets: SessionBuckets;
  /** Instruments in the order of their slots: by symbol. */
  readonly instruments: SessionPlan["instruments"];
  /** Batches sealed since the last call, in order. */
  drainSealed(): SealedBatch[];
  /** Newest sealed minute; the one before the open while there is none. */
  sealedThrough(): number;
  isAuctionSealed(): boolean;
  counts(): LiveCounts;
  gapRows(): GapRow[];
}

/** The book of a session, before its first packet. */
export function createLiveBook(
  plan: SessionPlan,
  anomalies: AnomalyTally,
  tap: PacketTap | null,
): LiveBook {
  const instruments = slotOrderOf(plan);
  const buckets = sessionBucketsOf({ ...plan, instruments });
  const sealer = createBucketSealer({
    plan: { ...plan, instruments },
    buckets,
    anomalies,
    slotsByConnection: slotsByConnectionOf(plan.instruments),
  });
  const { gaps } = sealer;
  const counts = { packets: 0, late: 0, reordered: 0 };
  const intake = createPacketIntake({ ...plan, instruments });
  const { register } = intake;
  const isIndex = Uint8Array.from(instruments, (instrument) => (instrument.isIndex ? 1 : 0));
  const hasVolume = plan.mode !== "ltp";
  const newestMs = new Int32Array(instruments.length);
  const newestKey = new Float64Array(instruments.length);

  /** Whether a packet is behind one of its token that came before. */
  const isBehind = (slot: number, dayMs: number, key: number): boolean => {
    const ms = newestMs[slot] ?? 0;
    if (dayMs < ms || (dayMs === ms && key < (newestKey[slot] ?? 0))) return true;
    newestMs[slot] = dayMs;
    newestKey[slot] = key;
    return false;
  };
  const takeFrame: LiveBook["takeFrame"] = (connection, view, offset, length, receivedAtMs) => {
    const slot = intake.take(view, offset, length, receivedAtMs);
    if (slot < 0) {
      anomalies.add(-1 - slot, view, offset, length);
      return;
    }
    if (register.pricePaise === 0) anomalies.add(ZERO_PRICE, view, offset, length);
    counts.packets += 1;
    const dayMs = (register.exchangeMs - buckets.midnightMs) | 0;
    gaps.sawPacket(connection, dayMs);
    const key = isIndex[slot] === 1 ? 0 : packetKeyOf(register.sequence, register.mode);
    const volume = hasVolume ? register.cumulativeVolume : NO_VOLUME;
    const rows = sealer.rowsAt(slot, dayMs);
    let flags = isBehind(slot, dayMs, key) ? FLAG_REORDERED : 0;
    if (rows !== null) {
      appendPacket(rows, slot, dayMs, key, register.pricePaise, volume, register.averagePaise, 0);
    } else if (buckets.makesCandle(buckets.bucketOf(slot, dayMs))) flags = FLAG_LATE;
    if (flags === FLAG_LATE) counts.late += 1;
    else if (flags === FLAG_REORDERED) counts.reordered += 1;
    if (tap === null) return;
    tap(slot, dayMs, key, register.pricePaise, volume, register.averagePaise, flags);
  };
  return {
    ...sealer,
    takeFrame,
    buckets,
    instruments,
    counts: () => ({ ...counts, duplicates: sealer.duplicates() }),
  };
}

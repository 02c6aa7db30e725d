/**
 * The open minutes of a session: takes packets in as they come and makes the candles of a bucket when it is
 * sealed. A bucket is sealed once; what comes later for it is counted and kept for the rebuild. Which record
 * says what is the engine's business.
 */
import { NO_VOLUME } from "../ticks/decode-packet.ts";
import { createPacketIntake, type PacketIntake, slotOrderOf } from "../ticks/packet-intake.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import { type AnomalyTally, ZERO_PRICE } from "../ticks/tick-anomalies.ts";
import { type BucketSealer, createBucketSealer, type SealedBatch } from "./bucket-sealer.ts";
import { type GapBook, slotsByConnectionOf } from "./gap-book.ts";
import type { GapRow } from "./gap-rows.ts";
import type { OpenBuckets } from "./open-buckets.ts";
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
  /** Where frames go. */
  readonly frames: FrameIntake;
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
  const inSlots = { ...plan, instruments: slotOrderOf(plan) };
  const buckets = sessionBucketsOf(inSlots);
  const slotsByConnection = slotsByConnectionOf(plan.instruments);
  const sealer = createBucketSealer({ plan: inSlots, buckets, anomalies, slotsByConnection });
  const frames = new FrameIntake({ plan: inSlots, buckets, anomalies, sealer, tap });
  const { counts } = frames;
  return {
    ...sealer,
    frames,
    buckets,
    instruments: inSlots.instruments,
    counts: () => ({ ...counts, duplicates: sealer.duplicates() }),
  };
}

type IntakeParts = {
  /** Its instruments in the order of their slots. */
  readonly plan: SessionPlan;
  readonly buckets: SessionBuckets;
  readonly anomalies: AnomalyTally;
  readonly sealer: Pick<BucketSealer, "gaps" | "open">;
  readonly tap: PacketTap | null;
};

/** Takes frames. A class, so that the compiler knows the code of every instance to be the same. */
export class FrameIntake {
  readonly counts = { packets: 0, late: 0, reordered: 0 };
  readonly #intake: PacketIntake;
  readonly #buckets: SessionBuckets;
  readonly #anomalies: AnomalyTally;
  readonly #gaps: GapBook;
  readonly #open: OpenBuckets;
  readonly #tap: PacketTap | null;
  readonly #hasVolume: boolean;
  readonly #isIndex: Uint8Array;
  readonly #newestMs: Int32Array;
  readonly #newestKey: Float64Array;

  constructor({ plan, buckets, anomalies, sealer, tap }: IntakeParts) {
    const { instruments, mode } = plan;
    this.#intake = createPacketIntake(plan);
    this.#buckets = buckets;
    this.#anomalies = anomalies;
    this.#gaps = sealer.gaps;
    this.#open = sealer.open;
    this.#tap = tap;
    this.#hasVolume = mode !== "ltp";
    this.#isIndex = Uint8Array.from(instruments, ({ isIndex }) => (isIndex ? 1 : 0));
    this.#newestMs = new Int32Array(instruments.length);
    this.#newestKey = new Float64Array(instruments.length);
  }

  /** One frame: `length` bytes at `offset`. */
  take(
    connection: number,
    view: DataView,
    offset: number,
    length: number,
    receivedAtMs: number,
  ): void {
    const slot = this.#intake.take(view, offset, length, receivedAtMs);
    if (slot < 0) {
      this.#anomalies.add(-1 - slot, view, offset, length);
      return;
    }
    const { counts } = this;
    const { register } = this.#intake;
    const { pricePaise, averagePaise } = register;
    if (pricePaise === 0) this.#anomalies.add(ZERO_PRICE, view, offset, length);
    counts.packets += 1;
    const dayMs = (register.exchangeMs - this.#buckets.midnightMs) | 0;
    this.#gaps.sawPacket(connection, dayMs);
    const key = this.#isIndex[slot] === 1 ? 0 : packetKeyOf(register.sequence, register.mode);
    const volume = this.#hasVolume ? register.cumulativeVolume : NO_VOLUME;
    const rows = this.#open.rowsAt(slot, dayMs);
    let flags = this.#isBehind(slot, dayMs, key) ? FLAG_REORDERED : 0;
    if (rows !== null) appendPacket(rows, slot, dayMs, key, pricePaise, volume, averagePaise, 0);
    else if (this.#buckets.makesCandle(this.#buckets.bucketOf(slot, dayMs))) flags = FLAG_LATE;
    if (flags === FLAG_LATE) counts.late += 1;
    else if (flags === FLAG_REORDERED) counts.reordered += 1;
    if (this.#tap === null) return;
    this.#tap(slot, dayMs, key, pricePaise, volume, averagePaise, flags);
  }

  /** Whether a packet is behind one of its token that came before. */
  #isBehind(slot: number, dayMs: number, key: number): boolean {
    const ms = this.#newestMs[slot] ?? 0;
    if (dayMs < ms || (dayMs === ms && key < (this.#newestKey[slot] ?? 0))) return true;
    this.#newestMs[slot] = dayMs;
    this.#newestKey[slot] = key;
    return false;
  }
}

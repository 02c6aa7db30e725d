/**
 * The packets of the buckets that are open. When one is sealed, and what its packets make, is the sealer's
 * business; the memory of a sealed one is used again.
 */
import { createPacketRows, type PacketRows } from "./packet-rows.ts";
import { BUCKET_BEFORE, type SessionBuckets } from "./session-buckets.ts";

export class OpenBuckets {
  readonly #buckets: SessionBuckets;
  readonly #isSealed: (bucket: number) => boolean;
  readonly #open: (PacketRows | undefined)[] = [];
  readonly #spare: PacketRows[] = [];
  /** The minute of the packet before and its rows: mostly those of the next one too. */
  #knownFromMs = 0;
  #knownToMs = 0;
  #knownRows: PacketRows | null = null;

  constructor(buckets: SessionBuckets, isSealed: (bucket: number) => boolean) {
    this.#buckets = buckets;
    this.#isSealed = isSealed;
  }

  /** Where a packet goes; null when its bucket is sealed or makes no candle. */
  rowsAt(slot: number, dayMs: number): PacketRows | null {
    const isKnown = dayMs >= this.#knownFromMs && dayMs < this.#knownToMs;
    return isKnown ? this.#knownRows : this.#findRows(slot, dayMs);
  }

  /** The rows of a bucket, which is sealed. */
  take(bucket: number): PacketRows | undefined {
    const taken = this.#open[bucket];
    this.#open[bucket] = undefined;
    this.#knownToMs = 0;
    return taken;
  }

  giveBack(taken: PacketRows): void {
    taken.length = 0;
    this.#spare.push(taken);
  }

  #findRows(slot: number, dayMs: number): PacketRows | null {
    const bucket = this.#buckets.bucketOf(slot, dayMs);
    if (bucket === this.#buckets.after || this.#isSealed(bucket)) return null;
    const rows = (this.#open[bucket] ??= this.#spare.pop() ?? createPacketRows());
    const toMs = this.#buckets.endMsOf(bucket);
    if (bucket !== BUCKET_BEFORE && toMs <= this.#buckets.alikeUntilMs) {
      this.#knownFromMs = this.#buckets.startMsOf(bucket);
      this.#knownToMs = toMs;
      this.#knownRows = rows;
    }
    return rows;
  }
}

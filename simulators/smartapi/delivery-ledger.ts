/**
 * What was really handed to the client, packet by packet, and what follows from it: which came twice, late
 * or out of order, and which never came. A test compares this with the product's own counts.
 */
import { type TickTimeline, neighbourRow, sequenceOf } from "../synthetic-market/tick-columns.ts";
import { SECONDS_PER_MINUTE, midnightMinuteOf } from "../synthetic-market/tick-session.ts";
import { tradingSpan } from "../synthetic-market/tick-truth.ts";
import { STREAM_MODES, type StreamMode } from "./packet-book.ts";

/** What one token in one mode came to. `missing` lies between its first and last packet that came. */
export type TokenReport = {
  readonly token: string;
  readonly name: string;
  readonly mode: StreamMode;
  readonly isIndex: boolean;
  readonly unique: number;
  readonly duplicates: number;
  readonly late: number;
  readonly lateSnapshots: number;
  readonly reordered: number;
  readonly missing: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
};

const MODES = STREAM_MODES.length;
const NONE = -1;

/** Counts deliveries of one session. */
export class DeliveryLedger {
  snapshots = 0;
  staleSnapshots = 0;
  sent = 0;
  /** Newest exchange second that was delivered; -1 before the first. */
  newestSecond = NONE;

  readonly #timeline: TickTimeline;
  readonly #sealDelaySeconds: number;
  readonly #delivered: (Uint8Array | undefined)[] = [];
  readonly #unique: Int32Array;
  readonly #duplicates: Int32Array;
  readonly #late: Int32Array;
  readonly #lateSnapshots: Int32Array;
  readonly #reordered: Int32Array;
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #spanFrom: Int32Array;
  readonly #spanTo: Int32Array;

  constructor(timeline: TickTimeline, sealDelaySeconds: number) {
    const tokens = timeline.instruments.length;
    const column = (): Int32Array => new Int32Array(tokens * MODES);
    this.#timeline = timeline;
    this.#sealDelaySeconds = sealDelaySeconds;
    this.#unique = column();
    this.#duplicates = column();
    this.#late = column();
    this.#lateSnapshots = column();
    this.#reordered = column();
    this.#first = column().fill(NONE);
    this.#last = column().fill(NONE);
    this.#spanFrom = Int32Array.from(
      { length: tokens },
      (_, token) => tradingSpan(timeline, token).fromMinute,
    );
    this.#spanTo = Int32Array.from(
      { length: tokens },
      (_, token) => tradingSpan(timeline, token).toMinute,
    );
  }

  /** A packet goes out. Judged as a duplicate first, then as late, then as out of order. */
  record(row: number, mode: StreamMode, isSnapshot: boolean): void {
    const timeline = this.#timeline;
    const token = timeline.token[row] ?? 0;
    const slot = token * MODES + mode - 1;
    const delivered = (this.#delivered[mode] ??= new Uint8Array(timeline.length));
    this.sent += 1;
    if (isSnapshot) this.snapshots += 1;
    if (delivered[row] === 1) {
      this.#duplicates[slot] = (this.#duplicates[slot] ?? 0) + 1;
      return;
    }
    delivered[row] = 1;
    this.#unique[slot] = (this.#unique[slot] ?? 0) + 1;
    const ordinal = timeline.ordinal[row] ?? 0;
    const last = this.#last[slot] ?? NONE;
    if (this.#isLate(row, token)) {
      const column = isSnapshot ? this.#lateSnapshots : this.#late;
      column[slot] = (column[slot] ?? 0) + 1;
    } else if (ordinal < last) {
      this.#reordered[slot] = (this.#reordered[slot] ?? 0) + 1;
    }
    const first = this.#first[slot] ?? NONE;
    if (first === NONE || ordinal < first) this.#first[slot] = ordinal;
    if (ordinal > last) this.#last[slot] = ordinal;
    const second = timeline.second[row] ?? 0;
    if (second > this.newestSecond) this.newestSecond = second;
  }

  /** Whether the packet's minute is sealed by what was delivered before it. */
  #isLate(row: number, token: number): boolean {
    const minute = Math.floor((this.#timeline.second[row] ?? 0) / SECONDS_PER_MINUTE);
    if (minute < (this.#spanFrom[token] ?? 0) || minute >= (this.#spanTo[token] ?? 0)) return false;
    return this.newestSecond >= (minute + 1) * SECONDS_PER_MINUTE + this.#sealDelaySeconds;
  }

  /** Whether the packet came in the mode. */
  wasDelivered(row: number, mode: StreamMode): boolean {
    return this.#delivered[mode]?.[row] === 1;
  }

  /** One entry for each token and mode of which anything came. */
  tokens(): TokenReport[] {
    const reports: TokenReport[] = [];
    for (const [token, instrument] of this.#timeline.instruments.entries()) {
      for (const mode of STREAM_MODES) {
        const slot = token * MODES + mode - 1;
        const first = this.#first[slot] ?? NONE;
        if (first === NONE) continue;
        const last = this.#last[slot] ?? NONE;
        const unique = this.#unique[slot] ?? 0;
        reports.push({
          token: instrument.token,
          name: instrument.name,
          mode,
          isIndex: instrument.kind !== "stock",
          unique,
          duplicates: this.#duplicates[slot] ?? 0,
          late: this.#late[slot] ?? 0,
          lateSnapshots: this.#lateSnapshots[slot] ?? 0,
          reordered: this.#reordered[slot] ?? 0,
          missing: last - first + 1 - unique,
          firstSequence: this.#sequenceAt(token, first),
          lastSequence: this.#sequenceAt(token, last),
        });
      }
    }
    return reports;
  }

  /**
   * Epoch minutes, per token and mode, of which a packet never came, from the minute of the first packet
   * that came to the last row that passed the feed.
   */
  damagedMinutes(rowsPassed: number): { token: string; mode: StreamMode; minutes: number[] }[] {
    const timeline = this.#timeline;
    const midnight = midnightMinuteOf(timeline.session.date);
    return this.tokens().flatMap(({ token, mode }) => {
      const index = timeline.instruments.findIndex((one) => one.token === token);
      const minutes = new Set<number>();
      const from = (timeline.starts[index] ?? 0) + (this.#first[index * MODES + mode - 1] ?? 0);
      for (let at = from; at < (timeline.starts[index + 1] ?? 0); at++) {
        const row = timeline.rows[at] ?? 0;
        if (row >= rowsPassed) break;
        if (this.wasDelivered(row, mode)) continue;
        minutes.add(midnight + Math.floor((timeline.second[row] ?? 0) / SECONDS_PER_MINUTE));
      }
      return minutes.size === 0 ? [] : [{ token, mode, minutes: [...minutes] }];
    });
  }

  #sequenceAt(token: number, ordinal: number): number {
    return sequenceOf(
      this.#timeline,
      this.#timeline.rows[(this.#timeline.starts[token] ?? 0) + ordinal] ?? 0,
    );
  }
}

/** Whether a packet changes neither price nor volume, so that its content can be spoilt without a trace. */
export function changesNothing(timeline: TickTimeline, row: number): boolean {
  const before = neighbourRow(timeline, row, -1);
  return (
    before !== undefined &&
    timeline.price[row] === timeline.price[before] &&
    timeline.volume[row] === timeline.volume[before]
  );
}

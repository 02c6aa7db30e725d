/**
 * Applies the records of a tick log, one by one and in their order, to the live book of its session
 * (decision 15). Live and replay are this one path, so a replayed log gives the live candles to the byte.
 * The canonical candles are the rebuild's.
 */
import { assert } from "#core/assert.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { type SessionPlan, sessionPlanSchema } from "../ticks/session-instruments.ts";
import { streamEventSchema } from "../ticks/stream-event.ts";
import { type AnomalyCount, createAnomalyTally } from "../ticks/tick-anomalies.ts";
import {
  type LogBytes,
  payloadLengthAt,
  RECORD_HEAD_BYTES,
  RECORD_KINDS,
  readJsonPayload,
  receivedAtMsAt,
  recordKindAt,
} from "../ticks/tick-log-format.ts";
import type { SealedBatch } from "./bucket-sealer.ts";
import type { GapRow } from "./gap-rows.ts";
import { createLiveBook, type LiveBook, type LiveCounts, type PacketTap } from "./live-book.ts";

/**
 * Contract, caller: hands over every record once, in the order of the log. All are of one session. A second
 * SESSION record says that another process went on with it: the state stays, every connection has a gap,
 * and the instruments are those of the first.
 */
export interface TickEngine {
  /** Whole records, as the log's writer and reader hand them over. @throws TICK_LOG_DAMAGED */
  applyRecords(records: LogBytes): void;
  /** One record; its payload is `length` bytes of the view at `offset`. @throws TICK_LOG_DAMAGED */
  applyRecord(
    kind: number,
    receivedAtMs: number,
    view: DataView,
    offset: number,
    length: number,
  ): void;
  /** Batches sealed since the last call, in order. */
  drainSealed(): SealedBatch[];
  /** Of the first SESSION record; `undefined` before it. */
  plan(): SessionPlan | undefined;
  /** Newest sealed epoch minute; the one before the open while there is none, 0 before the SESSION. */
  sealedThrough(): number;
  isAuctionSealed(): boolean;
  counts(): TickCounts;
  gaps(): GapRow[];
  anomalies(): AnomalyCount[];
  /** The book behind it; `undefined` before the SESSION record. */
  book(): LiveBook | undefined;
}

export type TickCounts = LiveCounts & {
  /** Frames of any kind that came. */
  readonly frames: number;
  /** Frames before the SESSION record that were more than is held; they are in the log. */
  readonly notHeld: number;
};

/** What is held of records before the SESSION record, which a feed that keeps its own time decides. */
const HELD_BYTES_MAX = 64 * 1024 * 1024;
const FRAME_HEAD_BYTES = 1;
const NO_COUNTS: LiveCounts = { packets: 0, duplicates: 0, late: 0, reordered: 0 };

type HeldRecord = {
  readonly kind: number;
  readonly receivedAtMs: number;
  readonly payload: DataView;
};

/** An engine before its first record. `tap` is told of every packet that counts. */
export function createTickEngine(tap: PacketTap | null = null): TickEngine {
  return new RecordEngine(tap);
}

class RecordEngine implements TickEngine {
  readonly #tap: PacketTap | null;
  readonly #anomalies = createAnomalyTally();
  #plan: SessionPlan | undefined;
  #book: LiveBook | undefined;
  #held: HeldRecord[] = [];
  #heldBytes = 0;
  #frames = 0;
  #notHeld = 0;

  constructor(tap: PacketTap | null) {
    this.#tap = tap;
  }

  applyRecords({ view, from, to }: LogBytes): void {
    let at = from;
    while (at < to) {
      const length = payloadLengthAt(view, at);
      const kind = recordKindAt(view, at);
      const receivedAtMs = receivedAtMsAt(view, at);
      const payload = at + RECORD_HEAD_BYTES;
      const book = this.#book;
      if (kind === RECORD_KINDS.FRAME && book !== undefined && length > FRAME_HEAD_BYTES) {
        this.#frames += 1;
        takeFrame(book, receivedAtMs, view, payload, length);
      } else this.applyRecord(kind, receivedAtMs, view, payload, length);
      at = payload + length;
    }
  }

  applyRecord(
    kind: number,
    receivedAtMs: number,
    view: DataView,
    offset: number,
    length: number,
  ): void {
    if (kind === RECORD_KINDS.FRAME) this.#frames += 1;
    if (kind === RECORD_KINDS.SESSION) this.#begin(readJsonPayload(view, offset, length));
    else if (this.#book === undefined) {
      this.#hold({ kind, receivedAtMs, payload: copyOf(view, offset, length) });
    } else applyTo(this.#book, kind, receivedAtMs, view, offset, length);
  }

  drainSealed(): SealedBatch[] {
    return this.#book?.drainSealed() ?? [];
  }

  plan(): SessionPlan | undefined {
    return this.#plan;
  }

  sealedThrough(): number {
    return this.#book?.sealedThrough() ?? 0;
  }

  isAuctionSealed(): boolean {
    return this.#book?.isAuctionSealed() ?? false;
  }

  counts(): TickCounts {
    const counts = this.#book?.counts() ?? NO_COUNTS;
    return { ...counts, frames: this.#frames, notHeld: this.#notHeld };
  }

  gaps(): GapRow[] {
    return this.#book?.gapRows() ?? [];
  }

  anomalies(): AnomalyCount[] {
    return this.#anomalies.list();
  }

  book(): LiveBook | undefined {
    return this.#book;
  }

  #begin(value: unknown): void {
    const next = parsePlan(value);
    if (this.#plan !== undefined) {
      const isSame = next.session === this.#plan.session;
      assert(isSame, "an engine is given the records of one session");
      this.#book?.gaps.loseAll("RESTART");
      return;
    }
    this.#plan = next;
    const book = createLiveBook(next, this.#anomalies, this.#tap);
    this.#book = book;
    const waiting = this.#held;
    this.#held = [];
    for (const { kind, receivedAtMs, payload } of waiting) {
      applyTo(book, kind, receivedAtMs, payload, 0, payload.byteLength);
    }
  }

  #hold(record: HeldRecord): void {
    this.#heldBytes += record.payload.byteLength;
    if (this.#heldBytes <= HELD_BYTES_MAX) this.#held.push(record);
    else if (record.kind === RECORD_KINDS.FRAME) this.#notHeld += 1;
  }
}

function applyTo(
  book: LiveBook,
  kind: number,
  receivedAtMs: number,
  view: DataView,
  offset: number,
  length: number,
): void {
  switch (kind) {
    case RECORD_KINDS.FRAME:
      if (length >= FRAME_HEAD_BYTES) takeFrame(book, receivedAtMs, view, offset, length);
      return;
    case RECORD_KINDS.SEAL:
      book.seal(view.getInt32(offset, true));
      return;
    case RECORD_KINDS.AUCTION_SEAL:
      book.sealAuction();
      return;
    case RECORD_KINDS.EVENT: {
      const parsed = streamEventSchema.safeParse(readJsonPayload(view, offset, length));
      if (!parsed.success) throw notOfItsForm("an event", parsed.error.message);
      const event = parsed.data;
      if (event.kind === "LOST") book.gaps.lose(event.connection, event.cause);
      return;
    }
    default:
    // Notes change no candle, and kinds of later versions are not known here.
  }
}

function takeFrame(
  book: LiveBook,
  receivedAtMs: number,
  view: DataView,
  offset: number,
  length: number,
): void {
  const connection = view.getUint8(offset);
  const frameAt = offset + FRAME_HEAD_BYTES;
  book.frames.take(connection, view, frameAt, length - FRAME_HEAD_BYTES, receivedAtMs);
}

function parsePlan(value: unknown): SessionPlan {
  const parsed = sessionPlanSchema.safeParse(value);
  if (!parsed.success) throw notOfItsForm("a session", parsed.error.message);
  return parsed.data;
}

function notOfItsForm(what: string, why: string): MeridianError {
  return new MeridianError("TICK_LOG_DAMAGED", {
    message: `a record of the tick log that should be ${what} is none: ${why}`,
  });
}

function copyOf(view: DataView, offset: number, length: number): DataView {
  return new DataView(
    view.buffer.slice(view.byteOffset + offset, view.byteOffset + offset + length),
  );
}

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
  const anomalies = createAnomalyTally();
  let plan: SessionPlan | undefined;
  let book: LiveBook | undefined;
  let held: HeldRecord[] = [];
  let heldBytes = 0;
  let frames = 0;
  let notHeld = 0;

  const hold = (record: HeldRecord): void => {
    heldBytes += record.payload.byteLength;
    if (heldBytes <= HELD_BYTES_MAX) held.push(record);
    else if (record.kind === RECORD_KINDS.FRAME) notHeld += 1;
  };
  const begin = (value: unknown): void => {
    const next = parsePlan(value);
    if (plan !== undefined) {
      assert(next.session === plan.session, "an engine is given the records of one session");
      book?.gaps.loseAll("RESTART");
      return;
    }
    plan = next;
    book = createLiveBook(plan, anomalies, tap);
    const waiting = held;
    held = [];
    for (const { kind, receivedAtMs, payload } of waiting) {
      applyTo(book, kind, receivedAtMs, payload, 0, payload.byteLength);
    }
  };
  const applyRecord: TickEngine["applyRecord"] = (kind, receivedAtMs, view, offset, length) => {
    if (kind === RECORD_KINDS.FRAME) frames += 1;
    if (kind === RECORD_KINDS.SESSION) begin(readJsonPayload(view, offset, length));
    else if (book !== undefined) applyTo(book, kind, receivedAtMs, view, offset, length);
    else hold({ kind, receivedAtMs, payload: copyOf(view, offset, length) });
  };
  return {
    applyRecord,
    applyRecords: ({ view, from, to }) => {
      let at = from;
      while (at < to) {
        const length = payloadLengthAt(view, at);
        const kind = recordKindAt(view, at);
        const receivedAtMs = receivedAtMsAt(view, at);
        const payload = at + RECORD_HEAD_BYTES;
        if (kind === RECORD_KINDS.FRAME && book !== undefined && length > FRAME_HEAD_BYTES) {
          frames += 1;
          takeFrame(book, receivedAtMs, view, payload, length);
        } else applyRecord(kind, receivedAtMs, view, payload, length);
        at = payload + length;
      }
    },
    drainSealed: () => book?.drainSealed() ?? [],
    plan: () => plan,
    sealedThrough: () => book?.sealedThrough() ?? 0,
    isAuctionSealed: () => book?.isAuctionSealed() ?? false,
    counts: () => ({ ...(book?.counts() ?? NO_COUNTS), frames, notHeld }),
    gaps: () => book?.gapRows() ?? [],
    anomalies: () => anomalies.list(),
    book: () => book,
  };
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
  const [frame, frameLength] = [offset + FRAME_HEAD_BYTES, length - FRAME_HEAD_BYTES];
  book.takeFrame(view.getUint8(offset), view, frame, frameLength, receivedAtMs);
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

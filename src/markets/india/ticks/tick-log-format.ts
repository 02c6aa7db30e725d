/**
 * The form of the tick log: a segment begins with a mark and holds records one after the other, each with
 * its length, checksum, kind and time of receipt. Pure; files are the tick log store's business.
 *
 *   u32 length of the payload | u32 CRC-32 of all that follows | u8 kind | f64 epoch ms | payload
 */
import { MeridianError } from "#core/meridian-error.ts";
import { crc32Of } from "./crc32.ts";

export const RECORD_KINDS = {
  /** u8 connection, then the frame as it came. */
  FRAME: 1,
  /** i32 epoch minute: the minute, and all before it, is sealed here. */
  SEAL: 2,
  /** JSON of a StreamEvent. */
  EVENT: 3,
  /** JSON of a SessionPlan. A second one says that another process went on with the session. */
  SESSION: 4,
  /** JSON of anything that changes no candle: the clock's error, what a segment goes on with. */
  NOTE: 5,
  /** Nothing: the closing auction's candles are sealed here. */
  AUCTION_SEAL: 6,
} as const;

/** Whole records in memory: the bytes of the view from `from` and before `to`. */
export type LogBytes = { readonly view: DataView; readonly from: number; readonly to: number };

/** What a segment begins with; the digit is the version of the form. */
export const SEGMENT_MARK = new TextEncoder().encode("MTICKS1\n");

export const RECORD_HEAD_BYTES = 17;
/** Longer is no record: the plan of 3,000 instruments takes a tenth of it. */
export const PAYLOAD_BYTES_MAX = 4 * 1024 * 1024;
/** Before the kind and the time, which the checksum covers with the payload. */
const AT_CRC = 4;
const CRC_FROM = 8;
const AT_KIND = 8;
const AT_TIME = 9;

/** Completes the record at `at`, whose payload lies there already. Returns where the next one begins. */
export function writeRecordHead(
  view: DataView,
  at: number,
  record: { readonly kind: number; readonly receivedAtMs: number; readonly length: number },
): number {
  const end = at + RECORD_HEAD_BYTES + record.length;
  view.setUint32(at, record.length, true);
  view.setUint8(at + AT_KIND, record.kind);
  view.setFloat64(at + AT_TIME, record.receivedAtMs, true);
  view.setUint32(at + AT_CRC, crc32Of(view, at + CRC_FROM, end), true);
  return end;
}

/** What lies where a record should: whole, cut off by the end of the bytes, or none. */
const RECORD_SHORT = 0;
export const RECORD_BAD = -1;

/** Bytes of the whole record at `at`, or RECORD_SHORT when it goes on behind `end`, or RECORD_BAD. */
export function checkRecord(view: DataView, at: number, end: number): number {
  if (end - at < RECORD_HEAD_BYTES) return RECORD_SHORT;
  const length = view.getUint32(at, true);
  if (length > PAYLOAD_BYTES_MAX) return RECORD_BAD;
  const bytes = RECORD_HEAD_BYTES + length;
  if (end - at < bytes) return RECORD_SHORT;
  const isWhole = view.getUint32(at + AT_CRC, true) === crc32Of(view, at + CRC_FROM, at + bytes);
  return isWhole ? bytes : RECORD_BAD;
}

/** Whether a whole record could lie at `at`: its kind is one, and its length ends before `end`. */
export function couldBeRecord(view: DataView, at: number, end: number): boolean {
  if (end - at < RECORD_HEAD_BYTES) return false;
  const kind = view.getUint8(at + AT_KIND);
  return (
    kind >= RECORD_KINDS.FRAME &&
    kind <= RECORD_KINDS.AUCTION_SEAL &&
    view.getUint32(at, true) <= end - at - RECORD_HEAD_BYTES
  );
}

export function payloadLengthAt(view: DataView, at: number): number {
  return view.getUint32(at, true);
}

export function recordKindAt(view: DataView, at: number): number {
  return view.getUint8(at + AT_KIND);
}

export function receivedAtMsAt(view: DataView, at: number): number {
  return view.getFloat64(at + AT_TIME, true);
}

/** The value of a JSON payload. @throws TICK_LOG_DAMAGED when it is none, whatever its checksum says */
export function readJsonPayload(view: DataView, offset: number, length: number): unknown {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new MeridianError("TICK_LOG_DAMAGED", {
      message: `a record of the tick log holds no JSON at byte ${offset} of its stretch`,
      cause,
    });
  }
}

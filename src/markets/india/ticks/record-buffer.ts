/**
 * Records of the tick log in memory, one after the other, before they are written. The memory is used
 * again; whoever reads the records does so before the next one is appended.
 */
import { assert } from "#core/assert.ts";
import {
  type LogBytes,
  PAYLOAD_BYTES_MAX,
  RECORD_HEAD_BYTES,
  RECORD_KINDS,
  writeRecordHead,
} from "./tick-log-format.ts";

const BUFFER_BYTES = 1024 * 1024;
const FRAME_HEAD_BYTES = 1;
const FRAME_BYTES_MAX = PAYLOAD_BYTES_MAX - FRAME_HEAD_BYTES;
const SEAL_BYTES = 4;
const encoder = new TextEncoder();

/** An empty buffer. It grows with what is appended. */
export function createRecordBuffer() {
  let bytes = new Uint8Array(BUFFER_BYTES);
  let view = new DataView(bytes.buffer);
  let end = 0;
  /** Makes room for a record and returns where its payload goes. */
  const reserve = (length: number): number => {
    assert(length <= PAYLOAD_BYTES_MAX, `a record holds at most ${PAYLOAD_BYTES_MAX} bytes`);
    const needed = end + RECORD_HEAD_BYTES + length;
    if (needed > bytes.length) {
      const grown = new Uint8Array(Math.max(bytes.length * 2, needed));
      grown.set(bytes.subarray(0, end));
      bytes = grown;
      view = new DataView(bytes.buffer);
    }
    return end + RECORD_HEAD_BYTES;
  };
  const complete = (kind: number, receivedAtMs: number, length: number): void => {
    end = writeRecordHead(view, end, { kind, receivedAtMs, length });
  };
  return {
    /** Of a frame that is longer than a record may be, and so no packet, the beginning is kept. */
    appendFrame: (connection: number, frame: Uint8Array, receivedAtMs: number): void => {
      const isTooLong = frame.length > FRAME_BYTES_MAX;
      const kept = isTooLong ? frame.subarray(0, FRAME_BYTES_MAX) : frame;
      const length = kept.length + FRAME_HEAD_BYTES;
      const at = reserve(length);
      bytes[at] = connection;
      bytes.set(kept, at + FRAME_HEAD_BYTES);
      complete(RECORD_KINDS.FRAME, receivedAtMs, length);
    },
    appendSeal: (minute: number, receivedAtMs: number): void => {
      view.setInt32(reserve(SEAL_BYTES), minute, true);
      complete(RECORD_KINDS.SEAL, receivedAtMs, SEAL_BYTES);
    },
    appendEmpty: (kind: number, receivedAtMs: number): void => {
      reserve(0);
      complete(kind, receivedAtMs, 0);
    },
    appendJson: (kind: number, text: string, receivedAtMs: number): void => {
      const payload = encoder.encode(text);
      const at = reserve(payload.length);
      bytes.set(payload, at);
      complete(kind, receivedAtMs, payload.length);
    },
    length: (): number => end,
    bytes: (): Uint8Array => bytes.subarray(0, end),
    records: (): LogBytes => ({ view, from: 0, to: end }),
    clear: (): void => {
      end = 0;
    },
  };
}

/**
 * Writes the tick log of a stream: frames and what happened between them, in one order, before anything
 * interprets them. A file belongs to one start of one process, and a new one begins at a size limit.
 * What was written is handed on as the same bytes; reading and repairing is `tick-log-read-store.ts`.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { assert } from "#core/assert.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import type { EpochMs } from "#core/clock.ts";
import { errorCodeOf, wrapDiskError } from "#platform/atomic-file.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { createRecordBuffer } from "./record-buffer.ts";
import type { SessionPlan } from "./session-instruments.ts";
import { type LogBytes, RECORD_KINDS, SEGMENT_MARK } from "./tick-log-format.ts";
import type { StreamEvent } from "./tick-source.ts";

/** A segment that no more is written to; its path is relative to the market's raw folder. */
export type ClosedSegment = { readonly path: string; readonly bytes: number };

/** Contract, caller: `flush` often, at least with each turn of the event loop; never append in `onWritten`. */
export interface TickLogWriter {
  appendFrame(connection: number, bytes: Uint8Array, receivedAt: EpochMs): void;
  appendSeal(minute: number, receivedAt: EpochMs): void;
  appendAuctionSeal(receivedAt: EpochMs): void;
  appendEvent(event: StreamEvent, receivedAt: EpochMs): void;
  appendSession(plan: SessionPlan, receivedAt: EpochMs): void;
  appendNote(note: { readonly [name: string]: unknown }, receivedAt: EpochMs): void;
  /** Bytes that wait for `flush`. */
  pendingBytes(): number;
  /**
   * Writes what waits and hands the same bytes to `onWritten`. @throws DISK_FULL; then nothing of it is
   * in the file, and it waits on
   */
  flush(): void;
  /** Flushes, then makes what is written durable while the caller's thread goes on. */
  sync(): Promise<void>;
  /** Flushes, syncs and closes. The writer is not used again. */
  close(): Promise<void>;
}

/** At most this long is a segment; a record that would pass it begins the next one. */
const SEGMENT_BYTES_MAX = 256 * 1024 * 1024;
/** What waits may grow to this while a caller does not flush; then it is written without being asked. */
const PENDING_BYTES_MAX = 16 * 1024 * 1024;
const SEGMENT_DIGITS = 4;
const SEGMENTS_MAX = 9_999;

/** Where a segment lies: `<UTC date of the start>/ticks/<UTC start>-<process>-<number>.ticks`. */
export function segmentPathOf(startedAt: EpochMs, pid: number, segment: number): string {
  const iso = isoOfInstant(startedAt);
  const stamp = iso.replaceAll(/[-:.]/g, "");
  const number = String(segment).padStart(SEGMENT_DIGITS, "0");
  return `${iso.slice(0, 10)}/ticks/${stamp}-${pid}-${number}.ticks`;
}

export type TickLogOptions = {
  /** The market's raw folder. */
  readonly rawDir: string;
  readonly startedAt: EpochMs;
  readonly pid: number;
  readonly segmentBytesMax?: number | undefined;
  /** Called in each flush with the bytes that were written; they are valid only during the call. */
  readonly onWritten: (records: LogBytes) => void;
  /** Called when a segment is full and at the close. */
  readonly onSegmentClosed?: ((segment: ClosedSegment) => void) | undefined;
};

/** Opens a writer. Its first file is made by the first flush. */
export function openTickLogWriter(options: TickLogOptions): TickLogWriter {
  const { onWritten, onSegmentClosed } = options;
  const buffer = createRecordBuffer();
  const segments = createSegmentFile({
    ...options,
    segmentBytesMax: options.segmentBytesMax ?? SEGMENT_BYTES_MAX,
    onClosed: (segment) => onSegmentClosed?.(segment),
    // A later segment says whose it is, since the session's own record lies in an earlier one.
    noteOf: (goesOnWith) => noteRecord({ goesOnWith, session }, newestMs),
  });
  let session: string | null = null;
  let newestMs = options.startedAt;
  let isHandingOn = false;

  const flush = (): void => {
    if (buffer.length() === 0) return;
    segments.write(buffer.bytes());
    const written = buffer.records();
    buffer.clear();
    isHandingOn = true;
    try {
      onWritten(written);
    } finally {
      isHandingOn = false;
    }
  };
  const appended = (receivedAt: EpochMs): void => {
    assert(!isHandingOn, "nothing is appended in onWritten: it shares the memory");
    newestMs = receivedAt;
    if (buffer.length() >= PENDING_BYTES_MAX) flush();
  };
  const appendJson = (kind: number, value: unknown, receivedAt: EpochMs): void => {
    buffer.appendJson(kind, canonicalJson(value), receivedAt);
    appended(receivedAt);
  };
  return {
    appendFrame: (connection, bytes, receivedAt) => {
      buffer.appendFrame(connection, bytes, receivedAt);
      appended(receivedAt);
    },
    appendSeal: (minute, receivedAt) => {
      buffer.appendSeal(minute, receivedAt);
      appended(receivedAt);
    },
    appendAuctionSeal: (receivedAt) => {
      buffer.appendEmpty(RECORD_KINDS.AUCTION_SEAL, receivedAt);
      appended(receivedAt);
    },
    appendEvent: (event, receivedAt) => appendJson(RECORD_KINDS.EVENT, event, receivedAt),
    appendSession: (plan, receivedAt) => {
      session = plan.session;
      appendJson(RECORD_KINDS.SESSION, plan, receivedAt);
    },
    appendNote: (note, receivedAt) => appendJson(RECORD_KINDS.NOTE, note, receivedAt),
    pendingBytes: () => buffer.length(),
    flush,
    sync: async () => {
      flush();
      await segments.sync();
    },
    close: async () => {
      flush();
      await segments.close();
    },
  };
}

function noteRecord(note: object, receivedAtMs: number): Uint8Array {
  const buffer = createRecordBuffer();
  buffer.appendJson(RECORD_KINDS.NOTE, canonicalJson(note), receivedAtMs);
  return buffer.bytes();
}

type OpenFile = { readonly path: string; readonly handle: number; size: number; syncs: number };

/** The file that is written to, and the ones before it that wait for a sync to end. */
function createSegmentFile(options: {
  readonly rawDir: string;
  readonly startedAt: EpochMs;
  readonly pid: number;
  readonly segmentBytesMax: number;
  readonly onClosed: (segment: ClosedSegment) => void;
  /** What a segment that goes on with another begins with. */
  readonly noteOf: (goesOnWith: string) => Uint8Array;
}) {
  const { rawDir, startedAt, pid, segmentBytesMax, onClosed, noteOf } = options;
  let count = 0;
  let file: OpenFile | null = null;
  let before: string | null = null;
  let sync = Promise.resolve();

  const retire = (old: OpenFile): void => {
    fdatasyncSync(old.handle);
    // A sync that runs in the background still holds the handle.
    if (old.syncs === 0) closeSync(old.handle);
    else void sync.finally(() => closeSync(old.handle));
    before = old.path;
    onClosed({ path: old.path, bytes: old.size });
  };
  /** The file with room for so many bytes: the one that is written to, or the next. */
  const reserve = (bytes: number): OpenFile => {
    if (file !== null && file.size + bytes > segmentBytesMax) {
      const full = file;
      file = null;
      retire(full);
    }
    while (file === null) {
      count += 1;
      assert(count <= SEGMENTS_MAX, `one start writes at most ${SEGMENTS_MAX} segments`);
      const note = before === null ? new Uint8Array(0) : noteOf(before);
      file = createFile(rawDir, segmentPathOf(startedAt, pid, count), [SEGMENT_MARK, note]);
    }
    return file;
  };
  return {
    write: (bytes: Uint8Array): void => writeWhole(reserve(bytes.length), bytes),
    sync: async (): Promise<void> => {
      const synced = file;
      if (synced === null) return;
      synced.syncs += 1;
      const asked = sync.then(() => syncHandle(synced.handle)).finally(() => (synced.syncs -= 1));
      sync = asked.catch(() => undefined);
      await asked;
    },
    close: async (): Promise<void> => {
      const last = file;
      file = null;
      await sync;
      if (last !== null) retire(last);
    },
  };
}

/** A new segment that begins so, or `null` when a file of that name is there. @throws DISK_FULL */
function createFile(rawDir: string, path: string, begin: readonly Uint8Array[]): OpenFile | null {
  const absolute = join(rawDir, ...path.split("/"));
  let handle: number;
  try {
    mkdirSync(dirname(absolute), { recursive: true });
    handle = openSync(absolute, "wx");
  } catch (cause) {
    if (errorCodeOf(cause) === "EEXIST") return null;
    throw wrapDiskError(cause, absolute);
  }
  const file: OpenFile = { path, handle, size: 0, syncs: 0 };
  try {
    for (const bytes of begin) writeWhole(file, bytes);
  } catch (cause) {
    closeSync(handle);
    rmSync(absolute, { force: true });
    throw cause;
  }
  return file;
}

/** Appends all of the bytes or nothing of them. @throws DISK_FULL */
function writeWhole(file: OpenFile, bytes: Uint8Array): void {
  let written = 0;
  try {
    while (written < bytes.length) {
      const left = bytes.length - written;
      written += writeSync(file.handle, bytes, written, left, file.size + written);
    }
  } catch (cause) {
    ftruncateSync(file.handle, file.size);
    throw wrapDiskError(cause, file.path);
  }
  file.size += bytes.length;
}

function syncHandle(handle: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(handle, (cause) => {
      if (cause) reject(cause);
      else resolve();
    });
  });
}

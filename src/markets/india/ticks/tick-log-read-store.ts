/**
 * Reads segments of the tick log in bounded memory, finds where they end, and cuts the torn tail that a
 * killed writer left. Damage before the end is never repaired: what precedes it can be replayed, and
 * whether that is enough is the caller's decision.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  fsyncSync,
  openSync,
  readSync,
  rmSync,
} from "node:fs";
import { basename } from "node:path";
import { MeridianError } from "#core/meridian-error.ts";
import {
  checkRecord,
  couldBeRecord,
  type LogBytes,
  PAYLOAD_BYTES_MAX,
  RECORD_BAD,
  RECORD_HEAD_BYTES,
  SEGMENT_MARK,
} from "./tick-log-format.ts";

/** Where a segment's whole records end, and what follows them. */
export type TickLogEnd = {
  /** Bytes up to the end of the last whole record before anything else. */
  readonly bytes: number;
  readonly records: number;
  /** `whole`: nothing follows. `torn`: a piece of a record. `damaged`: pieces, and then whole records. */
  readonly state: "whole" | "torn" | "damaged";
};

/** `removed`: nothing was received into it. */
export type TickLogRepair = {
  readonly state: "whole" | "cut" | "damaged" | "removed";
  readonly bytes: number;
  readonly records: number;
};

/** Twice the longest record, so that after each read at least one whole record is there. */
const BLOCK_BYTES = 2 * (PAYLOAD_BYTES_MAX + RECORD_HEAD_BYTES);

/**
 * Hands all whole records over in order, several at a time; the bytes are valid only during the call. A
 * torn tail is not handed over, and is no error: it belongs to a writer that was killed, or still writes.
 * @throws TICK_LOG_DAMAGED once all that precedes the damage was handed over
 */
export function readTickLog(path: string, onRecords: (records: LogBytes) => void): TickLogEnd {
  const end = scanTickLog(path, onRecords);
  if (end.state !== "damaged") return end;
  throw new MeridianError("TICK_LOG_DAMAGED", {
    message: `${basename(path)} is damaged at byte ${end.bytes}, after ${end.records} whole records, and more follow`,
    facts: { file: basename(path), byte: end.bytes, records: end.records },
  });
}

/** Cuts what a killed writer left behind the last whole record. Not for a segment that is written to. */
export function repairTickLog(path: string): TickLogRepair {
  const { bytes, records, state } = scanTickLog(path, () => undefined);
  if (state === "damaged") return { state, bytes, records };
  if (records === 0) {
    rmSync(path);
    return { state: "removed", bytes: 0, records };
  }
  if (state === "whole") return { state, bytes, records };
  const file = openSync(path, "r+");
  try {
    ftruncateSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return { state: "cut", bytes, records };
}

/** As `readTickLog`, but says in what state the segment is instead of refusing damage. */
export function scanTickLog(path: string, onRecords: (records: LogBytes) => void): TickLogEnd {
  const file = openSync(path, "r");
  try {
    const blocks = createBlockReader(file);
    blocks.fill(0);
    if (!blocks.startsWith(SEGMENT_MARK)) return scanBehind(blocks, 0, 0);
    let at = SEGMENT_MARK.length;
    let records = 0;
    for (;;) {
      const { view, start, length } = blocks.fill(at);
      const from = at - start;
      let to = from;
      let size = checkRecord(view, to, length);
      while (size > 0) {
        records += 1;
        to += size;
        size = checkRecord(view, to, length);
      }
      if (to > from) onRecords({ view, from, to });
      at = start + to;
      if (at === blocks.bytes()) return { bytes: at, records, state: "whole" };
      if (size === RECORD_BAD || to === from) return scanBehind(blocks, at, records);
    }
  } finally {
    closeSync(file);
  }
}

/** Whether whole records follow a place where none is. */
function scanBehind(
  blocks: ReturnType<typeof createBlockReader>,
  bad: number,
  records: number,
): TickLogEnd {
  for (let at = bad + 1; at < blocks.bytes(); at++) {
    const { view, start, length } = blocks.fill(at);
    if (!couldBeRecord(view, at - start, blocks.bytes() - start)) continue;
    if (checkRecord(view, at - start, length) > 0) return { bytes: bad, records, state: "damaged" };
  }
  return { bytes: bad, records, state: "torn" };
}

/** A window on the file that moves forward. */
function createBlockReader(file: number) {
  const bytes = fstatSync(file).size;
  const block = new Uint8Array(Math.min(bytes, BLOCK_BYTES));
  const view = new DataView(block.buffer);
  let start = 0;
  let length = 0;
  return {
    bytes: (): number => bytes,
    startsWith: (mark: Uint8Array): boolean =>
      length >= mark.length && mark.every((byte, at) => block[at] === byte),
    /** Moves the window so that the longest record at `at` lies in it, as far as the file goes. */
    fill: (at: number): { view: DataView; start: number; length: number } => {
      const wanted = Math.min(bytes - at, block.length / 2);
      if (length === 0 || at < start || at + wanted > start + length) {
        const kept = at >= start && at < start + length ? start + length - at : 0;
        if (kept > 0) block.copyWithin(0, at - start, length);
        start = at;
        length = kept;
        while (length < block.length) {
          const count = readSync(file, block, length, block.length - length, start + length);
          if (count === 0) break;
          length += count;
        }
      }
      return { view, start, length };
    },
  };
}

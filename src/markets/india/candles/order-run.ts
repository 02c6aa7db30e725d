/**
 * Puts the packets of one instrument into the order of events and drops repeated ones (decision 16),
 * whatever order they arrived in. What they mean is `symbol-states.ts`.
 */
import {
  averageAt,
  dayMsAt,
  FLAG_LATE,
  FLAG_REORDERED,
  FLAG_REPEATED,
  keyAt,
  type PacketRows,
  priceAt,
  volumeAt,
} from "./packet-rows.ts";

/**
 * Sorts `order[from..to)` by exchange time and sequence number - an index: by exchange time, volume and
 * price - and removes repeated packets. Returns where the run ends then. Of equal packets the first in
 * this order stays, with the flags of the one that came first.
 */
export function orderRun(
  rows: PacketRows,
  order: Int32Array,
  from: number,
  to: number,
  isIndex: boolean,
): number {
  if (isIndex ? isIndexInOrder(rows, order, from, to) : isInOrder(rows, order, from, to)) return to;
  const run = order.subarray(from, to).sort((a, b) => compareEvents(rows, a, b));
  const sameness = isIndex ? compareIndexSameness : compareSameness;
  const bySameness = run.slice().sort((a, b) => sameness(rows, a, b) || a - b);
  let repeated = 0;
  for (let at = 0; at < bySameness.length;) {
    const first = bySameness[at] ?? 0;
    let end = at + 1;
    while (end < bySameness.length && sameness(rows, first, bySameness[end] ?? 0) === 0) end += 1;
    if (end - at > 1) markRepeated(rows, bySameness.subarray(at, end), first);
    repeated += end - at - 1;
    at = end;
  }
  if (repeated === 0) return to;
  let end = from;
  for (let at = from; at < to; at++) {
    const row = order[at] ?? 0;
    if (((rows.flags[row] ?? 0) & FLAG_REPEATED) === 0) order[end++] = row;
  }
  return end;
}

/** Leaves of equal packets the first in the order of events, and flags it as the first that came. */
function markRepeated(rows: PacketRows, equal: Int32Array, firstToCome: number): void {
  let kept = firstToCome;
  for (const row of equal) if (compareEvents(rows, row, kept) < 0) kept = row;
  const how = (rows.flags[firstToCome] ?? 0) & (FLAG_LATE | FLAG_REORDERED);
  for (const row of equal) rows.flags[row] = FLAG_REPEATED;
  rows.flags[kept] = how;
}

/** Whether time never goes back and every key is greater than the one before: then none is repeated. */
function isInOrder(rows: PacketRows, order: Int32Array, from: number, to: number): boolean {
  let ms = -1;
  let key = -1;
  for (let at = from; at < to; at++) {
    const row = order[at] ?? 0;
    const rowMs = dayMsAt(rows, row);
    const rowKey = keyAt(rows, row);
    if (rowMs < ms || rowKey <= key) return false;
    ms = rowMs;
    key = rowKey;
  }
  return true;
}

/** Whether every time is later than the one before. */
function isIndexInOrder(rows: PacketRows, order: Int32Array, from: number, to: number): boolean {
  let ms = -1;
  for (let at = from; at < to; at++) {
    const rowMs = dayMsAt(rows, order[at] ?? 0);
    if (rowMs <= ms) return false;
    ms = rowMs;
  }
  return true;
}

/** The order of events; the values behind the key only make it the same for any order of arrival. */
function compareEvents(rows: PacketRows, a: number, b: number): number {
  return (
    dayMsAt(rows, a) - dayMsAt(rows, b) ||
    keyAt(rows, a) - keyAt(rows, b) ||
    volumeAt(rows, a) - volumeAt(rows, b) ||
    priceAt(rows, a) - priceAt(rows, b) ||
    averageAt(rows, a) - averageAt(rows, b)
  );
}

function compareSameness(rows: PacketRows, a: number, b: number): number {
  return keyAt(rows, a) - keyAt(rows, b);
}

function compareIndexSameness(rows: PacketRows, a: number, b: number): number {
  return (
    dayMsAt(rows, a) - dayMsAt(rows, b) ||
    priceAt(rows, a) - priceAt(rows, b) ||
    volumeAt(rows, a) - volumeAt(rows, b)
  );
}

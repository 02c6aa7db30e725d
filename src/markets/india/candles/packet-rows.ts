/**
 * Packets as columns of numbers: what a minute keeps until its seal and a rebuild keeps of a day. 33 bytes
 * a packet; columns grow one at a time, so that no more than one is held twice.
 */

/**
 * Growable columns, `length` rows of which are filled, in the order of arrival.
 * dayMs: milliseconds since midnight in India; key: sequence number and mode in one, 0 for an index;
 * price, average: paise; volume: cumulative of the day, NO_VOLUME where there is none.
 */
export type PacketRows = {
  length: number;
  slot: Int32Array;
  dayMs: Int32Array;
  key: Float64Array;
  price: Int32Array;
  volume: Float64Array;
  average: Int32Array;
  flags: Uint8Array;
};

/** Its minute was sealed when it came. */
export const FLAG_LATE = 1;
/** A packet of its token that is later in the order of events came before it. */
export const FLAG_REORDERED = 2;
/** Repeats a packet that is kept. */
export const FLAG_REPEATED = 4;

const CAPACITY_MIN = 1024;
const MODES = 4;

export function createPacketRows(): PacketRows {
  return {
    length: 0,
    slot: new Int32Array(CAPACITY_MIN),
    dayMs: new Int32Array(CAPACITY_MIN),
    key: new Float64Array(CAPACITY_MIN),
    price: new Int32Array(CAPACITY_MIN),
    volume: new Float64Array(CAPACITY_MIN),
    average: new Int32Array(CAPACITY_MIN),
    flags: new Uint8Array(CAPACITY_MIN),
  };
}

/** Sequence number and mode as one exact number: what makes two packets of a token the same one. */
export function packetKeyOf(sequence: number, mode: number): number {
  return sequence * MODES + mode;
}

export function sequenceOfKey(key: number): number {
  return Math.floor(key / MODES);
}

export function modeOfKey(key: number): number {
  return key % MODES;
}

/** Appends a packet. Many numbers rather than an object: this runs for every packet there is. */
export function appendPacket(
  rows: PacketRows,
  slot: number,
  dayMs: number,
  key: number,
  price: number,
  volume: number,
  average: number,
  flags: number,
): void {
  const row = rows.length;
  if (row === rows.slot.length) growPacketRows(rows, row * 2);
  rows.length = row + 1;
  rows.slot[row] = slot;
  rows.dayMs[row] = dayMs;
  rows.key[row] = key;
  rows.price[row] = price;
  rows.volume[row] = volume;
  rows.average[row] = average;
  rows.flags[row] = flags;
}

function growPacketRows(rows: PacketRows, size: number): void {
  const grow = <T extends Int32Array | Uint8Array | Float64Array>(old: T, made: T): T => {
    made.set(old);
    return made;
  };
  rows.slot = grow(rows.slot, new Int32Array(size));
  rows.dayMs = grow(rows.dayMs, new Int32Array(size));
  rows.key = grow(rows.key, new Float64Array(size));
  rows.price = grow(rows.price, new Int32Array(size));
  rows.volume = grow(rows.volume, new Float64Array(size));
  rows.average = grow(rows.average, new Int32Array(size));
  rows.flags = grow(rows.flags, new Uint8Array(size));
}

/** Rows by slot, and within a slot in their order: `order[starts[s]..starts[s + 1])` are those of slot s. */
export type RowsBySlot = { readonly order: Int32Array; readonly starts: Int32Array };

/** Sorts rows by slot in two passes. The memory of `before` is used again when it is large enough. */
export function groupBySlot(rows: PacketRows, slots: number, before?: RowsBySlot): RowsBySlot {
  const order =
    before !== undefined && before.order.length >= rows.length
      ? before.order
      : new Int32Array(rows.slot.length);
  const starts = before?.starts ?? new Int32Array(slots + 2);
  starts.fill(0);
  // Counted two places ahead, so that the second pass leaves each slot's start where it belongs.
  for (let row = 0; row < rows.length; row++) {
    const at = (rows.slot[row] ?? 0) + 2;
    starts[at] = (starts[at] ?? 0) + 1;
  }
  for (let slot = 2; slot < starts.length; slot++) {
    starts[slot] = (starts[slot] ?? 0) + (starts[slot - 1] ?? 0);
  }
  for (let row = 0; row < rows.length; row++) {
    const at = (rows.slot[row] ?? 0) + 1;
    const place = starts[at] ?? 0;
    order[place] = row;
    starts[at] = place + 1;
  }
  return { order, starts };
}

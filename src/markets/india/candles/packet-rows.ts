/**
 * Packets as rows of numbers: what a minute keeps until its seal and a rebuild keeps of a day. A row is 32
 * bytes, half a line of the processor's cache, and its flags: it is written in order and read by instrument.
 */

/**
 * Growable rows, `length` of which are filled, in the order of arrival. `words` and `numbers` show the same
 * memory: four words (slot, milliseconds since midnight in India, price and average in paise), then two
 * numbers (the key, 0 for an index; the cumulative volume, NO_VOLUME where there is none).
 */
export type PacketRows = {
  length: number;
  words: Int32Array<ArrayBuffer>;
  numbers: Float64Array<ArrayBuffer>;
  flags: Uint8Array<ArrayBuffer>;
};

const ROW_WORDS = 8;
const ROW_NUMBERS = 4;
const ROW_BYTES = 32;
const WORD_DAY_MS = 1;
const WORD_PRICE = 2;
const WORD_AVERAGE = 3;
const NUMBER_KEY = 2;
const NUMBER_VOLUME = 3;

/** Its minute was sealed when it came. */
export const FLAG_LATE = 1;
/** A packet of its token that is later in the order of events came before it. */
export const FLAG_REORDERED = 2;
/** Repeats a packet that is kept. */
export const FLAG_REPEATED = 4;

const CAPACITY_MIN = 1024;
/** Small, since rows move to more memory without being held twice. */
const GROWTH = 1.25;
/** From the key of a packet to that of its token's next one in the same mode. */
export const KEY_STEP = 4;

export function createPacketRows(): PacketRows {
  const memory = new ArrayBuffer(CAPACITY_MIN * ROW_BYTES);
  return {
    length: 0,
    words: new Int32Array(memory),
    numbers: new Float64Array(memory),
    flags: new Uint8Array(CAPACITY_MIN),
  };
}

function slotAt(rows: PacketRows, row: number): number {
  return rows.words[row * ROW_WORDS] ?? 0;
}

export function dayMsAt(rows: PacketRows, row: number): number {
  return rows.words[row * ROW_WORDS + WORD_DAY_MS] ?? 0;
}

export function priceAt(rows: PacketRows, row: number): number {
  return rows.words[row * ROW_WORDS + WORD_PRICE] ?? 0;
}

export function averageAt(rows: PacketRows, row: number): number {
  return rows.words[row * ROW_WORDS + WORD_AVERAGE] ?? 0;
}

export function keyAt(rows: PacketRows, row: number): number {
  return rows.numbers[row * ROW_NUMBERS + NUMBER_KEY] ?? 0;
}

export function volumeAt(rows: PacketRows, row: number): number {
  return rows.numbers[row * ROW_NUMBERS + NUMBER_VOLUME] ?? 0;
}

/** Sequence number and mode as one exact number: what makes two packets of a token the same one. */
export function packetKeyOf(sequence: number, mode: number): number {
  return sequence * KEY_STEP + mode;
}

export function sequenceOfKey(key: number): number {
  return Math.floor(key / KEY_STEP);
}

export function modeOfKey(key: number): number {
  return key % KEY_STEP;
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
  if (row === rows.flags.length) growPacketRows(rows, Math.ceil(row * GROWTH));
  const { words, numbers } = rows;
  const word = row * ROW_WORDS;
  const number = row * ROW_NUMBERS;
  rows.length = row + 1;
  words[word] = slot;
  words[word + WORD_DAY_MS] = dayMs;
  words[word + WORD_PRICE] = price;
  words[word + WORD_AVERAGE] = average;
  numbers[number + NUMBER_KEY] = key;
  numbers[number + NUMBER_VOLUME] = volume;
  rows.flags[row] = flags;
}

/** Moves the rows to more memory; what they had is free at once, not when garbage is collected. */
function growPacketRows(rows: PacketRows, size: number): void {
  const memory = rows.words.buffer.transfer(size * ROW_BYTES);
  rows.words = new Int32Array(memory);
  rows.numbers = new Float64Array(memory);
  rows.flags = new Uint8Array(rows.flags.buffer.transfer(size));
}

/** Rows by slot, and within a slot in their order: `order[starts[s]..starts[s + 1])` are those of slot s. */
export type RowsBySlot = { readonly order: Int32Array; readonly starts: Int32Array };

/** Sorts rows by slot in two passes. The memory of `before` is used again when it is large enough. */
export function groupBySlot(rows: PacketRows, slots: number, before?: RowsBySlot): RowsBySlot {
  const order =
    before !== undefined && before.order.length >= rows.length
      ? before.order
      : new Int32Array(before === undefined ? rows.length : rows.flags.length);
  const starts = before?.starts ?? new Int32Array(slots + 2);
  starts.fill(0);
  // Counted two places ahead, so that the second pass leaves each slot's start where it belongs.
  for (let row = 0; row < rows.length; row++) {
    const at = slotAt(rows, row) + 2;
    starts[at] = (starts[at] ?? 0) + 1;
  }
  for (let slot = 2; slot < starts.length; slot++) {
    starts[slot] = (starts[slot] ?? 0) + (starts[slot - 1] ?? 0);
  }
  for (let row = 0; row < rows.length; row++) {
    const at = slotAt(rows, row) + 1;
    const place = starts[at] ?? 0;
    order[place] = row;
    starts[at] = place + 1;
  }
  return { order, starts };
}

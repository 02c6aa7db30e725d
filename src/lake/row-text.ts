/**
 * The canonical text of analytics rows, fed to a hash as it is written: fields between tabs, one
 * line a row, NULL as nothing, prices with their four decimals, `known_at` left out (decision 11).
 * Written four bytes at a time, since a build digests millions of rows.
 */
import { createHash } from "node:crypto";
import { assert } from "#core/assert.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import type { BarTable } from "./bar-table.ts";

const BUFFER_BYTES = 1 << 16;
/** Room behind the buffer for the bytes of a word that do not count. */
const WORD_BYTES = 4;
/** Longest numeric field or date. */
const FIELD_BYTES_MAX = 32;
/** Distinct texts kept in encoded form. */
const TEXTS_KEPT_MAX = 100_000;
const TAB = 9;
const NEWLINE = 10;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;
const QUAD = 10_000;
const PRICE_DECIMALS = 4;
/** Session, four prices, volume. */
const BAR_FIELDS = 6;
/** Powers of ten by exponent. */
const SCALES = Array.from({ length: 9 }, (_, decimals) => 10 ** decimals);
/** Days whose text is kept: 1900 to 2199. */
const DAYS_KEPT_FROM = -25_567;
const DAYS_KEPT = 109_573;

/** Fields as bytes, each with its tab: `length` bytes in words of four, low byte first. */
export type EncodedFields = { readonly words: Uint32Array; readonly length: number };

export interface RowText {
  text(value: string): void;
  /** Fields that `encodeFields` made ready. */
  encoded(fields: EncodedFields): void;
  day(dayNumber: number): void;
  /** An integer in units of 10^-`decimals`; NaN is NULL. */
  decimal(units: number, decimals: number): void;
  /** `head`, then session, prices and volume of one row of a table, then `tail`. */
  bar(table: BarTable, row: number, head: EncodedFields, tail: EncodedFields): void;
  endRow(): void;
  /** Ends the text and returns its SHA-256. */
  digest(): string;
}

/** Starts a text of rows of the dataset `name` (its first line). */
export function startRowText(name: string): RowText {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(BUFFER_BYTES + WORD_BYTES);
  const view = new DataView(buffer.buffer);
  const texts = createTextCache();
  const dates = createDateCache();
  let used = 0;

  const room = (bytes: number): void => {
    if (used + bytes > BUFFER_BYTES) {
      hash.update(buffer.subarray(0, used));
      used = 0;
    }
  };
  const encoded = (fields: EncodedFields): void => {
    room(fields.length);
    used = writeFields(view, used, fields);
  };
  encoded(texts.fieldOf(name));
  return {
    text: (value) => encoded(texts.fieldOf(value)),
    encoded,
    day: (dayNumber) => encoded(dates.fieldOf(dayNumber)),
    decimal: (units, decimals) => {
      room(FIELD_BYTES_MAX);
      used = writeDecimal(view, used, units, decimals);
    },
    bar: ({ day, open, high, low, close, volume }, row, head, tail) => {
      room(head.length + BAR_FIELDS * FIELD_BYTES_MAX + tail.length);
      let at = writeFields(view, used, head);
      at = writeFields(view, at, dates.fieldOf(day[row] ?? 0));
      at = writeDecimal(view, at, open[row] ?? NaN, PRICE_DECIMALS);
      at = writeDecimal(view, at, high[row] ?? NaN, PRICE_DECIMALS);
      at = writeDecimal(view, at, low[row] ?? NaN, PRICE_DECIMALS);
      at = writeDecimal(view, at, close[row] ?? NaN, PRICE_DECIMALS);
      at = writeDecimal(view, at, volume[row] ?? NaN, 0);
      used = writeFields(view, at, tail);
    },
    endRow: () => {
      room(1);
      buffer[used++] = NEWLINE;
    },
    digest: () => {
      hash.update(buffer.subarray(0, used));
      used = 0;
      return hash.digest("hex");
    },
  };
}

function writeFields(view: DataView, at: number, { words, length }: EncodedFields): number {
  for (let word = 0; word < words.length; word++) {
    view.setUint32(at + WORD_BYTES * word, words[word] ?? 0, true);
  }
  return at + length;
}

/** Writes a number and its tab; of NaN the tab alone. */
function writeDecimal(view: DataView, from: number, units: number, decimals: number): number {
  let at = from;
  const small = units | 0;
  if (small === units && small >= 0 && decimals === PRICE_DECIMALS) {
    // Nearly every price: whole numbers of 32 bits are divided much faster.
    const whole = (small / QUAD) | 0;
    at = writeWhole(view, at, whole);
    view.setUint8(at, POINT);
    view.setUint32(at + 1, QUADS[small - whole * QUAD] ?? 0, true);
    at += 1 + PRICE_DECIMALS;
  } else if (!Number.isNaN(units)) {
    if (units < 0) view.setUint8(at++, MINUS);
    const scale = SCALES[decimals] ?? 10 ** decimals;
    const whole = Math.floor(Math.abs(units) / scale);
    at = writeWhole(view, at, whole);
    if (decimals > 0) {
      view.setUint8(at++, POINT);
      at = writeFraction(view, at, Math.abs(units) - whole * scale, decimals);
    }
  }
  view.setUint8(at, TAB);
  return at + 1;
}

/** Makes fields ready for `RowText.encoded`: what several rows share is encoded once. */
export function encodeFields(fields: readonly string[]): EncodedFields {
  const bytes = new TextEncoder().encode(fields.map((field) => `${field}\t`).join(""));
  assert(bytes.length <= BUFFER_BYTES, "text fields are short");
  const padded = new Uint8Array(Math.ceil(bytes.length / WORD_BYTES) * WORD_BYTES);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const words = Uint32Array.from({ length: padded.length / WORD_BYTES }, (_, word) =>
    view.getUint32(WORD_BYTES * word, true),
  );
  return { words, length: bytes.length };
}

/** The four digits of each number from 0 to 9999 as one word, the first digit in the low byte. */
const QUADS = Uint32Array.from({ length: QUAD }, (_, value) => {
  const [thousands, hundreds, tens] = [value / 1000, value / 100, value / 10].map(Math.floor);
  const digits = [thousands, hundreds, tens, value].map((digit = 0) => ZERO + (digit % 10));
  return digits.reduceRight((word, digit) => word * 256 + digit, 0);
});

/** Writes a whole number without leading zeros and returns where it ends. */
function writeWhole(view: DataView, at: number, value: number): number {
  if (value >= QUAD) {
    const rest = Math.floor(value / QUAD);
    const to = writeWhole(view, at, rest);
    view.setUint32(to, QUADS[value - rest * QUAD] ?? 0, true);
    return to + 4;
  }
  const zeros = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
  view.setUint32(at, (QUADS[value] ?? 0) >>> (8 * zeros), true);
  return at + 4 - zeros;
}

/** Writes all `decimals` digits of a fraction, leading zeros too. */
function writeFraction(view: DataView, at: number, value: number, decimals: number): number {
  if (decimals === 4) view.setUint32(at, QUADS[value] ?? 0, true);
  else {
    let rest = value;
    for (let to = at + decimals - 1; to >= at; to--) {
      const next = Math.floor(rest / 10);
      view.setUint8(to, ZERO + (rest - next * 10));
      rest = next;
    }
  }
  return at + decimals;
}

/** Remembers texts that occur again and again: symbols and sources. */
function createTextCache(): { fieldOf(text: string): EncodedFields } {
  const known = new Map<string, EncodedFields>();
  return {
    fieldOf: (text) => {
      let field = known.get(text);
      if (field === undefined) {
        field = encodeFields([text]);
        if (known.size >= TEXTS_KEPT_MAX) known.clear();
        known.set(text, field);
      }
      return field;
    },
  };
}

/** Remembers days in an array, for every row has one. */
function createDateCache(): { fieldOf(dayNumber: number): EncodedFields } {
  const known: (EncodedFields | undefined)[] = Array.from({ length: DAYS_KEPT });
  return {
    fieldOf: (dayNumber) => {
      const slot = dayNumber - DAYS_KEPT_FROM;
      let field = known[slot];
      if (field === undefined) {
        field = encodeFields([dateOfDayNumber(dayNumber)]);
        if (slot >= 0 && slot < DAYS_KEPT) known[slot] = field;
      }
      return field;
    },
  };
}

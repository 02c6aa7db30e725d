/**
 * The canonical text of analytics rows, fed to a hash as it is written: fields between tabs, one
 * line a row, NULL as nothing, prices with their four decimals, `known_at` left out (decision 11).
 * Written byte by byte, since a build digests millions of rows.
 */
import { createHash } from "node:crypto";
import { assert } from "#core/assert.ts";
import { dateOfDayNumber } from "#core/session-date.ts";

const BUFFER_BYTES = 1 << 16;
/** Longest numeric field or date. */
const FIELD_BYTES_MAX = 32;
/** Distinct texts kept in encoded form. */
const TEXTS_KEPT_MAX = 100_000;
const TAB = 9;
const NEWLINE = 10;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;

export interface RowText {
  text(value: string): void;
  day(dayNumber: number): void;
  /** An integer in units of 10^-`decimals`; NaN is NULL. */
  decimal(units: number, decimals: number): void;
  endRow(): void;
  /** Ends the text and returns its SHA-256. */
  digest(): string;
}

/** Starts a text of rows of the dataset `name` (its first line). */
export function startRowText(name: string): RowText {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(BUFFER_BYTES);
  const digits = new Uint8Array(FIELD_BYTES_MAX);
  const texts = createByteCache((value: string) => value);
  const dates = createByteCache((dayNumber: number) => dateOfDayNumber(dayNumber));
  let used = 0;

  const room = (bytes: number): void => {
    if (used + bytes > BUFFER_BYTES) {
      hash.update(buffer.subarray(0, used));
      used = 0;
    }
  };
  const append = (bytes: Uint8Array): void => {
    room(bytes.length + 1);
    for (let index = 0; index < bytes.length; index++) buffer[used + index] = bytes[index] ?? 0;
    used += bytes.length;
    buffer[used++] = TAB;
  };
  const decimal = (units: number, decimals: number): void => {
    room(FIELD_BYTES_MAX);
    if (!Number.isNaN(units)) {
      let rest = Math.abs(units);
      if (units < 0) buffer[used++] = MINUS;
      let count = 0;
      while (rest > 0 || count <= decimals) {
        const next = Math.floor(rest / 10);
        digits[count++] = rest - next * 10;
        rest = next;
      }
      while (count > 0) {
        if (count === decimals) buffer[used++] = POINT;
        buffer[used++] = ZERO + (digits[--count] ?? 0);
      }
    }
    buffer[used++] = TAB;
  };
  append(texts.bytesOf(name));
  return {
    text: (value) => append(texts.bytesOf(value)),
    day: (dayNumber) => append(dates.bytesOf(dayNumber)),
    decimal,
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

/** Remembers the bytes of texts that occur again and again: symbols, sources, dates. */
function createByteCache<K>(textOf: (key: K) => string): { bytesOf(key: K): Uint8Array } {
  const encoder = new TextEncoder();
  const known = new Map<K, Uint8Array>();
  return {
    bytesOf: (key) => {
      let bytes = known.get(key);
      if (bytes === undefined) {
        bytes = encoder.encode(textOf(key));
        assert(bytes.length < BUFFER_BYTES, "a text field is short");
        if (known.size >= TEXTS_KEPT_MAX) known.clear();
        known.set(key, bytes);
      }
      return bytes;
    },
  };
}

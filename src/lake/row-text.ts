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
const QUAD = 10_000;
/** Powers of ten by exponent. */
const SCALES = Array.from({ length: 9 }, (_, decimals) => 10 ** decimals);
/** Days whose text is kept: 1900 to 2199. */
const DAYS_KEPT_FROM = -25_567;
const DAYS_KEPT = 109_573;

export interface RowText {
  text(value: string): void;
  /** Fields that `encodeFields` made ready. */
  encoded(fields: Uint8Array): void;
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
  const buffer = new Uint8Array(BUFFER_BYTES);
  const texts = createByteCache((value: string) => value);
  const dates = createDateCache();
  let used = 0;

  const room = (bytes: number): void => {
    if (used + bytes > BUFFER_BYTES) {
      hash.update(buffer.subarray(0, used));
      used = 0;
    }
  };
  const encoded = (bytes: Uint8Array): void => {
    room(bytes.length);
    // Most fields are short, and for those a loop is faster than a call of `set`.
    for (let index = 0; index < bytes.length; index++) buffer[used + index] = bytes[index] ?? 0;
    used += bytes.length;
  };
  const append = (bytes: Uint8Array): void => {
    encoded(bytes);
    room(1);
    buffer[used++] = TAB;
  };
  const decimal = (units: number, decimals: number): void => {
    room(FIELD_BYTES_MAX);
    if (!Number.isNaN(units)) {
      if (units < 0) buffer[used++] = MINUS;
      const scale = SCALES[decimals] ?? 10 ** decimals;
      const whole = Math.floor(Math.abs(units) / scale);
      used = writeWhole(buffer, used, whole);
      if (decimals > 0) {
        buffer[used++] = POINT;
        used = writeFraction(buffer, used, Math.abs(units) - whole * scale, decimals);
      }
    }
    buffer[used++] = TAB;
  };
  append(texts.bytesOf(name));
  return {
    text: (value) => append(texts.bytesOf(value)),
    encoded,
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

/** Fields as `RowText.encoded` takes them: what several rows share is encoded once. */
export function encodeFields(fields: readonly string[]): Uint8Array {
  return new TextEncoder().encode(fields.map((field) => `${field}\t`).join(""));
}

/** The four digits of 0 to 9999, one after the other: numbers are written four digits at a time. */
const QUADS = Uint8Array.from({ length: 4 * QUAD }, (_, index) => {
  const digitsAfter = 3 - (index % 4);
  return ZERO + (Math.floor(Math.floor(index / 4) / 10 ** digitsAfter) % 10);
});

function writeQuad(buffer: Uint8Array, at: number, quad: number, skipped: number): number {
  let to = at;
  for (let index = 4 * quad + skipped; index < 4 * quad + 4; index++) {
    buffer[to++] = QUADS[index] ?? ZERO;
  }
  return to;
}

/** Writes a whole number without leading zeros and returns where it ends. */
function writeWhole(buffer: Uint8Array, at: number, value: number): number {
  if (value >= QUAD) {
    const rest = Math.floor(value / QUAD);
    return writeQuad(buffer, writeWhole(buffer, at, rest), value - rest * QUAD, 0);
  }
  const skipped = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
  return writeQuad(buffer, at, value, skipped);
}

/** Writes all `decimals` digits of a fraction, leading zeros too. */
function writeFraction(buffer: Uint8Array, at: number, value: number, decimals: number): number {
  if (decimals === 4) return writeQuad(buffer, at, value, 0);
  let rest = value;
  for (let to = at + decimals - 1; to >= at; to--) {
    const next = Math.floor(rest / 10);
    buffer[to] = ZERO + (rest - next * 10);
    rest = next;
  }
  return at + decimals;
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

/** Remembers the bytes of days in an array, for every row has one. */
function createDateCache(): { bytesOf(dayNumber: number): Uint8Array } {
  const encoder = new TextEncoder();
  const known: (Uint8Array | undefined)[] = Array.from({ length: DAYS_KEPT });
  return {
    bytesOf: (dayNumber) => {
      const slot = dayNumber - DAYS_KEPT_FROM;
      let bytes = known[slot];
      if (bytes === undefined) {
        bytes = encoder.encode(dateOfDayNumber(dayNumber));
        if (slot >= 0 && slot < DAYS_KEPT) known[slot] = bytes;
      }
      return bytes;
    },
  };
}

/**
 * The instrument master as rows of the NSE cash segment: stocks with their series, and indices. The file is
 * one JSON array of 200,000 records and 40 MB, of which a twentieth matters here: records are read one by
 * one out of the bytes, so that the whole never stands in memory as objects. Pure.
 */
import { z } from "zod";

/** A row of NSE's cash segment. */
export type InstrumentRow = {
  /** Unique only within its exchange. */
  readonly token: string;
  /** With series for stocks, `RELIANCE-EQ`; an index's name, `Nifty 50`. */
  readonly symbol: string;
  readonly isIndex: boolean;
  /** Whether it trades in the closing auction (decision 17). */
  readonly isCasEnabled: boolean;
};

export type ParsedInstruments =
  | {
      readonly outcome: "rows";
      readonly rows: readonly InstrumentRow[];
      /** Records of all exchanges. */
      readonly records: number;
      /** Records that could not be read. */
      readonly unreadable: number;
    }
  | { readonly outcome: "problem"; readonly says: string };

/** Spellings of NSE's cash segment, in the documents and in the files. */
const NSE_SEGMENTS = new Set(["NSE", "NSE_CM"]);
const INDEX_TYPE = "AMXIDX";
/** No record is longer: one that seems to be has a string that does not end. */
const RECORD_BYTES_MAX = 65_536;
/** More unreadable records than this share, and the file is not what it should be. */
const UNREADABLE_SHARE_MAX = 0.05;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Fields may be texts, numbers or booleans; unknown ones are left alone. */
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const record = z.looseObject({
  token: scalar,
  symbol: scalar,
  exch_seg: scalar,
  instrumenttype: z.unknown().optional(),
  is_cas_enabled: z.unknown().optional(),
});

/** Reads the file as it was received. */
export function parseInstruments(bytes: Uint8Array): ParsedInstruments {
  const start = firstByteOf(bytes);
  const end = lastByteOf(bytes);
  if (start > end) return { outcome: "problem", says: "the file is empty" };
  if (bytes[start] !== OPEN_BRACKET) {
    const opening = new TextDecoder().decode(bytes.subarray(start, start + 60));
    return { outcome: "problem", says: `the file is no JSON array but begins "${opening}"` };
  }
  if (bytes[end] !== CLOSE_BRACKET) return { outcome: "problem", says: "the file breaks off" };
  const rows: InstrumentRow[] = [];
  let records = 0;
  let unreadable = 0;
  const isWhole = scanRecords(bytes, { from: start + 1, to: end }, (text) => {
    records += 1;
    const row = readRecord(text);
    if (row === undefined) unreadable += 1;
    else if (row !== "elsewhere") rows.push(row);
  });
  if (!isWhole) return { outcome: "problem", says: `the file is broken after record ${records}` };
  if (unreadable > records * UNREADABLE_SHARE_MAX) {
    return { outcome: "problem", says: `${unreadable} of ${records} records cannot be read` };
  }
  return { outcome: "rows", rows, records, unreadable };
}

/** Calls `use` with the text of each record, the outermost braces; false when one does not end. */
function scanRecords(
  bytes: Uint8Array,
  range: { readonly from: number; readonly to: number },
  use: (text: string) => void,
): boolean {
  const decoder = new TextDecoder();
  let depth = 0;
  let recordStart = 0;
  let isText = false;
  for (let at = range.from; at < range.to; at++) {
    const byte = bytes[at];
    if (isText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN_BRACE) {
      if (depth === 0) recordStart = at;
      depth += 1;
    } else if (byte === CLOSE_BRACE) {
      depth -= 1;
      if (depth < 0) return false;
      if (depth === 0) use(decoder.decode(bytes.subarray(recordStart, at + 1)));
    }
    if (depth > 0 && at - recordStart > RECORD_BYTES_MAX) return false;
  }
  return depth === 0 && !isText;
}

/** `elsewhere` for other segments, `undefined` for what is no record. */
function readRecord(text: string): InstrumentRow | "elsewhere" | undefined {
  const found = record.safeParse(parseJson(text)).data;
  if (found === undefined) return undefined;
  if (!NSE_SEGMENTS.has(textOf(found.exch_seg).toUpperCase())) return "elsewhere";
  const token = textOf(found.token);
  const symbol = textOf(found.symbol);
  if (token === "" || symbol === "") return undefined;
  return {
    token,
    symbol,
    isIndex: textOf(found.instrumenttype).toUpperCase() === INDEX_TYPE,
    isCasEnabled: textOf(found.is_cas_enabled).toLowerCase() === "true",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  return isScalar ? String(value).trim() : "";
}

/** The first byte after a byte order mark and blanks. */
function firstByteOf(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && isBlank(bytes[at])) at += 1;
  return at;
}

function lastByteOf(bytes: Uint8Array): number {
  let at = bytes.length - 1;
  while (at >= 0 && isBlank(bytes[at])) at -= 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

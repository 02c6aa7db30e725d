/**
 * The vendor's shapes: where the columns of `vendor-columns.ts` lie in the bytes that came. JSON rows
 * are rewritten as CSV lines, so that one scanner reads both. What the cells mean is the parsers'
 * business; refusals are `classify.ts`'s.
 */
import { z } from "zod";
import {
  DATE_KEY,
  type Field,
  VENDOR_COLUMNS,
  type VendorColumn,
  type VendorKind,
} from "./vendor-columns.ts";

/** What a body is at first sight. `cut` begins as JSON but is none. */
export type Body =
  | { readonly shape: "blank" }
  | { readonly shape: "csv"; readonly bytes: Uint8Array }
  | { readonly shape: "json"; readonly document: unknown; readonly text: string }
  | { readonly shape: "cut"; readonly text: string }
  | { readonly shape: "markup"; readonly text: string }
  | { readonly shape: "binary" };

/** Rows of a payload as CSV lines: `bytes` from `from` on, cells in the order of `fields`. */
export type Payload = {
  readonly format: "csv" | "json";
  readonly fields: readonly Field[];
  readonly bytes: Uint8Array;
  readonly from: number;
  /** Number of the first line; in JSON the first row is line 1. */
  readonly firstLine: number;
  /** What JSON says about itself; empty for CSV. */
  readonly about: { readonly [key: string]: string };
  /** Name of the JSON object that holds the rows; null for CSV and for `data` arrays. */
  readonly seriesName: string | null;
};

/** Why bytes are no payload of the kind, as a whole sentence without a full stop. */
export type PayloadProblem = { readonly problem: string };

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const HEADER_BYTES_MAX = 1024;
const NAMES_SHOWN_MAX = 12;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Looks at a body without knowing what was asked. A leading byte order mark is ignored. */
export function openBody(bytes: Uint8Array): Body {
  const hasMark = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
  const from = hasMark ? BYTE_ORDER_MARK.length : 0;
  let first = from;
  while (first < bytes.length && isBlank(bytes[first] ?? 0)) first += 1;
  if (first === bytes.length) return { shape: "blank" };
  const opening = String.fromCharCode(bytes[first] ?? 0);
  if (opening !== "{" && opening !== "[" && opening !== "<") {
    return bytes.indexOf(0) >= 0
      ? { shape: "binary" }
      : { shape: "csv", bytes: bytes.subarray(from) };
  }
  const text = new TextDecoder().decode(bytes);
  if (opening === "<") return { shape: "markup", text };
  try {
    return { shape: "json", document: JSON.parse(text), text };
  } catch (cause) {
    if (cause instanceof SyntaxError) return { shape: "cut", text };
    throw cause;
  }
}

/** Finds the rows of a payload of this kind in a body, or says why there are none. */
export function openPayload(kind: VendorKind, body: Body): Payload | PayloadProblem {
  switch (body.shape) {
    case "csv":
      return openCsv(kind, body.bytes);
    case "json":
      return openJson(kind, body.document);
    case "blank":
      return { problem: "the body is blank" };
    case "cut":
      return { problem: "the body begins as JSON and breaks off" };
    case "markup":
      return { problem: "the body is a page of markup" };
    case "binary":
      return { problem: "the body is not text" };
  }
}

function openCsv(kind: VendorKind, bytes: Uint8Array): Payload | PayloadProblem {
  const lineEnd = bytes.indexOf(LINE_FEED);
  const end = lineEnd < 0 ? bytes.length : lineEnd;
  if (end > HEADER_BYTES_MAX) return { problem: "the first line is too long for a header" };
  const header = new TextDecoder().decode(bytes.subarray(0, end));
  const names = header.replace(/\r$/, "").split(",");
  const columns: readonly VendorColumn[] = VENDOR_COLUMNS[kind];
  const located = names.map((name) => columns.find((known) => known.csv.includes(name)));
  const problem = columnsProblem(
    names.filter((_, index) => located[index] === undefined),
    columns.filter((known) => !located.includes(known)).map((known) => known.csv[0] ?? ""),
    names.filter((name, index) => names.indexOf(name) < index),
  );
  if (problem !== undefined) return { problem };
  const fields = located.flatMap((known) => (known === undefined ? [] : [known.field]));
  if (kind === "listing" && columns.some((known, index) => located[index] !== known)) {
    return { problem: "the columns of the listing are in another order" };
  }
  const from = lineEnd < 0 ? bytes.length : lineEnd + 1;
  return { format: "csv", fields, bytes, from, firstLine: 2, about: {}, seriesName: null };
}

const envelopeSchema = z.record(z.string(), z.unknown());
const rowSchema = z.record(z.string(), z.unknown());

/** Two shapes: an object of dates (`Time Series (Daily)`), or an array of rows named `data`. */
function openJson(kind: VendorKind, document: unknown): Payload | PayloadProblem {
  const envelope = envelopeSchema.safeParse(document);
  if (!envelope.success) return { problem: "the JSON is no object" };
  if (kind === "listing") return { problem: "the listing comes as CSV only, this is JSON" };
  const { data } = envelope.data;
  if (Array.isArray(data))
    return jsonPayload(
      kind,
      data.map((row) => looseRow(row)),
      envelope.data,
      null,
    );
  const series = Object.entries(envelope.data).find(([key]) => /time series/i.test(key));
  const dates = z.record(z.string(), z.unknown()).safeParse(series?.[1]);
  if (series === undefined || !dates.success) {
    const keys = Object.keys(envelope.data).slice(0, NAMES_SHOWN_MAX).join(", ");
    return { problem: `the JSON holds no rows of this kind; its keys are: ${keys}` };
  }
  const rows = Object.entries(dates.data).map(([date, row]) => ({
    ...looseRow(row),
    [DATE_KEY]: date,
  }));
  return jsonPayload(kind, rows, envelope.data, series[0]);
}

type LooseRow = { readonly [name: string]: unknown };

/** A row with plain column names: `4. close` becomes `close`. What is no row becomes an empty one. */
function looseRow(row: unknown): LooseRow {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) return {};
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, cell]) => [name.replace(/^\d+[a-z]?[.:] */, ""), cell]),
  );
}

function jsonPayload(
  kind: VendorKind,
  rows: readonly LooseRow[],
  envelope: LooseRow,
  seriesName: string | null,
): Payload | PayloadProblem {
  const columns: readonly VendorColumn[] = VENDOR_COLUMNS[kind];
  const wanted = columns.map((known) => known.json);
  const isWhole = (row: LooseRow): boolean =>
    Object.keys(row).length === wanted.length && wanted.every((name) => name in row);
  const sample = rows[0];
  if (sample !== undefined && !rows.some((row) => isWhole(row))) {
    const problem = columnsProblem(
      Object.keys(sample).filter((name) => !wanted.includes(name)),
      wanted.filter((name) => !(name in sample)),
      [],
    );
    return { problem: problem ?? "no row has the columns of this kind" };
  }
  const lines = rows.map((row) => {
    const cells = wanted.map((name) => cellText(row[name]));
    // One cell too many marks a row whose own columns are wrong, among others that are right.
    return (isWhole(row) ? cells : [...cells, ""]).join(",");
  });
  return {
    format: "json",
    fields: columns.map((known) => known.field),
    bytes: new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")),
    from: 0,
    firstLine: 1,
    about: aboutOf(envelope),
    seriesName,
  };
}

/** The text of a JSON cell. What would break the line is unreadable anyway. */
function cellText(cell: unknown): string {
  if (typeof cell === "string") return /[,\r\n]/.test(cell) ? "?" : cell;
  if (typeof cell === "number") return String(cell);
  return cell === null || cell === undefined ? "" : "?";
}

function aboutOf(envelope: LooseRow): { readonly [key: string]: string } {
  const meta = looseRow(envelope["Meta Data"]);
  return Object.fromEntries(
    Object.entries({ ...envelope, ...meta })
      .filter((entry): entry is [string, string] => typeof entry[1] === "string")
      .map(([key, value]) => [key.toLowerCase(), value]),
  );
}

function columnsProblem(
  unknown: readonly string[],
  missing: readonly string[],
  twice: readonly string[],
): string | undefined {
  const list = (names: readonly string[]): string =>
    names
      .slice(0, NAMES_SHOWN_MAX)
      .map((name) => JSON.stringify(name.slice(0, 40)))
      .join(", ");
  const parts = [
    missing.length > 0 ? `missing columns: ${list(missing)}` : "",
    unknown.length > 0 ? `unknown columns: ${list(unknown)}` : "",
    twice.length > 0 ? `columns that occur twice: ${list(twice)}` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? undefined : parts.join("; ");
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

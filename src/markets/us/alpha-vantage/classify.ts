/**
 * Decides whether an answer is data: status and bytes in, either the rows' count and range or a named
 * failure out. Pure. Whatever is not surely a payload of the kind that was asked for is refused,
 * for a refusal taken as data would be kept for ever.
 */
import type { CallFailure, VendorCall } from "#ingestion/market-data-source.ts";
import { assert } from "#core/assert.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { BAD_DAY, createBarTable } from "#lake/bar-table.ts";
import { SECRET_LENGTH_SURE, isSecretLongEnough } from "#platform/secrets.ts";
import { appendBars } from "./parse-bars.ts";
import { eventsOf, seriesOf } from "./parse-events.ts";
import { listingOf } from "./parse-listing.ts";
import { scanLines } from "./payload-lines.ts";
import { type Body, type Payload, openBody, openPayload } from "./payload.ts";
import { type Refusal, refusalOfJson, refusalOfText, spelledRefusal } from "./refusals.ts";
import { type VendorKind, isVendorKind } from "./vendor-columns.ts";

/** What came back for one call, before anybody has looked at it. */
export type RawAnswer = { readonly status: number; readonly bytes: Uint8Array };

export type Classification =
  | {
      readonly outcome: "data";
      readonly format: "csv" | "json";
      readonly rows: number;
      readonly newestDate: string | null;
      readonly oldestDate: string | null;
      /**
       * False when a CSV body ends inside its last line. The row may be whole, or the last digits
       * of its last number may be missing: only the source can tell, by what it saw before.
       */
      readonly isTerminated: boolean;
    }
  | {
      readonly outcome: CallFailure;
      /** What was seen. May hold the caller's key: mask it before it goes anywhere. */
      readonly detail: string;
    };

const HTTP_OK_FIRST = 200;
const HTTP_OK_LAST = 299;
const HTTP_TOO_MANY = 429;
const HTTP_SERVER_ERROR = 500;
const LINE_FEED = 0x0a;
const EMBEDDED_TEXT_MAX = 2000;
/** More unreadable rows than this, as a share of all, and a listing is garbled: it is no master. */
const LISTING_UNREADABLE_SHARE_MAX = 0.01;

/** Classifies an answer to `call`. `secrets` are all configured keys: data never contains one. */
export function classifyAnswer(
  call: VendorCall,
  answer: RawAnswer,
  secrets: readonly string[],
): Classification {
  const { kind } = call;
  assert(isVendorKind(kind), "only what the vendor has is asked of it");
  const body = openBody(answer.bytes);
  const refusal = refusalOfBody(kind, body);
  if (answer.status < HTTP_OK_FIRST || answer.status > HTTP_OK_LAST) {
    return classifyStatus(answer.status, refusal, body);
  }
  if (refusal !== undefined) return failure(refusal.outcome, refusal.says);
  if (containsSecret(answer.bytes, secrets))
    return failure("NOT_DATA", "the body contains a configured key");
  const payload = openPayload(kind, body);
  if ("problem" in payload) return failure("NOT_DATA", payload.problem);
  return classifyPayload(kind, call, payload, body);
}

/** What the body itself says against being data, before its columns are looked at. */
function refusalOfBody(kind: VendorKind, body: Body): Refusal | undefined {
  switch (body.shape) {
    case "blank":
      return { outcome: "EMPTY", says: "the body is blank" };
    case "binary":
      return { outcome: "NOT_DATA", says: "the body is not text" };
    case "markup":
      return { outcome: "NOT_DATA", says: `the body is a page of markup: ${titleOf(body.text)}` };
    case "cut":
      return refusalOfText(body.text) ?? { outcome: "TRUNCATED", says: "the JSON breaks off" };
    case "json":
      return refusalOfJson(body.document);
    case "csv":
      return refusalInLines(kind, body.bytes);
  }
}

/**
 * An error text where rows should be: a line that begins like JSON or markup, one that spells a
 * notice, or prose. A row of dates begins with a digit; a row of a listing never lacks commas.
 */
function refusalInLines(kind: VendorKind, bytes: Uint8Array): Refusal | undefined {
  let found: Refusal | undefined;
  let headerCells = 0;
  const decoder = new TextDecoder();
  const textAt = (from: number, to: number): string =>
    decoder.decode(bytes.subarray(from, Math.min(to, from + EMBEDDED_TEXT_MAX)));
  scanLines({ bytes, from: 0, firstLine: 1 }, (from, to, line) => {
    const opening = String.fromCharCode(bytes[from] ?? 0);
    const isDated = kind !== "listing" && line > 1 && /[0-9]/.test(opening);
    if (found !== undefined || isDated) return;
    const text = textAt(from, to);
    const cells = text.split(",").length;
    if (line === 1) headerCells = cells;
    const isMarkup = /[{}[<]/.test(opening);
    const isProse = kind === "listing" ? cells < headerCells : cells !== headerCells;
    found = spelledRefusal(text);
    if (line === 1 || isProse || isMarkup) {
      found ??= refusalOfText(isMarkup ? textAt(from, bytes.length) : text);
    }
    // The last line may also be a row that was cut.
    if (isMarkup || (isProse && to < bytes.length)) {
      found ??= { outcome: "NOT_DATA", says: `line ${line} is no row but "${text.slice(0, 80)}"` };
    }
  });
  return found;
}

/** Anything but 2xx is a failure; a notice in the body says more than the status does. */
function classifyStatus(status: number, refusal: Refusal | undefined, body: Body): Classification {
  const text = body.shape === "csv" ? new TextDecoder().decode(body.bytes.subarray(0, 200)) : "";
  const says = `HTTP ${status}: ${refusal?.says ?? text}`;
  const isNotice =
    refusal !== undefined && !["EMPTY", "NOT_DATA", "TRUNCATED"].includes(refusal.outcome);
  if (isNotice) return failure(refusal.outcome, says);
  if (status === HTTP_TOO_MANY) return failure("HTTP_429", says);
  return failure(status >= HTTP_SERVER_ERROR ? "HTTP_5XX" : "HTTP_4XX", says);
}

function classifyPayload(
  kind: VendorKind,
  call: VendorCall,
  payload: Payload,
  body: Body,
): Classification {
  const mismatch = mismatchOf(kind, call, payload) ?? duplicateOf(payload, body);
  if (mismatch !== undefined) return failure("NOT_DATA", mismatch);
  const cut = cutOf(payload);
  if (cut !== undefined) return failure("TRUNCATED", cut);
  const found = summarize(kind, payload);
  if (kind === "listing" && found.rows - found.readable > found.rows * LISTING_UNREADABLE_SHARE_MAX)
    return failure("NOT_DATA", garbledListing(found, payload));
  const mayBeEmpty = kind === "splits" || kind === "dividends";
  if (found.rows === 0 && !mayBeEmpty)
    return failure("EMPTY", "the payload has a header and no rows");
  if (found.rows > 0 && found.readable === 0) {
    return failure("NOT_DATA", `none of the ${found.rows} rows can be read`);
  }
  const toDate = (day: number): string | null => (day === BAD_DAY ? null : dateOfDayNumber(day));
  return {
    outcome: "data",
    format: payload.format,
    // Of a listing what can be read: whether it is short is measured by what it names.
    rows: kind === "listing" ? found.readable : found.rows,
    newestDate: toDate(found.newestDay),
    oldestDate: toDate(found.oldestDay),
    isTerminated: payload.format === "json" || payload.bytes.at(-1) === LINE_FEED,
  };
}

/** Whether JSON says of itself that it answers another question. CSV says nothing of itself. */
function mismatchOf(kind: VendorKind, call: VendorCall, payload: Payload): string | undefined {
  const { about, seriesName } = payload;
  const asked = call.params["symbol"];
  const answered = about["symbol"];
  if (
    asked !== undefined &&
    answered !== undefined &&
    plainSymbol(asked) !== plainSymbol(answered)
  ) {
    return `${asked} was asked for, the answer is about ${answered}`;
  }
  const askedInterval = call.params["interval"] ?? (kind.startsWith("daily") ? "daily" : undefined);
  const interval = about["interval"] ?? /\(([^)]+)\)/.exec(seriesName ?? "")?.[1];
  if (
    askedInterval !== undefined &&
    interval !== undefined &&
    interval.toLowerCase() !== askedInterval
  ) {
    return `the interval ${askedInterval} was asked for, the answer is ${interval}`;
  }
  if (seriesName !== null && /weekly|monthly/i.test(seriesName))
    return `the answer is "${seriesName}"`;
  const zone = about["time zone"];
  if (
    kind === "intraday" &&
    zone !== undefined &&
    !/^(US\/Eastern|America\/New_York)$/i.test(zone)
  ) {
    return `the answer is in the time zone ${zone}, US/Eastern was expected`;
  }
  return undefined;
}

/** JSON objects lose all but the last of two equal keys without a word. */
function duplicateOf(payload: Payload, body: Body): string | undefined {
  if (payload.seriesName === null || body.shape !== "json") return undefined;
  const dates = body.text.match(/"\d{4}-\d{2}-\d{2}[^"]{0,9}"\s*:/g) ?? [];
  const isTwice = new Set(dates).size < dates.length;
  return isTwice ? "a date occurs twice in the JSON object" : undefined;
}

/** Whether the last line of a CSV body is surely cut: cells are missing, or the last one is blank. */
function cutOf(payload: Payload): string | undefined {
  if (payload.format === "json") return undefined;
  const { bytes, fields } = payload;
  let last = { from: 0, to: 0, line: 0 };
  scanLines(payload, (from, to, line) => {
    last = { from, to, line };
  });
  if (last.line === 0) return undefined;
  const cells = new TextDecoder().decode(bytes.subarray(last.from, last.to)).split(",");
  const isCut = cells.length < fields.length || (cells.at(-1) === "" && bytes.at(-1) !== LINE_FEED);
  return isCut
    ? `line ${last.line} breaks off after ${cells.length} of ${fields.length} cells`
    : undefined;
}

type Summary = { rows: number; readable: number; newestDay: number; oldestDay: number };

/** Counts the rows with the parsers themselves, so that there is one opinion on what a row is. */
function summarize(kind: VendorKind, payload: Payload): Summary {
  switch (kind) {
    case "listing": {
      const listing = listingOf(payload);
      const rows = listing.rows.length + listing.problems.length;
      return { rows, readable: listing.rows.length, newestDay: BAD_DAY, oldestDay: BAD_DAY };
    }
    case "splits":
    case "dividends":
      return summarizeDays(
        eventsOf(kind, payload).map((row) => (row.flags === 0 ? row.day : BAD_DAY)),
      );
    case "series": {
      const { rows, noObservation } = seriesOf(payload);
      const summary = summarizeDays(rows.map((row) => (row.flags === 0 ? row.day : BAD_DAY)));
      return { ...summary, rows: summary.rows + noObservation };
    }
    case "daily":
    case "daily_adjusted":
    case "intraday":
    case "index_daily": {
      const table = createBarTable();
      appendBars(payload, table, []);
      const days = Array.from(table.day.subarray(0, table.length), (day, row) =>
        Number.isNaN(table.close[row]) ? BAD_DAY : day,
      );
      return summarizeDays(days);
    }
  }
}

function garbledListing({ rows, readable }: Summary, payload: Payload): string {
  const first = listingOf(payload).problems[0];
  const example = first === undefined ? "" : `; line ${first.line}: ${first.says}`;
  return `${rows - readable} of ${rows} rows of the listing cannot be read${example}`;
}

/** `BAD_DAY` stands for a row without a readable date and value. */
function summarizeDays(days: readonly number[]): Summary {
  const summary = { rows: days.length, readable: 0, newestDay: BAD_DAY, oldestDay: BAD_DAY };
  for (const day of days) {
    if (day === BAD_DAY) continue;
    summary.readable += 1;
    summary.newestDay = Math.max(summary.newestDay, day);
    summary.oldestDay = summary.oldestDay === BAD_DAY ? day : Math.min(summary.oldestDay, day);
  }
  return summary;
}

function containsSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // One character a byte, so that a secret is found whatever the body's encoding is.
  const text = body.toString("latin1");
  const small = text.toLowerCase();
  return secrets.filter(isSecretLongEnough).some((secret) =>
    [secret, encodeURIComponent(secret.toWellFormed())].some((spelling) => {
      const bytewise = Buffer.from(spelling).toString("latin1");
      if (secret.length >= SECRET_LENGTH_SURE) return small.includes(bytewise.toLowerCase());
      const word = new RegExp(`(?<![A-Za-z0-9])${RegExp.escape(bytewise)}(?![A-Za-z0-9])`);
      return word.test(text);
    }),
  );
}

/** Share classes are written with a dot, a dash or a slash. */
function plainSymbol(symbol: string): string {
  return symbol.toUpperCase().replaceAll(/[./]/g, "-").replace(/^\^/, "");
}

function titleOf(markup: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(markup)?.[1];
  return (title ?? markup).replaceAll(/\s+/g, " ").trim().slice(0, 100);
}

function failure(outcome: CallFailure, detail: string): Classification {
  return { outcome, detail };
}

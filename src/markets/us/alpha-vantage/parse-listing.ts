/**
 * Reads LISTING_STATUS. Every cell is text: `NA`, `NAN`, `ON` and `E` are symbols, not numbers or
 * gaps. Which rows belong to a universe is `universe.ts`'s to say.
 */
import { parseSessionDate, type SessionDate } from "#core/session-date.ts";
import { type Payload, type PayloadProblem, openBody, openPayload } from "./payload.ts";

/** One row of the listing, as the vendor writes it. */
export type ListingRow = {
  readonly symbol: string;
  /** Without the blanks that the vendor leaves at the end; empty for some. */
  readonly name: string;
  readonly exchange: string;
  /** `Stock` or `ETF`. */
  readonly assetType: string;
  /** First day on the vendor's record, which is not always the first day of trading. */
  readonly ipoDate: SessionDate | null;
  readonly delistingDate: SessionDate | null;
  readonly status: "Active" | "Delisted";
  /** 1-based line of the payload. */
  readonly line: number;
};

export type Listing = {
  readonly rows: readonly ListingRow[];
  /** Rows that are none, as sentences. */
  readonly problems: readonly { readonly line: number; readonly says: string }[];
};

const COLUMNS = 7;
/** Text, whatever the vendor means by it: `BC/PB`, `NXT(EXP20091224)` and `NYCB- PR-U` are on record. */
const SYMBOL = /^[\x21-\x7E][\x20-\x7E]{0,39}$/;

/** Parses a listing; columns must be exactly the vendor's, in its order. */
export function parseListing(bytes: Uint8Array): Listing | PayloadProblem {
  const payload = openPayload("listing", openBody(bytes));
  return "problem" in payload ? payload : listingOf(payload);
}

/** Like `parseListing`, for a payload that is already open. */
export function listingOf(payload: Payload): Listing {
  const rows: ListingRow[] = [];
  const problems: { line: number; says: string }[] = [];
  const text = new TextDecoder().decode(payload.bytes.subarray(payload.from));
  for (const [index, rawLine] of text.split("\n").entries()) {
    const content = rawLine.replace(/\r$/, "");
    if (content === "") continue;
    const line = payload.firstLine + index;
    const row = readRow(splitCells(content), line);
    if (typeof row === "string") problems.push({ line, says: row });
    else rows.push(row);
  }
  return { rows, problems };
}

/** The row, or what is wrong with it. */
function readRow(cells: readonly string[], line: number): ListingRow | string {
  if (cells.length !== COLUMNS) return `${cells.length} cells instead of ${COLUMNS}`;
  const [symbol, name, exchange, assetType, ipoDate, delistingDate, status] = cells.map((cell) =>
    cell.trim(),
  );
  if (symbol === undefined || !SYMBOL.test(symbol)) {
    return `"${symbol ?? ""}" is no symbol`;
  }
  const state = status?.toLowerCase();
  if (state !== "active" && state !== "delisted") return `the status is "${status ?? ""}"`;
  const dates = [ipoDate, delistingDate].map((text) => readDate(text ?? ""));
  const [ipo, delisting] = dates;
  if (ipo === undefined || delisting === undefined) return "a date is unreadable";
  return {
    symbol,
    name: name ?? "",
    exchange: exchange ?? "",
    assetType: assetType ?? "",
    ipoDate: ipo,
    delistingDate: delisting,
    status: state === "active" ? "Active" : "Delisted",
    line,
  };
}

/** A date, null where the vendor has none, `undefined` when the text is neither. */
function readDate(text: string): SessionDate | null | undefined {
  return text === "" || text === "null" || text === "None" ? null : parseSessionDate(text);
}

/** Cells of one line. None was ever seen quoted, but a name with a comma would have to be. */
function splitCells(content: string): string[] {
  if (!content.includes('"')) return content.split(",");
  const cells: string[] = [];
  for (const match of content.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
  }
  return cells;
}

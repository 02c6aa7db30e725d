/** The US market's parsers behind the build's port: vendor payloads and the operator's files. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { DatedValue, DaySpan, MarketParsers, ParsedEvents } from "#curation/market-parsers.ts";
import { BAD_DAY, type BarTable, clearBarTable, createBarTable } from "#lake/bar-table.ts";
import { type BarKind, parseBars } from "../alpha-vantage/parse-bars.ts";
import {
  type EventRow,
  type FlaggedValue,
  parseEvents,
  parseSeries,
} from "../alpha-vantage/parse-events.ts";
import { type LineFinder, createLineFinder } from "../alpha-vantage/payload-lines.ts";
import { type PayloadProblem, openBody, openPayload } from "../alpha-vantage/payload.ts";
import { isVendorKind } from "../alpha-vantage/vendor-columns.ts";
import { parseImport } from "../import/parse-import.ts";

const NO_EVENTS: ParsedEvents = { splits: [], dividends: [] };
const CSV_LINES = { from: 0, firstLine: 1 } as const;

/** Makes the parsers; they hold nothing but memory that is used again. */
export function usParsers(): MarketParsers {
  const scratch = createBarTable();
  return {
    parseBars: (receipt, bytes, into) => parseReceiptBars(receipt, bytes, into, []),
    parseEvents: (receipt, bytes) => {
      if (receipt.kind === "daily_adjusted") {
        const events: EventRow[] = [];
        clearBarTable(scratch);
        parseReceiptBars(receipt, bytes, scratch, events);
        return { ...splitEvents(events), covers: daysOf(scratch) };
      }
      if (receipt.kind !== "splits" && receipt.kind !== "dividends") return NO_EVENTS;
      return splitEvents(demandRows(parseEvents(receipt.kind, bytes), receipt));
    },
    parseSeries: (receipt, bytes) => {
      const parsed = parseSeries(bytes);
      return "problem" in parsed ? noRows(parsed, receipt) : parsed.rows.map(refuseFlagged);
    },
    lineText: createLineReader(),
  };
}

function parseReceiptBars(
  receipt: RawReceipt,
  bytes: Uint8Array,
  into: BarTable,
  events: EventRow[],
): void {
  if (receipt.kind === "import_daily") {
    parseImport(bytes, receipt.import?.fileName ?? receipt.id, into);
    return;
  }
  const problem = parseBars(barKindOf(receipt), bytes, into, events);
  if (problem) noRows(problem, receipt);
}

function barKindOf(receipt: RawReceipt): BarKind {
  const { kind } = receipt;
  if (
    kind === "daily" ||
    kind === "daily_adjusted" ||
    kind === "intraday" ||
    kind === "index_daily"
  ) {
    return kind;
  }
  throw new Error(`broken promise: ${receipt.id} of kind ${kind} holds no bars`);
}

function splitEvents(rows: readonly EventRow[]): ParsedEvents {
  return {
    splits: rows.filter((row) => row.kind === "split").map(refuseFlagged),
    dividends: rows.filter((row) => row.kind === "dividend").map(refuseFlagged),
  };
}

/** First and last readable day of the rows. */
function daysOf(table: BarTable): DaySpan | undefined {
  let fromDay = Infinity;
  let toDay = -Infinity;
  for (let row = 0; row < table.length; row++) {
    const day = table.day[row] ?? BAD_DAY;
    if (day === BAD_DAY) continue;
    fromDay = Math.min(fromDay, day);
    toDay = Math.max(toDay, day);
  }
  return fromDay > toDay ? undefined : { fromDay, toDay };
}

/** A row with any flag is refused by the build, which looks at day and units alone. */
function refuseFlagged(row: FlaggedValue): DatedValue {
  const { day, units, line, flags } = row;
  return { day, units: flags === 0 ? units : NaN, line };
}

function demandRows<T>(parsed: readonly T[] | PayloadProblem, receipt: RawReceipt): readonly T[] {
  return "problem" in parsed ? noRows(parsed, receipt) : parsed;
}

/** Payloads are classified before they land, so one that is none now is a fault of the program. */
function noRows(problem: PayloadProblem, receipt: RawReceipt): never {
  throw new Error(`broken promise: ${receipt.id} landed as data but ${problem.problem}`);
}

/** Quotes lines of a payload; refused rows come in its order, so it is walked through once. */
function createLineReader(): MarketParsers["lineText"] {
  let held:
    | { readonly of: Uint8Array; readonly bytes: Uint8Array; readonly finder: LineFinder }
    | undefined;
  return (receipt, bytes, line, limit) => {
    if (held?.of !== bytes) {
      const payload =
        receipt.kind === "import_daily" ? { bytes, ...CSV_LINES } : vendorLines(receipt, bytes);
      held = { of: bytes, bytes: payload.bytes, finder: createLineFinder(payload) };
    }
    const { from, to } = held.finder.find(line);
    return new TextDecoder().decode(held.bytes.subarray(from, Math.min(to, from + limit)));
  };
}

function vendorLines(
  receipt: RawReceipt,
  bytes: Uint8Array,
): { readonly bytes: Uint8Array; readonly from: number; readonly firstLine: number } {
  if (!isVendorKind(receipt.kind) || receipt.format === "csv") return { bytes, ...CSV_LINES };
  const payload = openPayload(receipt.kind, openBody(bytes));
  return "problem" in payload ? { bytes, ...CSV_LINES } : payload;
}

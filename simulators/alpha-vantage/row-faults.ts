/** Faults that strike rows: an answer goes in, the spoiled answer comes out. Pure. */
import { unreachable } from "#core/assert.ts";
import { type Calendar, isCovered, isSession } from "#core/calendar.ts";
import { formatPrice, parsePrice } from "#core/price.ts";
import { dateOfDayNumber, dayNumberOf, parseSessionDate, weekdayOf } from "#core/session-date.ts";
import type { FaultArgs } from "./fault-book.ts";
import type { FaultOf } from "./fault-list.ts";
import type { VendorTable } from "./vendor-table.ts";

type Row = readonly string[];
type RowFault = Exclude<FaultOf<"rows">, "partial_row">;

const SATURDAY = 6;
const SUNDAY = 0;
const HUGE_NUMBER = "9".repeat(24);
/** How much a restated or conflicting close differs: 1 %. */
const RESTATED_FACTOR = 1.01;
/** Days looked through for a closed weekday. */
const HOLIDAY_SEARCH_DAYS = 400;

/** What a row fault may need besides the rows. */
export type RowFaultContext = {
  readonly calendar: Calendar;
  readonly apiKey: string;
  readonly datatype: "json" | "csv";
};

/** Spoils the rows of a table. A fault that does not fit the table leaves it as it is. */
export function spoilRows(
  table: VendorTable,
  fault: RowFault,
  args: FaultArgs,
  context: RowFaultContext,
): VendorTable {
  switch (fault) {
    case "not_published_yet":
      return { ...table, rows: table.rows.slice(args.rowCount ?? 1) };
    case "restated_history":
      return replaceRow(table, rowAt(table, args, 5), (row) => restated(table, row));
    case "duplicate_dates_same":
    case "duplicate_dates_conflict":
      return withDuplicate(table, rowAt(table, args, 2), fault === "duplicate_dates_conflict");
    case "holiday_rows":
      return withHolidayRows(table, context.calendar);
    case "missing_sessions":
      return withoutRows(table, rowAt(table, args, 3), args.rowCount ?? 1);
    case "high_below_low":
      return replaceRow(table, rowAt(table, args, 1), (row) => exchanged(table, row));
    case "column_renamed":
    case "column_missing":
    case "column_extra":
      return withColumns(table, fault, args);
    case "short_listing":
      return {
        ...table,
        rows: table.rows.slice(0, Math.floor(table.rows.length * (args.share ?? 0.5))),
      };
    case "no_rows":
      return { ...table, rows: [] };
    case "key_echo_in_data":
      return withKey(table, context);
    default:
      return replaceCell(table, args, (cell) => spoiledNumber(fault, cell, args));
  }
}

type NumberFault = Extract<RowFault, `number_${string}`>;

function spoiledNumber(fault: NumberFault, cell: string, args: FaultArgs): string {
  switch (fault) {
    case "number_nan":
      return "NaN";
    case "number_infinity":
      return "Inf";
    case "number_negative":
      return `-${cell}`;
    case "number_zero":
      return "0.0000";
    case "number_text":
      return args.text ?? "n/a";
    case "number_blank":
      return "";
    case "number_exponent":
      return Number.isFinite(Number(cell)) ? Number(cell).toExponential(3) : "1.8e+2";
    case "number_huge":
      return HUGE_NUMBER;
    default:
      return unreachable(fault);
  }
}

/** Index of the row an argument names; the last row when there are fewer. */
function rowAt(table: VendorTable, args: FaultArgs, rowsBack: number): number {
  const { session } = args;
  if (session !== undefined) return table.rows.findIndex((row) => row[0]?.startsWith(session));
  return Math.min(args.rowsBack ?? rowsBack, table.rows.length - 1);
}

function replaceRow(table: VendorTable, at: number, change: (row: Row) => Row): VendorTable {
  return { ...table, rows: table.rows.map((row, index) => (index === at ? change(row) : row)) };
}

function replaceCell(
  table: VendorTable,
  args: FaultArgs,
  change: (cell: string) => string,
): VendorTable {
  const column = columnAt(table, args.column ?? "close");
  return replaceRow(table, rowAt(table, args, 1), (row) =>
    row.map((cell, index) => (index === column ? change(cell) : cell)),
  );
}

/** Index of a column; the last one where there is none of that name. */
function columnAt(table: VendorTable, name: string): number {
  const at = table.columns.indexOf(name);
  return at >= 0 ? at : table.columns.length - 1;
}

/** Another close and volume, with high and low wide enough for the row to stay plausible. */
function restated(table: VendorTable, row: Row): Row {
  const close = parsePrice(row[columnAt(table, "close")] ?? "") ?? 0;
  const changed = Math.round((close * RESTATED_FACTOR) / 100) * 100;
  const high = parsePrice(row[columnAt(table, "high")] ?? "") ?? 0;
  return row.map((cell, index) => {
    const column = table.columns[index];
    if (column === "close" || column === "price" || column === "value") return formatPrice(changed);
    if (column === "high") return formatPrice(Math.max(high, changed));
    return column === "volume" ? String(Number(cell) + 1) : cell;
  });
}

function withDuplicate(table: VendorTable, at: number, isConflict: boolean): VendorTable {
  const rows = table.rows.flatMap((row, index) =>
    index === at ? [row, isConflict ? restated(table, row) : row] : [row],
  );
  return { ...table, rows };
}

function withoutRows(table: VendorTable, at: number, rowCount: number): VendorTable {
  // Intraday rows of one session share its date: a missing session lacks all of them.
  const dates = [...new Set(table.rows.slice(Math.max(0, at)).map((row) => row[0]?.slice(0, 10)))];
  const left = new Set(at < 0 ? [] : dates.slice(0, rowCount));
  return { ...table, rows: table.rows.filter((row) => !left.has(row[0]?.slice(0, 10))) };
}

function withHolidayRows(table: VendorTable, calendar: Calendar): VendorTable {
  const newest = parseSessionDate(table.rows[0]?.[0]?.slice(0, 10) ?? "");
  if (newest === undefined) return table;
  const day = dayNumberOf(newest);
  const isClosedWeekday = (one: number): boolean =>
    weekdayOf(one) !== SATURDAY && weekdayOf(one) !== SUNDAY && !isSession(calendar, one);
  const wanted = [
    newestDayBefore(calendar, day, (one) => weekdayOf(one) === SATURDAY),
    newestDayBefore(calendar, day, isClosedWeekday),
  ];
  let rows = [...table.rows];
  for (const holiday of wanted) {
    if (holiday === undefined) continue;
    const date = dateOfDayNumber(holiday);
    const at = rows.findIndex((row) => (row[0] ?? "") < date);
    const model = rows[at];
    if (model === undefined || rows.some((row) => row[0]?.startsWith(date))) continue;
    const copy = model.map((cell, index) => (index === 0 ? date + cell.slice(10) : cell));
    rows = rows.toSpliced(at, 0, copy);
  }
  return { ...table, rows };
}

function newestDayBefore(
  calendar: Calendar,
  day: number,
  isWanted: (day: number) => boolean,
): number | undefined {
  for (let back = 1; back <= HOLIDAY_SEARCH_DAYS && isCovered(calendar, day - back); back++) {
    if (isWanted(day - back)) return day - back;
  }
  return undefined;
}

function exchanged(table: VendorTable, row: Row): Row {
  const high = table.columns.indexOf("high");
  const low = table.columns.indexOf("low");
  if (high < 0 || low < 0) return row;
  return row.map((cell, index) => {
    // A day without a range would look the same the other way round.
    if (index === high) return row[low] === row[high] ? "0.0001" : (row[low] ?? cell);
    return index === low ? (row[high] ?? cell) : cell;
  });
}

function withColumns(
  table: VendorTable,
  fault: "column_renamed" | "column_missing" | "column_extra",
  args: FaultArgs,
): VendorTable {
  if (fault === "column_extra") {
    return {
      ...table,
      columns: [...table.columns, "vwap"],
      header: [...table.header, "vwap"],
      rows: table.rows.map((row) => [...row, "1.0000"]),
    };
  }
  const at = columnAt(table, args.column ?? (fault === "column_renamed" ? "close" : ""));
  if (fault === "column_renamed") {
    const ordinal = /^\d+\. /.exec(table.header[at] ?? "")?.[0] ?? "";
    const renamed = ordinal + (args.text ?? "last");
    return { ...table, header: table.header.with(at, renamed) };
  }
  const without = (cells: Row): Row => cells.toSpliced(at, 1);
  return {
    ...table,
    columns: without(table.columns),
    header: without(table.header),
    rows: table.rows.map(without),
  };
}

/** In JSON the key hides in a field that no row needs; CSV has no such place, so a row is added. */
function withKey(table: VendorTable, { apiKey, datatype }: RowFaultContext): VendorTable {
  const { frame } = table;
  const echo = `requested with apikey ${apiKey}`;
  if (datatype === "json" && frame.kind === "series") {
    const meta = { ...frame.meta, "1. Information": `${frame.meta["1. Information"]}, ${echo}` };
    return { ...table, frame: { ...frame, meta } };
  }
  if (datatype === "json" && frame.kind === "list") {
    return { ...table, frame: { ...frame, head: { ...frame.head, note: echo } } };
  }
  const row = table.columns.map((_, index) => (index === 1 ? apiKey : "apikey"));
  return { ...table, rows: [...table.rows, row] };
}

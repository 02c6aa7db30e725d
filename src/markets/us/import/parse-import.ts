/**
 * Reads the operator's price files into bars: plain decimals or `$1,234.50`, dates as YYYY-MM-DD or
 * MM/DD/YYYY, in any order of rows. What cannot be read becomes a flagged row for gate 1.
 */
import {
  dayNumberOf,
  dayNumberOfCivil,
  isCivilDate,
  parseSessionDate,
} from "#core/session-date.ts";
import { causeOf, readNumber, splitCells } from "#curation/import-cells.ts";
import { BAD_DAY, type BarTable, PARSE_FLAGS, appendBar } from "#lake/bar-table.ts";
import { type ImportField, readImportHeader } from "./import-columns.ts";

const PRICE_DECIMALS = 4;
/** No month is higher: a first number above it is a day. */
const MONTHS = 12;
const US_DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
/** A time after the date is allowed only where it says midnight, as some exports of daily bars do. */
const MIDNIGHT = /^([T ]00:00(:00)?(\.0+)?(Z|[+-]00:00)?)?$/;
/**
 * Appends all rows of a file. Dates of a file that writes the day first are flagged, every one of them:
 * those up to the 12th would pass for others.
 * @throws IMPORT_REFUSED when the header is not one of price history
 */
export function parseImport(bytes: Uint8Array, fileName: string, into: BarTable): ImportDates {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const fields = readImportHeader(lines[0] ?? "", fileName);
  const dateAt = fields.indexOf("date");
  const slashRows: number[] = [];
  let isDayFirst = false;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line.trim() === "") continue;
    const cells = splitCells(line);
    const first = US_DATE.exec((cells[dateAt] ?? "").trim())?.[1];
    if (first !== undefined) slashRows.push(into.length);
    isDayFirst ||= Number(first) > MONTHS;
    appendLine(cells, fields, index + 1, into);
  }
  if (isDayFirst) for (const row of slashRows) forgetDay(into, row);
  return { isDayFirst };
}

/** isDayFirst: some date of the file can only be DD/MM/YYYY. */
export type ImportDates = { readonly isDayFirst: boolean };

function forgetDay(table: BarTable, row: number): void {
  table.day[row] = BAD_DAY;
  table.flags[row] = (table.flags[row] ?? 0) | PARSE_FLAGS.DATE_UNREADABLE;
}

const UNREADABLE: Record<ImportField, number> = {
  date: PARSE_FLAGS.DATE_UNREADABLE,
  open: PARSE_FLAGS.OPEN_UNREADABLE,
  high: PARSE_FLAGS.HIGH_UNREADABLE,
  low: PARSE_FLAGS.LOW_UNREADABLE,
  close: PARSE_FLAGS.CLOSE_UNREADABLE,
  volume: PARSE_FLAGS.VOLUME_UNREADABLE,
  skip: 0,
};

function appendLine(
  cells: readonly string[],
  fields: readonly ImportField[],
  line: number,
  into: BarTable,
): void {
  const values = { day: BAD_DAY, open: NaN, high: NaN, low: NaN, close: NaN, volume: NaN };
  let flags = cells.length === fields.length ? 0 : PARSE_FLAGS.FIELD_COUNT;
  for (const [index, field] of fields.entries()) {
    const text = (cells[index] ?? "").trim();
    if (field === "skip") continue;
    if (field === "date") values.day = readDay(text);
    else values[field] = readNumber(text, field === "volume" ? 0 : PRICE_DECIMALS);
    const isRead = field === "date" ? values.day !== BAD_DAY : !Number.isNaN(values[field]);
    if (!isRead) flags |= UNREADABLE[field] | (field === "date" ? 0 : causeOf(text));
  }
  appendBar(into, { ...values, line, flags });
}

function readDay(text: string): number {
  const plain = parseSessionDate(text.slice(0, 10));
  if (plain !== undefined) return MIDNIGHT.test(text.slice(10)) ? dayNumberOf(plain) : BAD_DAY;
  const american = US_DATE.exec(text);
  if (!american) return BAD_DAY;
  const [month, day, year] = american.slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined) return BAD_DAY;
  return isCivilDate(year, month, day) ? dayNumberOfCivil(year, month, day) : BAD_DAY;
}

/**
 * Reads the operator's Indian price files into bars, daily or of minutes, with or without a header. What
 * cannot be read becomes a flagged row for gate 1; nothing is dropped, sorted or mended.
 */
import { causeOf, readNumber, splitCells } from "#curation/import-cells.ts";
import { BAD_DAY, type BarTable, PARSE_FLAGS, appendBar } from "#lake/bar-table.ts";
import { type ImportField, type ImportInterval, readImportHeader } from "./import-columns.ts";
import { indianDayOf, isMonthFirst, readDay, readMinute, splitStamp } from "./import-stamps.ts";
import { symbolOfName } from "./symbol-names.ts";

/** How the operator said that the file is to be read. */
export type ImportSpec = {
  readonly fileName: string;
  readonly interval: ImportInterval;
  /** Which end of a bar its stamp is; of no meaning for daily files. */
  readonly label: "start" | "end";
  /** Columns by place; a header's names tell them when absent. */
  readonly columns?: readonly ImportField[] | undefined;
};

/** What a file holds besides its rows. */
export type ImportFacts = {
  /** Symbols of its symbol column in order of appearance; empty without such a column. */
  readonly symbols: readonly string[];
  /** First line whose symbol is blank. */
  readonly namelessLine: number | undefined;
  /** Some day of the file can only be MM/DD/YYYY: its other days would pass for DD/MM/YYYY. */
  readonly isMonthFirst: boolean;
};

export const INTERVAL_MINUTES: Record<ImportInterval, number> = { "1d": 0, "1m": 1, "5m": 5 };
const PRICE_DECIMALS = 4;
/** Distinct symbols that one file may hold. */
export const FILE_SYMBOLS_MAX = 5000;
/** A time of a daily bar says nothing but midnight. */
const MIDNIGHT = /^00:00(:00)?(\.0+)?(Z|[+-]\d{2}:?\d{2})?$/;
const PRICES = ["open", "high", "low", "close"] as const;

/**
 * Appends the rows of one symbol, all of them where the file has no symbol column or `symbol` is absent.
 * @throws IMPORT_REFUSED when the header is not one of price history
 */
export function parseImport(
  bytes: Uint8Array,
  spec: ImportSpec,
  into: BarTable,
  symbol?: string,
): ImportFacts {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const fields = spec.columns ?? readImportHeader(lines[0] ?? "", spec.fileName);
  const firstRow = spec.columns === undefined || isHeader(lines[0] ?? "", fields) ? 1 : 0;
  const places = placesOf(fields);
  const symbols = new Map<string, string>();
  const reader: LineReader = { spec, places, fields: fields.length, into };
  let namelessLine: number | undefined;
  let foundMonthFirst = false;
  for (let index = firstRow; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line.trim() === "") continue;
    const cells = splitCells(index === 0 ? line.replace(/^\uFEFF/, "") : line);
    foundMonthFirst ||= isMonthFirst(splitStamp(cellAt(cells, places.date)).day);
    if (places.symbol !== undefined) {
      const name = cellAt(cells, places.symbol);
      if (name === "") namelessLine ??= index + 1;
      let known = symbols.get(name);
      if (known === undefined && symbols.size < FILE_SYMBOLS_MAX + 1) {
        known = symbolOfName(name);
        symbols.set(name, known);
      }
      if (symbol !== undefined && known !== symbol) continue;
    }
    appendLine(reader, cells, index + 1);
  }
  return {
    symbols: [...new Set(symbols.values())].filter((name) => name !== ""),
    namelessLine,
    isMonthFirst: foundMonthFirst,
  };
}

type Places = { readonly [field in Exclude<ImportField, "skip">]?: number | undefined };

type LineReader = {
  readonly spec: ImportSpec;
  readonly places: Places;
  readonly fields: number;
  readonly into: BarTable;
};

function placesOf(fields: readonly ImportField[]): Places {
  const placed = [...fields.entries()].filter(([, field]) => field !== "skip");
  return Object.fromEntries(placed.map(([index, field]) => [field, index]));
}

function cellAt(cells: readonly string[], place: number | undefined): string {
  return place === undefined ? "" : (cells[place] ?? "").trim();
}

/** The first line is a header when its date is no day and its prices are words. */
function isHeader(line: string, fields: readonly ImportField[]): boolean {
  const cells = splitCells(line.replace(/^\uFEFF/, ""));
  const places = placesOf(fields);
  const isDay = readDay(splitStamp(cellAt(cells, places.date)).day) !== BAD_DAY;
  return !isDay && PRICES.every((price) => /[a-z]/i.test(cellAt(cells, places[price])));
}

const UNREADABLE = {
  open: PARSE_FLAGS.OPEN_UNREADABLE,
  high: PARSE_FLAGS.HIGH_UNREADABLE,
  low: PARSE_FLAGS.LOW_UNREADABLE,
  close: PARSE_FLAGS.CLOSE_UNREADABLE,
  volume: PARSE_FLAGS.VOLUME_UNREADABLE,
};

function appendLine(reader: LineReader, cells: readonly string[], line: number): void {
  const { places } = reader;
  let flags = cells.length === reader.fields ? 0 : PARSE_FLAGS.FIELD_COUNT;
  const number = (field: keyof typeof UNREADABLE): number => {
    const text = cellAt(cells, places[field]);
    const value = readNumber(text, field === "volume" ? 0 : PRICE_DECIMALS);
    if (Number.isNaN(value)) flags |= UNREADABLE[field] | causeOf(text);
    return value;
  };
  const [open, high, low, close] = [number("open"), number("high"), number("low"), number("close")];
  // A file need not have volumes; where it has a column for them, a stock's must be there.
  const volume = places.volume === undefined ? NaN : number("volume");
  const { day, startMinute } = readStart(reader, cells);
  if (day === BAD_DAY) flags |= PARSE_FLAGS.DATE_UNREADABLE;
  appendBar(reader.into, { day, startMinute, open, high, low, close, volume, line, flags });
}

/** Session day and start of a bar; `BAD_DAY` when the stamp cannot be read. */
function readStart(
  { spec, places }: LineReader,
  cells: readonly string[],
): { readonly day: number; readonly startMinute: number } {
  const stamp = splitStamp(cellAt(cells, places.date));
  const day = readDay(stamp.day);
  const columnTime = cellAt(cells, places.time);
  if (stamp.time !== "" && columnTime !== "") return NO_START;
  const time = stamp.time === "" ? columnTime : stamp.time;
  if (spec.interval === "1d") {
    return time === "" || MIDNIGHT.test(time) ? { day, startMinute: 0 } : NO_START;
  }
  const minute = readMinute(day, time);
  if (minute === undefined) return NO_START;
  const startMinute = minute - (spec.label === "end" ? INTERVAL_MINUTES[spec.interval] : 0);
  return { day: indianDayOf(startMinute), startMinute };
}

const NO_START = { day: BAD_DAY, startMinute: 0 };

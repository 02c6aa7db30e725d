/**
 * Price rows as columns: what parsers fill, gate 1 judges and Parquet receives. Values are exact
 * integers; what could not be read stays in the row as a flag, so that every failed rule can be named.
 */

/** Day of a row whose date could not be read. */
export const BAD_DAY = -2_147_483_648;

/** How a field of a row failed to parse; one bit each, so a row can carry several. */
export const PARSE_FLAGS = {
  FIELD_COUNT: 1 << 0,
  DATE_UNREADABLE: 1 << 1,
  OPEN_UNREADABLE: 1 << 2,
  HIGH_UNREADABLE: 1 << 3,
  LOW_UNREADABLE: 1 << 4,
  CLOSE_UNREADABLE: 1 << 5,
  VOLUME_UNREADABLE: 1 << 6,
  /** A price or volume spells NaN or an infinity (set besides the field's own flag). */
  NOT_FINITE: 1 << 7,
  /** A price or volume is blank (set besides the field's own flag). */
  BLANK: 1 << 8,
} as const;

/**
 * Growable columns, `length` rows of which are filled.
 * day: epoch days; startMinute: epoch minutes UTC of the bar's start (0 in daily tables);
 * open/high/low/close: price units of 1/10000, NaN where unreadable; volume: shares, NaN where
 * absent or unreadable; line: 1-based line (or JSON row) of the payload; flags: `PARSE_FLAGS`.
 */
export type BarTable = {
  length: number;
  day: Int32Array;
  startMinute: Int32Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  line: Int32Array;
  flags: Uint32Array;
};

const CAPACITY_MIN = 256;

/** An empty table with room for `capacity` rows; it grows by doubling. */
export function createBarTable(capacity: number = CAPACITY_MIN): BarTable {
  const size = Math.max(CAPACITY_MIN, capacity);
  return {
    length: 0,
    day: new Int32Array(size),
    startMinute: new Int32Array(size),
    open: new Float64Array(size),
    high: new Float64Array(size),
    low: new Float64Array(size),
    close: new Float64Array(size),
    volume: new Float64Array(size),
    line: new Int32Array(size),
    flags: new Uint32Array(size),
  };
}

/** Makes room for one more row and returns its index; all of its cells must then be written. */
export function reserveBar(table: BarTable): number {
  const row = table.length;
  if (row === table.day.length) growBarTable(table, row * 2);
  table.length = row + 1;
  return row;
}

/** One row as values; for small inputs and tests. Parsers write cells directly. */
export type Bar = {
  readonly day: number;
  readonly startMinute?: number | undefined;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly line: number;
  readonly flags?: number | undefined;
};

/** Appends one row. */
export function appendBar(table: BarTable, bar: Bar): void {
  const row = reserveBar(table);
  table.day[row] = bar.day;
  table.startMinute[row] = bar.startMinute ?? 0;
  table.open[row] = bar.open;
  table.high[row] = bar.high;
  table.low[row] = bar.low;
  table.close[row] = bar.close;
  table.volume[row] = bar.volume;
  table.line[row] = bar.line;
  table.flags[row] = bar.flags ?? 0;
}

/** Appends one row of another table as it is. */
export function copyBar(from: BarTable, row: number, into: BarTable): void {
  const at = reserveBar(into);
  into.day[at] = from.day[row] ?? BAD_DAY;
  into.startMinute[at] = from.startMinute[row] ?? 0;
  into.open[at] = from.open[row] ?? NaN;
  into.high[at] = from.high[row] ?? NaN;
  into.low[at] = from.low[row] ?? NaN;
  into.close[at] = from.close[row] ?? NaN;
  into.volume[at] = from.volume[row] ?? NaN;
  into.line[at] = from.line[row] ?? 0;
  into.flags[at] = from.flags[row] ?? 0;
}

/** Forgets the rows but keeps the memory, for the next payload. */
export function clearBarTable(table: BarTable): void {
  table.length = 0;
}

function growBarTable(table: BarTable, size: number): void {
  const grow = <T extends Int32Array | Uint32Array | Float64Array>(old: T, made: T): T => {
    made.set(old);
    return made;
  };
  table.day = grow(table.day, new Int32Array(size));
  table.startMinute = grow(table.startMinute, new Int32Array(size));
  table.open = grow(table.open, new Float64Array(size));
  table.high = grow(table.high, new Float64Array(size));
  table.low = grow(table.low, new Float64Array(size));
  table.close = grow(table.close, new Float64Array(size));
  table.volume = grow(table.volume, new Float64Array(size));
  table.line = grow(table.line, new Int32Array(size));
  table.flags = grow(table.flags, new Uint32Array(size));
}

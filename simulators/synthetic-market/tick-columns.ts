/**
 * The packets of one session as growing columns, and the finished timeline over them: what the exchange
 * said, in the order of event time, without an object per packet. Who makes them is `tick-timeline.ts`'s.
 */
import type { IndiaDayBar } from "./india-market.ts";
import type { IndiaInstrument } from "./india-roster.ts";
import { SECONDS_PER_DAY, type TickSession } from "./tick-session.ts";

/** Columns with one entry per packet. */
export type TickColumns = {
  length: number;
  /** Index into the timeline's instruments. */
  token: Uint16Array;
  /** Exchange time: seconds after midnight in India. */
  second: Int32Array;
  /** Last traded price in paise. */
  price: Int32Array;
  /** Shares traded so far today; 0 for an index. */
  volume: Uint32Array;
  /** Average traded price so far today, in paise, rounded; 0 before the first trade. */
  average: Int32Array;
  /** Shares of the last trade. */
  quantity: Uint32Array;
  /** 0 for an instrument's first packet of the day, then 1, 2, … */
  ordinal: Int32Array;
};

/** A session's packets, complete. Never changed after it was made. */
export type TickTimeline = Readonly<TickColumns> & {
  readonly session: TickSession;
  readonly instruments: readonly IndiaInstrument[];
  /** The daily bar of each instrument, which the packets keep to. */
  readonly days: readonly IndiaDayBar[];
  /** Sequence number of each instrument's first packet. */
  readonly sequenceBase: Int32Array;
  /** First row whose second is not before the index; the last entry is `length`. */
  readonly secondStart: Int32Array;
  /** Rows of instrument `i` are `rows[starts[i]]` to `rows[starts[i + 1] - 1]`, ascending. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
};

/** Empty columns with room for about `capacity` packets. */
export function tickColumns(capacity: number): TickColumns {
  return {
    length: 0,
    token: new Uint16Array(capacity),
    second: new Int32Array(capacity),
    price: new Int32Array(capacity),
    volume: new Uint32Array(capacity),
    average: new Int32Array(capacity),
    quantity: new Uint32Array(capacity),
    ordinal: new Int32Array(capacity),
  };
}

/** Doubles the room. */
export function growTickColumns(columns: TickColumns): void {
  const size = columns.second.length * 2;
  const grow = <T extends Int32Array | Uint32Array | Uint16Array>(old: T, made: T): T => {
    made.set(old);
    return made;
  };
  columns.token = grow(columns.token, new Uint16Array(size));
  columns.second = grow(columns.second, new Int32Array(size));
  columns.price = grow(columns.price, new Int32Array(size));
  columns.volume = grow(columns.volume, new Uint32Array(size));
  columns.average = grow(columns.average, new Int32Array(size));
  columns.quantity = grow(columns.quantity, new Uint32Array(size));
  columns.ordinal = grow(columns.ordinal, new Int32Array(size));
}

/** First row of every second of a day. */
export function indexSeconds(columns: TickColumns): Int32Array {
  const starts = new Int32Array(SECONDS_PER_DAY + 1);
  let row = 0;
  for (let second = 0; second <= SECONDS_PER_DAY; second++) {
    while (row < columns.length && (columns.second[row] ?? 0) < second) row++;
    starts[second] = row;
  }
  return starts;
}

/** Rows by instrument; see `TickTimeline.rows`. */
export function indexTokens(
  columns: TickColumns,
  tokens: number,
): Pick<TickTimeline, "starts" | "rows"> {
  const starts = new Int32Array(tokens + 1);
  for (let row = 0; row < columns.length; row++) {
    const at = (columns.token[row] ?? 0) + 1;
    starts[at] = (starts[at] ?? 0) + 1;
  }
  for (let at = 1; at <= tokens; at++) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const rows = new Int32Array(columns.length);
  for (let row = 0; row < columns.length; row++) {
    rows[(starts[columns.token[row] ?? 0] ?? 0) + (columns.ordinal[row] ?? 0)] = row;
  }
  return { starts, rows };
}

/** The sequence number in a packet. An index's means nothing, as the vendor warns. */
export function sequenceOf(timeline: TickTimeline, row: number): number {
  const token = timeline.token[row] ?? 0;
  const ordinal = timeline.ordinal[row] ?? 0;
  const base = timeline.sequenceBase[token] ?? 0;
  if (timeline.instruments[token]?.kind === "stock") return base + ordinal;
  return Math.imul(base + ordinal, 0x9e3779b1) >>> 12;
}

/** The row of the same instrument that lies `steps` packets after `row`; `undefined` beyond the ends. */
export function neighbourRow(
  timeline: TickTimeline,
  row: number,
  steps: number,
): number | undefined {
  const token = timeline.token[row] ?? 0;
  const ordinal = (timeline.ordinal[row] ?? 0) + steps;
  const from = timeline.starts[token] ?? 0;
  const to = timeline.starts[token + 1] ?? 0;
  return ordinal < 0 || from + ordinal >= to ? undefined : timeline.rows[from + ordinal];
}

/** The newest row of an instrument among the first `rowsPassed` rows; `undefined` when it has none. */
export function newestRowOf(
  timeline: TickTimeline,
  token: number,
  rowsPassed: number,
): number | undefined {
  let low = timeline.starts[token] ?? 0;
  const from = low;
  let high = timeline.starts[token + 1] ?? 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timeline.rows[middle] ?? 0) < rowsPassed) low = middle + 1;
    else high = middle;
  }
  return low === from ? undefined : timeline.rows[low - 1];
}

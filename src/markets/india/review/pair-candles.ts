/**
 * Walks two sets of candles side by side: each symbol, minute and kind once, with the row of either side.
 * What it means that they differ, or that one is missing, is the caller's to say.
 */
import type { CandleTable } from "../candles/candle-table.ts";

/** Rows of one candle on both sides; -1 where a side has none. */
export type CandlePair = {
  readonly symbol: string;
  readonly minute: number;
  readonly kind: number;
  readonly left: number;
  readonly right: number;
};

/** Pairs in the order of symbol name (code units), minute, kind. A key occurs at most once a side. */
export function* pairCandles(left: CandleTable, right: CandleTable): Generator<CandlePair> {
  const names = [...new Set([...left.symbols, ...right.symbols])].sort();
  const rank = new Map(names.map((name, place) => [name, place]));
  const [a, b] = [orderRows(left, rank), orderRows(right, rank)];
  let [i, j] = [0, 0];
  while (i < a.rows.length || j < b.rows.length) {
    const order = compareKeys(a, a.rows[i] ?? -1, b, b.rows[j] ?? -1);
    const [side, row] = order <= 0 ? [a, a.rows[i] ?? -1] : [b, b.rows[j] ?? -1];
    yield {
      symbol: symbolOf(side.table, row),
      minute: side.table.startMinute[row] ?? 0,
      kind: side.table.kind[row] ?? 0,
      left: order <= 0 ? row : -1,
      right: order >= 0 ? (b.rows[j] ?? -1) : -1,
    };
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
}

/** The name of a row's symbol. */
export function symbolOf(table: CandleTable, row: number): string {
  return table.symbols[table.symbol[row] ?? -1] ?? "";
}

/** A side with its rows in order; `places` has each symbol's place among the names of both sides. */
type Side = {
  readonly table: CandleTable;
  readonly places: Int32Array;
  readonly rows: Uint32Array;
};

function orderRows(table: CandleTable, rank: ReadonlyMap<string, number>): Side {
  const places = Int32Array.from(table.symbols, (name) => rank.get(name) ?? 0);
  const rows = Uint32Array.from({ length: table.length }, (_, row) => row);
  const side = { table, places, rows };
  rows.sort((x, y) => compareKeys(side, x, side, y));
  return side;
}

/** Order of two rows; a row of -1, the end of its side, comes after every other. */
function compareKeys(left: Side, a: number, right: Side, b: number): number {
  if (a < 0 || b < 0) return a < 0 ? 1 : -1;
  const names =
    (left.places[left.table.symbol[a] ?? 0] ?? 0) - (right.places[right.table.symbol[b] ?? 0] ?? 0);
  if (names !== 0) return names;
  const minutes = (left.table.startMinute[a] ?? 0) - (right.table.startMinute[b] ?? 0);
  return minutes === 0 ? (left.table.kind[a] ?? 0) - (right.table.kind[b] ?? 0) : minutes;
}

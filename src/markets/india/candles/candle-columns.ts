/**
 * Candles as columns of a Parquet part: names, types and order are the lake's contract with other
 * tools. Which candles they are and where the part lies is the callers' business.
 */
import type { PartColumn } from "#lake/column-chunk-store.ts";
import { CANDLE_KINDS, CANDLE_SOURCES, type CandleTable } from "./candle-table.ts";

const MS_PER_MINUTE = 60_000;
/** Stands in a dictionary that would be empty. */
const NO_NAME = "";

/** Names of the columns, in their order in the file. */
export const CANDLE_COLUMNS = [
  "symbol",
  "session",
  "start",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "vwap",
  "tick_count",
  "source",
  "kind",
  "incomplete",
  "revision",
] as const;

/** What stands before the source of every SYNTHETIC candle (decision 33). */
export const SYNTHETIC_MARK = "SYNTHETIC:";

/** What a table's candles have in common, and what they do not know of themselves. */
export type CandleContext = {
  /** Epoch day of the session that all of them are of. */
  readonly sessionDay: number;
  readonly isSynthetic: boolean;
  /** By row; 0 where it is absent. */
  readonly revision?: Int32Array | undefined;
};

/** The sources of candles as readers see them, by their codes. */
export function sourceNames(isSynthetic: boolean): readonly string[] {
  return isSynthetic ? CANDLE_SOURCES.map((name) => `${SYNTHETIC_MARK}${name}`) : CANDLE_SOURCES;
}

/** The rows of a table as the columns of a part. */
export function candleColumns(
  table: CandleTable,
  { sessionDay, isSynthetic, revision }: CandleContext,
): PartColumn[] {
  const rows = table.length;
  const start = new Float64Array(rows);
  for (let row = 0; row < rows; row++) start[row] = (table.startMinute[row] ?? 0) * MS_PER_MINUTE;
  const price = (name: "open" | "high" | "low" | "close"): PartColumn => ({
    name,
    kind: "int64",
    decimals: 4,
    cells: table[name],
  });
  return [
    {
      name: "symbol",
      kind: "text",
      codes: Uint16Array.from(table.symbol.subarray(0, rows)),
      dictionary: table.symbols.length === 0 ? [NO_NAME] : table.symbols,
    },
    { name: "session", kind: "day", cells: new Int32Array(rows).fill(sessionDay) },
    { name: "start", kind: "instant", cells: start },
    price("open"),
    price("high"),
    price("low"),
    price("close"),
    { name: "volume", kind: "int64", cells: table.volume },
    { name: "vwap", kind: "double", cells: table.vwap },
    { name: "tick_count", kind: "int32", cells: table.tickCount },
    codeColumn("source", table.source.subarray(0, rows), sourceNames(isSynthetic)),
    codeColumn("kind", table.kind.subarray(0, rows), CANDLE_KINDS),
    { name: "incomplete", kind: "boolean", cells: table.incomplete },
    { name: "revision", kind: "int32", cells: revision ?? new Int32Array(rows) },
  ];
}

function codeColumn(name: string, codes: Uint8Array, dictionary: readonly string[]): PartColumn {
  return { name, kind: "text", codes: Uint16Array.from(codes), dictionary };
}

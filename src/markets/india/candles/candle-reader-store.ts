/**
 * Reads Parquet files of candles back into a table. Which files, and what the candles are good for, is
 * the callers' business.
 */
import { sqlText, type DuckDbSession } from "#lake/duckdb-store.ts";
import { SYNTHETIC_MARK } from "./candle-columns.ts";
import {
  CANDLE_KINDS,
  CANDLE_SOURCES,
  type CandleTable,
  createCandleTable,
} from "./candle-table.ts";

const MS_PER_MINUTE = 60_000;

/** A query's columns as numbers, NULL as NaN; the order is that of `NUMBER_COLUMNS`. */
const NUMBER_SQL = [
  `epoch_ms(start) // ${MS_PER_MINUTE}`,
  "(open * 10000)::BIGINT",
  "(high * 10000)::BIGINT",
  "(low * 10000)::BIGINT",
  "(close * 10000)::BIGINT",
  "volume",
  "vwap",
  "tick_count",
  codeSql(`replace(source, ${sqlText(SYNTHETIC_MARK)}, '')`, CANDLE_SOURCES),
  codeSql("kind", CANDLE_KINDS),
  "incomplete::INTEGER",
];
const NUMBER_COLUMNS = [
  "startMinute",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "vwap",
  "tickCount",
  "source",
  "kind",
  "incomplete",
] as const;

/**
 * All candles of these files, below the session's folders, sorted by symbol, start and kind; `where` is a
 * condition of SQL on them. Of a candle with several revisions only the newest is read.
 */
export async function readCandles(
  session: DuckDbSession,
  paths: readonly string[],
  where = "true",
): Promise<CandleTable> {
  if (paths.length === 0) return createCandleTable([]);
  const files = `read_parquet([${paths.map(sqlText).join(", ")}], hive_partitioning = false)`;
  const rows = `(SELECT * FROM ${files} WHERE ${where}
    QUALIFY revision = max(revision) OVER (PARTITION BY symbol, start, kind))`;
  const { connection } = session;
  const named = await connection.runAndReadAll(
    `SELECT DISTINCT symbol FROM ${files} WHERE ${where} ORDER BY symbol`,
  );
  const symbols = named.getColumns()[0]?.map(String) ?? [];
  if (symbols.length === 0) return createCandleTable([]);
  const codes = `enum_code(symbol::ENUM(${symbols.map(sqlText).join(", ")}))`;
  const numbers = [codes, ...NUMBER_SQL].map((sql) => `(${sql})::DOUBLE`).join(", ");
  const result = await connection.run(
    `SELECT ${numbers} FROM ${rows} ORDER BY symbol, start, kind DESC`,
  );
  const chunks: (readonly unknown[])[][] = [];
  let count = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    count += chunk.rowCount;
    chunks.push(chunk.getColumns());
  }
  return tableOf(symbols, chunks, count);
}

function tableOf(
  symbols: readonly string[],
  chunks: readonly (readonly (readonly unknown[])[])[],
  count: number,
): CandleTable {
  const table = createCandleTable(symbols, count);
  table.length = count;
  const cells = [table.symbol, ...NUMBER_COLUMNS.map((name) => table[name])];
  let at = 0;
  for (const columns of chunks) {
    for (const [index, values] of columns.entries()) {
      const target = cells[index];
      if (target === undefined) continue;
      for (let row = 0; row < values.length; row++) {
        const value = values[row];
        target[at + row] = typeof value === "number" ? value : NaN;
      }
    }
    at += columns[0]?.length ?? 0;
  }
  return table;
}

/** The place of a name in its list, from 0; kinds sort the same way by name, downwards, and by place. */
function codeSql(sql: string, names: readonly string[]): string {
  return `list_position([${names.map(sqlText).join(", ")}], ${sql}) - 1`;
}

/** Reads Parquet as any other tool would: a DuckDB of its own, without our fences or readers. */
import { DuckDBInstance } from "@duckdb/node-api";
import { sqlText } from "./duckdb-store.ts";

/** Names and SQL types of the columns of these files, in order. */
export async function describeParquet(paths: readonly string[]): Promise<string[]> {
  const rows = await queryParquet(paths, (from) => `DESCRIBE SELECT * FROM ${from}`);
  return rows.map((row) => `${String(row["column_name"])} ${String(row["column_type"])}`);
}

/** Rows of a query over these files; every value as DuckDB's JSON writes it, prices as exact text. */
export async function queryParquet(
  paths: readonly string[],
  sqlOf: (from: string) => string = (from) => `SELECT * FROM ${from}`,
): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const from = `read_parquet([${paths.map(sqlText).join(", ")}], hive_partitioning = false)`;
    return (await connection.runAndReadAll(sqlOf(from))).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

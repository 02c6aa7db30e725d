/**
 * Moves columns of a part into a DuckDB table by whole vectors: typed arrays are copied as they
 * are, without an object or a string per value. This is the only file that speaks DuckDB's vectors.
 */
import { type DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { sqlText } from "./duckdb-store.ts";

/** Rows in a DuckDB vector (its STANDARD_VECTOR_SIZE). */
const VECTOR_ROWS = 2048;
const VALIDITY_SHIFT = 5;
const VALIDITY_BIT = 31;
const TWO_POW_32 = 4_294_967_296;
const INT32_MAX = 2_147_483_647;
const BYTE_DICTIONARY_MAX = 255;

/**
 * One column of a part. Nullable kinds hold NULL where the cell is NaN (floats) or `NULL_DAY`.
 * `int64` cells are integers in a Float64Array; `decimals` makes the column DECIMAL(18, decimals).
 * `double` cells are what they are: never prices of bars, which are exact.
 */
export type PartColumn =
  | {
      readonly name: string;
      readonly kind: "text";
      codes: Uint16Array;
      dictionary: readonly string[];
    }
  | { readonly name: string; readonly kind: "day"; cells: Int32Array }
  | { readonly name: string; readonly kind: "int32"; cells: Int32Array }
  | { readonly name: string; readonly kind: "boolean"; cells: Uint8Array }
  | { readonly name: string; readonly kind: "instant"; cells: Float64Array }
  | { readonly name: string; readonly kind: "double"; cells: Float64Array }
  | {
      readonly name: string;
      readonly kind: "int64";
      cells: Float64Array;
      readonly decimals?: number | undefined;
    };

/** The empty date in a `day` column. */
export const NULL_DAY = -2_147_483_648;

/**
 * Creates the table `table` and fills it with the first `rows` cells of the columns. Returns the SQL
 * that reads all of them: a column that says the same in every row is no part of the table.
 */
export async function fillTable(
  connection: DuckDBConnection,
  table: string,
  all: readonly PartColumn[],
  rows: number,
): Promise<string> {
  const constants: string[] = [];
  const columns = all.filter((column, at) => {
    const isLast = at === all.length - 1 && constants.length === at;
    // A table needs a column, whatever its cells say.
    const constant = isLast ? undefined : constantOf(column, rows);
    if (constant !== undefined) constants.push(constant);
    return constant === undefined;
  });
  const definitions = columns.map((column) => `"${column.name}" ${sqlTypeOf(column)}`).join(", ");
  await connection.run(`CREATE TABLE ${table} (${definitions})`);
  const appender = await connection.createAppender(table);
  const types = columns.map((_, index) => appender.columnType(index));
  const chunk = DuckDBDataChunk.create(types, VECTOR_ROWS);
  const masked = new Uint8Array(columns.length);
  for (let from = 0; from < rows; from += VECTOR_ROWS) {
    const count = Math.min(VECTOR_ROWS, rows - from);
    duckdb.data_chunk_set_size(chunk.chunk, count);
    for (const [index, column] of columns.entries()) {
      const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
      const hasNulls = copyCells(vector, column, from, count);
      // The chunk keeps the mask of the rows before: without NULLs it is written only to clear that.
      if (hasNulls || masked[index] === 1) copyValidity(vector, column, from, count);
      masked[index] = hasNulls ? 1 : 0;
    }
    appender.appendDataChunk(chunk);
  }
  appender.flushSync();
  appender.closeSync();
  return `(SELECT ${["*", ...constants].join(", ")} FROM ${table})`;
}

/** The column as an expression of SQL when its `rows` cells are all the same and copying can be saved. */
function constantOf(column: PartColumn, rows: number): string | undefined {
  const typed = (value: string): string => `${value}::${sqlTypeOf(column)} AS "${column.name}"`;
  if (column.kind === "text") {
    const [name, ...others] = column.dictionary;
    return name !== undefined && others.length === 0 ? typed(sqlText(name)) : undefined;
  }
  if (column.kind !== "day") return undefined;
  for (let row = 0; row < rows; row++) if (column.cells[row] !== NULL_DAY) return undefined;
  return typed("NULL");
}

function sqlTypeOf(column: PartColumn): string {
  switch (column.kind) {
    case "text":
      // In Parquet this is plain text with a dictionary, as text would be, without hashing every row.
      return `ENUM(${column.dictionary.map(sqlText).join(", ")})`;
    case "day":
      return "DATE";
    case "int32":
      return "INTEGER";
    case "boolean":
      return "BOOLEAN";
    case "instant":
      return "TIMESTAMPTZ";
    case "double":
      return "DOUBLE";
    case "int64":
      return column.decimals === undefined ? "BIGINT" : `DECIMAL(18,${column.decimals})`;
  }
}

const bytes8 = new Uint8Array(VECTOR_ROWS);
const pairs64 = new Int32Array(VECTOR_ROWS * 2);
/** One bit a row, 32 rows a word: on little-endian machines the bits lie as DuckDB's 64-bit words do. */
const validity = new Int32Array(VECTOR_ROWS >>> VALIDITY_SHIFT);
const ALL_VALID = -1;

/** Copies `count` cells into a vector and says whether some of them are NULL. */
function copyCells(
  vector: duckdb.Vector,
  column: PartColumn,
  from: number,
  count: number,
): boolean {
  switch (column.kind) {
    case "text":
      copyCodes(vector, column, from, count);
      return false;
    case "boolean":
      duckdb.copy_data_to_vector(vector, 0, plainBuffer(column.cells), from, count);
      return false;
    case "int32":
      duckdb.copy_data_to_vector(vector, 0, plainBuffer(column.cells), from * 4, count * 4);
      return false;
    case "day":
      duckdb.copy_data_to_vector(vector, 0, plainBuffer(column.cells), from * 4, count * 4);
      return column.cells.subarray(from, from + count).includes(NULL_DAY);
    case "double":
      duckdb.copy_data_to_vector(vector, 0, plainBuffer(column.cells), from * 8, count * 8);
      return hasNaN(column.cells, from, count);
    case "instant":
    case "int64": {
      const hasNulls = fillPairs(column.cells, from, count, column.kind === "instant" ? 1000 : 1);
      duckdb.copy_data_to_vector(vector, 0, plainBuffer(pairs64), 0, count * 8);
      return hasNulls;
    }
  }
}

/** ENUM codes take one byte up to 255 names and two beyond. */
function copyCodes(
  vector: duckdb.Vector,
  column: PartColumn & { readonly kind: "text" },
  from: number,
  count: number,
): void {
  if (column.dictionary.length > BYTE_DICTIONARY_MAX) {
    duckdb.copy_data_to_vector(vector, 0, plainBuffer(column.codes), from * 2, count * 2);
    return;
  }
  for (let row = 0; row < count; row++) bytes8[row] = column.codes[from + row] ?? 0;
  duckdb.copy_data_to_vector(vector, 0, plainBuffer(bytes8), 0, count);
}

/**
 * Splits integers below 2^53 into the two halves of an int64, low half first (little endian). Says
 * whether some cell is NaN, which is NULL.
 */
function fillPairs(cells: Float64Array, from: number, count: number, factor: number): boolean {
  let hasNulls = false;
  for (let row = 0; row < count; row++) {
    const value = (cells[from + row] ?? 0) * factor;
    if (value >= 0 && value <= INT32_MAX) {
      pairs64[2 * row] = value;
      pairs64[2 * row + 1] = 0;
      continue;
    }
    const isNull = Number.isNaN(value);
    if (isNull) hasNulls = true;
    const high = isNull ? 0 : Math.floor(value / TWO_POW_32);
    pairs64[2 * row] = isNull ? 0 : (value - high * TWO_POW_32) | 0;
    pairs64[2 * row + 1] = high;
  }
  return hasNulls;
}

/** A comparison a cell, without a view of the array or a call. */
function hasNaN(cells: Float64Array, from: number, count: number): boolean {
  for (let row = from; row < from + count; row++) if (cells[row] !== cells[row]) return true;
  return false;
}

/** Writes the mask of a chunk's column; it must be written until it is whole again. */
function copyValidity(
  vector: duckdb.Vector,
  column: PartColumn,
  from: number,
  count: number,
): void {
  validity.fill(ALL_VALID);
  for (let row = 0; row < count; row++) {
    if (!isNullCell(column, from + row)) continue;
    const word = row >>> VALIDITY_SHIFT;
    validity[word] = (validity[word] ?? 0) & ~(1 << (row & VALIDITY_BIT));
  }
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, plainBuffer(validity), 0, validity.byteLength);
}

function isNullCell(column: PartColumn, row: number): boolean {
  if (column.kind === "day") return column.cells[row] === NULL_DAY;
  if (column.kind !== "int64" && column.kind !== "instant" && column.kind !== "double")
    return false;
  return Number.isNaN(column.cells[row]);
}

function plainBuffer(array: { readonly buffer: ArrayBufferLike }): ArrayBuffer {
  if (array.buffer instanceof ArrayBuffer) return array.buffer;
  throw new Error("broken promise: part columns are never shared between threads");
}

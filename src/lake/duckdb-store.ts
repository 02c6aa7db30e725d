/**
 * Opens DuckDB as the Parquet engine: in memory, UTC, bounded, and fenced to the folders it is
 * given before any statement of ours runs, so no SQL can reach another file or load an extension.
 */
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** Enough for the largest sort here; larger ones spill to the temporary folder. */
const MEMORY_LIMIT_MB = 400;
const THREADS_MAX = 4;

/**
 * One core stays with the thread that parses and judges: a second writer would only take its time,
 * and DuckDB's threads wait for each other by turning in a loop.
 */
function threadsToUse(cores: number): number {
  return Math.min(THREADS_MAX, Math.max(1, cores - 1));
}

/** Two connections to one in-memory database, so that a table can be filled while another is written. */
export type DuckDbSession = {
  readonly connection: DuckDBConnection;
  readonly filling: DuckDBConnection;
  /** A number no table of this session has yet. */
  nextTable(): number;
  close(): void;
};

/**
 * Opens an in-memory database that may read and write below `folders` only.
 * `temporaryDir` is made when absent and holds spill files; it should be one of the folders.
 */
export async function openDuckDb(options: {
  readonly folders: readonly string[];
  readonly temporaryDir: string;
}): Promise<DuckDbSession> {
  mkdirSync(options.temporaryDir, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(threadsToUse(availableParallelism())),
    memory_limit: `${MEMORY_LIMIT_MB}MB`,
    temp_directory: options.temporaryDir,
    preserve_insertion_order: "true",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const filling = await instance.connect();
  const allowed = [...options.folders, options.temporaryDir].map(sqlText).join(", ");
  // The zone belongs to a connection, everything below to the whole instance.
  for (const one of [connection, filling]) await one.run("SET TimeZone = 'UTC'");
  await connection.run(`SET allowed_directories = [${allowed}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  let tables = 0;
  return {
    connection,
    filling,
    nextTable: () => ++tables,
    close: () => {
      connection.closeSync();
      filling.closeSync();
      instance.closeSync();
    },
  };
}

/** A text literal of SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Puts the two stores under the plan: each statement by which SQLite changes its file, and each COPY by
 * which DuckDB writes one. Reads of both, and DuckDB's tables in memory, touch no file.
 */
import { truncateSync, statSync } from "node:fs";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { DuckDBConnection } from "@duckdb/node-api";
import type { OperationCounter } from "./operation-counter.ts";
import { labelOfPath, replace } from "./patch-files.ts";

const SQLITE_FULL = 13;
const SQL_SHOWN = 60;
const READS = /^\s*(SELECT|PRAGMA \w+\s*(;|$)|EXPLAIN)/i;
/** Nothing is written for these, so they succeed on a full disk too. */
const NEEDS_NO_ROOM = /^\s*(BEGIN|ROLLBACK)/i;
const COPY_TARGET = /^\s*COPY [\s\S]* TO '((?:[^']|'')*)'/i;

/** Patches `DatabaseSync` and `StatementSync`. */
export function patchSqlite(counter: OperationCounter): void {
  for (const name of ["run", "get", "all"]) {
    replace(
      StatementSync.prototype,
      name,
      (original) =>
        function (this: unknown, ...given) {
          const sql = this instanceof StatementSync ? this.sourceSQL : "";
          const perform = (): unknown => original.apply(this, given);
          return READS.test(sql) ? perform() : changeFile(counter, sql, perform);
        },
    );
  }
  replace(
    DatabaseSync.prototype,
    "exec",
    (original) =>
      function (this: unknown, ...given) {
        return changeFile(counter, String(given[0]), () => original.apply(this, given));
      },
  );
  replace(
    DatabaseSync.prototype,
    "close",
    (original) =>
      function (this: unknown, ...given) {
        // Closing moves what is in the write-ahead log into the file itself.
        return counter.through({
          label: "sqlite close",
          perform: () => original.apply(this, given),
        });
      },
  );
}

/** Patches the writing of Parquet files. */
export function patchDuckDb(counter: OperationCounter, workspace: string): void {
  const [truncate, stat] = [truncateSync, statSync];
  replace(
    DuckDBConnection.prototype,
    "run",
    (original) =>
      function (this: unknown, ...given) {
        const perform = async (): Promise<unknown> => original.apply(this, given);
        const path = COPY_TARGET.exec(String(given[0]))?.[1]?.replaceAll("''", "'");
        if (path === undefined) return perform();
        return counter.throughLater({
          label: `duckdb copy ${labelOfPath(path, workspace)}`,
          perform,
          tear: async () => {
            await perform();
            truncate(path, Math.floor(stat(path).size / 2));
          },
          refuse: () =>
            new Error(`IO Error: Could not write file "${path}": No space left on device`),
        });
      },
  );
}

function changeFile(counter: OperationCounter, sql: string, perform: () => unknown): unknown {
  return counter.through({
    label: `sqlite ${sql.replaceAll(/\s+/g, " ").trim().slice(0, SQL_SHOWN)}`,
    perform,
    refuse: NEEDS_NO_ROOM.test(sql) ? undefined : databaseFull,
  });
}

function databaseFull(): Error {
  const errstr = "database or disk is full";
  return Object.assign(new Error(errstr), {
    code: "ERR_SQLITE_ERROR",
    errcode: SQLITE_FULL,
    errstr,
  });
}

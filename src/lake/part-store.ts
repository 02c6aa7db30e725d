/**
 * Writes Parquet parts: columns go into a DuckDB table and leave it as one immutable file. Filling
 * and writing are two steps, so that the caller collects the next part while this one is written.
 */
import { mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { publishFile, syncFile, temporaryPathOf, wrapDiskError } from "#platform/atomic-file.ts";
import { type PartColumn, fillTable, selectList } from "./column-chunk-store.ts";
import { type DuckDbSession, sqlText } from "./duckdb-store.ts";
import { digestOfFile } from "./file-digest-store.ts";

export type WrittenPart = {
  /** Path relative to the writer's root, with `/`. */
  readonly path: string;
  readonly rows: number;
  readonly sha256: string;
};

export interface PartWriter {
  /**
   * Copies the first `rows` cells of the columns; they may be reused as soon as this resolves.
   * `write` then makes the file `<folder>/<first 16 hex of its digest>.parquet`: equal parts of
   * two snapshots are one file. @throws DISK_FULL, and nothing is visible then.
   */
  fill(
    folder: string,
    columns: readonly PartColumn[],
    rows: number,
  ): Promise<{ write(): Promise<WrittenPart> }>;
}

/** A writer of parts below `root`. One part may be filled while another is written. */
export function createPartWriter(session: DuckDbSession, root: string): PartWriter {
  let count = 0;
  return {
    fill: async (folder, columns, rows) => {
      const table = `part_${session.nextTable()}`;
      const temporary = temporaryPathOf(join(root, folder, `part-${++count}`));
      await fillTable(session.filling, table, columns, rows);
      const select = selectList(columns);
      return {
        write: async () => {
          try {
            mkdirSync(dirname(temporary), { recursive: true });
            await session.connection.run(
              `COPY (SELECT ${select} FROM ${table}) TO ${sqlText(temporary)} ` +
                `(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)`,
            );
            await session.connection.run(`DROP TABLE ${table}`);
            syncFile(temporary);
            const { sha256 } = digestOfFile(temporary);
            const path = `${folder}/${sha256.slice(0, 16)}.parquet`;
            publishFile(temporary, join(root, path));
            return { path, rows, sha256 };
          } catch (cause) {
            rmSync(temporary, { force: true });
            throw wrapDiskError(cause, `${folder} part`);
          }
        },
      };
    },
  };
}

/** Size of a written part, or `undefined` when it is gone. */
export function partSize(root: string, path: string): number | undefined {
  return statSync(join(root, path), { throwIfNoEntry: false })?.size;
}

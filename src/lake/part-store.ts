/**
 * Writes Parquet parts: columns go into a DuckDB table and leave it as one immutable file. Filling
 * and writing are two steps, so that the caller collects the next part while this one is written.
 */
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "#core/assert.ts";
import { publishFile, syncFile, temporaryPathOf, wrapDiskError } from "#platform/atomic-file.ts";
import { type PartColumn, fillTable } from "./column-chunk-store.ts";
import { type DuckDbSession, sqlText } from "./duckdb-store.ts";
import { digestOfFile } from "./file-digest-store.ts";

export type WrittenPart = {
  /** Path relative to the writer's root, with `/`. */
  readonly path: string;
  readonly rows: number;
  readonly sha256: string;
};

/** One file that is to be made of filled rows. */
export type PartOutput = {
  readonly root: string;
  readonly folder: string;
  /** Name of the file; made from the digest of its bytes when absent. */
  readonly name?: string | undefined;
  /** Names of the columns, in their order in the file. */
  readonly columns: readonly string[];
  /** A condition of SQL on the rows; all rows without it. */
  readonly where?: string | undefined;
  /** How many rows that is, as the caller counted them. */
  readonly rows: number;
};

/** Rows in memory that are to leave as files, in the order of filling. */
export interface FilledPart {
  /** Writes all rows and columns, and forgets them. @throws DISK_FULL */
  write(): Promise<WrittenPart>;
  /** Writes several files of the rows, and forgets them. @throws DISK_FULL, and none is visible then */
  writeOutputs(outputs: readonly PartOutput[]): Promise<WrittenPart[]>;
}

export interface PartWriter {
  readonly root: string;
  /**
   * Copies the first `rows` cells of the columns; they may be reused as soon as this resolves.
   * Writing then makes the file `<folder>/<first 16 hex of its digest>.parquet`: equal parts of
   * two snapshots are one file. Nothing is visible when it fails.
   */
  fill(folder: string, columns: readonly PartColumn[], rows: number): Promise<FilledPart>;
}

/** A writer of parts below `root`. One part may be filled while another is written. */
export function createPartWriter(session: DuckDbSession, root: string): PartWriter {
  return {
    root,
    fill: async (folder, columns, rows) => {
      const table = `part_${session.nextTable()}`;
      const source = await fillTable(session.filling, table, columns, rows);
      const writeOutputs = (outputs: readonly PartOutput[]): Promise<WrittenPart[]> =>
        writeFiles(session, { table, source }, outputs);
      return {
        writeOutputs,
        write: async () => {
          const names = columns.map((column) => column.name);
          const written = await writeOutputs([{ root, folder, columns: names, rows }]);
          return must(written[0], "one output is one part");
        },
      };
    },
  };
}

/** Writes to temporary names, syncs, digests and publishes the files, and drops the table. */
async function writeFiles(
  session: DuckDbSession,
  { table, source }: { readonly table: string; readonly source: string },
  outputs: readonly PartOutput[],
): Promise<WrittenPart[]> {
  const files = outputs.map((output) => {
    const name = `part-${session.nextTable()}`;
    return { ...output, temporary: temporaryPathOf(join(output.root, output.folder, name)) };
  });
  try {
    for (const { temporary } of files) mkdirSync(dirname(temporary), { recursive: true });
    // One call for all statements: DuckDB goes on by itself while our thread collects the next part.
    const statements = files.map((file) => copyStatement(source, file, file.temporary));
    await session.connection.run([...statements, `DROP TABLE ${table}`].join("; "));
    await Promise.all(files.map(({ temporary }) => syncFile(temporary)));
    return files.map(({ root, folder, name, rows, temporary }) => {
      const { sha256 } = digestOfFile(temporary);
      const path = `${folder}/${name ?? `${sha256.slice(0, 16)}.parquet`}`;
      publishPart(temporary, join(root, path), sha256);
      return { path, rows, sha256 };
    });
  } catch (cause) {
    for (const { temporary } of files) rmSync(temporary, { force: true });
    throw wrapDiskError(cause, `${outputs.map(({ folder }) => folder).join(", ")} part`);
  }
}

/** Equal bytes that are there stay as they are: a reader may hold them open. */
function publishPart(temporary: string, path: string, sha256: string): void {
  const isThere = existsSync(path) && digestOfFile(path).sha256 === sha256;
  if (isThere) rmSync(temporary, { force: true });
  else publishFile(temporary, path);
}

function copyStatement(source: string, output: PartOutput, path: string): string {
  const list = output.columns.map((name) => `"${name}"`).join(", ");
  const where = output.where === undefined ? "" : ` WHERE ${output.where}`;
  return (
    `COPY (SELECT ${list} FROM ${source}${where}) TO ${sqlText(path)} ` +
    `(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)`
  );
}

/** Size of a written part, or `undefined` when it is gone. */
export function partSize(root: string, path: string): number | undefined {
  return statSync(join(root, path), { throwIfNoEntry: false })?.size;
}

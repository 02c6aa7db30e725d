/**
 * Opens the SQLite state files and runs their transactions. Every writer waits its turn (5 s) and
 * takes the write lock at the start, so two processes never lose each other's writes (decision 35).
 */
import { mkdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MeridianError } from "#core/meridian-error.ts";
import { errorCodeOf, wrapDiskError } from "./atomic-file.ts";

const BUSY_TIMEOUT_MS = 5000;
const WAL_PAUSE_MS = 25;
const WAL_TRIES_MAX = BUSY_TIMEOUT_MS / WAL_PAUSE_MS;
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
/** Pages that do not fit together, and a file that is no database at all. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOT_A_DATABASE = 26;
/** A state file is named as it lies in its workspace: `data/state/us.sqlite`. */
const NAME_DEPTH = 3;

/**
 * Opens (and creates) a state file for reading and writing. `:memory:` serves tests.
 * @throws FILE_DAMAGED when the file is no database, STORE_BUSY, DISK_FULL
 */
export function openStateStore(path: string): DatabaseSync {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    switchToWal(database);
    database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    return database;
  } catch (cause) {
    database.close();
    throw nameStoreError(cause, path.split(/[\\/]/).slice(-NAME_DEPTH).join("/"));
  }
}

/**
 * A file that is there stays in this mode. When several processes make a new one, SQLite refuses all but
 * the first at once instead of letting them wait: so they wait here.
 */
function switchToWal(database: DatabaseSync): void {
  for (let attempt = 1; ; attempt++) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (cause) {
      if (!isStoreBusy(cause) || attempt >= WAL_TRIES_MAX) throw cause;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE_MS);
    }
  }
}

/**
 * Runs `work` in one immediate transaction: all of its writes become visible together, or none.
 * Calls inside a running transaction join it. @throws STORE_BUSY, DISK_FULL
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work();
  try {
    database.exec("BEGIN IMMEDIATE");
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (cause) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw nameStoreError(cause, basename(database.location() ?? "memory"));
  }
}

/** Whether SQLite gave up because another process holds the file. */
export function isStoreBusy(cause: unknown): boolean {
  return sqliteCodeOf(cause) === SQLITE_BUSY;
}

/**
 * Names what SQLite and the disk can do to a command: a locked file, a full disk, a damaged file.
 * Anything else is handed back unchanged. `name` is the file, or what is known of it.
 */
export function nameStoreError(cause: unknown, name: string): unknown {
  const code = sqliteCodeOf(cause);
  if (code === SQLITE_BUSY) {
    return new MeridianError("STORE_BUSY", {
      message: `${name} stayed locked for more than ${BUSY_TIMEOUT_MS / 1000} s`,
      facts: { file: name },
      cause,
    });
  }
  if (code === SQLITE_FULL) {
    return new MeridianError("DISK_FULL", {
      message: `no room on the disk to write ${name}`,
      facts: { file: name },
      cause,
    });
  }
  if (isStoreDamaged(cause)) {
    const says = cause instanceof Error ? cause.message : "";
    return new MeridianError("FILE_DAMAGED", {
      message: `${name} is damaged: SQLite cannot read it (${says})`,
      facts: { file: name },
      nextStep:
        "Restore the state file from a copy. Without one move it away: raw is registered again, the ledger and its decisions are lost.",
      cause,
    });
  }
  return wrapDiskError(cause, name);
}

/** Whether SQLite found the file to be no database, or its pages not to fit together. */
export function isStoreDamaged(cause: unknown): boolean {
  const code = sqliteCodeOf(cause);
  return code === SQLITE_CORRUPT || code === SQLITE_NOT_A_DATABASE;
}

/** The primary result code of an error of SQLite; undefined for any other. */
function sqliteCodeOf(cause: unknown): number | undefined {
  if (errorCodeOf(cause) !== "ERR_SQLITE_ERROR" || !(cause instanceof Error)) return undefined;
  return "errcode" in cause && typeof cause.errcode === "number" ? cause.errcode & 0xff : undefined;
}

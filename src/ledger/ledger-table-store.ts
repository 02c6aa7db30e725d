/**
 * The ledger's table as it lies in a state file: its definition, the triggers that keep it
 * append-only, and reading its stored bytes. What the bytes mean is for `ledger-store.ts`.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { LedgerKind } from "#contracts/ledger-event.ts";
import { inTransaction } from "#platform/state-store.ts";
import { HASHED_COLUMNS, type StoredRow } from "./ledger-row.ts";

const TABLE = `CREATE TABLE ledger (
  seq INTEGER PRIMARY KEY,
  recorded_at TEXT NOT NULL,
  kind TEXT NOT NULL,
  market TEXT NOT NULL,
  actor TEXT NOT NULL,
  payload TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
)`;

/** For reading by kind; the chain itself is read in order of `seq`. */
const KIND_INDEX = "CREATE INDEX ledger_by_kind ON ledger (kind, seq)";

/** By name. The third is needed because INSERT OR REPLACE deletes without asking a DELETE trigger. */
const TRIGGERS: { readonly [name: string]: string } = {
  ledger_refuses_update: `CREATE TRIGGER ledger_refuses_update BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no row is ever changed'); END`,
  ledger_refuses_delete: `CREATE TRIGGER ledger_refuses_delete BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no row is ever removed'); END`,
  ledger_refuses_replace: `CREATE TRIGGER ledger_refuses_replace BEFORE INSERT ON ledger
    WHEN EXISTS (SELECT 1 FROM ledger WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no row is ever replaced'); END`,
};

const storageSchema = z.enum(["text", "integer", "real", "blob", "null"]);
const masterSchema = z.object({ name: z.string(), sql: z.string().nullable() });
const SEQ_TEXT = "seq_text";

/**
 * Creates the table with its triggers when the file has none. A table that lost its triggers is left
 * as it is: that somebody took them away must stay visible to `verifyLedger`.
 */
export function createLedgerTable(database: DatabaseSync): void {
  if (hasLedgerTable(database)) return;
  inTransaction(database, () => {
    if (hasLedgerTable(database)) return;
    for (const statement of [TABLE, KIND_INDEX, ...Object.values(TRIGGERS)])
      database.exec(statement);
  });
}

export function hasLedgerTable(database: DatabaseSync): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ledger'";
  return database.prepare(sql).get() !== undefined;
}

/** Whether an entry of this kind says this text in its payload. False without a ledger. */
export function ledgerNames(database: DatabaseSync, kind: LedgerKind, text: string): boolean {
  if (!hasLedgerTable(database)) return false;
  const sql = "SELECT 1 FROM ledger WHERE kind = ? AND instr(payload, ?) > 0 LIMIT 1";
  return database.prepare(sql).get(kind, text) !== undefined;
}

/** Names of the protecting triggers that are absent or were redefined. */
export function findMissingTriggers(database: DatabaseSync): string[] {
  const sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'ledger'";
  const rows = database
    .prepare(sql)
    .all()
    .map((row) => masterSchema.parse(row));
  const found = new Map(rows.map((row) => [row.name, row.sql]));
  return Object.entries(TRIGGERS)
    .filter(([name, definition]) => found.get(name) !== definition)
    .map(([name]) => name);
}

/** Reads every row in ascending order as it lies in the file, one at a time. */
export function* readStoredRows(database: DatabaseSync): Generator<StoredRow> {
  for (const row of database.prepare(`${SELECT_STORED} ORDER BY seq`).iterate()) {
    yield storedRowOf(row);
  }
}

/** Reads the stored row at one place. */
export function readStoredRow(database: DatabaseSync, seq: number): StoredRow | undefined {
  const row = database.prepare(`${SELECT_STORED} WHERE seq = ?`).get(seq);
  return row === undefined ? undefined : storedRowOf(row);
}

const STORED_COLUMNS = [...HASHED_COLUMNS, "hash"] as const;

/** CAST to BLOB hands over the bytes of a text untouched, where reading text would repair bad UTF-8. */
const SELECT_STORED = `SELECT CAST(seq AS TEXT) AS ${SEQ_TEXT}, ${STORED_COLUMNS.map(
  (column) => `typeof(${column}) AS ${column}_storage, CAST(${column} AS BLOB) AS ${column}_bytes`,
).join(", ")} FROM ledger`;

function storedRowOf(row: { readonly [column: string]: unknown }): StoredRow {
  const value = (column: string) => {
    const bytes = row[`${column}_bytes`];
    return {
      storage: storageSchema.parse(row[`${column}_storage`]),
      bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(),
    };
  };
  return {
    seq: Number(row[SEQ_TEXT]),
    columns: {
      recorded_at: value("recorded_at"),
      kind: value("kind"),
      market: value("market"),
      actor: value("actor"),
      payload: value("payload"),
      prev_hash: value("prev_hash"),
      hash: value("hash"),
    },
  };
}

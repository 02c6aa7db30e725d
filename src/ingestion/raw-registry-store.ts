/**
 * The registry of raw receipts in a market's state file: which receipts exist, in which order they
 * came, and where bytes of a digest lie. It can be made again from the metas alone (`raw-store.ts`).
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type RawKind, type RawReceipt, rawReceiptSchema } from "#contracts/raw-receipt.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import type { Clock } from "#core/clock.ts";
import { digestOfJson } from "#platform/digest.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { type ReceiptFields, metaPathOf } from "./raw-file-store.ts";

/** A receipt with its place in the order of arrival, from 1. */
export type StoredReceipt = RawReceipt & { readonly seq: number };

export type ReceiptFilter = {
  readonly kinds?: readonly RawKind[] | undefined;
  readonly symbol?: string | undefined;
  /** Only receipts up to and with this place. */
  readonly throughSeq?: number | undefined;
};

const TABLES = `
  CREATE TABLE IF NOT EXISTS raw_receipts (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, symbol TEXT,
    sha256 TEXT NOT NULL, asked TEXT NOT NULL, newest_session TEXT, fetched_at TEXT NOT NULL,
    meta_path TEXT NOT NULL UNIQUE, registered_at TEXT NOT NULL, receipt TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS raw_receipts_by_bytes ON raw_receipts (sha256);
  CREATE INDEX IF NOT EXISTS raw_receipts_by_question ON raw_receipts (asked, seq);
  CREATE INDEX IF NOT EXISTS raw_receipts_by_kind ON raw_receipts (kind, symbol);
  CREATE INDEX IF NOT EXISTS raw_receipts_by_session ON raw_receipts (kind, newest_session);
  CREATE TABLE IF NOT EXISTS raw_bodies (sha256 TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS raw_open_folders (folder TEXT PRIMARY KEY)`;

const receiptRow = z.object({
  seq: z.int(),
  receipt: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(rawReceiptSchema),
});
const pathRow = z.object({ path: z.string() }).optional();
const sessionRow = z.object({ session: z.string().nullable() });
const folderRow = z.object({ folder: z.string() });
const newestRow = z.object({ seq: z.int().nullable(), fetched_at: z.string().nullable() });

export type RawRegistry = ReturnType<typeof openRawRegistry>;

/** Opens the registry. Every method is a single statement; transactions are the raw store's. */
export function openRawRegistry(database: DatabaseSync, clock: Clock) {
  database.exec(TABLES);
  const bodies = bodyTable(database);
  return {
    ...bodies,
    ...receiptTable(database),
    ...openFolderTable(database),
    ...receiptWriter(database, clock, bodies.addBody),
  };
}

function receiptTable(database: DatabaseSync) {
  const selectKnown = database.prepare(
    `SELECT seq, id, receipt, sha256, coalesce(newest_session, '') AS session FROM raw_receipts
       WHERE asked = ? ORDER BY seq DESC`,
  );
  const selectBytes = database.prepare("SELECT 1 FROM raw_receipts WHERE sha256 = ? LIMIT 1");
  const selectMeta = database.prepare("SELECT 1 FROM raw_receipts WHERE meta_path = ?");
  const selectId = database.prepare("SELECT seq, receipt FROM raw_receipts WHERE id = ?");
  const selectNewest = database.prepare(
    "SELECT max(seq) AS seq, max(fetched_at) AS fetched_at FROM raw_receipts",
  );
  return {
    /**
     * The newest receipt of the same question, when it has the same bytes and knew as much of which
     * rows were whole. Older ones do not count: a vendor that goes back to what it said before has
     * changed its mind once more. Those in `except` do not count either.
     */
    findKnown: (fields: ReceiptFields, except: ReadonlySet<string>): RawReceipt | undefined => {
      for (const row of selectKnown.iterate(askedOf(fields))) {
        if (except.has(String(row["id"]))) continue;
        const isSame =
          row["sha256"] === fields.sha256 && String(row["session"]) >= (fields.newestSession ?? "");
        return isSame ? receiptRow.parse(row).receipt : undefined;
      }
      return undefined;
    },
    hasBytes: (sha256: string): boolean => selectBytes.get(sha256) !== undefined,
    hasMeta: (metaPath: string): boolean => selectMeta.get(metaPath) !== undefined,
    find: (id: string): StoredReceipt | undefined => {
      const row = selectId.get(id);
      return row === undefined ? undefined : storedReceiptOf(row);
    },
    list: (filter: ReceiptFilter): StoredReceipt[] => {
      const { sql, values } = listQuery(filter);
      return database
        .prepare(sql)
        .all(...values)
        .map((row) => storedReceiptOf(row));
    },
    newestSession: (kinds: readonly RawKind[], except: ReadonlySet<string>): string | null => {
      const marks = (count: number): string => Array.from({ length: count }, () => "?").join(", ");
      const sql = `SELECT max(newest_session) AS session FROM raw_receipts
         WHERE kind IN (${marks(kinds.length)}) AND id NOT IN (${marks(except.size)})`;
      return sessionRow.parse(database.prepare(sql).get(...kinds, ...except)).session;
    },
    newestSeq: (): number => newestRow.parse(selectNewest.get()).seq ?? 0,
    /** UTC date of the newest receipt; null when there is none. */
    newestDate: (): string | null =>
      newestRow.parse(selectNewest.get()).fetched_at?.slice(0, 10) ?? null,
  };
}

function receiptWriter(
  database: DatabaseSync,
  clock: Clock,
  addBody: (sha256: string, path: string) => void,
) {
  const insert = database.prepare(
    `INSERT INTO raw_receipts (id, kind, symbol, sha256, asked, newest_session, fetched_at, meta_path,
       registered_at, receipt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    addReceipt: (receipt: RawReceipt): void => {
      const { id, kind, symbol, sha256, newestSession, fetchedAt, body } = receipt;
      const asked = askedOf(receipt);
      const metaPath = metaPathOf(receipt);
      const registeredAt = isoOfInstant(clock.wallMs());
      const text = canonicalJson(receipt);
      addBody(sha256, body);
      insert.run(
        id,
        kind,
        symbol,
        sha256,
        asked,
        newestSession,
        fetchedAt,
        metaPath,
        registeredAt,
        text,
      );
    },
  };
}

function bodyTable(database: DatabaseSync) {
  const select = database.prepare("SELECT path FROM raw_bodies WHERE sha256 = ?");
  const selectPath = database.prepare("SELECT 1 FROM raw_bodies WHERE path = ?");
  const insert = database.prepare("INSERT OR IGNORE INTO raw_bodies (sha256, path) VALUES (?, ?)");
  return {
    hasBodyPath: (path: string): boolean => selectPath.get(path) !== undefined,
    /** Where bytes of this digest lie, with or without a receipt. */
    findBodyPath: (sha256: string): string | undefined => pathRow.parse(select.get(sha256))?.path,
    addBody: (sha256: string, path: string): void => {
      insert.run(sha256, path);
    },
  };
}

/** Folders into which a landing may have written without reaching the registry. */
function openFolderTable(database: DatabaseSync) {
  const insert = database.prepare("INSERT OR IGNORE INTO raw_open_folders (folder) VALUES (?)");
  const select = database.prepare("SELECT 1 FROM raw_open_folders WHERE folder = ?");
  const selectAll = database.prepare("SELECT folder FROM raw_open_folders");
  const remove = database.prepare("DELETE FROM raw_open_folders WHERE folder = ?");
  return {
    openFolder: (folder: string): void => {
      insert.run(folder);
    },
    isFolderOpen: (folder: string): boolean => select.get(folder) !== undefined,
    closeFolder: (folder: string): void => {
      remove.run(folder);
    },
    listOpenFolders: (): string[] => selectAll.all().map((row) => folderRow.parse(row).folder),
  };
}

/** Equal for two receipts that answer the same question in the same way. */
function askedOf(fields: ReceiptFields): string {
  const { kind, source, synthetic, endpoint, symbol, format } = fields;
  return digestOfJson({ kind, source, synthetic, endpoint, symbol, format, import: fields.import });
}

function listQuery(filter: ReceiptFilter): { sql: string; values: (string | number)[] } {
  const conditions = ["seq <= ?"];
  const values: (string | number)[] = [filter.throughSeq ?? Number.MAX_SAFE_INTEGER];
  if (filter.kinds !== undefined) {
    conditions.push(`kind IN (${filter.kinds.map(() => "?").join(", ")})`);
    values.push(...filter.kinds);
  }
  if (filter.symbol !== undefined) {
    conditions.push("symbol = ?");
    values.push(filter.symbol);
  }
  return {
    sql: `SELECT seq, receipt FROM raw_receipts WHERE ${conditions.join(" AND ")} ORDER BY seq`,
    values,
  };
}

function storedReceiptOf(row: unknown): StoredReceipt {
  const { seq, receipt } = receiptRow.parse(row);
  return { ...receipt, seq };
}

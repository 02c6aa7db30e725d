/**
 * The bytes of a ledger row and what chains them: which bytes a hash covers, and in which order.
 * Reading rows is the store's business, judging a chain `judge-chain.ts`'s.
 */
import { createHash, type Hash } from "node:crypto";

/** SQLite's storage classes. The ledger writes `text` only; anything else was not written by it. */
export type StorageClass = "text" | "integer" | "real" | "blob" | "null";

/** One stored value exactly as it lies in the file. */
export type StoredValue = { readonly storage: StorageClass; readonly bytes: Uint8Array };

/** The columns of a row besides `seq`, in the order in which the hash covers them. */
export const HASHED_COLUMNS = [
  "recorded_at",
  "kind",
  "market",
  "actor",
  "payload",
  "prev_hash",
] as const;
export type HashedColumn = (typeof HASHED_COLUMNS)[number];

/** A row as stored. `hash` is what the row says; whether it holds is for the judge. */
export type StoredRow = {
  readonly seq: number;
  readonly columns: { readonly [column in HashedColumn | "hash"]: StoredValue };
};

/** What the first row of a ledger points back to. */
export const GENESIS_HASH = "0".repeat(64);

const FORMAT = "meridian-ledger/1";
const utf8 = new TextEncoder();

/** A value that the ledger itself is about to write. */
export function textValue(text: string): StoredValue {
  return { storage: "text", bytes: utf8.encode(text) };
}

/** The text of a stored value, or `undefined` when it is not stored as text or not UTF-8. */
export function textOf(value: StoredValue): string | undefined {
  if (value.storage !== "text") return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value.bytes);
  } catch {
    return undefined;
  }
}

/**
 * The hash a row must carry: SHA-256 over the format's name, then storage class, length and bytes of
 * each column (so that no two rows have one encoding), then the sequence number.
 * `asSeq` asks for the hash the same columns would have at another place of the chain.
 */
export function rowHash(columns: Omit<StoredRow["columns"], "hash">, seq: number): string {
  return finishAt(hashOfColumns(columns), seq);
}

/** Asks the hash of one row at many places of the chain without hashing its columns each time. */
export function rowHasher(row: StoredRow): (seq: number) => string {
  const started = hashOfColumns(row.columns);
  return (seq) => finishAt(started.copy(), seq);
}

/** Adds a whole row, with its place and its own hash, to a running digest over stored rows. */
export function addRowTo(digest: Hash, row: StoredRow): void {
  digest.update(`${row.seq};`);
  for (const column of HASHED_COLUMNS) addValue(digest, row.columns[column]);
  addValue(digest, row.columns.hash);
}

function hashOfColumns(columns: Omit<StoredRow["columns"], "hash">): Hash {
  const digest = createHash("sha256").update(`${FORMAT};`);
  for (const column of HASHED_COLUMNS) addValue(digest, columns[column]);
  return digest;
}

function finishAt(digest: Hash, seq: number): string {
  return digest.update(`seq:${seq}`).digest("hex");
}

function addValue(digest: Hash, value: StoredValue): void {
  digest.update(`${value.storage}:${value.bytes.length}:`).update(value.bytes);
}

/**
 * The audit ledger: a hash-chained table in a state file that only grows (decision 7). It keeps and
 * proves what was decided; deciding, and what follows from an entry, is its caller's business.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import {
  LEDGER_PAYLOADS,
  type LedgerKind,
  type LedgerPayload,
  isLedgerKind,
} from "#contracts/ledger-event.ts";
import { assert } from "#core/assert.ts";
import { type JsonValue, canonicalJson } from "#core/canonical-json.ts";
import type { Clock } from "#core/clock.ts";
import type { MarketId } from "#core/market-definition.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { inTransaction } from "#platform/state-store.ts";
import { isoOfInstant } from "#platform/system-clock.ts";
import { GENESIS_HASH, rowHash, textValue } from "./ledger-row.ts";
import { createLedgerTable } from "./ledger-table-store.ts";

/** One entry as read. `recordedAt` is UTC by the machine's clock and decides nothing. */
export type LedgerEntry = {
  /** Place in the chain, from 1, without holes. */
  readonly seq: number;
  readonly recordedAt: string;
  readonly kind: string;
  /** The market of the state file, or `system`. */
  readonly market: string;
  /** Who decided: an operator's name, or the job that wrote. */
  readonly actor: string;
  readonly payload: JsonValue;
  readonly prevHash: string;
  readonly hash: string;
};

export type NewLedgerEntry = {
  readonly kind: LedgerKind;
  readonly actor: string;
  readonly payload: JsonValue;
};

export type LedgerFilter = {
  readonly kinds?: readonly LedgerKind[] | undefined;
  /** Only entries after, and up to and with, these places. */
  readonly afterSeq?: number | undefined;
  readonly throughSeq?: number | undefined;
  readonly newestFirst?: boolean | undefined;
  /** Most entries to return; all when absent. */
  readonly limit?: number | undefined;
};

/**
 * Contract, implementer: an append is whole or absent; it joins a transaction that is running, so that
 * an entry and what it is about become visible together; nothing is ever changed or removed.
 */
export interface Ledger {
  /** Appends an entry. A payload that breaks its kind's contract is a programmer error. */
  append(entry: NewLedgerEntry): LedgerEntry;
  /**
   * Appends unless the newest entry of this kind and key says the same. `key` (a session, a snapshot)
   * is written into the payload. Returns `undefined` when nothing was written.
   */
  appendOnce(entry: NewLedgerEntry, key: string): LedgerEntry | undefined;
  /** Appends unless an entry of this kind and key exists; returns the one that stands. */
  appendFirst(entry: NewLedgerEntry, key: string): LedgerEntry;
  /** The newest row: 0 and the genesis hash when the ledger is empty. */
  head(): { readonly seq: number; readonly hash: string };
  /** @throws LEDGER_BROKEN when a row is not of the form in which entries are written */
  entries(filter?: LedgerFilter): LedgerEntry[];
}

const ACTOR_LENGTH_MAX = 200;

const rowSchema = z.object({
  seq: z.int(),
  recorded_at: z.string(),
  kind: z.string(),
  market: z.string(),
  actor: z.string(),
  payload: z.string(),
  prev_hash: z.string(),
  hash: z.string(),
});
/** The same schemas, each bound to its kind's type. */
const payloadSchemas: { readonly [K in LedgerKind]: z.ZodType<LedgerPayload<K>> } = LEDGER_PAYLOADS;
const payloadObject = z.record(z.string(), z.json());
const headSchema = z.object({ seq: z.int(), hash: z.string() });

/** Opens the ledger of a state file and creates it when the file has none. */
export function openLedger(
  database: DatabaseSync,
  owner: MarketId | "system",
  clock: Clock,
): Ledger {
  createLedgerTable(database);
  const insert = database.prepare(
    `INSERT INTO ledger (seq, recorded_at, kind, market, actor, payload, prev_hash, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const selectHead = database.prepare("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1");
  const selectNewest = database.prepare(
    `SELECT * FROM ledger WHERE kind = ? AND json_extract(payload, '$.key') = ?
     ORDER BY seq DESC LIMIT 1`,
  );

  const head = () => {
    const row = selectHead.get();
    return row === undefined ? { seq: 0, hash: GENESIS_HASH } : headSchema.parse(row);
  };

  const append = ({ kind, actor, payload }: NewLedgerEntry): LedgerEntry => {
    assert(kind !== "SEGMENT_REANCHORED", "a new segment is begun by re-anchoring, not by append");
    assert(actor !== "" && actor.length <= ACTOR_LENGTH_MAX, "a ledger entry names its actor");
    LEDGER_PAYLOADS[kind].parse(payload);
    return inTransaction(database, () => {
      const { seq: lastSeq, hash: prevHash } = head();
      const seq = lastSeq + 1;
      const recordedAt = isoOfInstant(clock.wallMs());
      const text = canonicalJson(payload);
      const columns = {
        recorded_at: textValue(recordedAt),
        kind: textValue(kind),
        market: textValue(owner),
        actor: textValue(actor),
        payload: textValue(text),
        prev_hash: textValue(prevHash),
      };
      const hash = rowHash(columns, seq);
      insert.run(seq, recordedAt, kind, owner, actor, text, prevHash, hash);
      return { seq, recordedAt, kind, market: owner, actor, payload, prevHash, hash };
    });
  };

  return {
    append,
    head,
    appendOnce: (entry, key) =>
      inTransaction(database, () => {
        const payload = withKey(entry.payload, key);
        const newest = selectNewest.get(entry.kind, key);
        return newest?.["payload"] === canonicalJson(payload)
          ? undefined
          : append({ ...entry, payload });
      }),
    appendFirst: (entry, key) =>
      inTransaction(database, () => {
        const standing = selectNewest.get(entry.kind, key);
        return standing === undefined
          ? append({ ...entry, payload: withKey(entry.payload, key) })
          : entryOfRow(standing);
      }),
    entries: (filter = {}) => {
      const { sql, values } = entriesQuery(filter);
      return database
        .prepare(sql)
        .all(...values)
        .map(entryOfRow);
    },
  };
}

/** The payload of an entry in its kind's own type. @throws LEDGER_BROKEN when the entry is of another kind */
export function payloadOf<K extends LedgerKind>(entry: LedgerEntry, kind: K): LedgerPayload<K> {
  const parsed = payloadSchemas[kind].safeParse(entry.payload);
  if (entry.kind !== kind || !parsed.success) throw unreadableRow(entry.seq, `no ${kind}`);
  return parsed.data;
}

function withKey(payload: JsonValue, key: string): JsonValue {
  assert(key !== "", "an entry that is appended once has a key");
  return { ...payloadObject.parse(payload), key };
}

function entriesQuery(filter: LedgerFilter): { sql: string; values: (string | number)[] } {
  const conditions = ["seq > ?", "seq <= ?"];
  const values: (string | number)[] = [
    filter.afterSeq ?? 0,
    filter.throughSeq ?? Number.MAX_SAFE_INTEGER,
  ];
  if (filter.kinds !== undefined) {
    conditions.push(`kind IN (${filter.kinds.map(() => "?").join(", ")})`);
    values.push(...filter.kinds);
  }
  values.push(filter.limit ?? -1);
  const order = filter.newestFirst === true ? "DESC" : "ASC";
  return {
    sql: `SELECT * FROM ledger WHERE ${conditions.join(" AND ")} ORDER BY seq ${order} LIMIT ?`,
    values,
  };
}

/** Checks a row after reading: an entry that this version cannot understand decides nothing. */
function entryOfRow(stored: unknown): LedgerEntry {
  const row = rowSchema.safeParse(stored);
  if (!row.success) throw unreadableRow(seqOf(stored), "a column that is no text");
  const { seq, recorded_at, kind, market, actor, prev_hash, hash } = row.data;
  const payload = z.json().safeParse(jsonOf(row.data.payload));
  if (!payload.success) throw unreadableRow(seq, "a payload that is no JSON");
  if (!isLedgerKind(kind)) throw unreadableRow(seq, `the unknown kind "${kind}"`);
  const checked = LEDGER_PAYLOADS[kind].safeParse(payload.data);
  if (!checked.success) throw unreadableRow(seq, `a payload that is no ${kind}`);
  return {
    seq,
    recordedAt: recorded_at,
    kind,
    market,
    actor,
    payload: payload.data,
    prevHash: prev_hash,
    hash,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function seqOf(row: unknown): number {
  const parsed = z.object({ seq: z.int() }).safeParse(row);
  return parsed.success ? parsed.data.seq : 0;
}

function unreadableRow(seq: number, found: string): MeridianError {
  return new MeridianError("LEDGER_BROKEN", {
    message: `row ${seq} of the ledger cannot be read: it has ${found}`,
    facts: { seq },
  });
}

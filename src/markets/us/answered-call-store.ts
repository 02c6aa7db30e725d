/**
 * Remembers what was asked and answered last, so that a job run again asks nothing twice: an answer
 * that brought known bytes leaves no receipt. It is a memory for planning and decides nothing; where it
 * is missing, it is made again from the receipts.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { RAW_KINDS, type RawKind } from "#contracts/raw-receipt.ts";
import type { EpochMs } from "#core/clock.ts";
import { type SessionDate, parseSessionDate } from "#core/session-date.ts";
import type { VendorCall } from "#ingestion/market-data-source.ts";
import { callKeyOf } from "#ingestion/vendor-call.ts";
import { inTransaction } from "#platform/state-store.ts";

/** The newest answer to one call. */
export type AnsweredCall = {
  readonly kind: RawKind;
  readonly symbol: string | null;
  readonly answeredAt: EpochMs;
  /** The newest receipt of this call; an answer with known bytes leaves it as it was. */
  readonly receiptId: string;
  /** Newest session in the answer whose row was whole; null when there is none. */
  readonly newestSession: SessionDate | null;
  /** The same, where the row could also be read and is not impossible. */
  readonly soundSession: SessionDate | null;
  /** Newest session in the answer whose close moved over the limit, so that events are needed. */
  readonly largeMove: SessionDate | null;
};

/** Contract, implementer: one row a call, the one remembered last. */
export interface AnsweredCalls {
  find(call: VendorCall): AnsweredCall | undefined;
  /** All answers by the key of their call (`callKeyOf`). */
  list(): ReadonlyMap<string, AnsweredCall>;
  remember(call: VendorCall, answer: AnsweredCall): void;
  /** The symbols whose events are asked for in a session's rotation: `chosen` on first asking, then those. */
  keepRotation(session: SessionDate, chosen: readonly string[]): readonly string[];
}

const ROTATIONS_KEPT = 30;

const TABLES = `
  CREATE TABLE IF NOT EXISTS us_answered_calls (
    call_key TEXT PRIMARY KEY, kind TEXT NOT NULL, symbol TEXT, answered_at_ms INTEGER NOT NULL,
    receipt_id TEXT NOT NULL, newest_session TEXT, sound_session TEXT, large_move TEXT);
  CREATE TABLE IF NOT EXISTS us_event_rotations (session TEXT PRIMARY KEY, symbols TEXT NOT NULL)`;

const sessionText = z.string().transform((text, context): SessionDate => {
  const date = parseSessionDate(text);
  if (date !== undefined) return date;
  context.issues.push({ code: "custom", message: "not a date", input: text });
  return z.NEVER;
});
const rowSchema = z.object({
  kind: z.enum(RAW_KINDS),
  symbol: z.string().nullable(),
  answered_at_ms: z.int().transform((value) => value as EpochMs),
  receipt_id: z.string(),
  newest_session: sessionText.nullable(),
  sound_session: sessionText.nullable(),
  large_move: sessionText.nullable(),
});
const keySchema = z.object({ call_key: z.string() });
const rotationSchema = z.object({
  symbols: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.string())),
});

/** Opens the memory in the market's state file. */
export function openAnsweredCalls(database: DatabaseSync): AnsweredCalls {
  database.exec(TABLES);
  const select = database.prepare("SELECT * FROM us_answered_calls WHERE call_key = ?");
  const selectAll = database.prepare("SELECT * FROM us_answered_calls ORDER BY call_key");
  const upsert = database.prepare(
    `INSERT INTO us_answered_calls VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET answered_at_ms = excluded.answered_at_ms,
       receipt_id = excluded.receipt_id, newest_session = excluded.newest_session,
       sound_session = excluded.sound_session, large_move = excluded.large_move`,
  );
  const insertRotation = database.prepare(
    "INSERT OR IGNORE INTO us_event_rotations (session, symbols) VALUES (?, ?)",
  );
  const selectRotation = database.prepare(
    "SELECT symbols FROM us_event_rotations WHERE session = ?",
  );
  const pruneRotations = database.prepare(
    `DELETE FROM us_event_rotations WHERE session NOT IN
       (SELECT session FROM us_event_rotations ORDER BY session DESC LIMIT ${ROTATIONS_KEPT})`,
  );
  return {
    find: (call) => {
      const row = select.get(callKeyOf(call));
      return row === undefined ? undefined : answeredCallOf(row);
    },
    list: () => {
      const rows = selectAll
        .all()
        .map((row) => [keySchema.parse(row).call_key, answeredCallOf(row)] as const);
      return new Map(rows);
    },
    remember: (call, answer) => {
      const { kind, symbol, answeredAt, receiptId, newestSession, soundSession, largeMove } =
        answer;
      const facts = [newestSession, soundSession, largeMove];
      inTransaction(database, () => {
        upsert.run(callKeyOf(call), kind, symbol, answeredAt, receiptId, ...facts);
      });
    },
    keepRotation: (session, chosen) =>
      inTransaction(database, () => {
        insertRotation.run(session, JSON.stringify(chosen));
        pruneRotations.run();
        return rotationSchema.parse(selectRotation.get(session)).symbols;
      }),
  };
}

function answeredCallOf(stored: unknown): AnsweredCall {
  const row = rowSchema.parse(stored);
  return {
    kind: row.kind,
    symbol: row.symbol,
    answeredAt: row.answered_at_ms,
    receiptId: row.receipt_id,
    newestSession: row.newest_session,
    soundSession: row.sound_session,
    largeMove: row.large_move,
  };
}

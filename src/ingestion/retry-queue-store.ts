/**
 * The calls that did not bring data and may later: one row a call, with why and when to try again. It
 * keeps and names them; trying them is the second pass's business (`us retry`).
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { canonicalJson } from "#core/canonical-json.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { inTransaction } from "#platform/state-store.ts";
import { isFruitless } from "./fetch-rules.ts";
import { CALL_FAILURES, type CallFailure, type VendorCall } from "./market-data-source.ts";
import { callKeyOf, isCallFailure, vendorCallSchema } from "./vendor-call.ts";

/** A call that waits. `waitsFor` is `reset` when only the vendor's next day can help. */
export type QueuedCall = {
  readonly call: VendorCall;
  readonly failure: CallFailure;
  /** What was seen last, with secrets masked. */
  readonly detail: string;
  /** How often it failed and was put here; waiting for a reset is no failure of the call. */
  readonly attempts: number;
  /** How many of them were answered with nothing in it; a call answered so for ever is given up. */
  readonly fruitlessAttempts: number;
  readonly firstFailedAt: EpochMs;
  readonly notBefore: EpochMs;
  readonly waitsFor: "backoff" | "reset";
};

/** Why a call goes into the queue. */
export type NewQueuedCall = {
  readonly call: VendorCall;
  readonly failure: CallFailure;
  readonly detail: string;
  readonly notBefore: EpochMs;
};

/** Contract, implementer: a call is in the queue at most once; every method is one transaction. */
export interface RetryQueue {
  /** Queues a call, or counts one more attempt of one that is there. @throws RETRY_QUEUE_FULL */
  put(call: VendorCall, failure: CallFailure, detail: string, notBefore: EpochMs): QueuedCall;
  /** Queues many in one transaction. @throws RETRY_QUEUE_FULL, and then queues none */
  putAll(calls: readonly NewQueuedCall[]): QueuedCall[];
  find(call: VendorCall): QueuedCall | undefined;
  /** All queued calls, those that have waited longest first. */
  list(): QueuedCall[];
  /** The queued calls whose time has come. */
  due(): QueuedCall[];
  /** What a second pass tries: all but those that wait for a reset that has not come. */
  listForSecondPass(): QueuedCall[];
  /** Takes a call out, because it succeeded or because trying again cannot help. */
  remove(call: VendorCall): void;
}

/** Calls that may wait at once: a universe of 8,000 symbols with every kind of call has a fifth of it. */
export const QUEUE_LENGTH_MAX = 200_000;

/** No reset is further away; a time beyond it was written while the machine's clock was wrong. */
const WAIT_MS_MAX = 48 * 3_600_000;

const TABLE = `CREATE TABLE IF NOT EXISTS retry_queue (
  call_key TEXT PRIMARY KEY,
  call TEXT NOT NULL,
  failure TEXT NOT NULL,
  detail TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  first_failed_at_ms INTEGER NOT NULL,
  not_before_ms INTEGER NOT NULL,
  fruitless_attempts INTEGER NOT NULL DEFAULT 0
)`;

/** A state file from before the column gets it. */
const ADD_FRUITLESS = `ALTER TABLE retry_queue
  ADD COLUMN fruitless_attempts INTEGER NOT NULL DEFAULT 0`;

const UPSERT = `INSERT INTO retry_queue
    (call_key, call, failure, detail, attempts, first_failed_at_ms, not_before_ms,
     fruitless_attempts)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (call_key) DO UPDATE SET call = excluded.call, failure = excluded.failure,
    detail = excluded.detail, not_before_ms = excluded.not_before_ms,
    attempts = attempts + excluded.attempts,
    fruitless_attempts = fruitless_attempts + excluded.fruitless_attempts`;

const epochMs = z.int().transform((value) => value as EpochMs);
const rowSchema = z.object({
  call: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(vendorCallSchema),
  failure: z.string().refine(isCallFailure),
  detail: z.string(),
  attempts: z.int().min(0),
  fruitless_attempts: z.int().min(0),
  first_failed_at_ms: epochMs,
  not_before_ms: epochMs,
});

/** Opens the retry queue of a market's state file. */
export function openRetryQueue(options: {
  readonly database: DatabaseSync;
  readonly clock: Clock;
}): RetryQueue {
  const { database, clock } = options;
  openTable(database);
  const upsert = database.prepare(UPSERT);
  const selectOne = database.prepare("SELECT * FROM retry_queue WHERE call_key = ?");
  const selectAll = database.prepare(
    "SELECT * FROM retry_queue ORDER BY first_failed_at_ms, call_key",
  );
  const count = database.prepare("SELECT count(*) AS length FROM retry_queue");
  const remove = database.prepare("DELETE FROM retry_queue WHERE call_key = ?");

  const putAll = (calls: readonly NewQueuedCall[]): QueuedCall[] =>
    inTransaction(database, () => {
      const queued = calls.map(({ call, failure, detail, notBefore }) => {
        const key = callKeyOf(call);
        const attempts = waitsForReset(failure) ? 0 : 1;
        const fruitless = isFruitless(failure) ? 1 : 0;
        const failedAt = clock.wallMs();
        const text = canonicalJson(call);
        upsert.run(key, text, failure, detail, attempts, failedAt, notBefore, fruitless);
        return queuedCallOf(selectOne.get(key));
      });
      const { length } = z.object({ length: z.int() }).parse(count.get());
      if (length > QUEUE_LENGTH_MAX) throw queueFull(length);
      return queued;
    });
  const list = () => selectAll.all().map((row) => queuedCallOf(row));
  const isDue = ({ notBefore }: QueuedCall): boolean => {
    const wallMs = clock.wallMs();
    return notBefore <= wallMs || notBefore > wallMs + WAIT_MS_MAX;
  };

  return {
    putAll,
    list,
    put: (call, failure, detail, notBefore) => {
      const [queued] = putAll([{ call, failure, detail, notBefore }]);
      return queued ?? queuedCallOf(selectOne.get(callKeyOf(call)));
    },
    find: (call) => {
      const row = selectOne.get(callKeyOf(call));
      return row === undefined ? undefined : queuedCallOf(row);
    },
    due: () => list().filter(isDue),
    listForSecondPass: () =>
      list().filter((queued) => queued.waitsFor === "backoff" || isDue(queued)),
    remove: (call) => {
      inTransaction(database, () => remove.run(callKeyOf(call)));
    },
  };
}

function openTable(database: DatabaseSync): void {
  inTransaction(database, () => {
    database.exec(TABLE);
    const columns = database.prepare("PRAGMA table_info(retry_queue)").all();
    if (!columns.some(({ name }) => name === "fruitless_attempts")) database.exec(ADD_FRUITLESS);
  });
}

function queuedCallOf(row: unknown): QueuedCall {
  const parsed = rowSchema.parse(row);
  return {
    call: parsed.call,
    failure: parsed.failure,
    detail: parsed.detail,
    attempts: parsed.attempts,
    fruitlessAttempts: parsed.fruitless_attempts,
    firstFailedAt: parsed.first_failed_at_ms,
    notBefore: parsed.not_before_ms,
    waitsFor: waitsForReset(parsed.failure) ? "reset" : "backoff",
  };
}

function waitsForReset(failure: CallFailure): boolean {
  return CALL_FAILURES[failure].retry === "reset";
}

function queueFull(length: number): MeridianError {
  return new MeridianError("RETRY_QUEUE_FULL", {
    message: `the retry queue may hold ${QUEUE_LENGTH_MAX} calls and would hold ${length}`,
    facts: { length, limit: QUEUE_LENGTH_MAX },
  });
}

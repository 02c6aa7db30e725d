/**
 * Permits for REST calls, shared by all processes of the market through its state file and kept over
 * restarts, as the vendor counts per client code and not per process. What a permit may be given for is
 * decided by `rest-limiter.ts`. The client code itself is not stored, only first digits of its digest.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Clock } from "#core/clock.ts";
import { sha256Hex } from "#platform/digest.ts";
import { inTransaction } from "#platform/state-store.ts";
import { type RestEndpointName, limitsOf } from "./rest-endpoints.ts";
import { REMEMBERED_MS, decideWaitMs } from "./rest-limiter.ts";

/** A call may be made now, or not before so long. */
export type RestPermit =
  | { readonly granted: true }
  | { readonly granted: false; readonly waitMs: number };

/**
 * Contract, caller: one permit for each request, taken just before it. Contract, implementer: limits hold
 * over all processes together; `take` waits no longer than it is told to.
 */
export interface RestLimiter {
  take(endpoint: RestEndpointName, waitMsMax: number): Promise<RestPermit>;
  /** The vendor asked for a pause: no permit of this endpoint in this process before it is over. */
  rest(endpoint: RestEndpointName, durationMs: number): void;
}

/** Waits inside one `take`, each for a permit that another process may snatch. */
const WAITS_MAX = 10_000;
const WAIT_MS_MIN = 1;
const LABEL_LENGTH = 8;

const TABLES = `
  CREATE TABLE IF NOT EXISTS smartapi_calls (
    client_label TEXT NOT NULL, endpoint TEXT NOT NULL, granted_at_ms REAL NOT NULL);
  CREATE INDEX IF NOT EXISTS smartapi_calls_by_time
    ON smartapi_calls (client_label, endpoint, granted_at_ms)`;

const grantSchema = z.object({ granted_at_ms: z.number() }).optional();

export type RestLimiterOptions = {
  readonly database: DatabaseSync;
  readonly clientCode: string;
  readonly candleCallsPerSecond: number;
  readonly clock: Clock;
};

/** Opens the limiter of one client code in a market's state file. */
export function openRestLimiter(options: RestLimiterOptions): RestLimiter {
  const { database, clock, candleCallsPerSecond } = options;
  const label = sha256Hex(options.clientCode).slice(0, LABEL_LENGTH);
  database.exec(TABLES);
  const rows = grantRows(database, label);
  const restsUntilMs = new Map<RestEndpointName, number>();

  const tryTake = (endpoint: RestEndpointName): number => {
    const atMs = clock.monotonicMs();
    rows.pullBack(endpoint, atMs);
    const limits = limitsOf(endpoint, candleCallsPerSecond);
    const use = {
      newestMs: rows.read(endpoint, 1),
      minuteMs: limits.perMinute === null ? null : rows.read(endpoint, limits.perMinute),
      hourMs: limits.perHour === null ? null : rows.read(endpoint, limits.perHour),
    };
    const waitMs = Math.max(
      decideWaitMs(limits, use, atMs),
      (restsUntilMs.get(endpoint) ?? -Infinity) - atMs,
    );
    // Read again, as late as can be: the next permit counts from here, however long this one took.
    if (waitMs <= 0) rows.write(endpoint, clock.monotonicMs());
    return waitMs;
  };

  return {
    take: async (endpoint, waitMsMax) => {
      const untilMs = clock.monotonicMs() + waitMsMax;
      let waitMs = 0;
      for (let waits = 0; waits < WAITS_MAX; waits++) {
        waitMs = inTransaction(database, () => tryTake(endpoint));
        if (waitMs <= 0) return { granted: true };
        if (clock.monotonicMs() + waitMs > untilMs) break;
        await clock.sleepMs(Math.max(WAIT_MS_MIN, Math.ceil(waitMs)));
      }
      return { granted: false, waitMs };
    },
    rest: (endpoint, durationMs) => {
      const untilMs = clock.monotonicMs() + durationMs;
      restsUntilMs.set(endpoint, Math.max(restsUntilMs.get(endpoint) ?? untilMs, untilMs));
    },
  };
}

/** Reads and writes of the calls of one client code. */
function grantRows(database: DatabaseSync, label: string) {
  const select = database.prepare(
    `SELECT granted_at_ms FROM smartapi_calls WHERE client_label = ? AND endpoint = ?
     ORDER BY granted_at_ms DESC LIMIT 1 OFFSET ?`,
  );
  const updateAhead = database.prepare(
    "UPDATE smartapi_calls SET granted_at_ms = ?1 WHERE client_label = ?2 AND endpoint = ?3 AND granted_at_ms > ?1",
  );
  const insert = database.prepare("INSERT INTO smartapi_calls VALUES (?, ?, ?)");
  const prune = database.prepare(
    "DELETE FROM smartapi_calls WHERE client_label = ? AND endpoint = ? AND granted_at_ms < ?",
  );
  return {
    /**
     * Calls that lie ahead were made before the machine was started anew. When is not known, so they
     * count as made just now: too late rather than too early.
     */
    pullBack: (endpoint: RestEndpointName, monotonicMs: number): void => {
      updateAhead.run(monotonicMs, label, endpoint);
    },
    /** When the `nth` newest call was made. */
    read: (endpoint: RestEndpointName, nth: number): number | null =>
      grantSchema.parse(select.get(label, endpoint, nth - 1))?.granted_at_ms ?? null,
    write: (endpoint: RestEndpointName, atMs: number): void => {
      prune.run(label, endpoint, atMs - REMEMBERED_MS);
      insert.run(label, endpoint, atMs);
    },
  };
}

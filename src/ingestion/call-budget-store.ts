/**
 * The call budget of a vendor's keys, shared by all processes of a market through its state file and
 * kept over restarts. What a permit may be given for is decided by `call-budget.ts`; a key itself is
 * never stored, only the first digits of its digest.
 *
 * Seconds and minutes are counted by the machine's monotonic clock, which all its processes share and
 * nobody can set; only the day is the wall clock's.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { assert, must } from "#core/assert.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { sha256Hex } from "#platform/digest.ts";
import { inTransaction } from "#platform/state-store.ts";
import {
  type BudgetLimits,
  DAY_MS,
  type KeyState,
  MINUTE_GUARD_MS,
  chooseKey,
  decideBudgetDay,
  decideKeyState,
  resetAfter,
  utcDayOf,
} from "./call-budget.ts";
import type { CallFailure } from "./market-data-source.ts";

/** A permit for one call with one key, or why there is none and from when there may be one. */
export type Permit =
  | { readonly granted: true; readonly key: string; readonly keyLabel: string }
  | {
      readonly granted: false;
      /** KEY_INVALID when the vendor refused every key of the pool in this process. */
      readonly reason: "QUOTA_SPENT" | "KEY_INVALID";
      readonly resetsAt: EpochMs;
    };

export type BudgetLeft = {
  /** Calls left until the reset, over all keys that do not rest. */
  readonly leftOfDay: number;
  readonly perKey: readonly {
    readonly keyLabel: string;
    readonly leftOfDay: number;
    readonly restsUntil: EpochMs | null;
  }[];
  /** When the calls of the day come back. */
  readonly resetsAt: EpochMs;
};

/**
 * Contract, caller: one permit for each request, taken just before it. Contract, implementer: the
 * limits hold over all processes together; a permit given is never given again; `take` waits for the
 * second and the minute, never for the day.
 */
export interface CallBudget {
  /** @throws BUDGET_SPENT when other processes took every permit for longer than the limit of waits */
  take(): Promise<Permit>;
  left(): BudgetLeft;
  /**
   * The vendor refused this key until then. KEY_INVALID rests it for this process only, whatever
   * `untilMs` says: the operator may put it right and start again.
   */
  rest(key: string, reason: CallFailure, untilMs: EpochMs): void;
}

/** Waits inside one `take`, each for a token that another process may snatch. */
const WAITS_MAX = 10_000;
const WAIT_MS_MIN = 1;
/** No reset is further away; a rest beyond it was written while the machine's clock was wrong. */
const REST_MS_MAX = 2 * DAY_MS;
const MINUTE_WINDOW_MS = 60_000 + MINUTE_GUARD_MS;
const KEY_LABEL_LENGTH = 8;

const TABLES = `
  CREATE TABLE IF NOT EXISTS call_budget_keys (
    vendor TEXT NOT NULL, key_label TEXT NOT NULL, day INTEGER NOT NULL, used INTEGER NOT NULL,
    rests_until_ms INTEGER, rest_reason TEXT, PRIMARY KEY (vendor, key_label));
  CREATE TABLE IF NOT EXISTS call_budget_grants (
    vendor TEXT NOT NULL, key_label TEXT NOT NULL, granted_at_ms REAL NOT NULL);
  CREATE INDEX IF NOT EXISTS call_budget_grants_by_time
    ON call_budget_grants (vendor, key_label, granted_at_ms)`;

const keyRowSchema = z.object({
  day: z.int(),
  used: z.int(),
  rests_until_ms: z
    .int()
    .transform((value) => value as EpochMs)
    .nullable(),
});
const grantSchema = z.object({ granted_at_ms: z.number().nullable() }).optional();

export type CallBudgetOptions = {
  readonly database: DatabaseSync;
  readonly vendor: string;
  /** The key pool; repeated keys count once. */
  readonly keys: readonly string[];
  readonly limits: BudgetLimits;
  readonly clock: Clock;
};

/** How a key is named in stores, logs and on screens: the first 8 hex digits of its SHA-256. */
export function keyLabelOf(key: string): string {
  return sha256Hex(key).slice(0, KEY_LABEL_LENGTH);
}

/** Opens the budget of one vendor's key pool in a market's state file. */
export function openCallBudget(options: CallBudgetOptions): CallBudget {
  const { database, vendor, limits, clock } = options;
  const pool = [...new Map(options.keys.map((key) => [keyLabelOf(key), key]))];
  assert(pool.length > 0, "a call budget has at least one key");
  database.exec(TABLES);
  const rows = keyRows(database, vendor, limits);
  const invalid = new Set<string>();

  const look = () => {
    const wallMs = clock.wallMs();
    const monotonicMs = clock.monotonicMs();
    const keys = pool
      .filter(([label]) => !invalid.has(label))
      .map(([label, key]) => {
        const stored = rows.read(label);
        const counted = decideBudgetDay(stored, utcDayOf(wallMs));
        const resetsAt = resetAfter(counted.day);
        const restsUntilMs = restOf(stored.restsUntilMs, wallMs);
        const use = { ...rows.readGrants(label), usedOfDay: counted.used, restsUntilMs };
        const state = decideKeyState(limits, use, { monotonicMs, wallMs, resetsAt });
        return { label, key, counted, resetsAt, restsUntilMs, state };
      });
    return { wallMs, keys };
  };

  const tryTake = (): Permit | { readonly waitMs: number } => {
    const monotonicMs = clock.monotonicMs();
    rows.pullBack(monotonicMs);
    const { wallMs, keys } = look();
    const states = keys.map(({ state }) => state);
    const chosen = keys[chooseKey(states)];
    if (chosen === undefined) return refusal(states, wallMs);
    if (chosen.state.kind === "wait") return { waitMs: chosen.state.waitMs };
    const { day, used } = chosen.counted;
    // Read again, as late as can be: the next permit counts from here, however long this one took.
    rows.writeGrant(chosen.label, { day, used: used + 1, atMs: clock.monotonicMs() });
    return { granted: true, key: chosen.key, keyLabel: chosen.label };
  };

  return {
    take: async () => {
      for (let waits = 0; waits < WAITS_MAX; waits++) {
        const taken = inTransaction(database, tryTake);
        if ("granted" in taken) return taken;
        await clock.sleepMs(Math.max(WAIT_MS_MIN, Math.ceil(taken.waitMs)));
      }
      throw starved(vendor);
    },
    left: () => {
      const { wallMs, keys } = look();
      const perKey = keys.map(({ label, state, restsUntilMs }) => ({
        keyLabel: label,
        leftOfDay: state.kind === "spent" ? 0 : state.leftOfDay,
        restsUntil: restsUntilMs !== null && restsUntilMs > wallMs ? restsUntilMs : null,
      }));
      const resets = keys.map(({ resetsAt }) => resetsAt);
      return {
        leftOfDay: perKey.reduce((sum, { leftOfDay }) => sum + leftOfDay, 0),
        perKey,
        resetsAt: resets.length === 0 ? resetAfter(utcDayOf(wallMs)) : earliest(resets),
      };
    },
    rest: (key, reason, untilMs) => {
      const label = keyLabelOf(key);
      if (reason === "KEY_INVALID") invalid.add(label);
      else inTransaction(database, () => rows.writeRest(label, { reason, untilMs }));
    },
  };
}

/** Reads and writes of the rows of one vendor's keys. */
function keyRows(database: DatabaseSync, vendor: string, limits: BudgetLimits) {
  const select = database.prepare(
    "SELECT day, used, rests_until_ms FROM call_budget_keys WHERE vendor = ? AND key_label = ?",
  );
  const upsertUse = database.prepare(
    `INSERT INTO call_budget_keys (vendor, key_label, day, used) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET day = excluded.day, used = excluded.used`,
  );
  const upsertRest = database.prepare(
    `INSERT INTO call_budget_keys (vendor, key_label, day, used, rests_until_ms, rest_reason)
     VALUES (?, ?, 0, 0, ?, ?)
     ON CONFLICT DO UPDATE SET rests_until_ms = excluded.rests_until_ms, rest_reason = excluded.rest_reason`,
  );
  const selectGrant = database.prepare(
    `SELECT granted_at_ms FROM call_budget_grants WHERE vendor = ? AND key_label = ?
     ORDER BY granted_at_ms DESC LIMIT 1 OFFSET ?`,
  );
  const updateAhead = database.prepare(
    "UPDATE call_budget_grants SET granted_at_ms = ?1 WHERE vendor = ?2 AND granted_at_ms > ?1",
  );
  const insertGrant = database.prepare("INSERT INTO call_budget_grants VALUES (?, ?, ?)");
  const pruneGrants = database.prepare(
    "DELETE FROM call_budget_grants WHERE vendor = ? AND key_label = ? AND granted_at_ms < ?",
  );
  const grantMs = (row: unknown): number | null => grantSchema.parse(row)?.granted_at_ms ?? null;
  return {
    /**
     * Permits that lie ahead were given before the machine was started anew. When is not known, so they
     * count as given just now: too late rather than too early.
     */
    pullBack: (monotonicMs: number): void => {
      updateAhead.run(monotonicMs, vendor);
    },
    read: (label: string) => {
      const row = keyRowSchema.optional().parse(select.get(vendor, label));
      return {
        day: row?.day ?? 0,
        used: row?.used ?? 0,
        restsUntilMs: row?.rests_until_ms ?? null,
      };
    },
    readGrants: (label: string) => ({
      newestGrantMs: grantMs(selectGrant.get(vendor, label, 0)),
      minuteGrantMs: grantMs(selectGrant.get(vendor, label, limits.perMinute - 1)),
    }),
    writeGrant: (label: string, grant: { day: number; used: number; atMs: number }): void => {
      upsertUse.run(vendor, label, grant.day, grant.used);
      pruneGrants.run(vendor, label, grant.atMs - MINUTE_WINDOW_MS);
      insertGrant.run(vendor, label, grant.atMs);
    },
    writeRest: (label: string, rest: { reason: CallFailure; untilMs: EpochMs }): void => {
      upsertRest.run(vendor, label, rest.untilMs, rest.reason);
    },
  };
}

function restOf(storedMs: EpochMs | null, wallMs: EpochMs): EpochMs | null {
  return storedMs !== null && storedMs - wallMs <= REST_MS_MAX ? storedMs : null;
}

function refusal(states: readonly KeyState[], wallMs: EpochMs): Permit {
  const resets = states.flatMap((state) => (state.kind === "spent" ? [state.resetsAt] : []));
  if (resets.length === 0) {
    return { granted: false, reason: "KEY_INVALID", resetsAt: resetAfter(utcDayOf(wallMs)) };
  }
  return { granted: false, reason: "QUOTA_SPENT", resetsAt: earliest(resets) };
}

function earliest(instants: readonly EpochMs[]): EpochMs {
  return must(
    instants.toSorted((a, b) => a - b)[0],
    "there is an earliest instant only among some",
  );
}

function starved(vendor: string): MeridianError {
  return new MeridianError("BUDGET_SPENT", {
    message: `no call permit for ${vendor} after ${WAITS_MAX} waits: other processes took every one`,
    facts: { vendor },
  });
}

/** The retry queue: one row a call, why it waits, and what each pass may try. */
import { describe, expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import type { VendorCall } from "./market-data-source.ts";
import { QUEUE_LENGTH_MAX, openRetryQueue } from "./retry-queue-store.ts";

const NOON = Date.UTC(2026, 4, 18, 12) as EpochMs;
const HOUR_MS = 3_600_000;

function call(symbol: string, params: { [name: string]: string } = {}): VendorCall {
  return { kind: "daily", name: "TIME_SERIES_DAILY", params: { symbol, ...params }, symbol };
}

function open(database = openStateStore(":memory:"), at: number = NOON) {
  return openRetryQueue({ database, clock: fixedClock(at as EpochMs) });
}

function after(delayMs: number): EpochMs {
  return (NOON + delayMs) as EpochMs;
}

describe("the retry queue", () => {
  test("keeps a call with its reason, over a restart", () => {
    const database = openStateStore(":memory:");
    const full: VendorCall = { ...call("IBM", { outputsize: "full" }), downgrade: call("IBM") };
    const queued = open(database).put(full, "EMPTY", "the answer was {}", after(HOUR_MS));
    expect(queued).toEqual({
      call: full,
      failure: "EMPTY",
      fruitlessAttempts: 1,
      detail: "the answer was {}",
      attempts: 1,
      firstFailedAt: NOON,
      notBefore: after(HOUR_MS),
      waitsFor: "backoff",
    });
    expect(open(database).list()).toEqual([queued]);
    expect(open(database).find(full)).toEqual(queued);
  });

  test("holds a call once, counts its failures and keeps when the first was", () => {
    const database = openStateStore(":memory:");
    open(database).put(call("IBM", { a: "1", b: "2" }), "EMPTY", "first", NOON);
    const again: VendorCall = { ...call("IBM"), params: { b: "2", a: "1", symbol: "IBM" } };
    const queued = open(database, NOON + HOUR_MS).put(again, "TIMEOUT", "second", after(HOUR_MS));
    expect(queued).toMatchObject({
      attempts: 2,
      failure: "TIMEOUT",
      detail: "second",
      firstFailedAt: NOON,
    });
    expect(open(database).list()).toHaveLength(1);
  });

  test("counts what was answered with nothing apart, also in a state file from before", () => {
    const database = openStateStore(":memory:");
    open(database).put(call("IBM"), "EMPTY", "{}", NOON);
    database.exec("ALTER TABLE retry_queue DROP COLUMN fruitless_attempts");
    const queue = open(database);
    expect(queue.find(call("IBM"))).toMatchObject({ attempts: 1, fruitlessAttempts: 0 });
    queue.put(call("IBM"), "NETWORK", "reset", NOON);
    queue.put(call("IBM"), "TRUNCATED", "cut", NOON);
    expect(queue.find(call("IBM"))).toMatchObject({ attempts: 3, fruitlessAttempts: 1 });
  });

  test("waiting for a reset is no failure of the call", () => {
    const queue = open();
    expect(queue.put(call("IBM"), "QUOTA_SPENT", "", after(1))).toMatchObject({
      attempts: 0,
      waitsFor: "reset",
    });
    expect(queue.put(call("IBM"), "EMPTY", "", after(1))).toMatchObject({
      attempts: 1,
      waitsFor: "backoff",
    });
    expect(queue.put(call("IBM"), "QUOTA_SPENT", "", after(1)).attempts).toBe(1);
  });

  test("a second pass tries what backs off at any time, and what waits for a reset after it", () => {
    const database = openStateStore(":memory:");
    const queue = open(database);
    queue.putAll([
      { call: call("DUE"), failure: "EMPTY", detail: "", notBefore: NOON },
      { call: call("LATER"), failure: "HTTP_5XX", detail: "", notBefore: after(HOUR_MS) },
      { call: call("RESET"), failure: "QUOTA_SPENT", detail: "", notBefore: after(HOUR_MS) },
    ]);
    const symbols = (calls: ReturnType<typeof queue.list>) =>
      calls.map((queued) => String(queued.call.symbol)).sort();
    expect(symbols(queue.list())).toEqual(["DUE", "LATER", "RESET"]);
    expect(symbols(queue.due())).toEqual(["DUE"]);
    expect(symbols(queue.listForSecondPass())).toEqual(["DUE", "LATER"]);
    const afterReset = open(database, after(HOUR_MS));
    expect(symbols(afterReset.due())).toEqual(["DUE", "LATER", "RESET"]);
    expect(symbols(afterReset.listForSecondPass())).toEqual(["DUE", "LATER", "RESET"]);
  });

  test("a reset that a wrong clock put years ahead is not waited for", () => {
    const queue = open();
    queue.put(call("IBM"), "QUOTA_SPENT", "", after(3000 * 24 * HOUR_MS));
    expect(queue.listForSecondPass()).toHaveLength(1);
  });

  test("lists what has waited longest first, and forgets what is taken out", () => {
    const database = openStateStore(":memory:");
    open(database, NOON + HOUR_MS).put(call("YOUNG"), "EMPTY", "", NOON);
    open(database).put(call("OLD"), "EMPTY", "", NOON);
    const queue = open(database);
    expect(queue.list().map((queued) => queued.call.symbol)).toEqual(["OLD", "YOUNG"]);
    queue.remove(call("OLD"));
    queue.remove(call("NEVER THERE"));
    expect(queue.list().map((queued) => queued.call.symbol)).toEqual(["YOUNG"]);
  });

  test("has a length limit, beyond which it queues none of what was offered", () => {
    const database = openStateStore(":memory:");
    const queue = open(database);
    database.exec(`INSERT INTO retry_queue
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${QUEUE_LENGTH_MAX - 1})
      SELECT 'k' || i, '{}', 'EMPTY', '', 1, 0, 0, 1 FROM n`);
    const offered = ["A", "B"].map((symbol) => ({
      call: call(symbol),
      failure: "EMPTY" as const,
      detail: "",
      notBefore: NOON,
    }));
    let code = "none";
    try {
      queue.putAll(offered);
    } catch (cause) {
      code = cause instanceof MeridianError ? cause.code : "another error";
    }
    expect(code).toBe("RETRY_QUEUE_FULL");
    expect(queue.find(call("A"))).toBeUndefined();
    expect(queue.putAll(offered.slice(0, 1))).toHaveLength(1);
  });
});

/**
 * The fetch job over real stores, a real budget and a scripted vendor: everything asked ends as received,
 * known, deferred or failed, and nothing recoverable is lost, also when the process dies.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { seededRandom } from "#core/random.ts";
import { sessionDate } from "#core/session-date.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { openCallBudget } from "./call-budget-store.ts";
import { type FetchPlan, type FetchSummary, runFetchPlan } from "./fetch-job.ts";
import {
  CALL_FAILURES,
  type CallAnswer,
  type CallFailure,
  type MarketDataSource,
  type VendorCall,
} from "./market-data-source.ts";
import { openRawStore } from "./raw-store.ts";
import { openRetryQueue } from "./retry-queue-store.ts";
import { callKeyOf, isCallFailure } from "./vendor-call.ts";

const NOON = Date.UTC(2026, 4, 18, 12) as EpochMs;
const MIDNIGHT = Date.UTC(2026, 4, 19) as EpochMs;
const SETTINGS = { tries_per_call: 3, retry_pause_seconds: 1.5 };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function call(symbol: string, params: { [name: string]: string } = {}): VendorCall {
  return { kind: "daily", name: "TIME_SERIES_DAILY", params: { symbol, ...params }, symbol };
}

type Reply =
  | "data"
  | CallFailure
  | { readonly failure: CallFailure; readonly retryAfterMs: number }
  | "dies";

/** A vendor that answers each request by a script; the data of a call is its own name. */
function scriptedSource(clock: Clock, reply: (call: VendorCall, key: string) => Reply) {
  const requests: { symbol: string | null; key: string; atMs: number }[] = [];
  const source: MarketDataSource = {
    vendor: "alpha_vantage",
    fetchCall: (asked, key): Promise<CallAnswer> => {
      requests.push({ symbol: asked.symbol, key, atMs: clock.monotonicMs() });
      const said = reply(asked, key);
      if (said === "dies") throw new Error("killed");
      const receivedAt = clock.wallMs();
      if (said === "data") {
        const bytes = new TextEncoder().encode(callKeyOf(asked));
        const dates = { newestDate: "2026-05-15", oldestDate: "2026-05-15" };
        return Promise.resolve({
          outcome: "data",
          bytes,
          format: "csv",
          synthetic: false,
          receivedAt,
          rows: 1,
          ...dates,
        });
      }
      const { failure, retryAfterMs } =
        typeof said === "string" ? { failure: said, retryAfterMs: undefined } : said;
      const detail = `said ${failure}`;
      return Promise.resolve({
        outcome: failure,
        detail,
        bytes: null,
        sha256: null,
        retryAfterMs,
        receivedAt,
      });
    },
  };
  return { source, requests };
}

type House = ReturnType<typeof openHouse>;

/** The stores of one process on a workspace that outlives it. */
function openHouse(
  reply: (call: VendorCall, key: string) => Reply,
  options: { folder?: string; keys?: string[]; perDay?: number; at?: number } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "fetch-"));
  if (options.folder === undefined) folders.push(folder);
  const workspace = workspaceAt(folder);
  const clock = fixedClock((options.at ?? NOON) as EpochMs);
  const database = openStateStore(workspace.statePath("us"));
  const { source, requests } = scriptedSource(clock, reply);
  const lines: { level: string; facts: object; message: string }[] = [];
  const steps: [string, number, number][] = [];
  const means: Omit<FetchPlan, "calls"> = {
    source,
    budget: openCallBudget({
      database,
      vendor: source.vendor,
      keys: options.keys ?? ["KEY-ONE"],
      limits: { perSecond: 1000, perMinute: 1000, perDay: options.perDay ?? 1000 },
      clock,
    }),
    rawStore: openRawStore({ workspace, market: "us", database, clock }),
    retryQueue: openRetryQueue({ database, clock }),
    clock,
    random: seededRandom(7),
    log: {
      info: (facts, message) => lines.push({ level: "info", facts, message }),
      warn: (facts, message) => lines.push({ level: "warn", facts, message }),
    },
    progress: { step: (label, done, total) => steps.push([label, done, total]) },
    settings: SETTINGS,
    newestWholeSession: (_call, { newestDate }) =>
      newestDate === null ? null : sessionDate(newestDate),
  };
  return { ...means, means, folder, database, requests, lines, steps };
}

function run(house: House, calls: readonly VendorCall[], change: Partial<FetchPlan> = {}) {
  return runFetchPlan({ ...house.means, calls, ...change });
}

/** What became of each call, by symbol. */
function endsOf(summary: FetchSummary): { [symbol: string]: string } {
  const ends: { [symbol: string]: string } = {};
  for (const { symbol } of summary.landed) ends[String(symbol)] = "landed";
  for (const { call, reason } of summary.deferred) ends[String(call.symbol)] = `deferred ${reason}`;
  for (const { call, failure, queued } of summary.failed) {
    ends[String(call.symbol)] = `${failure}${queued ? " queued" : ""}`;
  }
  return ends;
}

function checkSum(summary: FetchSummary): void {
  const { asked, received, known, deferred, failed } = summary;
  expect(received + known + deferred.length + failed.length).toBe(asked);
}

describe("a plan", () => {
  test("lands every call in order, tells its progress, and knows it all the second time", async () => {
    const house = openHouse(() => "data");
    const calls = [call("IBM"), call("QQQ"), call("IBM")];
    const first = await run(house, calls);
    expect(first).toMatchObject({
      asked: 2,
      requests: 2,
      received: 2,
      known: 0,
      deferred: [],
      failed: [],
    });
    expect(first.landed[0]).toMatchObject({
      symbol: "IBM",
      kind: "daily",
      source: "alpha_vantage",
      newestSession: "2026-05-15",
      endpoint: { name: "TIME_SERIES_DAILY", params: { symbol: "IBM" } },
    });
    expect(house.steps).toEqual([
      ["TIME_SERIES_DAILY IBM", 1, 2],
      ["TIME_SERIES_DAILY QQQ", 2, 2],
    ]);
    const second = await run(house, calls);
    expect(second).toMatchObject({ asked: 2, received: 0, known: 2, landed: [] });
    expect(house.rawStore.newestSeq()).toBe(2);
  });

  test("an empty plan asks for nothing", async () => {
    expect(
      await run(
        openHouse(() => "data"),
        [],
      ),
    ).toMatchObject({ asked: 0, requests: 0 });
  });

  test("onLanded sees every payload, known ones too, and may append calls once", async () => {
    const house = openHouse(() => "data");
    const seen: [string | null, string, string][] = [];
    const onLanded: FetchPlan["onLanded"] = (receipt, bytes, outcome) => {
      seen.push([receipt.symbol, new TextDecoder().decode(bytes).slice(0, 8), outcome]);
      return receipt.symbol === "IBM" ? [call("MORE"), call("IBM")] : undefined;
    };
    await run(house, [call("IBM")], { onLanded });
    const summary = await run(house, [call("IBM"), call("QQQ")], { onLanded });
    expect(summary).toMatchObject({ asked: 3, received: 1, known: 2 });
    expect(seen.map(([symbol, , outcome]) => `${symbol} ${outcome}`)).toEqual([
      "IBM stored",
      "MORE stored",
      "IBM known",
      "QQQ stored",
      "MORE known",
    ]);
    expect(seen[0]?.[1]).toBe('["TIME_S');
  });
});

describe("a call that brings no data", () => {
  test("is tried again inside the job, with growing pauses, and then lands", async () => {
    const replies: Reply[] = ["EMPTY", "HTTP_5XX", "data"];
    const house = openHouse(() => replies.shift() ?? "dies");
    const summary = await run(house, [call("IBM")]);
    expect(summary).toMatchObject({ received: 1, requests: 3 });
    const [first, second, third] = house.requests.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1500);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(3000);
    expect(house.retryQueue.list()).toEqual([]);
  });

  test("waits in the retry queue with its reason after the last try", async () => {
    const house = openHouse(() => "EMPTY");
    const summary = await run(house, [call("IBM")]);
    expect(summary.failed).toEqual([
      { call: call("IBM"), failure: "EMPTY", detail: "said EMPTY", queued: true },
    ]);
    expect(house.retryQueue.list()).toMatchObject([
      { failure: "EMPTY", detail: "said EMPTY", attempts: 1 },
    ]);
    expect(house.requests).toHaveLength(3);
    await run(house, [call("IBM")]);
    expect(house.retryQueue.list()).toMatchObject([{ attempts: 2 }]);
  });

  test("leaves the queue when it lands, and when trying again cannot help", async () => {
    let reply: Reply = "EMPTY";
    const house = openHouse(() => reply);
    await run(house, [call("IBM"), call("QQQ")]);
    expect(house.retryQueue.list()).toHaveLength(2);
    reply = "data";
    await run(house, [call("IBM")]);
    reply = "UNKNOWN_SYMBOL";
    const summary = await run(house, [call("QQQ")]);
    expect(endsOf(summary)).toEqual({ QQQ: "UNKNOWN_SYMBOL" });
    expect(house.requests).toHaveLength(6 + 2);
    expect(house.retryQueue.list()).toEqual([]);
  });

  test("is asked for less when the vendor's plan refuses a parameter", async () => {
    const full: VendorCall = { ...call("IBM", { outputsize: "full" }), downgrade: call("IBM") };
    const house = openHouse(({ params }) =>
      "outputsize" in params ? "PREMIUM_PARAMETER" : "data",
    );
    const summary = await run(house, [full]);
    expect(summary).toMatchObject({ received: 1, requests: 2, failed: [] });
    expect(summary.downgraded).toEqual([{ call: full, by: call("IBM") }]);
    expect(summary.landed[0]?.endpoint.params).toEqual({ symbol: "IBM" });
  });

  test("without less to ask for, a refused parameter is listed", async () => {
    const house = openHouse(() => "PREMIUM_PARAMETER");
    expect(endsOf(await run(house, [call("IBM")]))).toEqual({ IBM: "PREMIUM_PARAMETER" });
    expect(house.retryQueue.list()).toEqual([]);
  });

  test("is queued until the vendor's own time when that is longer than a job waits", async () => {
    const house = openHouse(() => ({ failure: "HTTP_429", retryAfterMs: 7_200_000 }));
    await run(house, [call("IBM")]);
    expect(house.requests).toHaveLength(1);
    expect(house.retryQueue.list()[0]?.notBefore).toBe(NOON + 7_200_000);
  });

  test("never stops the calls after it", async () => {
    const house = openHouse(({ symbol }) =>
      isCallFailure(symbol ?? "") ? (symbol as CallFailure) : "data",
    );
    const failures = Object.keys(CALL_FAILURES).filter(
      (failure) => !["KEY_INVALID", "QUOTA_SPENT"].includes(failure),
    );
    const calls = failures.flatMap((failure) => [call(failure), call(`after ${failure}`)]);
    const summary = await run(house, calls);
    checkSum(summary);
    expect(summary.received).toBe(failures.length);
    expect(summary.failed).toHaveLength(failures.length);
    const queued = house.retryQueue.list().map(({ failure }) => failure);
    expect(queued.sort()).toEqual(
      failures
        .filter((failure) => isCallFailure(failure) && CALL_FAILURES[failure].retry === "soon")
        .sort(),
    );
  });

  test("is logged by outcome and digest, and by the label of its key only", async () => {
    const house = openHouse(() => "EMPTY", { keys: ["CANARY-KEY-1"] });
    await run(house, [call("IBM")]);
    expect(house.lines.map(({ level }) => level)).toEqual(["info", "info", "info", "warn"]);
    expect(JSON.stringify(house.lines)).not.toContain("CANARY");
    expect(house.lines[0]?.facts).toMatchObject({ outcome: "EMPTY", bytes: null, sha256: null });
  });
});

describe("a vendor that is down", () => {
  test("is not asked call after call: the rest waits in the queue with that reason", async () => {
    const house = openHouse(() => "NETWORK");
    const calls = Array.from({ length: 40 }, (_, index) => call(`S${index}`));
    const summary = await run(house, calls);
    checkSum(summary);
    expect(summary.requests).toBe(9);
    expect(summary.failed).toHaveLength(40);
    expect(summary.failed.every(({ queued, failure }) => queued && failure === "NETWORK")).toBe(
      true,
    );
    expect(house.retryQueue.list()).toHaveLength(40);
  });

  test.each(["BURST", "THROTTLED", "HTTP_429"] as const)(
    "a vendor that answers every call %s is asked three calls, not a day's",
    async (failure) => {
      const house = openHouse(() => failure);
      const calls = ["A", "B", "C", "D", "E"].map((symbol) => call(symbol));
      const summary = await run(house, calls);
      expect(house.requests).toHaveLength(3 * SETTINGS.tries_per_call);
      expect(summary.failed.map(({ queued }) => queued)).toEqual(calls.map(() => true));
      checkSum(summary);
    },
  );

  test("a call answered with nothing in five jobs is given up and waits no more", async () => {
    const house = openHouse(() => "EMPTY");
    for (let job = 1; job < 5; job++) {
      expect(endsOf(await run(house, [call("IBM")]))).toEqual({ IBM: "EMPTY queued" });
    }
    const { failed } = await run(house, [call("IBM")]);
    const detail = "said EMPTY; given up after 5 attempts";
    expect(failed).toMatchObject([{ failure: "EMPTY", queued: false, detail }]);
    expect(house.retryQueue.list()).toEqual([]);
  });

  test("but three scattered outages stop nothing", async () => {
    const house = openHouse(({ symbol }) =>
      ["A", "C", "E"].includes(symbol ?? "") ? "TIMEOUT" : "data",
    );
    const summary = await run(
      house,
      ["A", "B", "C", "D", "E", "F"].map((symbol) => call(symbol)),
    );
    expect(summary).toMatchObject({ received: 3 });
  });
});

describe("the budget", () => {
  test("that is spent defers the rest to its reset, by name", async () => {
    const house = openHouse(() => "data", { perDay: 2 });
    const summary = await run(house, [call("A"), call("B"), call("C"), call("D")]);
    expect(endsOf(summary)).toEqual({
      A: "landed",
      B: "landed",
      C: "deferred QUOTA_SPENT",
      D: "deferred QUOTA_SPENT",
    });
    expect(summary.deferred[0]?.until).toBe(MIDNIGHT);
    checkSum(summary);
    expect(house.retryQueue.list()).toMatchObject([
      { waitsFor: "reset", notBefore: MIDNIGHT, attempts: 0 },
      { waitsFor: "reset", notBefore: MIDNIGHT, attempts: 0 },
    ]);
    const nextDay = openHouse(() => "data", { folder: house.folder, perDay: 2, at: MIDNIGHT });
    const waiting = nextDay.retryQueue.listForSecondPass().map((queued) => queued.call);
    expect(await run(nextDay, waiting)).toMatchObject({ received: 2 });
    expect(nextDay.retryQueue.list()).toEqual([]);
  });

  test("of a key that the vendor says is spent is left for another key's", async () => {
    const house = openHouse((_call, key) => (key === "KEY-ONE" ? "QUOTA_SPENT" : "data"), {
      keys: ["KEY-ONE", "KEY-TWO"],
    });
    const summary = await run(house, [call("A"), call("B"), call("C")]);
    expect(summary).toMatchObject({ received: 3, requests: 4 });
    expect(house.requests.map(({ key }) => key)).toEqual([
      "KEY-ONE",
      "KEY-TWO",
      "KEY-TWO",
      "KEY-TWO",
    ]);
    expect(house.budget.left().perKey[0]?.restsUntil).toBe(MIDNIGHT);
  });

  test("of the last key, spent by the vendor's word, defers the call that found out and all after it", async () => {
    const house = openHouse(({ symbol }) => (symbol === "A" ? "data" : "QUOTA_SPENT"));
    const summary = await run(house, [call("A"), call("B"), call("C")]);
    expect(endsOf(summary)).toEqual({
      A: "landed",
      B: "deferred QUOTA_SPENT",
      C: "deferred QUOTA_SPENT",
    });
    expect(house.requests).toHaveLength(2);
  });
});

describe("an invalid key", () => {
  test("is left for another", async () => {
    const house = openHouse((_call, key) => (key === "KEY-ONE" ? "KEY_INVALID" : "data"), {
      keys: ["KEY-ONE", "KEY-TWO"],
    });
    expect(await run(house, [call("A"), call("B")])).toMatchObject({ received: 2, requests: 3 });
  });

  test("that is the last ends the job with that error, by label, and queues nothing", async () => {
    const house = openHouse(() => "KEY_INVALID", { keys: ["CANARY-KEY-1", "CANARY-KEY-2"] });
    let error: unknown;
    try {
      await run(house, [call("A"), call("B")]);
    } catch (cause) {
      error = cause;
    }
    expect(error).toBeInstanceOf(MeridianError);
    expect(error).toMatchObject({ code: "VENDOR_KEY_INVALID", exitCode: 2 });
    expect(JSON.stringify(error) + String(error)).not.toContain("CANARY");
    expect(house.requests).toHaveLength(2);
    expect(house.retryQueue.list()).toEqual([]);
  });

  test("among spent ones defers to the reset of the spent", async () => {
    const house = openHouse((_call, key) => (key === "KEY-ONE" ? "KEY_INVALID" : "QUOTA_SPENT"), {
      keys: ["KEY-ONE", "KEY-TWO"],
    });
    expect(endsOf(await run(house, [call("A")]))).toEqual({ A: "deferred QUOTA_SPENT" });
  });
});

describe("a job that dies", () => {
  test("at any request leaves what the next run completes, with the bytes of an undisturbed one", async () => {
    const calls = ["A", "B", "C", "D"].map((symbol) => call(symbol));
    const bytesIn = (folder: string) =>
      readdirSync(join(folder, "data", "raw"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith(".meta.json"))
        .map((entry) => `${entry.name} ${readFileSync(join(entry.parentPath, entry.name), "utf8")}`)
        .sort();
    const undisturbed = openHouse(() => "data");
    await run(undisturbed, calls);
    for (let diesAt = 0; diesAt < calls.length; diesAt++) {
      let requests = 0;
      const house = openHouse(() => (requests++ === diesAt ? "dies" : "data"));
      house.retryQueue.put(call("C"), "EMPTY", "from an earlier job", NOON);
      await expect(run(house, calls)).rejects.toThrow("killed");
      expect(house.retryQueue.list()).toHaveLength(diesAt > 2 ? 0 : 1);
      const next = openHouse(() => "data", { folder: house.folder });
      next.rawStore.recover();
      expect(await run(next, calls)).toMatchObject({ received: 4 - diesAt, known: diesAt });
      expect(next.retryQueue.list()).toEqual([]);
      expect(bytesIn(house.folder)).toEqual(bytesIn(undisturbed.folder));
    }
  });
});

describe("by property", () => {
  const failure = fc.constantFrom(...Object.keys(CALL_FAILURES).filter(isCallFailure));
  const reply: fc.Arbitrary<Reply> = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Reply>("data") },
    { weight: 3, arbitrary: failure },
    { weight: 1, arbitrary: fc.record({ failure, retryAfterMs: fc.nat(200_000) }) },
    { weight: 1, arbitrary: fc.constant<Reply>("dies") },
  );

  test("whatever the vendor says: each call ends in one way, and what can be helped is landed or queued", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(reply, { maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        async (replies, count, perDay) => {
          const script = [...replies];
          const calls = Array.from({ length: count }, (_, index) => call(`S${index}`));
          const folder = mkdtempSync(join(tmpdir(), "fetch-"));
          const open = () =>
            openHouse(() => script.shift() ?? "data", {
              folder,
              perDay,
              keys: ["KEY-ONE", "KEY-TWO"],
            });
          let house = open();
          for (let pass = 0; pass < 4; pass++) {
            house.rawStore.recover();
            try {
              const summary = await run(house, calls);
              checkSum(summary);
              const queued = new Set(house.retryQueue.list().map((one) => callKeyOf(one.call)));
              const landed = new Set(house.rawStore.receipts().map(({ symbol }) => symbol));
              for (const { call: deferred } of summary.deferred)
                expect(queued).toContain(callKeyOf(deferred));
              for (const failed of summary.failed) {
                expect(queued.has(callKeyOf(failed.call))).toBe(failed.queued);
                expect(failed.queued).toBe(CALL_FAILURES[failed.failure].retry === "soon");
              }
              const left = [...summary.deferred, ...summary.failed].map((end) => end.call.symbol);
              for (const { symbol } of calls) {
                if (!left.includes(symbol)) expect(landed).toContain(symbol);
              }
              expect(summary.received + summary.known + left.length).toBe(count);
            } catch (cause) {
              const isExpected =
                (cause instanceof MeridianError && cause.code === "VENDOR_KEY_INVALID") ||
                (cause instanceof Error && cause.message === "killed");
              if (!isExpected) throw cause;
            }
            house.database.close();
            house = open();
          }
          house.database.close();
          rmSync(folder, { recursive: true });
        },
      ),
      { seed: testSeed(), numRuns: testCount(25, 1000) },
    );
  });
});

/** `us daily` against the look-alike of the vendor: real client, real stores, one clock. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildCalendar } from "#core/calendar.ts";
import { sessionDate } from "#core/session-date.ts";
import {
  type AlphaVantageSimulator,
  startAlphaVantageSimulator,
} from "../../../../simulators/alpha-vantage/alpha-vantage-server.ts";
import { followingClock } from "../../../../simulators/alpha-vantage/simulator-clock.ts";
import { stockSymbols } from "../../../../simulators/synthetic-market/roster.ts";
import { buildSyntheticMarket } from "../../../../simulators/synthetic-market/synthetic-market.ts";
import {
  type UsHouse,
  openUsHouse,
  testClock,
  usSettings,
} from "../../../../tests/support/us-house.ts";
import { testCount } from "../../../../tests/support/depth.ts";
import { NYSE_FACTS } from "../nyse-facts.ts";
import { runDailyJob } from "./daily.ts";

const KEY = "CANARY0KEY0000001";
/** Wednesday, 17:00 in New York. */
const EVENING = "2024-06-12T21:00:00Z";
const NEXT_EVENING = "2024-06-13T21:00:00Z";
const STOCKS = stockSymbols(4);
const [FIRST = "", SECOND = "", THIRD = ""] = STOCKS;

const market = buildSyntheticMarket({
  seed: 5,
  calendar: buildCalendar(NYSE_FACTS),
  from: sessionDate("2023-01-03"),
  to: sessionDate("2024-12-31"),
  symbols: STOCKS,
  plannedEvents: [
    { symbol: FIRST, kind: "split", date: sessionDate("2024-06-13"), factorUnits: 40_000 },
  ],
});

let simulator: AlphaVantageSimulator;
let house: UsHouse;
const clock = () => house.clock;

async function settle(us: object = {}, plan: "free" | "premium" = "free"): Promise<void> {
  const at = testClock(EVENING);
  simulator = await startAlphaVantageSimulator({
    market,
    clock: followingClock(at),
    keys: { [KEY]: plan },
  });
  const vendor = {
    plan,
    ...(plan === "premium"
      ? { calls_per_second: 10, calls_per_minute: 75, calls_per_day: 1000 }
      : {}),
  };
  house = openUsHouse({
    clock: at,
    settings: usSettings(simulator.baseUrl, { vendor, ...us }),
    keys: [KEY],
  });
}

beforeEach(() => settle());
afterEach(async () => {
  house.close();
  await simulator.close();
});

const asked = () =>
  simulator
    .requests()
    .map(({ functionName, symbol, params }) =>
      `${functionName} ${symbol ?? params["maturity"] ?? ""}`.trim(),
    );
const reopen = async (us: object, plan: "free" | "premium" = "free") => {
  house.close();
  await simulator.close();
  await settle(us, plan);
};

/** Every byte under the workspace, to look for what must not be there. */
function workspaceText(): string {
  return readdirSync(house.workspace.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

describe("the free plan", () => {
  test("asks proxies first, blocking ones before all, then two symbols' events, inside the vendor's limits", async () => {
    const report = await runDailyJob(house.open());
    expect(report).toMatchObject({
      exitCode: 0,
      asked: 15,
      requests: 15,
      received: 15,
      known: 0,
      failed: [],
      next: "us build",
    });
    expect(asked()).toStrictEqual([
      "TIME_SERIES_DAILY SPY",
      "TIME_SERIES_DAILY VIXY",
      "TIME_SERIES_DAILY QQQ",
      "TIME_SERIES_DAILY IWM",
      "TIME_SERIES_DAILY DIA",
      "TREASURY_YIELD 10year",
      "TREASURY_YIELD 2year",
      "TIME_SERIES_DAILY HYG",
      "TIME_SERIES_DAILY LQD",
      "TIME_SERIES_DAILY UUP",
      "WTI",
      "SPLITS SPY",
      "DIVIDENDS SPY",
      "SPLITS QQQ",
      "DIVIDENDS QQQ",
    ]);
    expect(simulator.requests().every(({ outcome }) => outcome === "data")).toBe(true);
    expect(report.deferred).toStrictEqual([
      {
        what: "splits and dividends of IWM, DIA, VIXY, HYG, LQD, UUP",
        reason: "EVENTS_IN_ROTATION",
        until: "2024-06-17",
      },
    ]);
    expect(report.notes).toContain("The newest complete session is 2024-06-12.");
    const receipts = house.open().rawStore.receipts();
    expect(receipts).toHaveLength(15);
    expect(receipts.find(({ symbol, kind }) => symbol === "SPY" && kind === "daily")).toMatchObject(
      {
        newestSession: "2024-06-12",
        synthetic: true,
        rows: 100,
        endpoint: { name: "TIME_SERIES_DAILY" },
      },
    );
    expect(
      receipts.filter(({ newestSession }) => newestSession === null).map(({ kind }) => kind),
    ).toStrictEqual(["series", "series", "series", "splits", "dividends", "splits", "dividends"]);
  });

  test("asks nothing when it is run again, and the rest of the rotation on the days after", async () => {
    await runDailyJob(house.open());
    const again = await runDailyJob(house.open());
    expect(again).toMatchObject({ exitCode: 0, asked: 0, requests: 0, failed: [] });
    expect(house.open().rawStore.newestSeq()).toBe(15);
    clock().moveTo(NEXT_EVENING);
    const before = simulator.requests().length;
    const next = await runDailyJob(house.open());
    expect(next).toMatchObject({ exitCode: 0, asked: 15 });
    expect(
      asked()
        .slice(before)
        .filter((call) => /SPLITS/.test(call)),
    ).toStrictEqual(["SPLITS IWM", "SPLITS DIA"]);
    expect(next.deferred).toMatchObject([{ reason: "EVENTS_IN_ROTATION", until: "2024-06-17" }]);
  });

  test("says when a session is not published yet, and asks again an hour later", async () => {
    simulator.addFault({ fault: "not_published_yet", symbol: "SPY" });
    const report = await runDailyJob(house.open());
    expect(report).toMatchObject({ exitCode: 0, failed: [] });
    const waiting = await runDailyJob(house.open());
    expect(waiting).toMatchObject({ exitCode: 0, asked: 0 });
    expect(waiting.deferred).toMatchObject([
      {
        what: "2024-06-12 of SPY",
        reason: "NOT_PUBLISHED_YET",
        until: expect.stringMatching(/^2024-06-12T22:00:/),
      },
      { reason: "EVENTS_IN_ROTATION" },
    ]);
    simulator.clearFaults();
    clock().moveTo("2024-06-12T22:01:00Z");
    expect(await runDailyJob(house.open())).toMatchObject({ asked: 1, received: 1 });
    expect(await runDailyJob(house.open())).toMatchObject({ asked: 0 });
  });

  test("asks for a row that came unreadable again, and only for that", async () => {
    simulator.addFault({ fault: "number_nan", symbol: "SPY", args: { rowsBack: 0 } });
    await runDailyJob(house.open());
    simulator.clearFaults();
    expect(await runDailyJob(house.open())).toMatchObject({ asked: 1, received: 1 });
    expect(await runDailyJob(house.open())).toMatchObject({ asked: 0 });
  });

  test("takes no partial row of a running session for a whole one", async () => {
    clock().moveTo("2024-06-12T16:00:00Z");
    simulator.addFault({ fault: "partial_row" });
    await runDailyJob(house.open());
    const spy = house.open().rawStore.receipts({ kinds: ["daily"], symbol: "SPY" });
    expect(spy).toMatchObject([{ newestSession: "2024-06-11" }]);
  });

  test("defers the universe by date and brings its oldest first on the next day", async () => {
    const names = STOCKS.concat(["AAA1", "AAA2", "AAA3", "AAA4", "AAA5", "AAA6", "AAA7", "AAA8"]);
    await reopen({ universe: { symbols: names } });
    const report = await runDailyJob(house.open());
    expect(report.asked).toBe(25);
    expect(asked().slice(15, 19)).toStrictEqual(
      STOCKS.map((symbol) => `TIME_SERIES_DAILY ${symbol}`),
    );
    expect(report.deferred).toContainEqual({
      what: "2 of 12 symbols of the universe",
      reason: "DAY_BUDGET",
      until: "2024-06-13",
    });
    expect(report.exitCode).toBe(5);
    expect(report.failed.map(({ failure, queued }) => [failure, queued])).toStrictEqual(
      Array.from({ length: 6 }, () => ["UNKNOWN_SYMBOL", false]),
    );
    expect(await runDailyJob(house.open())).toMatchObject({ asked: 0, exitCode: 0 });
  });

  test("asks for splits and dividends at once when a close moves over the limit", async () => {
    await reopen({ universe: { symbols: STOCKS } });
    await runDailyJob(house.open());
    clock().moveTo(NEXT_EVENING);
    const before = simulator.requests().length;
    await runDailyJob(house.open());
    const calls = asked().slice(before);
    expect(calls.slice(-2)).toStrictEqual([`SPLITS ${FIRST}`, `DIVIDENDS ${FIRST}`]);
    const splits = house.open().rawStore.receipts({ kinds: ["splits"], symbol: FIRST });
    expect(splits).toHaveLength(1);
    expect(await runDailyJob(house.open())).toMatchObject({ asked: 0 });
  });

  test("goes on after a kill between a landing and its follow-up", async () => {
    await reopen({ universe: { symbols: STOCKS } });
    await runDailyJob(house.open());
    clock().moveTo(NEXT_EVENING);
    const context = house.open();
    const killed = runDailyJob({
      ...context,
      source: {
        vendor: context.source.vendor,
        fetchCall: (call, key) => {
          if (call.kind === "splits" && call.symbol === FIRST) throw new Error("killed");
          return context.source.fetchCall(call, key);
        },
      },
    });
    await expect(killed).rejects.toThrow("killed");
    // The landing was followed; a kill just before that leaves a receipt without a memory of it.
    house.open().database.exec(`DELETE FROM us_answered_calls WHERE symbol = '${FIRST}'`);
    const before = simulator.requests().length;
    expect(await runDailyJob(house.open())).toMatchObject({ exitCode: 0 });
    const rest = asked().slice(before);
    expect(rest).toStrictEqual(expect.arrayContaining([`SPLITS ${FIRST}`, `DIVIDENDS ${FIRST}`]));
    expect(rest).not.toContain("TIME_SERIES_DAILY SPY");
    expect(
      house
        .open()
        .jobRuns.list({ job: "us daily" })
        .map(({ outcome }) => outcome),
    ).toStrictEqual(["done", "failed", "done"]);
  });

  test("killed at any call and run again, it has asked for what it would have", async () => {
    const names = { universe: { symbols: STOCKS } };
    const outcomeOf = async (killedAt: number): Promise<string[]> => {
      await reopen(names);
      await runDailyJob(house.open());
      clock().moveTo(NEXT_EVENING);
      const context = house.open();
      let calls = 0;
      const fetchCall: typeof context.source.fetchCall = (call, key) => {
        calls += 1;
        if (calls === killedAt) throw new Error("killed");
        return context.source.fetchCall(call, key);
      };
      const source = { vendor: context.source.vendor, fetchCall };
      await runDailyJob({ ...context, source }).catch(() => undefined);
      await runDailyJob(house.open());
      const receipts = house.open().rawStore.receipts();
      return receipts.map((one) => `${one.endpoint.name} ${one.symbol ?? ""} ${one.sha256}`).sort();
    };
    const undisturbed = await outcomeOf(0);
    expect(undisturbed.length).toBeGreaterThan(30);
    for (let killedAt = 1; killedAt <= 21; killedAt += testCount(5, 1)) {
      expect(await outcomeOf(killedAt)).toStrictEqual(undisturbed);
    }
  });

  test("says that compact leaves a gap when the known history is too old", async () => {
    await runDailyJob(house.open());
    clock().moveTo("2024-12-12T22:00:00Z");
    const report = await runDailyJob(house.open());
    expect(
      report.notes.filter((note) => note.startsWith("SPY: the sessions after 2024-06-12")),
    ).toHaveLength(1);
  });

  test("never asks for an index that is bound on the free plan, and says so", async () => {
    await reopen({ proxies: { volatility_gauge: "VIX" } });
    const report = await runDailyJob(house.open());
    expect(asked().join(" ")).not.toMatch(/VIX|INDEX_DATA/);
    expect(report.notes.join(" ")).toMatch(/VIX is an index, which the free plan does not serve/);
    expect(report.exitCode).toBe(0);
  });
});

describe("failures", () => {
  test("end in the retry queue with their reason, and no key is written anywhere", async () => {
    simulator.addFault({ fault: "html_page", symbol: "SPY" });
    simulator.addFault({ fault: "daily_quota_notice", function: "WTI" });
    simulator.addFault({ fault: "key_echo_in_data", symbol: "HYG" });
    simulator.addFault({ fault: "key_echo_error_page", symbol: "LQD" });
    const report = await runDailyJob(house.open());
    expect(report).toMatchObject({ exitCode: 5, next: "us retry" });
    expect(report.failed.map(({ what, failure }) => [what, failure])).toStrictEqual([
      ["TIME_SERIES_DAILY SPY", "NOT_DATA"],
      ["TIME_SERIES_DAILY HYG", "NOT_DATA"],
      ["TIME_SERIES_DAILY LQD", "HTTP_5XX"],
    ]);
    expect(report.deferred.at(-1)).toMatchObject({
      reason: "QUOTA_SPENT",
      until: "2024-06-13T00:00:00.000Z",
    });
    const queued = house.open().retryQueue.list();
    expect(queued.filter(({ waitsFor }) => waitsFor === "backoff")).toHaveLength(3);
    expect(queued.filter(({ waitsFor }) => waitsFor === "reset")).toHaveLength(5);
    expect(workspaceText()).not.toContain(KEY);
    expect(JSON.stringify(report) + house.logged.join("")).not.toContain(KEY);
  });

  test("of all keys end the job with VENDOR_KEY_INVALID", async () => {
    simulator.addFault({ fault: "invalid_key" });
    await expect(runDailyJob(house.open())).rejects.toMatchObject({ code: "VENDOR_KEY_INVALID" });
    expect(house.open().jobRuns.list()).toMatchObject([
      { outcome: "failed", summary: { code: "VENDOR_KEY_INVALID" } },
    ]);
  });

  test("a second run of the job at the same time is kept out", async () => {
    const first = runDailyJob(house.open());
    await expect(runDailyJob(house.open())).rejects.toMatchObject({ code: "JOB_RUNNING" });
    expect(await first).toMatchObject({ exitCode: 0 });
  });

  test("a day without calls left defers everything to the reset and ends well", async () => {
    const context = house.open();
    for (let call = 0; call < 25; call++) await context.budget.take();
    const report = await runDailyJob(context);
    expect(report).toMatchObject({ exitCode: 0, asked: 0, failed: [] });
    expect(report.deferred[0]).toMatchObject({
      reason: "DAY_BUDGET",
      until: "2024-06-13T00:00:00.000Z",
    });
    expect(house.open().retryQueue.list()).toStrictEqual([]);
  });

  test("a missing key is named", () => {
    expect(() => house.open({ keys: [] })).toThrow(/ALPHAVANTAGE_API_KEYS/);
  });
});

describe("the premium plan", () => {
  beforeEach(() => reopen({ universe: { symbols: [SECOND, THIRD] } }, "premium"));

  test("asks adjusted rows and the index, and needs no rotation", async () => {
    const report = await runDailyJob(house.open());
    expect(report).toMatchObject({ exitCode: 0, asked: 13, deferred: [] });
    expect(asked().slice(0, 3)).toStrictEqual([
      "TIME_SERIES_DAILY_ADJUSTED SPY",
      "INDEX_DATA VIX",
      "TIME_SERIES_DAILY_ADJUSTED QQQ",
    ]);
    expect(asked().slice(-2)).toStrictEqual([
      `TIME_SERIES_DAILY_ADJUSTED ${SECOND}`,
      `TIME_SERIES_DAILY_ADJUSTED ${THIRD}`,
    ]);
    expect(await runDailyJob(house.open())).toMatchObject({ asked: 0 });
  });

  test("asks for the full history where compact would leave a gap", async () => {
    await runDailyJob(house.open());
    clock().moveTo("2024-12-12T22:00:00Z");
    const before = simulator.requests().length;
    await runDailyJob(house.open());
    const sizes = simulator
      .requests()
      .slice(before)
      .map(({ params }) => params["outputsize"]);
    expect(new Set(sizes)).toStrictEqual(new Set(["full", undefined]));
  });
});

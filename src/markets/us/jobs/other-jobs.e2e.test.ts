/** `us symbols`, `us intraday`, `us backfill` and `us retry` against the look-alike of the vendor. */
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
import { readListingMaster } from "../listing-master.ts";
import { NYSE_FACTS } from "../nyse-facts.ts";
import { runBackfillJob } from "./backfill.ts";
import { runDailyJob } from "./daily.ts";
import { runIntradayJob } from "./intraday.ts";
import { runRetryJob } from "./retry.ts";
import { runSymbolsJob } from "./symbols.ts";

const KEY = "CANARY0KEY0000001";
const EVENING = "2024-06-12T21:00:00Z";
/** Wednesday, 12:00 in New York. */
const NOON = "2024-06-12T16:00:00Z";
const STOCKS = stockSymbols(3);
const [FIRST = "", SECOND = ""] = STOCKS;
const PREMIUM = { plan: "premium", calls_per_second: 10, calls_per_minute: 75, calls_per_day: 60 };

const market = buildSyntheticMarket({
  seed: 5,
  calendar: buildCalendar(NYSE_FACTS),
  from: sessionDate("2023-01-03"),
  to: sessionDate("2024-12-31"),
  symbols: STOCKS,
});

let simulator: AlphaVantageSimulator;
let house: UsHouse;

async function settle(vendor: object, us: object = {}, at = EVENING): Promise<void> {
  const clock = testClock(at);
  const isPremium = "plan" in vendor && vendor.plan === "premium";
  simulator = await startAlphaVantageSimulator({
    market,
    clock: followingClock(clock),
    keys: { [KEY]: isPremium ? "premium" : "free" },
  });
  house = openUsHouse({
    clock,
    settings: usSettings(simulator.baseUrl, { vendor, ...us }),
    keys: [KEY],
  });
}

afterEach(async () => {
  house.close();
  await simulator.close();
});

const asked = () =>
  simulator.requests().map(({ functionName, symbol }) => `${functionName} ${symbol ?? ""}`.trim());

describe("us symbols", () => {
  beforeEach(() => settle({}));

  test("brings the listing and says what it means for the universe", async () => {
    const report = await runSymbolsJob(house.open());
    expect(report).toMatchObject({
      exitCode: 0,
      asked: 1,
      received: 1,
      failed: [],
      next: "us daily",
    });
    expect(simulator.requests()[0]?.params).toStrictEqual({
      function: "LISTING_STATUS",
      state: "active",
    });
    expect(report.notes[0]).toMatch(/^The listing has \d+ symbols/);
    expect(report.notes[1]).toMatch(/proxies only: the free plan has no calls/);
    expect(await runSymbolsJob(house.open())).toMatchObject({ received: 0, known: 1, exitCode: 0 });
  });

  test("asks for the delisted ones too when it is told to", async () => {
    const report = await runSymbolsJob(house.open(), { delisted: true });
    expect(report).toMatchObject({ exitCode: 0, asked: 2 });
    const { rawStore } = house.open();
    const states = rawStore
      .receipts({ kinds: ["listing"] })
      .map(({ endpoint }) => endpoint.params["state"]);
    expect(states).toStrictEqual(["active", "delisted"]);
    expect(readListingMaster(rawStore, 0.9)?.rows.every(({ status }) => status === "Active")).toBe(
      true,
    );
  });

  test("keeps the master when a listing comes short, and asks again in the second pass", async () => {
    await runSymbolsJob(house.open());
    const master = readListingMaster(house.open().rawStore, 0.9);
    simulator.addFault({ fault: "short_listing" });
    const report = await runSymbolsJob(house.open());
    expect(report).toMatchObject({ exitCode: 5, received: 0, next: "us retry" });
    expect(report.failed).toMatchObject([
      {
        failure: "TRUNCATED",
        queued: true,
        detail: expect.stringMatching(/short and replaces nothing/),
      },
    ]);
    expect(readListingMaster(house.open().rawStore, 0.9)?.receipt.id).toBe(master?.receipt.id);
    expect(await runRetryJob(house.open())).toMatchObject({
      exitCode: 5,
      known: 0,
      failed: [{ failure: "TRUNCATED" }],
    });
    simulator.clearFaults();
    expect(await runRetryJob(house.open())).toMatchObject({ exitCode: 0, received: 1, failed: [] });
    expect(house.open().retryQueue.list()).toStrictEqual([]);
  });

  test("takes a refusal for no listing", async () => {
    simulator.addFault({ fault: "csv_notice_as_row" });
    expect(await runSymbolsJob(house.open())).toMatchObject({
      exitCode: 5,
      notes: ["There is no listing yet."],
    });
    expect(house.open().rawStore.newestSeq()).toBe(0);
  });
});

describe("us intraday", () => {
  test("asks nothing on the free plan and ends well", async () => {
    await settle({});
    const report = await runIntradayJob(house.open());
    expect(report).toMatchObject({
      exitCode: 0,
      asked: 0,
      deferred: [{ reason: "PLAN_LACKS_INTRADAY", until: null }],
    });
    expect(report.notes[0]).toMatch(/^PLAN_LACKS_INTRADAY/);
  });

  test("leaves the calls that the daily close needs, and brings the oldest first", async () => {
    await settle(
      { ...PREMIUM, calls_per_day: 15 + 11 + 11 },
      { universe: { symbols: STOCKS } },
      NOON,
    );
    const first = await runIntradayJob(house.open());
    // 14 daily calls are missing for yesterday, 14 more will be for today: 9 of 10 symbols are served.
    expect(first).toMatchObject({ exitCode: 0, asked: 9, received: 9 });
    expect(first.deferred).toMatchObject([
      { what: `five-minute bars of ${STOCKS[2]}`, reason: "RESERVED_FOR_DAILY" },
    ]);
    const receipts = house.open().rawStore.receipts({ kinds: ["intraday"] });
    expect(receipts[0]).toMatchObject({
      symbol: "SPY",
      newestSession: "2024-06-11",
      endpoint: { params: { outputsize: "full" } },
    });
  });

  test("asks only for bars that can be new, and for fewer when it was here before", async () => {
    await settle({ ...PREMIUM, calls_per_day: 1000 }, {}, NOON);
    expect(await runIntradayJob(house.open())).toMatchObject({ asked: 7 });
    expect(await runIntradayJob(house.open())).toMatchObject({ asked: 0 });
    house.clock.moveTo("2024-06-12T17:00:00Z");
    expect(await runIntradayJob(house.open())).toMatchObject({ asked: 7 });
    expect(simulator.requests().at(-1)?.params).toMatchObject({
      outputsize: "compact",
      adjusted: "false",
      interval: "5min",
    });
    house.clock.moveTo("2024-06-13T00:30:00Z");
    expect(await runIntradayJob(house.open())).toMatchObject({ asked: 7 });
    house.clock.moveTo("2024-06-13T07:00:00Z");
    expect(await runIntradayJob(house.open())).toMatchObject({ asked: 0 });
  });
});

describe("us backfill", () => {
  test("brings whole histories on premium, and goes on where it was interrupted", async () => {
    await settle({ ...PREMIUM, calls_per_day: 12 }, { universe: { symbols: STOCKS } });
    const report = await runBackfillJob(house.open());
    expect(report).toMatchObject({ exitCode: 0, asked: 12, received: 12 });
    expect(report.deferred).toMatchObject([
      { what: expect.stringMatching(/^2 calls for .*--resume/), reason: "DAY_BUDGET" },
    ]);
    expect(house.open().rawStore.receipts({ symbol: "SPY" })[0]?.rows).toBeGreaterThan(300);
    house.clock.moveTo("2024-06-13T01:00:00Z");
    const before = simulator.requests().length;
    expect(await runBackfillJob(house.open(), { resume: true })).toMatchObject({
      asked: 2,
      deferred: [],
    });
    expect(asked().slice(before)).toStrictEqual(
      STOCKS.slice(1).map((symbol) => `TIME_SERIES_DAILY_ADJUSTED ${symbol}`),
    );
    expect(await runBackfillJob(house.open(), { resume: true })).toMatchObject({ asked: 0 });
  });

  test("of named symbols asks for these only", async () => {
    await settle(PREMIUM);
    await runBackfillJob(house.open(), { symbols: [FIRST, "VIX", "WTI"] });
    expect(asked()).toStrictEqual([`TIME_SERIES_DAILY_ADJUSTED ${FIRST}`, "INDEX_DATA VIX", "WTI"]);
  });

  test("on the free plan brings what it can and says where the rest comes from", async () => {
    await settle({});
    const report = await runBackfillJob(house.open(), { symbols: [FIRST, SECOND] });
    expect(report).toMatchObject({ exitCode: 0, asked: 6 });
    expect(report.notes[0]).toMatch(/newest 100 sessions.*us import/);
    expect(
      await runBackfillJob(house.open(), { symbols: [FIRST, SECOND], resume: true }),
    ).toMatchObject({ asked: 0 });
  });

  test("falls back to the newest rows where the full history is refused or broken", async () => {
    await settle(PREMIUM);
    simulator.addFault({
      fault: "premium_outputsize",
      symbol: FIRST,
      where: { outputsize: "full" },
    });
    simulator.addFault({ fault: "unknown_symbol", symbol: SECOND, where: { outputsize: "full" } });
    const report = await runBackfillJob(house.open(), { symbols: [FIRST, SECOND] });
    expect(report).toMatchObject({ exitCode: 0, received: 2, failed: [] });
    expect(report.notes).toStrictEqual([
      `The vendor's full history of ${SECOND} is broken; the newest 100 rows were asked for instead.`,
      `The vendor refused the full history of TIME_SERIES_DAILY_ADJUSTED ${FIRST}; the newest 100 rows were asked for instead.`,
    ]);
  });

  test("refuses an empty list of symbols", async () => {
    await settle({});
    await expect(runBackfillJob(house.open(), { symbols: [] })).rejects.toMatchObject({
      code: "ARGUMENT_INVALID",
    });
  });
});

describe("us retry", () => {
  beforeEach(() => settle({}));

  test("tries every queued call whatever its back-off", async () => {
    simulator.addFault({ fault: "http_500", function: "TIME_SERIES_DAILY", symbol: "SPY" });
    simulator.addFault({ fault: "empty_object", function: "TIME_SERIES_DAILY", symbol: "DIA" });
    expect(await runDailyJob(house.open())).toMatchObject({ exitCode: 5, next: "us retry" });
    expect(house.open().retryQueue.due()).toStrictEqual([]);
    simulator.clearFaults();
    const report = await runRetryJob(house.open());
    expect(report).toMatchObject({
      exitCode: 0,
      asked: 2,
      received: 2,
      failed: [],
      next: "us build",
    });
    expect(await runRetryJob(house.open())).toMatchObject({
      asked: 0,
      notes: ["The retry queue is empty."],
    });
    expect(await runDailyJob(house.open())).toMatchObject({ asked: 0 });
  });

  test("leaves calls that wait for a reset, with its date, until it has come", async () => {
    simulator.addFault({ fault: "daily_quota_notice", symbol: "SPY" });
    const daily = await runDailyJob(house.open());
    expect(daily).toMatchObject({ exitCode: 5, asked: 15, received: 0 });
    simulator.clearFaults();
    const waiting = await runRetryJob(house.open());
    expect(waiting).toMatchObject({ exitCode: 0, asked: 0 });
    expect(waiting.deferred).toMatchObject([
      { reason: "QUOTA_SPENT", until: "2024-06-13T00:00:00.000Z" },
    ]);
    house.clock.moveTo("2024-06-13T00:00:01Z");
    expect(await runRetryJob(house.open())).toMatchObject({ exitCode: 0, asked: 15, received: 15 });
  });

  test("keeps what fails again, with one more attempt", async () => {
    simulator.addFault({ fault: "html_page", function: "TIME_SERIES_DAILY", symbol: "SPY" });
    await runDailyJob(house.open());
    expect(await runRetryJob(house.open())).toMatchObject({
      exitCode: 5,
      failed: [{ queued: true }],
    });
    expect(house.open().retryQueue.list()).toMatchObject([{ attempts: 2, failure: "NOT_DATA" }]);
  });
});

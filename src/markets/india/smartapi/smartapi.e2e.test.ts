/** The whole adapter against the simulator: master, names, session, candles, and a stream full of faults. */
import { describe, expect, onTestFinished, test } from "vitest";
import { testSeed } from "../../../../tests/support/depth.ts";
import {
  type SmartApiSimulatorOptions,
  startSmartApiSimulator,
} from "../../../../simulators/smartapi/smartapi-server.ts";
import { buildIndiaMarket } from "../../../../simulators/synthetic-market/india-market.ts";
import { indiaStockNames } from "../../../../simulators/synthetic-market/india-roster.ts";
import { smallIndiaCalendar } from "../../../../simulators/synthetic-market/small-india-calendar.ts";
import { regularTickSession } from "../../../../simulators/synthetic-market/tick-session.ts";
import { settingsSchema } from "#contracts/settings.ts";
import { seededRandom } from "#core/random.ts";
import { sessionDate } from "#core/session-date.ts";
import { openRawStore } from "#ingestion/raw-store.ts";
import { secretMask } from "#platform/secrets.ts";
import { openStateStore } from "#platform/state-store.ts";
import { systemClock } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { openInstrumentMaster } from "../instruments/instrument-master-store.ts";
import { resolveInstruments } from "../instruments/resolve-instruments.ts";
import type { StreamEvent } from "../ticks/tick-source.ts";
import { openSmartApi } from "./smart-api.ts";
import { openSmartApiStream } from "./smartapi-stream-client.ts";

const makeFolder = temporaryFolders();
const STOCKS = indiaStockNames(6);
const DATE = sessionDate("2026-06-12");
const NO_LOG = { info: () => undefined, warn: () => undefined };
const PROXIES = [
  "Nifty 50",
  "Nifty Bank",
  "Nifty IT",
  "NIFTY SMLCAP 100",
  "India VIX",
  "Nifty Nowhere",
];

async function open(options: Partial<SmartApiSimulatorOptions> = {}) {
  const market = buildIndiaMarket({ seed: 7, calendar: smallIndiaCalendar(), stocks: STOCKS });
  const simulator = await startSmartApiSimulator({
    market,
    session: regularTickSession(DATE),
    packetsPerMinute: 6,
    rateLimits: false,
    waitForTokens: market.instruments.length,
    ...options,
  });
  const workspace = workspaceAt(makeFolder());
  const database = openStateStore(workspace.statePath("india"));
  const clock = systemClock();
  const random = seededRandom(testSeed());
  const vendor = {
    rest_url: simulator.restUrl,
    stream_url: simulator.streamUrl,
    instruments_url: simulator.instrumentsUrl,
    candle_calls_per_second: 100,
    heartbeat_seconds: 0.1,
    stall_seconds: 0.4,
    reconnect_seconds: 0.02,
    reconnect_seconds_max: 0.2,
    timeout_seconds: 2,
  };
  const settings = settingsSchema.parse({ india: { vendor } }).india.vendor;
  const mask = secretMask(Object.values(simulator.credentials));
  const api = openSmartApi({
    settings,
    credentials: simulator.credentials,
    database,
    clock,
    random,
    mask,
    log: NO_LOG,
  });
  const rawStore = openRawStore({ workspace, market: "india", database, clock });
  const master = openInstrumentMaster({ settings, rawStore, database, clock, log: NO_LOG });
  onTestFinished(async () => {
    await simulator.close();
    database.close();
  });
  return { simulator, settings, api, master, clock, random };
}

async function resolved({ master }: Pick<Awaited<ReturnType<typeof open>>, "master">) {
  const { rows } = await master.refresh();
  const proxies = PROXIES.map((symbol, at) => ({ role: `role_${at}`, symbol }));
  return resolveInstruments({ rows, watchlist: STOCKS, proxies });
}

describe("against the simulator", () => {
  test("the master has every name but the one that is nowhere", async () => {
    const opened = await open();
    const { instruments, gaps } = await resolved(opened);
    expect(instruments.map(({ symbol }) => symbol)).toEqual([...PROXIES.slice(0, -1), ...STOCKS]);
    expect(gaps.map(({ symbol }) => symbol)).toEqual(["Nifty Nowhere"]);
  });

  test("candles and quotes come through every failure of a call", async () => {
    const opened = await open({ holdAt: "10:00:00", waitOnLoss: false });
    const { simulator, api } = opened;
    const [, , , , , stock] = (await resolved(opened)).instruments;
    if (stock === undefined) throw new Error("there is a stock");
    simulator.start();
    await simulator.settled();
    for (const fault of [
      "ab1004_storm",
      "text_403",
      "empty_body",
      "gateway_error",
      "string_false",
    ] as const) {
      simulator.addFault({ fault, count: 1 });
      const fromMs = Date.UTC(2026, 5, 12, 3, 45);
      const answer = await api.fetchMinutes(stock, { fromMs, toMs: fromMs + 600_000 });
      expect(answer, fault).toMatchObject({ outcome: "data", synthetic: true, flagged: 0 });
    }
    const daily = await api.fetchDaily(stock, { from: sessionDate("2025-06-12"), to: DATE });
    expect(daily.outcome === "data" && daily.bars.length).toBeGreaterThan(200);
    const quotes = await api.fetchQuotes([stock.token, "999999"]);
    expect(quotes).toMatchObject({ outcome: "data", quotes: [{ token: stock.token }] });
    await api.session.logout();
  });

  test("a stream hands over each frame that was sent, through every fault of a connection", async () => {
    const opened = await open({ pace: { kind: "session", seconds: 8 } });
    const { simulator, settings, api, clock, random } = opened;
    const { instruments } = await resolved(opened);
    for (const [fault, at, args] of [
      ["drop", "09:40:00", { seconds: 30 }],
      ["stall_pong_alive", "10:10:00", {}],
      ["half_open", "10:50:00", {}],
      ["garbage_frame", "11:20:00", { packets: 8 }],
      ["upgrade_401", "11:40:00", { times: 1 }],
      ["token_expiry", "12:10:00", {}],
      ["token_expiry", "12:40:00", { refresh: "refused" }],
      ["upgrade_429", "13:10:00", { times: 2 }],
      ["stale_snapshot", "13:40:00", {}],
      ["slow_consumer", "14:10:00", {}],
    ] as const) {
      simulator.addFault({ fault, at, count: 1, args });
    }
    const events: StreamEvent[] = [];
    let packets = 0;
    const stream = openSmartApiStream({
      settings,
      clock,
      random,
      session: api.session,
      tokens: instruments,
      isTrading: () => simulator.state() !== "ended",
      log: NO_LOG,
    });
    onTestFinished(() => stream.stop());
    await stream.start({
      onFrame: () => {
        packets += 1;
      },
      onEvent: (event) => void events.push(event),
    });
    await simulator.ended;
    const report = simulator.report();
    const garbage = Object.entries(report.garbage).reduce((sum, [, count]) => sum + count, 0);
    const texts = report.garbage["text"] ?? 0;
    const sent = report.sent + report.staleSnapshots + garbage - texts;
    await expect.poll(() => packets).toBe(sent);
    await stream.stop();
    expect(report.unstruck).toEqual([]);
    const causes = new Set(events.flatMap((event) => (event.kind === "LOST" ? [event.cause] : [])));
    expect([...causes].toSorted((a, b) => a.localeCompare(b))).toEqual(
      expect.arrayContaining(["DISCONNECT", "HALF_OPEN", "STALL"]),
    );
    expect(events.filter(({ kind }) => kind === "CONNECTED").length).toBeGreaterThanOrEqual(9);
    expect(stream.isSynthetic()).toBe(true);
  });
});

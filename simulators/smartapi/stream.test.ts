/** The socket of the look-alike: who is let in, heartbeats, subscriptions, and every packet of a session. */
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { sessionDate } from "#core/session-date.ts";
import { buildIndiaMarket } from "../synthetic-market/india-market.ts";
import { indiaStockNames } from "../synthetic-market/india-roster.ts";
import { smallIndiaCalendar } from "../synthetic-market/small-india-calendar.ts";
import { newestRowOf, sequenceOf } from "../synthetic-market/tick-columns.ts";
import { streamSession } from "./reference-client.testing.ts";
import type { SmartApiSimulator, SmartApiSimulatorOptions } from "./smartapi-server.ts";
import {
  BUSY_STOCKS,
  TEST_TOKENS,
  connect,
  login,
  opened,
  readPacket,
  startTestSimulator,
} from "./testing.ts";
import { SIMULATED_CREDENTIALS } from "./vendor-accounts.ts";

const started: SmartApiSimulator[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.close()));
});

async function start(options: Partial<SmartApiSimulatorOptions> = {}): Promise<SmartApiSimulator> {
  const simulator = await startTestSimulator(options);
  started.push(simulator);
  return simulator;
}

describe("the way in", () => {
  test("is open with headers, bearer or raw, and with a query; it says SYNTHETIC", async () => {
    const simulator = await start();
    const tokens = await login(simulator);
    const { apiKey, clientCode } = SIMULATED_CREDENTIALS;
    const raw = new WebSocket(simulator.streamUrl, {
      headers: {
        authorization: tokens.jwtToken,
        "x-api-key": apiKey,
        "x-client-code": clientCode,
        "x-feed-token": tokens.feedToken,
      },
    });
    let synthetic: string | string[] | undefined;
    raw.once("upgrade", (response) => {
      synthetic = response.headers["x-meridian-synthetic"];
    });
    await opened(raw);
    expect(synthetic).toBe("1");
    const query = new URLSearchParams({ clientCode, feedToken: tokens.feedToken, apiKey });
    await opened(new WebSocket(`${simulator.streamUrl}?${query.toString()}`));
    await connect(simulator, tokens);
    await expect(connect(simulator, tokens)).rejects.toThrow("429");
  });

  test("is shut for who is not logged in, and says why", async () => {
    const simulator = await start();
    const tokens = await login(simulator);
    const wrong = { ...tokens, jwtToken: "x.y.z" };
    await expect(connect(simulator, wrong)).rejects.toThrow("401: Invalid Auth Token");
    const feedless = { ...tokens, feedToken: "none" };
    await expect(connect(simulator, feedless)).rejects.toThrow("401: Invalid Feed Token");
    await expect(opened(new WebSocket(simulator.streamUrl))).rejects.toThrow("401");
  });

  test("is shut by fault as often as it was told", async () => {
    const simulator = await start({ waitForTokens: "command" });
    const tokens = await login(simulator);
    simulator.addFault({ fault: "upgrade_401", args: { times: 2 } });
    simulator.addFault({ fault: "upgrade_429" });
    simulator.start();
    await simulator.ended;
    for (const status of ["401", "401", "429"]) {
      await expect(connect(simulator, tokens)).rejects.toThrow(status);
    }
    await connect(simulator, tokens);
  });
});

describe("a connection", () => {
  test("answers ping with pong, and PING frames with one zero byte", async () => {
    const simulator = await start();
    const client = await connect(simulator, await login(simulator));
    client.websocket.send("ping");
    client.websocket.ping("ping");
    await expect.poll(() => [client.texts, client.pongs]).toEqual([["pong"], [Buffer.from([0])]]);
  });

  test("answers what is no request with E1001 and its correlation id", async () => {
    const simulator = await start();
    const client = await connect(simulator, await login(simulator));
    client.websocket.send('{"correlationID":"abc","action":7}');
    client.websocket.send("nonsense");
    await expect.poll(() => client.texts.length).toBe(2);
    expect(client.texts.map((text) => JSON.parse(text) as unknown)).toEqual([
      expect.objectContaining({ correlationID: "abc", errorCode: "E1001" }),
      expect.objectContaining({ correlationID: "", errorCode: "E1001" }),
    ]);
  });

  test("counts token-modes once, and refuses more than a thousand as a whole", async () => {
    const simulator = await start({ waitForTokens: "command", startAt: "10:00" });
    const client = await connect(simulator, await login(simulator));
    client.subscribe([...BUSY_STOCKS, ...BUSY_STOCKS]);
    client.subscribe(BUSY_STOCKS);
    client.subscribe(["26000", "no-such-token"]);
    client.unsubscribe(["no-such-token"]);
    // A snapshot for each token shows that all was read.
    await expect.poll(() => client.packets.length).toBe(BUSY_STOCKS.length + 1);
    expect(simulator.report().connections[0]?.subscribed).toBe(BUSY_STOCKS.length + 1);
    client.unsubscribe(["99926000"]);
    await expect.poll(() => simulator.report().connections[0]?.subscribed).toBe(BUSY_STOCKS.length);
    expect(client.texts).toEqual([]);
  });

  test("begins with what each token was at", async () => {
    const simulator = await start({ waitForTokens: "command", startAt: "13:00" });
    const client = await connect(simulator, await login(simulator));
    client.subscribe(TEST_TOKENS, 3);
    await expect.poll(() => client.packets.length).toBe(TEST_TOKENS.length);
    const { timeline } = simulator;
    const rowsPassed = timeline.secondStart[13 * 3600] ?? 0;
    for (const [token, packet] of client.packets.entries()) {
      expect(readPacket(packet).price).toBe(
        timeline.price[newestRowOf(timeline, token, rowsPassed) ?? -1],
      );
      expect(packet).toHaveLength(379);
    }
  });
});

test("the thousand-and-first token-mode is refused with its whole request", async () => {
  const simulator = await start({
    market: buildIndiaMarket({
      seed: 2,
      calendar: smallIndiaCalendar(),
      stocks: indiaStockNames(997),
      from: sessionDate("2026-06-01"),
    }),
    packetsPerMinute: 0.2,
    waitForTokens: "command",
    startAt: "10:00",
  });
  const client = await connect(simulator, await login(simulator));
  const tokens = simulator.timeline.instruments.map(({ token }) => token);
  client.subscribe(tokens.slice(0, 996));
  client.subscribe(tokens.slice(990));
  client.subscribe(tokens.slice(0, 4), 1);
  client.subscribe(tokens.slice(0, 1), 3);
  await expect.poll(() => [client.packets.length, client.texts.length]).toEqual([1000, 2]);
  expect(client.texts.map((text) => JSON.parse(text) as unknown)).toEqual([
    expect.objectContaining({ correlationID: "abcde12345", errorCode: "E1002" }),
    expect.objectContaining({ errorCode: "E1002" }),
  ]);
});

test("a socket that says nothing for long is cut, one that pings is not", async () => {
  const simulator = await start({ idleSeconds: 1, waitForTokens: "command" });
  const tokens = await login(simulator);
  const silent = await connect(simulator, tokens);
  const lively = await connect(simulator, tokens);
  const timer = setInterval(() => lively.websocket.send("ping"), 100);
  await silent.closed;
  expect(lively.websocket.readyState).toBe(WebSocket.OPEN);
  clearInterval(timer);
});

describe("a session without faults", () => {
  test("comes whole and in order, and the report says so", async () => {
    const simulator = await start({ startAt: "09:00" });
    const { counts, packets } = await streamSession(simulator, TEST_TOKENS);
    const { timeline } = simulator;
    const sent = packets.map((packet) => readPacket(packet).sequence);
    expect(sent).toEqual(
      Array.from({ length: timeline.length }, (_, row) => sequenceOf(timeline, row)),
    );
    expect(counts).toMatchObject({ unique: timeline.length, duplicates: 0, missing: 0, late: 0 });
    expect(simulator.report()).toMatchObject({
      state: "ended",
      unique: timeline.length,
      sent: timeline.length,
      missing: 0,
      missingIndex: 0,
      duplicates: 0,
      late: 0,
      reordered: 0,
      lostByCause: {},
      damagedMinutes: [],
    });
  });

  test("passes in the time it was given, and stays open after its end", async () => {
    const simulator = await start({ pace: { kind: "session", seconds: 1 } });
    const client = await connect(simulator, await login(simulator));
    const startedMs = performance.now();
    client.subscribe(TEST_TOKENS);
    await simulator.ended;
    const durationMs = performance.now() - startedMs;
    expect(durationMs).toBeGreaterThan(800);
    expect(durationMs).toBeLessThan(10_000);
    client.websocket.send("ping");
    await expect.poll(() => client.texts).toEqual(["pong"]);
    expect(client.packets.length).toBe(simulator.report().sent);
  });

  test("waits at its holding point until it is let go on", async () => {
    const simulator = await start({ holdAt: "10:00", startAt: "09:59" });
    const client = await connect(simulator, await login(simulator));
    client.subscribe(TEST_TOKENS);
    for (const [time, reached] of [
      ["10:10", /^10:00:0\d$/],
      ["10:10:30", /^10:10:0\d$/],
      [undefined, /^10:10:3\d$/],
    ] as const) {
      await simulator.settled();
      expect(simulator.state()).toBe("holding");
      expect(simulator.report().eventTime).toMatch(reached);
      simulator.advanceTo(time);
    }
    await simulator.settled();
    expect(simulator.state()).toBe("ended");
  });

  test("can carry the time of sending", async () => {
    const simulator = await start({ stampSends: true, startAt: "15:00" });
    const client = await connect(simulator, await login(simulator));
    client.subscribe(TEST_TOKENS);
    await simulator.ended;
    await expect.poll(() => client.packets.length).toBe(simulator.report().sent);
    const last = client.packets.at(-1);
    expect(Math.abs(Date.now() - Number(last?.readBigInt64LE(51)))).toBeLessThan(60_000);
  });

  test("goes on without a client where it was told not to wait", async () => {
    const simulator = await start({ waitOnLoss: false, startAt: "15:00" });
    const client = await connect(simulator, await login(simulator));
    client.subscribe(TEST_TOKENS);
    await expect.poll(() => client.packets.length).toBeGreaterThan(TEST_TOKENS.length);
    client.close();
    await simulator.ended;
  });
});

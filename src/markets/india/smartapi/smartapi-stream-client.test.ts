/** The socket client against a server on loopback that fails in every way the vendor does. */
import { describe, expect, onTestFinished, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { settingsSchema } from "#contracts/settings.ts";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { seededRandom } from "#core/random.ts";
import { systemClock } from "#platform/system-clock.ts";
import type { StreamEvent, WantedToken } from "../ticks/tick-source.ts";
import type { StreamSession } from "./stream-connection.ts";
import { openSmartApiStream } from "./smartapi-stream-client.ts";
import { type Peer, startStreamServer } from "./stream-server.testing.ts";

const FAST = {
  heartbeat_seconds: 0.1,
  stall_seconds: 0.3,
  reconnect_seconds: 0.02,
  reconnect_seconds_max: 0.2,
  fallback_seconds: 0.5,
  timeout_seconds: 0.3,
};

const TOKENS = {
  jwtToken: "jwt-0",
  refreshToken: "refresh",
  feedToken: "feed",
  receivedAt: 0 as EpochMs,
  endsAt: 0 as EpochMs,
};

const tokensOf = (count: number): WantedToken[] =>
  Array.from({ length: count }, (_, at) => ({ exchangeType: 1, token: String(at + 1) }));

/** A session whose tokens are numbered; `renewals` counts what was asked for. */
function sessionOf(fail?: () => MeridianError | undefined) {
  const counts = { renewals: 0 };
  const authorizeSocket = () => {
    const refusal = fail?.();
    if (refusal !== undefined) return Promise.reject(refusal);
    const jwtToken = `jwt-${counts.renewals}`;
    const headers = { Authorization: `Bearer ${jwtToken}`, "x-client-code": "T1" };
    return Promise.resolve({ jwtToken, headers });
  };
  const session: StreamSession = {
    authorizeSocket,
    renew: () => {
      counts.renewals += 1;
      return Promise.resolve({ ...TOKENS, jwtToken: `jwt-${counts.renewals}` });
    },
    maskText: (text) => text.replaceAll("SECRET", "[masked]"),
  };
  return { session, counts };
}

async function open(
  options: {
    readonly count?: number;
    readonly settings?: object;
    readonly trading?: () => boolean;
    readonly session?: StreamSession;
  } = {},
) {
  const server = await startStreamServer();
  const vendor = { ...FAST, stream_url: server.url, ...options.settings };
  const { session, counts } = sessionOf();
  const events: StreamEvent[] = [];
  const frames: { connection: number; bytes: Uint8Array; receivedAt: number }[] = [];
  const order: string[] = [];
  const stream = openSmartApiStream({
    settings: settingsSchema.parse({ india: { vendor } }).india.vendor,
    clock: systemClock(),
    random: seededRandom(testSeed()),
    session: options.session ?? session,
    tokens: tokensOf(options.count ?? 3),
    isTrading: options.trading ?? (() => false),
    log: { info: () => undefined, warn: () => undefined },
  });
  onTestFinished(() => stream.stop());
  const listener = {
    onFrame: (connection: number, bytes: Uint8Array, receivedAt: number) => {
      frames.push({ connection, bytes, receivedAt });
      order.push("FRAME");
    },
    onEvent: (event: StreamEvent) => {
      events.push(event);
      order.push(event.kind);
    },
  };
  const causes = () => events.flatMap((event) => (event.kind === "LOST" ? [event.cause] : []));
  const kinds = () => events.map(({ kind }) => kind);
  return { server, stream, listener, events, frames, order, causes, kinds, counts };
}

const sendTick = (peer: Peer, text = "tick") => peer.socket.send(Buffer.from(text));
const until = (condition: () => boolean) => expect.poll(condition, { timeout: 5000 }).toBe(true);
const pause = (durationMs: number) => systemClock().sleepMs(durationMs);

describe("a stream", () => {
  test("shows its session, subscribes what is wanted in its mode, and hands frames on in order", async () => {
    const { server, stream, listener, frames, order } = await open();
    server.onSubscribed = (peer) => {
      for (const text of ["one", "two", "three"]) sendTick(peer, text);
      peer.socket.send("pong");
    };
    const startedAt = Date.now();
    await stream.start(listener);
    await until(() => frames.length === 3);
    const [peer] = server.peers;
    expect(peer?.headers).toMatchObject({ authorization: "Bearer jwt-0", "x-client-code": "T1" });
    expect(peer?.subscribed).toEqual(["1:1", "1:2", "1:3"]);
    expect([...(peer?.modes ?? [])]).toEqual([2]);
    expect(frames.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
      "one",
      "two",
      "three",
    ]);
    for (const { receivedAt } of frames) expect(receivedAt).toBeGreaterThanOrEqual(startedAt);
    expect(order).toEqual(["CONNECTED", "FRAME", "FRAME", "FRAME"]);
    expect(stream.isSynthetic()).toBe(true);
    expect(stream.use()).toEqual({ tokens: 3, headroom: 2997, connections: 1 });
  });

  test("deals many tokens out to three connections, each subscribed once", async () => {
    const { server, stream, listener, events } = await open({ count: 2500 });
    await stream.start(listener);
    await until(() => server.peers.flatMap(({ subscribed }) => subscribed).length === 2500);
    const subscribed = server.peers.flatMap((peer) => peer.subscribed);
    expect(new Set(subscribed).size).toBe(2500);
    const carried = events.map((event) => (event.kind === "CONNECTED" ? event.tokens : 0));
    expect(carried.toSorted((a, b) => b - a)).toEqual([1000, 1000, 500]);
    expect(stream.tokensOf(2)).toHaveLength(500);
    expect(stream.tokensOf(0)[0]).toEqual({ exchangeType: 1, token: "1" });
  });

  test("refuses more than the connections carry before it makes one", async () => {
    await expect(open({ count: 3001 })).rejects.toMatchObject({ code: "STREAM_TOO_LARGE" });
  });

  test("keeps the bytes of every frame untouched, also when many come at once", async () => {
    const count = testCount(20_000, 300_000);
    const { server, stream, listener, frames } = await open();
    server.onSubscribed = (peer) => {
      for (let at = 0; at < count; at++) {
        const bytes = Buffer.alloc(123, at % 251);
        bytes.writeUInt32LE(at, 27);
        peer.socket.send(bytes);
      }
    };
    await stream.start(listener);
    await expect.poll(() => frames.length, { timeout: 50_000 }).toBe(count);
    const wrong = frames.filter(({ bytes }, at) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return bytes.length !== 123 || view.getUint32(27, true) !== at || bytes[0] !== at % 251;
    });
    expect(wrong).toEqual([]);
  });

  test("connects again after a break and subscribes exactly the same", async () => {
    const { server, stream, listener, events, causes } = await open();
    server.onSubscribed = (peer) => sendTick(peer);
    await stream.start(listener);
    for (let round = 1; round <= 3; round++) {
      await until(() => server.peers.length === round && server.open().length === 1);
      await until(() => (server.peers.at(-1)?.subscribed.length ?? 0) === 3);
      if (round === 2) server.peers.at(-1)?.socket.close(1001, "going away");
      else server.peers.at(-1)?.socket.terminate();
    }
    await until(() => server.peers.length === 4);
    expect(causes()).toEqual(["DISCONNECT", "DISCONNECT", "DISCONNECT"]);
    expect(
      events.find((event) => event.kind === "LOST" && event.says.includes("1001")),
    ).toBeDefined();
    for (const peer of server.peers.slice(0, 3)) {
      expect(peer.subscribed).toEqual(["1:1", "1:2", "1:3"]);
      expect(peer.unsubscribed).toEqual([]);
    }
  });

  test("sends its heartbeat and lives by text pongs, pong frames, or ticks alone", async () => {
    for (const answersPing of ["text", "frame", "never"] as const) {
      const { server, stream, listener, causes } = await open();
      server.answersPing = answersPing;
      await stream.start(listener);
      await until(() => server.peers.length === 1);
      const timer = setInterval(() => {
        if (answersPing === "never") for (const peer of server.open()) sendTick(peer);
      }, 50);
      await pause(700);
      clearInterval(timer);
      expect(causes(), answersPing).toEqual([]);
      expect(server.peers[0]?.pings).toBeGreaterThanOrEqual(3);
      await stream.stop();
    }
  });

  test("takes a link for half open on which nobody answers", async () => {
    const { server, stream, listener, causes } = await open();
    server.answersPing = "never";
    await stream.start(listener);
    await until(() => causes().length > 0);
    expect(causes()[0]).toBe("HALF_OPEN");
    await until(() => server.peers.length > 1);
  });

  test("takes silence for a stall while the market trades, although pongs come", async () => {
    let isTrading = false;
    const { server, stream, listener, causes } = await open({ trading: () => isTrading });
    await stream.start(listener);
    await pause(600);
    expect(causes()).toEqual([]);
    isTrading = true;
    const tradingMs = performance.now();
    await until(() => causes().length > 0);
    expect(performance.now() - tradingMs).toBeGreaterThanOrEqual(290);
    expect(causes()[0]).toBe("STALL");
    await until(() => server.peers.length > 1);
  });

  test("does not take its own sleep for silence", async () => {
    const { server, stream, listener, causes } = await open({ trading: () => true });
    server.onSubscribed = (peer) => sendTick(peer);
    await stream.start(listener);
    await until(() => server.peers.length === 1);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
    await pause(100);
    expect(causes()).toEqual([]);
  });

  test("tells text errors and does not ask again for what was refused", async () => {
    const { server, stream, listener, events } = await open();
    let requests = 0;
    server.onSubscribed = (peer) => {
      requests += 1;
      peer.socket.send(
        '{"correlationID":"x","errorCode":"E1002","errorMessage":"limit of SECRET"}',
      );
      peer.socket.send("welcome");
      sendTick(peer);
    };
    await stream.start(listener);
    await pause(300);
    expect(events.filter(({ kind }) => kind === "TEXT")).toEqual([
      { kind: "TEXT", connection: 0, says: "E1002: limit of [masked]" },
      { kind: "TEXT", connection: 0, says: "welcome" },
    ]);
    expect(requests).toBe(1);
    expect(server.peers).toHaveLength(1);
  });

  test("makes its connections anew when told, at once", async () => {
    const { server, stream, listener, events } = await open({
      settings: { reconnect_seconds: 10, reconnect_seconds_max: 10 },
    });
    await stream.start(listener);
    stream.reconnect("HOST_SUSPENDED", "slept for an hour");
    await until(() => server.peers.length === 2);
    expect(events[1]).toEqual({
      kind: "LOST",
      connection: 0,
      cause: "HOST_SUSPENDED",
      says: "slept for an hour",
    });
  });
});

describe("an upgrade", () => {
  test("that is refused for its token is tried once more with a renewed session", async () => {
    const { server, stream, listener, events, counts } = await open();
    server.onUpgrade = ({ headers }) =>
      headers.authorization === "Bearer jwt-0"
        ? { status: 401, headers: { "x-error-message": "Invalid auth token SECRET" } }
        : "accept";
    await stream.start(listener);
    await until(() => server.peers.length === 1);
    expect(counts.renewals).toBe(1);
    expect(events[0]).toEqual({
      kind: "REFUSED",
      connection: 0,
      status: 401,
      says: "TOKEN_EXPIRED: HTTP 401: Invalid auth token [masked]",
      pauseMs: 0,
    });
  });

  test("that is refused again at the start ends the start, and nothing goes on", async () => {
    const { server, stream, listener } = await open({ count: 1500 });
    server.onUpgrade = () => ({ status: 401, headers: { "x-error-message": "Invalid api key" } });
    await expect(stream.start(listener)).rejects.toMatchObject({ code: "LOGIN_REFUSED" });
    const { upgrades } = server;
    await pause(300);
    expect(server.upgrades).toBe(upgrades);
  });

  test("needs a session: a refused login ends the start, an unreachable vendor does not", async () => {
    const refused = sessionOf(() => new MeridianError("LOGIN_REFUSED", { message: "no" })).session;
    const first = await open({ session: refused });
    await expect(first.stream.start(first.listener)).rejects.toMatchObject({
      code: "LOGIN_REFUSED",
    });

    let tries = 0;
    const flaky = sessionOf(() => {
      tries += 1;
      return tries < 3 ? new MeridianError("VENDOR_UNREACHABLE", { message: "down" }) : undefined;
    }).session;
    const second = await open({ session: flaky });
    await second.stream.start(second.listener);
    await until(() => second.server.peers.length === 1);
    expect(second.kinds()).toEqual(["REFUSED", "REFUSED", "CONNECTED"]);
  });

  test("that is one too many is tried again after a longer pause", async () => {
    const { server, stream, listener, events } = await open();
    server.onUpgrade = () => (server.upgrades < 3 ? { status: 429 } : "accept");
    await stream.start(listener);
    await until(() => server.peers.length === 1);
    const refusals = events.filter((event) => event.kind === "REFUSED");
    expect(refusals).toMatchObject([{ status: 429 }, { status: 429 }]);
    for (const { pauseMs } of refusals) expect(pauseMs).toBeGreaterThanOrEqual(80);
  });

  test("that is never answered is given up, and told as unusable until a tick comes", async () => {
    const { server, stream, listener, kinds, order } = await open();
    server.onUpgrade = () => "ignore";
    await stream.start(listener);
    expect(kinds()).toEqual(["REFUSED"]);
    await until(() => kinds().includes("UNUSABLE"));
    expect(kinds().filter((kind) => kind === "UNUSABLE")).toHaveLength(1);
    server.onUpgrade = () => "accept";
    await until(() => server.open().length === 1);
    await pause(100);
    expect(kinds()).not.toContain("USABLE");
    sendTick(server.open()[0] as Peer);
    await until(() => kinds().includes("USABLE"));
    expect(order.slice(-2)).toEqual(["FRAME", "USABLE"]);
  });

  test("is made with a renewed session after the vendor ended the old one", async () => {
    const { server, stream, listener, causes, counts } = await open();
    server.onSubscribed = (peer) => sendTick(peer);
    await stream.start(listener);
    await until(() => server.peers.length === 1);
    server.peers[0]?.socket.close(1008, "token expired");
    await until(() => server.peers.length === 2);
    expect(causes()).toEqual(["TOKEN_EXPIRED"]);
    expect(counts.renewals).toBe(1);
    expect(server.peers[1]?.headers.authorization).toBe("Bearer jwt-1");
  });

  test("that nobody listens to is refused without a status", async () => {
    const { stream, listener, events } = await open({
      settings: { stream_url: "ws://127.0.0.1:9/x" },
    });
    await stream.start(listener);
    expect(events[0]).toMatchObject({
      kind: "REFUSED",
      status: null,
      says: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

describe("links that live but give nothing", () => {
  test("back off: only a tick makes a connection good", async () => {
    const { server, stream, listener } = await open({ settings: { reconnect_seconds_max: 5 } });
    server.onSubscribed = (peer) => peer.socket.terminate();
    await stream.start(listener);
    await pause(1500);
    // Pauses that did not grow would have made dozens.
    expect(server.upgrades).toBeLessThan(20);
    expect(server.upgrades).toBeGreaterThan(2);
  });
});

describe("the end", () => {
  test("unsubscribes, says good-bye, and hands nothing on afterwards", async () => {
    const { server, stream, listener, frames, kinds } = await open();
    server.onSubscribed = (peer) => sendTick(peer);
    await stream.start(listener);
    await until(() => frames.length === 1);
    await stream.stop();
    const [peer] = server.peers;
    await until(() => peer?.closed === true);
    expect(peer?.unsubscribed).toEqual(["1:1", "1:2", "1:3"]);
    expect(kinds()).toEqual(["CONNECTED"]);
    await pause(200);
    expect(server.upgrades).toBe(1);
  });

  test("comes in time when the vendor does not answer, and in every state", async () => {
    const open1 = await open();
    await open1.stream.start(open1.listener);
    for (const peer of open1.server.peers) peer.socket.pause();
    const open2 = await open({ settings: { timeout_seconds: 30 } });
    open2.server.onUpgrade = () => "ignore";
    const starting = open2.stream.start(open2.listener);
    const open3 = await open({
      settings: { stream_url: "ws://127.0.0.1:9/x", reconnect_seconds: 30 },
    });
    await open3.stream.start(open3.listener);
    const startedMs = performance.now();
    await Promise.all([open1.stream.stop(), open2.stream.stop(), open3.stream.stop()]);
    await starting;
    expect(performance.now() - startedMs).toBeLessThan(4000);
    await open1.stream.stop();
  });
});

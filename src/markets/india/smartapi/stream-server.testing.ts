/**
 * A small market-data socket for tests: it takes every upgrade unless a test says otherwise, notes what it is
 * told, answers the heartbeat, and sends what the test wants. The simulator is another.
 */
import { type IncomingMessage, createServer } from "node:http";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { must } from "#core/assert.ts";

const request = z.object({
  action: z.int(),
  params: z.object({
    mode: z.int(),
    tokenList: z.array(z.object({ exchangeType: z.int(), tokens: z.array(z.string()) })),
  }),
});

/** One accepted connection and what was said on it. */
export type Peer = {
  readonly socket: WebSocket;
  readonly headers: IncomingMessage["headers"];
  readonly subscribed: string[];
  readonly unsubscribed: string[];
  modes: Set<number>;
  pings: number;
  closed: boolean;
};

export type StreamServer = {
  readonly url: string;
  readonly peers: Peer[];
  upgrades: number;
  /** `refuse` answers with a status; `ignore` never answers. */
  onUpgrade: (
    request: IncomingMessage,
  ) => "accept" | "ignore" | { status: number; headers?: object };
  /** How the heartbeat is answered. */
  answersPing: "text" | "frame" | "never";
  onSubscribed: (peer: Peer) => void;
  /** Open connections. */
  open(): Peer[];
};

/** Starts a server that ends with the test. */
export async function startStreamServer(): Promise<StreamServer> {
  const http = createServer();
  const sockets = new Set<Duplex>();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on("headers", (headers) => headers.push("x-meridian-synthetic: 1"));
  const peers: Peer[] = [];
  const stream: Omit<StreamServer, "url"> = {
    peers,
    upgrades: 0,
    onUpgrade: () => "accept",
    answersPing: "text",
    onSubscribed: () => undefined,
    open: () => peers.filter(({ closed }) => !closed),
  };
  const live = { ...stream, url: "" };
  http.on("upgrade", (upgrade, socket, head) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    live.upgrades += 1;
    const decided = live.onUpgrade(upgrade);
    if (decided === "ignore") return;
    if (decided === "accept") {
      server.handleUpgrade(upgrade, socket, head, (accepted) => welcome(live, accepted, upgrade));
      return;
    }
    const headers = Object.entries({ "content-length": 0, ...decided.headers });
    const lines = headers.map(([name, value]) => `${name}: ${String(value)}\r\n`).join("");
    socket.end(`HTTP/1.1 ${decided.status} No\r\n${lines}\r\n`);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  const address = http.address();
  const port = must(typeof address === "object" ? address?.port : undefined, "it listens");
  return Object.assign(live, { url: `ws://127.0.0.1:${port}/smart-stream` });
}

function welcome(stream: StreamServer, socket: WebSocket, upgrade: IncomingMessage): void {
  const { headers } = upgrade;
  const peer: Peer = {
    socket,
    headers,
    subscribed: [],
    unsubscribed: [],
    modes: new Set(),
    pings: 0,
    closed: false,
  };
  stream.peers.push(peer);
  socket.on("close", () => {
    peer.closed = true;
  });
  socket.on("message", (data) => {
    const text = Buffer.isBuffer(data) ? data.toString() : "";
    if (text === "ping") {
      peer.pings += 1;
      if (stream.answersPing === "text") socket.send("pong");
      if (stream.answersPing === "frame") socket.pong(Buffer.from([0]));
      return;
    }
    const { action, params } = request.parse(JSON.parse(text));
    peer.modes.add(params.mode);
    const tokens = params.tokenList.flatMap((group) =>
      group.tokens.map((token) => `${group.exchangeType}:${token}`),
    );
    (action === 1 ? peer.subscribed : peer.unsubscribed).push(...tokens);
    if (action === 1) stream.onSubscribed(peer);
  });
}
